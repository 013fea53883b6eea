/*
 * Vectorisers: options, the form they are kept in, rows of texts.
 *
 * Kept as: "maasvec1", seven sizes (u64: bytes of settings, features, features with an idf, bytes of
 * features, stop words, their bytes, zero), the settings as lines of NAME VALUE, the idf (f64), the
 * vocabulary and the stop words as tables (vectorize.h).  Little-endian, nothing aligned.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vectorize.h"

#define MAGIC     "maasvec1"
#define HEAD      64
#define MOST_BITS 28

static const char *const analyzers[] = { "word", "char", "char_wb", "cjk", NULL };
static const char *const accents[] = { "none", "ascii", "unicode", NULL };
static const char *const norms[] = { "auto", "l2", "l1", "none", NULL };

#define S maas_vectorizer_options
const struct maas_field maas_vectorizer_fields[] = {
	MAAS_ENUM(0, S, analyzer, analyzers, WORD,
	    "take texts apart into words, characters, characters inside words, "
	    "or words and single characters and pairs of Han, kana and Hangul"),
	MAAS_TEXT(0, S, ngrams, "1", "features are runs of N, or of MIN-MAX, words or characters"),
	MAAS_TEXT(
	    0, S, min_df, "1", "leave out features in fewer texts (a whole number) or a smaller part of them (0.01)"),
	MAAS_TEXT(
	    0, S, max_df, "1.0", "leave out features in more texts (a whole number) or a larger part of them (0.5)"),
	MAAS_INT(0, S, max_features, 0, 2e9, 0, "keep the N commonest features; 0: all"),
	MAAS_TEXT(0, S, stop_words, NULL, "leave out the words in FILE, these, parted by commas, or 'english' ones"),
	MAAS_TEXT(0, S, token_pattern, "\\b\\w\\w+\\b", "what a word is: a class of characters and how many of them"),
	MAAS_INT(
	    0, S, hash, 0, MOST_BITS, 0, "keep no vocabulary: a hash tells which of 2^N features is meant; 0: off"),
	MAAS_FLAG_ON(0, S, lowercase, "turn texts to lower case first"),
	MAAS_ENUM(
	    0, S, strip_accents, accents, ACCENTS_KEEP, "take accents off: unicode, or ascii and all else that is not"),
	MAAS_FLAG(0, S, binary, "a feature is there (1) or not (0), however often"),
	MAAS_FLAG(0, S, tfidf, "weigh counts by the inverse of how many texts have the feature"),
	MAAS_FLAG(0, S, sublinear_tf, "take 1 + ln(count) for the count"),
	MAAS_FLAG_ON(0, S, smooth_idf, "count one more text, with every feature in it, for the idf"),
	MAAS_ENUM(0, S, norm, norms, NORM_AUTO, "scale each row to length 1; auto: l2 with --tfidf, else none"),
	MAAS_END,
};
#undef S

static int
whole(struct maas_span s, size_t *n)
{
	int64_t v;

	if (maas_parse_int(s, &v) < 0 || v < 1 || v > 1000)
		return -1;
	*n = (size_t)v;
	return 0;
}

static int
ngrams_of(const char *text, struct rules *r)
{
	const char *dash = strchr(text, '-');
	struct maas_span first = { text, dash ? (size_t)(dash - text) : strlen(text) };

	if (whole(first, &r->least) < 0 || whole(dash ? maas_span(dash + 1) : first, &r->most) < 0 ||
	    r->least > r->most)
		return maas_fail_as(MAAS_USAGE, "ngrams: '%s', wanted N or MIN-MAX, such as 1-2", text);
	return 0;
}

int
rules_of(const struct maas_vectorizer_options *o, struct rules *r)
{
	*r = (struct rules){
		.analyzer = o->analyzer, .lowercase = o->lowercase, .accents = o->strip_accents, .hash = (int)o->hash
	};
	if (ngrams_of(o->ngrams, r) < 0 || pattern_parse(o->token_pattern, &r->word) < 0)
		return -1;
	if (o->stop_words && *o->stop_words && (r->analyzer == CHAR || r->analyzer == CHAR_WB))
		return maas_fail_as(MAAS_USAGE, "stop-words: the analyzer %s knows no words", analyzers[r->analyzer]);
	if (o->hash && (strcmp(o->min_df, "1") || strcmp(o->max_df, "1.0") || o->max_features))
		return maas_fail_as(MAAS_USAGE,
		    "hash: min-df, max-df and max-features choose from a vocabulary, and with hash there is none");
	return 0;
}

struct weighing
weighing_of(const struct maas_vectorizer_options *o)
{
	struct weighing w = { .binary = o->binary, .sublinear = o->sublinear_tf, .norm = o->norm };

	if (w.norm == NORM_AUTO)
		w.norm = o->tfidf ? NORM_L2 : NORM_NONE;
	return w;
}

static double
get_double(const unsigned char *p)
{
	uint64_t bits = table_get64(p);
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

void
weighing_apply(const struct weighing *w, const uint64_t *item, size_t n, uint32_t *col, double *val)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double v = w->binary ? 1 : (uint32_t)item[i];

		col[i] = count_feature(item[i]);
		if (w->sublinear && v > 1)
			v = log(v) + 1;
		if (w->idf)
			v *= get_double(w->idf + 8 * (size_t)col[i]);
		sum += w->norm == NORM_L1 ? fabs(v) : v * v;
		val[i] = v;
	}
	if (w->norm == NORM_NONE || !(sum > 0))
		return;
	if (w->norm == NORM_L2)
		sum = sqrt(sum);
	for (size_t i = 0; i < n; i++)
		val[i] /= sum;
}

static int
settings_print(const struct maas_vectorizer_options *o, struct maas_buf *b)
{
	char name[64];

	for (const struct maas_field *f = maas_vectorizer_fields; f->type; f++) {
		if (f->at == offsetof(struct maas_vectorizer_options, stop_words))
			continue;
		maas_field_name(f, name, sizeof name);
		if (maas_buf_printf(b, "%s ", name) < 0 || maas_get(f, o, b) < 0 || maas_buf_text(b, "\n") < 0)
			return -1;
	}
	return 0;
}

static size_t
text_bytes(const struct maas_span *text, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += text[i].n;
	return sum;
}

int
vectorizer_print(struct maas_buf *b, const struct maas_vectorizer_options *o, const double *idf,
    const struct maas_span *feature, size_t n, const struct stops *stops)
{
	struct maas_buf settings = { 0 };
	size_t words = feature ? n : 0;
	uint64_t bits;
	int rc = -1;

	if (settings_print(o, &settings) < 0 || maas_buf_text(b, MAGIC) < 0 || table_put64(b, settings.n) < 0 ||
	    table_put64(b, words) < 0 || table_put64(b, idf ? n : 0) < 0 ||
	    table_put64(b, text_bytes(feature, words)) < 0 || table_put64(b, stops->n) < 0 ||
	    table_put64(b, text_bytes(stops->word, stops->n)) < 0 || table_put64(b, 0) < 0 ||
	    maas_buf_add(b, settings.s, settings.n) < 0)
		goto out;
	for (size_t i = 0; idf && i < n; i++) {
		memcpy(&bits, &idf[i], sizeof bits);
		if (table_put64(b, bits) < 0)
			goto out;
	}
	if (table_print(b, feature, words) < 0 || table_print(b, stops->word, stops->n) < 0)
		goto out;
	rc = 0;
out:
	maas_buf_free(&settings);
	return rc;
}

/* NAME VALUE lines of s, which is changed and stays borrowed. */
static int
settings_parse(char *s, struct maas_vectorizer_options *o)
{
	maas_defaults(maas_vectorizer_fields, o);
	for (char *end; *s; s = end + 1) {
		const struct maas_field *f;
		char *value;

		if (!(end = strchr(s, '\n')))
			return maas_fail("settings end inside a line");
		*end = 0;
		if (!(value = strchr(s, ' ')))
			return maas_fail("setting '%s' has no value", s);
		*value++ = 0;
		if (!(f = maas_field(maas_vectorizer_fields, s, 0)) || maas_set(f, o, value) < 0)
			return -1;
	}
	return 0;
}

