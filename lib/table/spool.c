/* Pipes that are read more than once: copies of them in files that nobody else sees. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source.h"

#define BLOCK ((size_t)1 << 18)

/* A new file in $TMPDIR, which nobody else sees; its descriptor, and the name that it had. */
static int
nameless(char name[4096])
{
	const char *dir = getenv("TMPDIR");
	int out;

	snprintf(name, 4096, "%s/maas-XXXXXX", dir && *dir ? dir : "/tmp");
	out = mkostemp(name, O_CLOEXEC);
	if (out < 0)
		maas_fail_as(MAAS_CANTCREATE, "%s: %s", name, strerror(errno));
	else
		unlink(name);
	return out;
}

static int
put_all(int out, const char *p, size_t n, const char *name)
{
	ssize_t w;

	for (; n; n -= (size_t)w, p += w)
		if ((w = write(out, p, n)) < 0)
			return maas_fail_errno("%s", name);
	return 0;
}

int
maas_table_spool(const char *path)
{
	char name[4096], block[1 << 16];
	int in = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO, out;
	ssize_t n = 0;

	if (in < 0)
		return maas_fail_errno("%s", path);
	if ((out = nameless(name)) < 0)
		goto close_in;
	while ((n = read(in, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && put_all(out, block, (size_t)n, name) < 0)
			goto close_out;
	if (n == 0)
		goto close_in;
	maas_fail_errno("%s", path);
close_out:
	close(out);
	out = -1;
close_in:
	if (in != STDIN_FILENO)
		close(in);
	return out;
}

/* Operand i can be opened again: its stand-in. */
static const char *
stand_in(struct maas_table *t, size_t i)
{
	char *name = maas_alloc(32, 1);

	if (name)
		snprintf(name, 32, "/dev/fd/%d", t->spooled[i]);
	return t->spool[i] = name;
}

const char *
spool_path(struct maas_table *t, size_t i)
{
	const char *path = t->operand[i];
	struct stat st;

	if (t->spool[i])
		return t->spool[i];
	if (strcmp(path, "-") && (stat(path, &st) < 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return path;
	if (!(t->flags & MAAS_AGAIN)) {
		t->once = 1;
		return path;
	}
	return (t->spooled[i] = maas_table_spool(path)) < 0 ? NULL : stand_in(t, i);
}

/* Is the input a pipe of rows that do not tell the table's width, so that they must be read twice? */
static int
widens(const struct maas_table *t)
{
	return t->once && (t->flags & MAAS_WIDTH) && t->format == &maas_format_libsvm && !t->options->encoding;
}

int
spool_rest(struct maas_table *t)
{
	struct source *s = &t->source;
	struct maas_buf b = { 0 };
	size_t i = t->at - 1;
	char name[4096];
	long n = 1;
	int out;

	if (!widens(t))
		return 0;
	if ((out = nameless(name)) < 0)
		return -1;
	t->spooled[i] = out;
	if (!stand_in(t, i)) {
		close(out);
		return -1;
	}
	if (put_all(out, s->kept.s, s->kept.n, name) < 0)
		n = -1;
	for (; n > 0; b.n = 0)
		if ((n = source_bytes(s, &b, BLOCK)) > 0 && put_all(out, b.s, b.n, name) < 0)
			n = -1;
	maas_buf_free(&b);
	if (n < 0)
		return -1;
	maas_input_close(s->input);
	s->kept.n = s->at = s->line = 0;
	t->once = t->passing = 0;
	maas_sha256_begin(&t->digest);
	if (!(s->input = maas_input_open(t->spool[i], NULL)))
		return -1;
	maas_input_limit(s->input, RECORD_MAX);
	return 0;
}
