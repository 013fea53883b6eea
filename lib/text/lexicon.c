/*
 * Lexicons: kept, opened, and texts by them.
 *
 * Kept as: "maaslex1", four numbers (u64: the analysis, 1 lower case | 2 tagged, terms, bytes of them), the terms as a
 * table (vectorize.h).  Little-endian, nothing aligned.
 */
#include <stdlib.h>
#include <string.h>

#include "lexicon.h"

#define HEAD 40

const char *const maas_analysis_names[] = { "auto", "token", "word", "char", "cjk", NULL };

size_t
maas_lexicon_most(enum maas_analysis how, int tagged)
{
	if (how <= MAAS_BY_TOKEN)
		return 1;
	return tagged ? LEXICON_INSIDE : how == MAAS_BY_CJK ? 2 : 1;
}

struct rules
lexicon_rules(enum maas_analysis how, int tagged, int lowercase)
{
	return (struct rules){ .analyzer = tagged ? READ_TOLD
		    : how == MAAS_BY_CHAR         ? READ_CHAR
		    : how == MAAS_BY_CJK          ? READ_CJK
						  : READ_WORD,
		.lowercase = lowercase && !tagged };
}

static int
parse(struct maas_lexicon *l)
{
	const unsigned char *p = (const unsigned char *)l->data.s;
	size_t left = l->data.n;
	uint64_t how, flags, n, bytes;

	if (left < HEAD || memcmp(p, LEXICON_MAGIC, 8))
		return maas_fail("lexicon: does not begin with " LEXICON_MAGIC);
	how = table_get64(p + 8), flags = table_get64(p + 16), n = table_get64(p + 24), bytes = table_get64(p + 32);
	p += HEAD, left -= HEAD;
	if (how < MAAS_BY_WORD || how > MAAS_BY_CJK || flags > 3)
		return maas_fail("lexicon: no such analysis: %ju, %ju", (uintmax_t)how, (uintmax_t)flags);
	if (n >= LEXICON_MOST || table_take(&l->table, &p, &left, n, bytes) < 0 || left)
		return maas_fail("lexicon: %zu bytes do not hold %ju terms", l->data.n, (uintmax_t)n);
	l->analyzer = (enum maas_analysis)how;
	l->tagged = flags >> 1;
	l->rules = lexicon_rules(l->analyzer, l->tagged, flags & 1);
	return 0;
}

struct maas_lexicon *
maas_lexicon_open(struct maas_span data)
{
	struct maas_lexicon *l = maas_alloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->data = data;
	if (parse(l) == 0)
		return l;
	maas_lexicon_free(l);
	return NULL;
}

int
maas_lexicon_compile(const struct maas_lexicon *l, struct maas_buf *b)
{
	return maas_buf_add(b, l->data.s, l->data.n);
}

void
maas_lexicon_free(struct maas_lexicon *l)
{
	if (!l)
		return;
	maas_buf_free(&l->own);
	free(l);
}

size_t
maas_lexicon_size(const struct maas_lexicon *l)
{
	return l->table.n + 1;
}

struct maas_span
maas_lexicon_term(const struct maas_lexicon *l, int32_t id)
{
	return id > 0 ? table_text(&l->table, (size_t)id - 1) : (struct maas_span){ "", 0 };
}

int32_t
maas_lexicon_is(const struct maas_lexicon *l, struct maas_span term)
{
	return (int32_t)(table_find(&l->table, term.s, term.n) + 1);
}

struct rules
lexicon_rules_of(const struct maas_lexicon *l)
{
	return l->rules;
}

int32_t
maas_lexicon_find(const struct maas_lexicon *l, struct maas_span term)
{
	struct terms t = { .rules = l->rules };
	int32_t found = terms_fold(&t, term) < 0 ? -1 : (int32_t)(table_find(&l->table, t.fold.s, t.fold.n) + 1);

	terms_free(&t);
	return found;
}

enum maas_analysis
maas_lexicon_analyzer(const struct maas_lexicon *l)
{
	return l->analyzer;
}

int
maas_lexicon_tagged(const struct maas_lexicon *l)
{
	return l->tagged;
}

void
lexical_open(struct lexical *x, const struct maas_lexicon *l, size_t most, int places)
{
	*x = (struct lexical){ .of = l, .most = most, .terms = { .rules = l->rules, .places = places } };
}

/* One more place, which begins with this term: -1, and full, where there is none left. */
static int
begin(struct lexical *x, struct maas_span term)
{
	if (x->n == x->most) {
		x->full = 1;
		return -1;
	}
	if (maas_grow(&x->bag, x->n + 1, &x->bag_cap, 1, sizeof *x->bag) < 0)
		return -1;
	if (x->terms.places) {
		if (maas_grow(&x->place, x->n, &x->place_cap, 1, sizeof *x->place) < 0)
			return -1;
		x->place[x->n] = term;
	}
	x->bag[x->n + 1] = x->bag[x->n];
	x->n++;
	return 0;
}

static int
take(void *ctx, const struct maas_span *term, size_t n)
{
	struct lexical *x = ctx;
	size_t most = maas_lexicon_most(x->of->analyzer, x->of->tagged);
	uint32_t found[BATCH];

	table_find_all(&x->of->table, term, n, found);
	for (size_t i = 0; i < n; i++) {
		size_t *end;

		if (x->terms.begins[i] && begin(x, term[i]) < 0)
			return -1;
		end = &x->bag[x->n];
		if ((found[i] == NO_ID && !x->terms.begins[i]) || *end - x->bag[x->n - 1] == most)
			continue;
		if (maas_grow(&x->id, *end, &x->id_cap, 1, sizeof *x->id) < 0)
			return -1;
		x->id[(*end)++] = found[i] == NO_ID ? 0 : (int32_t)found[i] + 1;
	}
	return 0;
}

int
lexical_read(struct lexical *x, struct maas_span text)
{
	x->n = 0;
	x->full = 0;
	if (maas_grow(&x->bag, 0, &x->bag_cap, 1, sizeof *x->bag) < 0)
		return -1;
	x->bag[0] = 0;
	return terms_of(&x->terms, text, take, x) < 0 && !x->full ? -1 : 0;
}

void
lexical_where(const struct lexical *x, size_t i, size_t *start, size_t *end)
{
	const struct terms *t = &x->terms;
	size_t from = (size_t)(x->place[i].s - t->fold.s), to = from + x->place[i].n;

	/* A blank may stand for several. */
	if (t->fold.s[from] == ' ' && i + 1 < x->n)
		to = (size_t)(x->place[i + 1].s - t->fold.s);
	*start = t->fold_at[from];
	*end = t->fold_at[to];
}

void
lexical_forget(struct lexical *x)
{
	maas_buf_wipe(&x->terms.fold);
	maas_buf_wipe(&x->terms.join);
	maas_wipe(x->terms.batch, sizeof x->terms.batch);
	maas_wipe(x->id, x->id_cap * sizeof *x->id);
}

void
lexical_close(struct lexical *x)
{
	terms_free(&x->terms);
	free(x->id);
	free(x->bag);
	free(x->place);
	*x = (struct lexical){ 0 };
}
