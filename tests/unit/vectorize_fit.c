/* Fitting by any team gives the same bytes; hashing; what is refused, and how it is said. */
#include <stdlib.h>

#include "maas/num.h"
#include "maas/text.h"
#include "../test.h"

static struct maas_vectorizer_options
defaults(void)
{
	struct maas_vectorizer_options o;

	maas_defaults(maas_vectorizer_fields, &o);
	return o;
}

/* Texts of words that begin alike, of all lengths, some often, some with NULs in them. */
static struct maas_span *
make_texts(struct maas_arena *a, size_t n)
{
	static const char *const stems[] = { "", "a", "abcdefg", "abcdefgh", "abcdefghabcdefgh",
		"\xe4\xb8\xad\xe6\x96\x87" };
	struct maas_span *text = maas_take(a, n, sizeof *text);

	for (size_t i = 0; i < n; i++) {
		struct maas_buf b = { 0 };

		for (uint64_t k = 0; k < 20; k++) {
			double u = maas_uniform(7, i, k);
			int bad = maas_buf_printf(&b, "%s%d", stems[(size_t)(u * 1e6) % 6], (int)(u * u * u * 5000));

			if (bad || maas_buf_add(&b, k % 9 ? " " : "\0\0 ", k % 9 ? 1 : 3) < 0)
				abort();
		}
		text[i] = (struct maas_span){ maas_take_text(a, b.s, b.n), b.n };
		maas_buf_free(&b);
	}
	return text;
}

static int
same(const struct maas_csr *a, const struct maas_csr *b)
{
	size_t n = a->start[a->rows];

	return a->rows == b->rows && a->cols == b->cols &&
	    !memcmp(a->start, b->start, (a->rows + 1) * sizeof *a->start) &&
	    !memcmp(a->col, b->col, n * sizeof *a->col) && !memcmp(a->val, b->val, n * sizeof *a->val);
}

static void
teams(const struct maas_vectorizer_options *o, const struct maas_span *text, size_t n, const char *what)
{
	struct maas_csr x, y;
	struct maas_vectorizer *v = maas_vectorizer_fit(o, text, n, NULL, &x), *w;
	struct maas_buf want = { 0 }, got = { 0 };
	size_t disorder = 0;

	if (!v || maas_vectorizer_compile(v, &want) < 0) {
		ok(0, "%s: %s", what, maas_error());
		return;
	}
	for (size_t i = 1; i < maas_vectorizer_size(v) && !o->hash; i++) {
		struct maas_span a = maas_vectorizer_feature(v, i - 1), b = maas_vectorizer_feature(v, i);
		int c = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);

		disorder += c > 0 || (c == 0 && a.n >= b.n) || maas_vectorizer_find(v, b) != (int64_t)i;
	}
	ok(disorder == 0, "%s: %zu features in order", what, maas_vectorizer_size(v));
	for (int threads = 1; threads < 6; threads += 2) {
		struct maas_team *team = maas_team_new(threads);

		got.n = 0;
		w = maas_vectorizer_fit(o, text, n, team, &y);
		ok(w && maas_vectorizer_compile(w, &got) == 0 && got.n == want.n && !memcmp(got.s, want.s, got.n) &&
			same(&x, &y),
		    "%s: the same by %d", what, threads);
		maas_csr_free(&y);
		maas_vectorizer_free(w);
		maas_team_free(team);
	}
	maas_buf_free(&want);
	maas_buf_free(&got);
	maas_csr_free(&x);
	maas_vectorizer_free(v);
}

static void
any_team(void)
{
	struct maas_arena *a = maas_arena_new(1 << 16);
	struct maas_span *text = make_texts(a, 3000);
	struct maas_vectorizer_options o = defaults();

	o.ngrams = "1-2";
	teams(&o, text, 3000, "words");
	o.tfidf = 1;
	o.max_features = 1000;
	o.min_df = "3";
	teams(&o, text, 3000, "the commonest words");
	o = defaults();
	o.analyzer = 1;
	o.ngrams = "1-9";
	teams(&o, text, 300, "characters");
	o.hash = 12;
	o.tfidf = 1;
	teams(&o, text, 300, "hashed characters");
	maas_arena_free(a);
}

/* One text of more terms than are held at a time. */
static void
long_text(void)
{
	struct maas_vectorizer_options o = defaults();
	struct maas_buf b = { 0 };
	struct maas_vectorizer *v;
	struct maas_vectorize *z;
	struct maas_span text;
	const uint32_t *col;
	const double *val;
	size_t n = 0;

	for (int i = 0; i < 400000; i++)
		if (maas_buf_printf(&b, "w%d ", i % 7 ? i % 1000 : 5000) < 0)
			abort();
	text = (struct maas_span){ b.s, b.n };
	v = maas_vectorizer_fit(&o, &text, 1, NULL, NULL);
	z = v ? maas_vectorize_new(v) : NULL;
	ok(z && maas_vectorize_text(z, text, &col, &val, &n) == 0 && n == 1001, "a long text has 1001 features");
	ok(n == 1001 && val[maas_vectorizer_find(v, maas_span("w5000"))] == 57143, "counted to the last");
	maas_vectorize_free(z);
	maas_vectorizer_free(v);
	maas_buf_free(&b);
}

