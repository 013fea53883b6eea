/* The table by which a network looks up what it reads: which of its words, or pieces, are near each other. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "floats.h"
#include "transformer.h"

struct maas_words {
	struct maas_tokenizer *tokenizer; /* of pieces; NULL: of words, by the lexicon */
	struct maas_lexicon *lexicon;
	const float *table;
	float *own; /* the table, where the model's is of another type */
	double *norm;
	size_t n, wide;
	size_t count; /* of those that are words */
};

void
maas_words_free(struct maas_words *w)
{
	if (!w)
		return;
	maas_tokenizer_free(w->tokenizer);
	maas_lexicon_free(w->lexicon);
	free(w->own);
	free(w->norm);
	free(w);
}

/* Of pictures and sounds a network has neither. */
static int
has_words(const struct maas_model *m)
{
	return maas_model_part(m, "lexicon").s || maas_model_part(m, "tokenizer").s;
}

/* NULL: it looks nothing up. */
static const struct maas_tensor *
table_of(const struct maas_model *m)
{
	struct transformer s;
	char name[128];

	if (!m->kind->decode)
		return m->kind->rows && m->kind->rows->reads && has_words(m) ? maas_model_tensor(m, "embedding.weight")
									     : NULL;
	m->kind->decode->shape(&s, m->settings);
	snprintf(name, sizeof name, "%s.weight", s.name->tokens);
	return maas_model_tensor(m, name);
}

/* What is unknown is no word, nor is what stands inside words that are tagged: see lexicon_inside.c. */
static int
is_word(const struct maas_words *w, size_t id)
{
	struct maas_span s = maas_words_text(w, (int32_t)id);

	if (!w->lexicon)
		return s.n > 0;
	return id && s.n && !(maas_lexicon_tagged(w->lexicon) && (s.s[0] == ' ' || s.s[0] == '\t'));
}

static int
open_table(struct maas_words *w, const struct maas_tensor *t)
{
	size_t known = w->lexicon ? maas_lexicon_size(w->lexicon) : maas_tokenizer_size(w->tokenizer);

	if (t->ndim != 2 || !floats_is(t->dtype))
		return maas_fail_as(MAAS_USAGE, "tensor %s: %s, and words are compared by floats", t->name,
		    t->ndim != 2 ? "no table" : maas_dtype_name(t->dtype));
	w->n = t->dim[0] < known ? t->dim[0] : known;
	w->wide = t->dim[1];
	w->table = t->data;
	if (t->dtype != MAAS_F32) {
		if (!(w->own = maas_alloc(w->n, w->wide * sizeof *w->own)) ||
		    floats_cast(w->own, MAAS_F32, t->data, t->dtype, w->n * w->wide, NULL) < 0)
			return -1;
		w->table = w->own;
	}
	if (!(w->norm = maas_alloc(w->n, sizeof *w->norm)))
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		double sum = 0;

		for (size_t k = 0; k < w->wide; k++)
			sum += (double)w->table[i * w->wide + k] * (double)w->table[i * w->wide + k];
		w->norm[i] = sqrt(sum);
		w->count += is_word(w, i) != 0;
	}
	return 0;
}

struct maas_words *
maas_words_open(const struct maas_model *m)
{
	const struct maas_tensor *t = table_of(m);
	struct maas_span lexicon = maas_model_part(m, "lexicon");
	struct maas_words *w;

	if (!t) {
		maas_fail_as(MAAS_USAGE,
		    m->kind->rows && m->kind->rows->reads
			? "this %s model has learnt from pictures or sounds, and looks up no words"
			: "a %s model looks up no words",
		    m->kind->name);
		return NULL;
	}
	if (!(w = maas_alloc(1, sizeof *w)))
		return NULL;
	if ((lexicon.s ? (w->lexicon = maas_lexicon_open(lexicon)) != NULL
		       : (w->tokenizer = maas_model_tokenizer(m)) != NULL) &&
	    open_table(w, t) == 0)
		return w;
	maas_words_free(w);
	return NULL;
}

size_t
maas_words_count(const struct maas_words *w)
{
	return w->count;
}

struct maas_span
maas_words_text(const struct maas_words *w, int32_t id)
{
	return w->lexicon ? maas_lexicon_term(w->lexicon, id) : maas_token_bytes(w->tokenizer, id);
}

/* A piece of just these bytes, or of a blank and these. */
static int32_t
find_piece(const struct maas_words *w, struct maas_span word)
{
	int32_t behind = -1;

	for (size_t i = 0; i < w->n; i++) {
		struct maas_span s = maas_token_bytes(w->tokenizer, (int32_t)i);

		if (!maas_span_compare(s, word))
			return (int32_t)i;
		if (behind < 0 && s.n == word.n + 1 && s.s[0] == ' ' && !memcmp(s.s + 1, word.s, word.n))
			behind = (int32_t)i;
	}
	return behind;
}

int32_t
maas_words_find(const struct maas_words *w, struct maas_span word)
{
	int32_t id;

	if (!word.n)
		return -1;
	if (!w->lexicon)
		return find_piece(w, word);
	if ((id = maas_lexicon_find(w->lexicon, word)) < 0)
		return -2;
	return id > 0 && (size_t)id < w->n && is_word(w, (size_t)id) ? id : -1;
}

static double
cosine(const struct maas_words *w, size_t a, size_t b)
{
	const float *x = w->table + a * w->wide, *y = w->table + b * w->wide;
	double sum = 0, norms = w->norm[a] * w->norm[b];

	for (size_t k = 0; k < w->wide; k++)
		sum += (double)x[k] * (double)y[k];
	return norms > 0 ? sum / norms : 0;
}

size_t
maas_words_near(const struct maas_words *w, int32_t id, struct maas_near *to, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n && most; i++) {
		struct maas_near x = { (int32_t)i, 0 };
		size_t at;

		if (x.id == id || !is_word(w, i))
			continue;
		x.cosine = cosine(w, (size_t)id, i);
		if (n == most && x.cosine <= to[n - 1].cosine)
			continue;
		n += n < most;
		for (at = n - 1; at > 0 && to[at - 1].cosine < x.cosine; at--)
			to[at] = to[at - 1];
		to[at] = x;
	}
	return n;
}
