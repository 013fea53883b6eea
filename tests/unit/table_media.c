/* Pictures and sounds as rows: directories, labels by folder, what a model's columns keep, which files it takes. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/table.h"
#include "../test.h"

#if defined(MAAS_HAS_PNG) && defined(MAAS_HAS_JPEG) && defined(MAAS_HAS_SNDFILE)
enum { HAVE_ALL = 1 };
#else
enum { HAVE_ALL = 0 };
#endif

static char dir[] = "/tmp/maas-media-XXXXXX";

static const char *
data(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/media/%s", getenv("DATA") ? getenv("DATA") : "tests/data", name);
	return path;
}

static void
copy(const char *name, const char *to)
{
	char path[4096], from[4096], block[1 << 14];
	FILE *in, *out;
	size_t n;

	snprintf(from, sizeof from, "%s", data(name));
	snprintf(path, sizeof path, "%s/%s", dir, to);
	if (!(in = fopen(from, "rb")) || !(out = fopen(path, "wb")))
		exit(1);
	n = fread(block, 1, sizeof block, in);
	if (fwrite(block, 1, n, out) != n || fclose(out) || fclose(in))
		exit(1);
}

static void
folder(const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (mkdir(path, 0700))
		exit(1);
}

/* Files are read in this order, with these labels: "b/1.png=b b/z/2.png=b" */
static void
is_order(const char *where, const char *want)
{
	char path[4096], *operand = path;
	struct maas_table *t;
	struct maas_record rec;
	struct maas_buf b = { 0 };
	int rc = -1;

	snprintf(path, sizeof path, "%s/%s", dir, where);
	t = maas_table_open(NULL, NULL, &operand, 1, 0);
	while (t && (rc = maas_table_next(t, &rec)) > 0)
		if (maas_buf_printf(&b, "%s%s=%.*s", b.n ? " " : "", rec.name + strlen(dir) + 1,
			rec.bad ? 3 : (int)rec.label.n,
			rec.bad           ? "bad"
			    : rec.label.s ? rec.label.s
					  : "") < 0)
			exit(1);
	ok(rc == 0, "read through");
	is_str(b.s ? b.s : "", want);
	maas_buf_free(&b);
	maas_table_close(t);
}

static void
test_directories(void)
{
	char path[4096], *operand = path;
	struct maas_table *t;

	folder("pictures");
	folder("pictures/b");
	folder("pictures/b/z");
	folder("pictures/a");
	folder("pictures/empty");
	copy("gray.png", "pictures/b/2.png");
	copy("ramp.jpg", "pictures/b/z/1.jpg");
	copy("colour.png", "pictures/b/10.PNG");
	copy("palette.png", "pictures/a/x.png");
	copy("palette.png", "pictures/a/.hidden.png");
	copy("golden", "pictures/a/readme.txt");
	copy("golden", "pictures/a/y.jpeg");
	is_order("pictures",
	    "pictures/a/x.png=a pictures/a/y.jpeg=bad pictures/b/10.PNG=b pictures/b/2.png=b pictures/b/z/1.jpg=b");
	is_order("pictures/b", "pictures/b/10.PNG= pictures/b/2.png= pictures/b/z/1.jpg=z");
	snprintf(path, sizeof path, "%s/pictures/empty", dir);
	t = maas_table_open(NULL, NULL, &operand, 1, 0);
	ok(!t && strstr(maas_error(), "no pictures or sounds"), "%s", maas_error());
	maas_table_close(t);
	snprintf(path, sizeof path, "%s/pictures/b/loop", dir);
	if (symlink("..", path))
		exit(1);
	snprintf(path, sizeof path, "%s/pictures/b", dir);
	t = maas_table_open(NULL, NULL, &operand, 1, 0);
	ok(!t && strstr(maas_error(), "directories deep"), "a circle of links ends");
	maas_table_close(t);
}

/* Columns of a table of one file, written and read again; a description of them. */
static struct maas_columns *
columns_of(const char *name, const struct maas_media_options *media, char *said, size_t n)
{
	char path[4096], *operand = path;
	struct maas_table_options o = { .media = media };
	struct maas_table *t;
	struct maas_columns *c = NULL, *again = NULL, *third = NULL;
	struct maas_buf b = { 0 }, b2 = { 0 };

	snprintf(path, sizeof path, "%s", data(name));
	if ((t = maas_table_open(&o, NULL, &operand, 1, MAAS_AGAIN)))
		c = maas_columns_fit(t, &o, MAAS_FIT_UNLABELLED);
	if (c && maas_columns_write(c, &b) == 0 && (third = maas_columns_copy(c)) &&
	    maas_columns_write(third, &b2) == 0 && !strcmp(b.s, b2.s))
		again = maas_columns_open((struct maas_span){ b.s, b.n });
	if (again)
		snprintf(said, n, "%s %zu: %zu of %zu x %zu, %ld %ld %ld", again->format->name, again->numbers,
		    again->channels, again->height, again->width, again->mel.rate, again->mel.window, again->mel.hop);
	else
		snprintf(said, n, "%s", maas_error());
	maas_buf_free(&b);
	maas_buf_free(&b2);
	maas_columns_free(c);
	maas_columns_free(third);
	maas_table_close(t);
	return again;
}