static int
parse(struct maas_vectorizer *v)
{
	const unsigned char *p = (const unsigned char *)v->data.s, *head = p;
	size_t left = v->data.n;
	uint64_t settings, features, idf;

	if (left < HEAD || memcmp(p, MAGIC, 8))
		return maas_fail("vectorizer: does not begin with " MAGIC);
	settings = table_get64(p + 8), features = table_get64(p + 16), idf = table_get64(p + 24);
	p += HEAD, left -= HEAD;
	if (settings > left || settings > 1 << 16 || memchr(p, 0, (size_t)settings))
		return maas_fail("vectorizer: settings of %ju bytes", (uintmax_t)settings);
	if (!(v->settings = maas_alloc((size_t)settings + 1, 1)))
		return -1;
	memcpy(v->settings, p, (size_t)settings);
	p += settings, left -= (size_t)settings;
	if (settings_parse(v->settings, &v->options) < 0 || rules_of(&v->options, &v->rules) < 0)
		return maas_in("vectorizer");
	v->weighing = weighing_of(&v->options);
	v->features = v->rules.hash ? (size_t)1 << v->rules.hash : (size_t)features;
	if (idf != (v->options.tfidf ? v->features : 0) || idf > left / 8 || (v->rules.hash && features))
		return maas_fail("vectorizer: %ju features, %ju with an idf", (uintmax_t)features, (uintmax_t)idf);
	v->weighing.idf = v->options.tfidf ? p : NULL;
	p += 8 * idf, left -= 8 * (size_t)idf;
	if (table_take(&v->vocabulary, &p, &left, features, table_get64(head + 32)) < 0 ||
	    table_take(&v->stops, &p, &left, table_get64(head + 40), table_get64(head + 48)) < 0 || left)
		return maas_fail("vectorizer: %zu bytes do not hold %ju features and %ju stop words", v->data.n,
		    (uintmax_t)features, (uintmax_t)table_get64(head + 40));
	return 0;
}

