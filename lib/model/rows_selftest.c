/* A record for a model's self-test, made up of its own columns and words: no row of the data travels along. */
#include <string.h>

#include "rows.h"

#define WORDS 8
#define LONG  256 /* bytes: what is longer stays out, so that the record is one that can be read */

/* A few words of the vocabulary that mean nothing to any format. */
static int
words(const struct maas_vectorizer *v, struct maas_buf *b)
{
	size_t n = v ? maas_vectorizer_size(v) : 0, put = 0;

	if (!v || maas_vectorizer_hashed(v))
		return maas_buf_text(b, "any words will do here");
	for (size_t i = 0; i < WORDS && n; i++) {
		struct maas_span s = maas_vectorizer_feature(v, i * (n - 1) / (WORDS - 1));
		int plain = s.n <= LONG;

		for (size_t k = 0; k < s.n && plain; k++)
			plain &= (unsigned char)s.s[k] > 32 && !strchr("\",;|:{\\", s.s[k]);
		if (plain && ((put++ && maas_buf_text(b, " ") < 0) || maas_buf_add(b, s.s, s.n) < 0))
			return -1;
	}
	return put ? 0 : maas_buf_text(b, "x");
}

static int
cell(const struct maas_column *c, const struct maas_vectorizer *v, struct maas_buf *b)
{
	const char *last = c->width ? c->value[c->width - 1] : "";

	switch (c->role) {
	case MAAS_NUMERIC: return maas_buf_text(b, "0.5");
	case MAAS_CATEGORY: return strlen(last) <= LONG ? maas_buf_text(b, last) : 0;
	case MAAS_TEXTUAL: return words(v, b);
	default: return 0;
	}
}

/* As a JSON object where columns have names. */
static int
object(const struct maas_columns *c, const struct maas_vectorizer *v, struct maas_buf *b)
{
	struct maas_buf text = { 0 };
	int bad = maas_buf_text(b, "{");

	for (size_t i = 0, put = 0; i < c->n && !bad; i++) {
		if (c->column[i].role == MAAS_LABEL || c->column[i].role == MAAS_ID ||
		    c->column[i].role == MAAS_DROPPED)
			continue;
		text.n = 0;
		bad = cell(&c->column[i], v, &text) || maas_buf_text(b, put++ ? "," : "") ||
		    maas_json_put_text(b, maas_span(c->column[i].name)) || maas_buf_text(b, ":") ||
		    maas_json_put_text(b, (struct maas_span){ text.s ? text.s : "", text.n });
	}
	maas_buf_free(&text);
	return bad || maas_buf_text(b, "}") ? -1 : 0;
}

static int
line(const struct maas_columns *c, const struct maas_vectorizer *v, struct maas_buf *b)
{
	for (size_t i = 0; i < c->n; i++)
		if ((i && maas_buf_add(b, &c->delimiter, 1) < 0) || cell(&c->column[i], v, b) < 0)
			return -1;
	return 0;
}

int
maas_rows_add_selftest(struct maas_model *m, const struct maas_columns *c, const struct maas_vectorizer *v)
{
	struct maas_buf b = { 0 };
	struct maas_span input;
	int bad;

	if (maas_columns_files(c)) /* which do not travel */
		return 0;
	if (c->column)
		bad = c->column[0].name ? object(c, v, &b) : line(c, v, &b);
	else if (c->format == &maas_format_conll)
		bad = maas_buf_text(&b, "any\nwords\nwill\ndo\nhere");
	else if (c->texts)
		bad = words(v, &b);
	else if (c->format == &maas_format_libsvm)
		bad = maas_buf_printf(&b, "0 1:0.5");
	else
		return 0; /* pictures and matrices come as files */
	if (!bad) {
		input = (struct maas_span){ b.s, b.n };
		bad = maas_model_add_selftest(m, &input, 1);
	}
	maas_buf_free(&b);
	return bad ? -1 : 0;
}