static void
test_columns(void)
{
	struct maas_media_options o;
	struct maas_buf b = { 0 };
	struct maas_columns *c;
	char said[400];

	maas_columns_free(columns_of("colour.png", NULL, said, sizeof said));
	is_str(said, "picture 323: 1 of 19 x 17, 0 0 0");
	maas_columns_free(columns_of("eight.wav", NULL, said, sizeof said));
	is_str(said, "sound 3136: 0 of 98 x 32, 4000 100 40");
	maas_defaults(maas_media_fields, &o);
	o.size = "4x3";
	o.colour = 1;
	c = columns_of("gray.png", &o, said, sizeof said);
	is_str(said, "picture 36: 3 of 4 x 3, 0 0 0");
	if (!c || maas_columns_feature(c, 25, &b) < 0)
		exit(1);
	is_str(b.s, "x2.blue");
	maas_columns_free(c);
	o.sample_rate = 5000;
	o.seconds = 0.2;
	o.mels = 10;
	c = columns_of("stereo.wav", &o, said, sizeof said);
	is_str(said, "sound 180: 0 of 18 x 10, 5000 125 50");
	b.n = 0;
	if (!c || maas_columns_feature(c, 12, &b) < 0)
		exit(1);
	is_str(b.s, "t2.b3");
	maas_columns_free(c);
	maas_buf_free(&b);
	o.size = "28";
	maas_columns_free(columns_of("gray.png", &o, said, sizeof said));
	is_str(said, "--size: HxW is wanted, as 28x28, not '28'");
}

/* A model of 5 x 7 gray bytes, as an IDX file leaves it. */
static void
test_taking(void)
{
	static const char *const files[] = { "gray.png", "colour.png", "ramp.jpg", "eight.wav" };
	struct maas_columns *c =
	    maas_columns_open(maas_span("{\"format\":\"idx\",\"delimiter\":\"\\t\",\"header\":false,"
					"\"labelled\":true,\"numbers\":35,\"texts\":0,"
					"\"height\":5,\"width\":7}"));
	struct maas_columns *text = maas_columns_open(maas_span(
	    "{\"format\":\"tsv\",\"delimiter\":\"\\t\",\"header\":false,\"labelled\":false,\"numbers\":0,\"texts\":1,"
	    "\"columns\":[{\"role\":\"text\"}]}"));
	struct maas_row row;

	ok(c && maas_columns_medium(c) == MAAS_PICTURE && text && maas_columns_medium(text) == MAAS_NO_MEDIUM, "media");
	for (size_t i = 0; i < MAAS_COUNT(files); i++) {
		char path[4096], *operand = path;
		struct maas_table *t;
		struct maas_reader *r = NULL;

		snprintf(path, sizeof path, "%s", data(files[i]));
		t = maas_table_open(NULL, c, &operand, 1, 0);
		if (i == 3) {
			ok(!t && strstr(maas_error(), "which the model does not take"), "%s", maas_error());
			continue;
		}
		ok(t && (r = maas_reader_new(c, t)) && maas_reader_next(r, &row) == 1 && !row.bad && row.x &&
			row.byte && row.x[17] == row.byte[17],
		    "%s is 5 x 7 numbers", files[i]);
		ok(maas_span_is(row.id, path), "and is called by its path");
		maas_reader_free(r);
		maas_table_close(t);
		t = maas_table_open(NULL, text, &operand, 1, 0);
		ok(!t && strstr(maas_error(), "where rows are wanted"), "%s", maas_error());
	}
	maas_columns_free(c);
	maas_columns_free(text);
}

static void
test_lies(void)
{
	static const char *const lies[] = { "\"numbers\":12", "\"numbers\":12,\"height\":3,\"width\":4,\"rate\":8000",
		"\"numbers\":12,\"height\":3,\"width\":4,\"rate\":8000,\"window\":200,\"hop\":0",
		"\"numbers\":24,\"height\":3,\"width\":4,\"rate\":8000,\"window\":200,\"hop\":80",
		"\"numbers\":12,\"height\":3,\"width\":4,\"rate\":8,\"window\":200,\"hop\":80",
		"\"numbers\":12,\"height\":3,\"width\":4" };
	char text[400];

	for (size_t i = 0; i < MAAS_COUNT(lies); i++) {
		struct maas_columns *c;

		snprintf(text, sizeof text,
		    "{\"format\":\"sound\",\"delimiter\":\"\\t\",\"header\":false,\"labelled\":true,%s,\"texts\":0}",
		    lies[i]);
		c = maas_columns_open(maas_span(text));
		ok(!c, "%s: %s", lies[i], c ? "taken" : maas_error());
		maas_columns_free(c);
	}
}

int
main(void)
{
	char clean[64];

	if (!HAVE_ALL) {
		puts("built without libpng, libjpeg or libsndfile");
		return 77;
	}
	if (!mkdtemp(dir))
		return 1;
	test_directories();
	test_columns();
	test_taking();
	test_lies();
	snprintf(clean, sizeof clean, "rm -rf %s", dir);
	return system(clean) ? 1 : done();
}
