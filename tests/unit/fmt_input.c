#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "../test.h"

static void
put(const char *path, const void *s, size_t n)
{
	struct maas_out *o = maas_out_open(path);

	fwrite(s, 1, n, maas_out_file(o));
	if (maas_out_commit(o, 0) < 0)
		printf("# %s\n", maas_error());
}

static void
lines(void)
{
	struct maas_span s;
	struct maas_input *in;
	int no_lf;

	put("a", "one\r\n\n\0x\nlast", 13);
	in = maas_input_open("a", NULL);
	ok(maas_input_peek(in, 2, &s) == 0 && s.n >= 2 && !memcmp(s.s, "on", 2), "peek");
	ok(maas_input_line(in, &s, &no_lf) == 1 && s.n == 4 && !memcmp(s.s, "one\r", 4) && !no_lf, "a CR stays");
	ok(maas_input_line(in, &s, NULL) == 1 && s.n == 0, "an empty line");
	ok(maas_input_line(in, &s, NULL) == 1 && s.n == 2 && !memcmp(s.s, "\0x", 2), "a NUL");
	ok(maas_input_line(in, &s, &no_lf) == 1 && s.n == 4 && no_lf, "a last line without its LF");
	ok(maas_input_line(in, &s, NULL) == 0 && maas_input_lines(in) == 4, "the end");
	maas_input_close(in);
	put("a", "", 0);
	in = maas_input_open("a", NULL);
	ok(maas_input_line(in, &s, NULL) == 0, "an empty file has no line");
	maas_input_close(in);
	ok(!maas_input_open("/nonexistent", NULL) && maas_why() == MAAS_NOINPUT, "none: %s", maas_error());
	ok(!maas_input_open(".", NULL) && maas_why() == MAAS_NOINPUT, "a directory: %s", maas_error());
	ok(!maas_input_open("a", "klingon") && maas_why() == MAAS_USAGE, "an encoding: %s", maas_error());
}

static void
long_line(void)
{
	size_t n = 5000000;
	char *text = malloc(n + 3);
	struct maas_input *in;
	struct maas_span s;

	memset(text, 'x', n);
	memcpy(text + n, "\ny\n", 3);
	put("a", text, n + 3);
	in = maas_input_open("a", NULL);
	ok(maas_input_line(in, &s, NULL) == 1 && s.n == n && s.s[n - 1] == 'x', "a line of five million bytes");
	ok(maas_input_line(in, &s, NULL) == 1 && s.n == 1 && *s.s == 'y', "and the one behind it");
	maas_input_close(in);
	free(text);
}

/* Two members of gzip in a row, then padding; then one cut short. */
static void
gzip(void)
{
#ifdef MAAS_HAS_ZLIB
	struct maas_buf b = { NULL, 0, 0 };
	struct maas_input *in;
	struct maas_map m;

	ok(system("printf hello >h && gzip -nc h >a && printf ' world' | gzip -nc >>a && printf '\\0\\0' >>a") == 0,
	    "made");
	in = maas_input_open("a", NULL);
	ok(maas_input_all(in, &b) == 0 && b.n == 11 && !memcmp(b.s, "hello world", 11), "gunzipped");
	maas_input_close(in);
	ok(maas_map_open(&m, "a") == 0, "mapped");
	put("b", m.p, 15);
	maas_map_close(&m);
	in = maas_input_open("b", NULL);
	ok(maas_input_all(in, &b) < 0 && maas_why() == MAAS_DATA, "cut short: %s", maas_error());
	maas_input_close(in);
	maas_buf_free(&b);
	unlink("b");
	unlink("h");
#endif
}

static void
encodings(void)
{
	struct maas_buf b = { NULL, 0, 0 };
	struct maas_input *in;

	put("a", "\xC8\xCB\xB9\xA4", 4);
	in = maas_input_open("a", "GB18030");
	ok(maas_input_all(in, &b) == 0 && b.n == 6 && !memcmp(b.s, "\xE4\xBA\xBA\xE5\xB7\xA5", 6), "GB18030");
	maas_input_close(in);
	put("a", "ab\xC8", 3);
	in = maas_input_open("a", "GB18030");
	ok(maas_input_all(in, &b) < 0, "cut short: %s", maas_error());
	maas_input_close(in);
	maas_buf_free(&b);
}

/* What has arrived is handed on: a pipe with one line in it, still open. */
static void
pipes(void)
{
	struct maas_input *in;
	struct maas_span s;
	char path[64];
	int end[2];

	if (pipe(end) < 0)
		return;
	snprintf(path, sizeof path, "/proc/self/fd/%d", end[0]);
	in = maas_input_open(path, NULL);
	(void)!write(end[1], "x\nhalf", 6);
	ok(maas_input_line(in, &s, NULL) == 1 && s.n == 1, "a line from a pipe that stays open");
	(void)!write(end[1], "\n", 1);
	ok(maas_input_line(in, &s, NULL) == 1 && s.n == 4, "and the next when it is whole");
	close(end[1]);
	close(end[0]);
	ok(maas_input_line(in, &s, NULL) == 0, "and the end");
	maas_input_close(in);
}

int
main(void)
{
	char folder[] = "/tmp/maas-test-XXXXXX";

	if (!mkdtemp(folder) || chdir(folder) < 0)
		return 1;
	lines();
	long_line();
	gzip();
	encodings();
	pipes();
	unlink("a");
	(void)!chdir("/");
	rmdir(folder);
	return done();
}