struct maas_vectorizer *
maas_vectorizer_open(struct maas_span data)
{
	struct maas_vectorizer *v = maas_alloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->data = data;
	if (parse(v) < 0) {
		maas_vectorizer_free(v);
		return NULL;
	}
	return v;
}

void
maas_vectorizer_free(struct maas_vectorizer *v)
{
	if (!v)
		return;
	maas_buf_free(&v->own);
	free(v->settings);
	free(v);
}

int
maas_vectorizer_compile(const struct maas_vectorizer *v, struct maas_buf *b)
{
	return maas_buf_add(b, v->data.s, v->data.n);
}

size_t
maas_vectorizer_size(const struct maas_vectorizer *v)
{
	return v->features;
}

int
maas_vectorizer_hashed(const struct maas_vectorizer *v)
{
	return v->rules.hash != 0;
}

struct maas_span
maas_vectorizer_feature(const struct maas_vectorizer *v, size_t i)
{
	return table_text(&v->vocabulary, i);
}

int
maas_vectorizer_name(const struct maas_vectorizer *v, size_t i, struct maas_buf *b)
{
	struct maas_span s = maas_vectorizer_feature(v, i);

	return v->rules.hash ? maas_buf_printf(b, "#%zu", i) : maas_buf_add(b, s.s, s.n);
}

int64_t
maas_vectorizer_find(const struct maas_vectorizer *v, struct maas_span feature)
{
	if (v->rules.hash)
		return bucket_of(v->rules.hash, maas_hash(feature.s, feature.n, 0));
	return table_find(&v->vocabulary, feature.s, feature.n);
}

double
maas_vectorizer_idf(const struct maas_vectorizer *v, size_t i)
{
	return v->weighing.idf && i < v->features ? get_double(v->weighing.idf + 8 * i) : 1;
}

int
maas_vectorizer_print(const struct maas_vectorizer *v, struct maas_buf *b)
{
	return settings_print(&v->options, b);
}