static void
hashed(void)
{
	struct maas_span text = maas_span("Caf\xc3\xa9, buy now! buy NOW");
	struct maas_vectorizer_options o = defaults();
	const struct maas_place *place;
	struct maas_vectorizer *v;
	struct maas_vectorize *z;
	struct maas_buf b = { 0 };
	size_t n = 0;

	o.hash = 20;
	v = maas_vectorizer_fit(&o, &text, 1, NULL, NULL);
	z = v ? maas_vectorize_new(v) : NULL;
	ok(v && maas_vectorizer_size(v) == 1 << 20 && maas_vectorizer_hashed(v), "2^20 features");
	ok(maas_vectorizer_find(v, maas_span("now")) == (int64_t)(maas_hash("now", 3, 0) >> 44),
	    "the hash's highest bits");
	ok(maas_vectorizer_name(v, 7, &b) == 0 && !strcmp(b.s, "#7"), "a bucket's name");
	ok(z && maas_vectorize_places(z, text, &place, &n) == 0 && n == 5, "places are known all the same");
	ok(n == 5 && place[0].start == 0 && place[0].end == 5 && maas_span_is(place[0].term, "caf\xc3\xa9"),
	    "the first");
	ok(n == 5 && place[4].start == 20 && maas_span_is(place[4].term, "now") && place[4].feature == place[2].feature,
	    "the last");
	maas_buf_free(&b);
	maas_vectorize_free(z);
	maas_vectorizer_free(v);
}

static void
refuse(const char *field, const char *value, enum maas_why why, const char *part)
{
	struct maas_vectorizer_options o = defaults();
	struct maas_span text[] = { maas_span("some words"), maas_span("other words") };
	struct maas_vectorizer *v;
	char name[64];

	o.hash = !strcmp(field, "max_features") ? 8 : 0;
	snprintf(name, sizeof name, "%s", field);
	if (maas_set(maas_field(maas_vectorizer_fields, name, 0), &o, value) < 0)
		abort();
	v = maas_vectorizer_fit(&o, text, 2, NULL, NULL);
	ok(!v && maas_why() == why && strstr(maas_error(), part), "%s %s: %s", field, value,
	    v ? "taken" : maas_error());
	maas_vectorizer_free(v);
}

static void
refusals(void)
{
	static const char *const patterns[] = { "", "\\w*", "(?i)\\w+", "(\\w+)", "\\w+|\\d", "^\\w+", "\\w+$", ".+",
		"[a-z", "[z-a]", "\\w{3", "\\w{}", "\\w{4,2}", "\\w{1001,}", "\\w++", "\\w+?", "\\w+-\\w+", "\\pL+",
		"\\u12", "\\", "[\\w-\\d]+", "\\xff+", "\\b", "\\b\\b", "a{,3}", "\xff+", "[a-\\w]" };

	for (size_t i = 0; i < MAAS_COUNT(patterns); i++)
		refuse("token_pattern", patterns[i], MAAS_USAGE, "token-pattern: '");
	refuse("token_pattern", "\\d+", MAAS_DATA, "empty vocabulary");
	refuse("min_df", "3", MAAS_DATA, "max-df 1.0 is fewer texts than min-df 3");
	refuse("max_df", "0.4", MAAS_DATA, "max-df 0.4 is fewer texts");
	refuse("stop_words", "some,other,words", MAAS_DATA, "but stop words");
	refuse("stop_words", "/nowhere/words", MAAS_NOINPUT, "/nowhere/words");
	refuse("max_features", "5", MAAS_USAGE, "hash:");
	refuse("ngrams", "2-1", MAAS_USAGE, "ngrams:");
	refuse("min_df", "1.5", MAAS_USAGE, "min-df:");
}

static void
pruned(void)
{
	struct maas_vectorizer_options o = defaults();
	struct maas_span text[] = { maas_span("some words"), maas_span("other things") };
	struct maas_vectorizer *v;

	o.min_df = "2";
	v = maas_vectorizer_fit(&o, text, 2, NULL, NULL);
	ok(!v && strstr(maas_error(), "no feature is left of 4"), "pruned away: %s", maas_error());
	maas_vectorizer_free(v);
}

int
main(void)
{
	any_team();
	long_text();
	hashed();
	refusals();
	pruned();
	return done();
}
