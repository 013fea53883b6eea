/* Vectorisers hold to scikit-learn: numbers by hand, and digests that scripts/make-golden-classify made. */
#include <stdlib.h>

#include "maas/fmt.h"
#include "maas/num.h"
#include "maas/text.h"
#include "../test.h"

static struct maas_vectorizer_options
options(const char *text)
{
	struct maas_vectorizer_options o;
	static char copy[8][256];
	static size_t turn;
	size_t n;

	maas_defaults(maas_vectorizer_fields, &o);
	for (; *text; text += n + (text[n] == ' ')) {
		char *s = copy[turn++ % 8], *eq;
		const struct maas_field *f;

		n = strcspn(text, " ");
		snprintf(s, 256, "%.*s", (int)n, text);
		eq = strchr(s, '=');
		*eq = 0;
		f = maas_field(maas_vectorizer_fields, s, 0);
		if (!f || maas_set(f, &o, eq + 1) < 0)
			ok(0, "%s: %s", s, maas_error());
	}
	return o;
}

struct texts {
	struct maas_arena *arena;
	struct maas_span *text;
	size_t n, cap;
};

static void
add(struct texts *t, struct maas_span s)
{
	if (maas_grow(&t->text, t->n, &t->cap, 1, sizeof *t->text) < 0 ||
	    !(t->text[t->n].s = maas_take_text(t->arena, s.s, s.n)))
		abort();
	t->text[t->n++].n = s.n;
}

/* The third field of a line of CSV: quoted, "" for a quote. */
static struct maas_span
third(struct maas_span line, struct maas_buf *b)
{
	size_t field = 0, quoted = 0;

	b->n = 0;
	for (size_t i = 0; i < line.n; i++) {
		if (line.s[i] == '"' && quoted && i + 1 < line.n && line.s[i + 1] == '"')
			i++;
		else if (line.s[i] == '"') {
			quoted = !quoted;
			continue;
		} else if (line.s[i] == ',' && !quoted) {
			field++;
			continue;
		}
		if (field == 2 && maas_buf_add(b, line.s + i, 1) < 0)
			abort();
	}
	return (struct maas_span){ b->s ? b->s : "", b->n };
}

static int
load(struct texts *t, const char *source)
{
	const char *real = getenv("MAAS_TEST_DATA"), *data = getenv("DATA");
	int csv = !strcmp(source, "agnews");
	struct maas_buf b = { 0 };
	struct maas_input *in;
	struct maas_span line;
	char path[4096];

	if (strcmp(source, "small") && !real)
		return -1;
	if (!strcmp(source, "small"))
		snprintf(path, sizeof path, "%s/vectorize-texts.txt", data ? data : "tests/data");
	else
		snprintf(path, sizeof path, "%s/data/%s", real, csv ? "agnews.csv" : "thucnews-train.tsv");
	*t = (struct texts){ .arena = maas_arena_new(1 << 16) };
	in = maas_input_open(path, NULL);
	ok(in != NULL, "%s opens", source);
	while (in && maas_input_line(in, &line, NULL) > 0) {
		if (csv)
			line = third(line, &b);
		else if (strcmp(source, "small"))
			line.n = (size_t)((char *)memchr(line.s, '\t', line.n) - line.s);
		add(t, line);
	}
	maas_input_close(in);
	maas_buf_free(&b);
	return 0;
}

static void
unload(struct texts *t)
{
	free(t->text);
	maas_arena_free(t->arena);
}

static uint64_t
fnv(const struct maas_vectorizer *v)
{
	uint64_t h = 0xcbf29ce484222325u;

	struct maas_buf b = { 0 };

	for (size_t i = 0; i < maas_vectorizer_size(v); i++) {
		b.n = 0;
		if (maas_vectorizer_name(v, i, &b) < 0)
			abort();
		for (size_t j = 0; j <= b.n; j++)
			h = (h ^ (unsigned char)(j < b.n ? b.s[j] : '\n')) * 0x100000001b3u;
	}
	maas_buf_free(&b);
	return h;
}

static int
near(double a, double b)
{
	return fabs(a - b) <= 1e-11 * fmax(1, fabs(b));
}

/* A row made later, from the kept form, is the row of the fit. */
static size_t
same_rows(const struct maas_vectorizer *v, const struct texts *t, const struct maas_csr *x)
{
	struct maas_buf kept = { 0 };
	struct maas_vectorizer *again = NULL;
	struct maas_vectorize *z = NULL;
	size_t bad = 0, n;
	const uint32_t *col;
	const double *val;

	if (maas_vectorizer_compile(v, &kept) < 0 ||
	    !(again = maas_vectorizer_open((struct maas_span){ kept.s, kept.n })) || !(z = maas_vectorize_new(again)))
		return t->n;
	for (size_t i = 0; i < t->n; i++) {
		size_t at = x->start[i], want = x->start[i + 1] - at;

		if (maas_vectorize_text(z, t->text[i], &col, &val, &n) < 0 || n != want ||
		    (n && (memcmp(col, x->col + at, n * sizeof *col) || memcmp(val, x->val + at, n * sizeof *val))))
			bad++;
	}
	maas_vectorize_free(z);
	maas_vectorizer_free(again);
	maas_buf_free(&kept);
	return bad;
}

static void
check(const struct texts *t, char **field)
{
	struct maas_vectorizer_options o = options(field[1]);
	struct maas_csr x;
	struct maas_vectorizer *v = maas_vectorizer_fit(&o, t->text, t->n, NULL, &x);
	double sum = 0, place = 0;

	if (!v) {
		ok(0, "%s: %s: %s", field[0], field[1], maas_error());
		return;
	}
	for (size_t i = 0; i < x.rows; i++)
		for (size_t j = x.start[i]; j < x.start[i + 1]; j++) {
			sum += x.val[j];
			place += x.val[j] * (1 + x.col[j] % 101) * (double)(1 + i % 97);
		}
	ok(maas_vectorizer_size(v) == strtoul(field[2], NULL, 10) && fnv(v) == strtoull(field[3], NULL, 16),
	    "%s %s: %zu features", field[0], field[1], maas_vectorizer_size(v));
	ok(x.start[x.rows] == strtoul(field[4], NULL, 10), "%s %s: %zu entries", field[0], field[1], x.start[x.rows]);
	ok(near(sum, strtod(field[5], NULL)) && near(place, strtod(field[6], NULL)), "%s %s: sums %.17g, %.17g",
	    field[0], field[1], sum, place);
	ok(same_rows(v, t, &x) == 0, "%s %s: a kept vectoriser makes the same rows", field[0], field[1]);
	maas_csr_free(&x);
	maas_vectorizer_free(v);
}

static void
golden(void)
{
	const char *data = getenv("DATA");
	char path[4096], source[64] = "";
	struct texts t = { 0 };
	struct maas_span line;
	struct maas_input *in;
	int have = -1;

	snprintf(path, sizeof path, "%s/vectorize.tsv", data ? data : "tests/data");
	in = maas_input_open(path, NULL);
	ok(in != NULL, "golden numbers open");
	while (in && maas_input_line(in, &line, NULL) > 0) {
		char copy[1024], *field[7], *p = copy;

		if (*line.s == '#')
			continue;
		snprintf(copy, sizeof copy, "%.*s", (int)line.n, line.s);
		for (int i = 0; i < 7; i++)
			field[i] = strsep(&p, "\t");
		if (strcmp(source, field[0])) {
			if (have == 0)
				unload(&t);
			have = load(&t, field[0]);
			snprintf(source, sizeof source, "%s", field[0]);
		}
		if (have == 0)
			check(&t, field);
	}
	if (have == 0)
		unload(&t);
	maas_input_close(in);
}

/* Numbers that scikit-learn's own documentation can be held to. */
static void
three_texts(void)
{
	static const double row[] = { 0, .32516555, 0, .42755362, .42755362, .32516555, .65033110 };
	static const char *const names[] = { "barked", "cat", "dog", "mat", "on", "sat", "the" };
	struct maas_span text[] = { maas_span("the cat sat"), maas_span("the cat sat on the mat"),
		maas_span("a dog barked!") };
	struct maas_vectorizer_options o = options("tfidf=true");
	struct maas_csr x;
	struct maas_vectorizer *v = maas_vectorizer_fit(&o, text, 3, NULL, &x);
	double dense[7] = { 0 };

	for (size_t i = 0; i < 7; i++)
		ok(maas_span_is(maas_vectorizer_feature(v, i), names[i]), "feature %zu is %s", i, names[i]);
	ok(fabs(maas_vectorizer_idf(v, 0) - 1.6931471806) < 1e-10 &&
		fabs(maas_vectorizer_idf(v, 6) - 1.2876820725) < 1e-10,
	    "idf");
	for (size_t j = x.start[1]; j < x.start[2]; j++)
		dense[x.col[j]] = x.val[j];
	for (size_t i = 0; i < 7; i++)
		ok(fabs(dense[i] - row[i]) < 1e-8, "tf-idf of %s: %.9g", names[i], dense[i]);
	ok(maas_vectorizer_find(v, maas_span("mat")) == 3 && maas_vectorizer_find(v, maas_span("rat")) == -1, "find");
	maas_csr_free(&x);
	maas_vectorizer_free(v);
}

int
main(void)
{
	three_texts();
	golden();
	return done();
}
