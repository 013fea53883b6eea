/* Texts through a vectoriser: rows, and where their features stand. */
#include <stdlib.h>
#include <string.h>

#include "vectorize.h"

struct maas_vectorize {
	const struct maas_vectorizer *v;
	struct terms terms, traced; /* the second keeps places */
	struct counts counts;
	uint32_t *col;
	double *val;
	size_t col_cap, val_cap;
	struct maas_place *place;
	size_t places, place_cap;
	size_t seen, unknown; /* terms of the last text; those that are no feature */
};

struct maas_vectorize *
maas_vectorize_new(const struct maas_vectorizer *v)
{
	struct maas_vectorize *z = maas_alloc(1, sizeof *z);

	if (!z)
		return NULL;
	z->v = v;
	z->terms = (struct terms){ .rules = v->rules, .stops = v->stops.n ? &v->stops : NULL };
	z->traced = z->terms;
	z->traced.places = 1;
	return z;
}

void
maas_vectorize_free(struct maas_vectorize *z)
{
	if (!z)
		return;
	terms_free(&z->terms);
	terms_free(&z->traced);
	counts_free(&z->counts);
	free(z->col);
	free(z->val);
	free(z->place);
	free(z);
}

static void
forget_terms(struct terms *t)
{
	maas_buf_wipe(&t->fold);
	maas_buf_wipe(&t->join);
}

void
maas_vectorize_forget(struct maas_vectorize *z)
{
	if (!z)
		return;
	forget_terms(&z->terms);
	forget_terms(&z->traced);
}

static void
find(const struct maas_vectorizer *v, const struct maas_span *term, size_t n, uint32_t *id)
{
	if (v->rules.hash)
		for (size_t i = 0; i < n; i++)
			id[i] = bucket_of(v->rules.hash, maas_hash(term[i].s, term[i].n, 0));
	else
		table_find_all(&v->vocabulary, term, n, id);
}

static int
count(void *ctx, const struct maas_span *term, size_t n)
{
	struct maas_vectorize *z = ctx;
	uint32_t id[BATCH];

	find(z->v, term, n, id);
	for (size_t i = 0; z->v->weighing.idf && i < n; i++)
		if (id[i] != NO_ID)
			__builtin_prefetch(z->v->weighing.idf + 8 * (size_t)id[i]);
	z->seen += n;
	for (size_t i = 0; i < n; i++)
		z->unknown += id[i] == NO_ID;
	return counts_add(&z->counts, id, n);
}

int
maas_vectorize_text(
    struct maas_vectorize *z, struct maas_span text, const uint32_t **col, const double **val, size_t *n)
{
	struct counts *c = &z->counts;

	c->n = z->seen = z->unknown = 0;
	if (terms_of(&z->terms, text, count, z) < 0 || counts_sort(c) < 0 ||
	    maas_grow(&z->col, 0, &z->col_cap, c->n, sizeof *z->col) < 0 ||
	    maas_grow(&z->val, 0, &z->val_cap, c->n, sizeof *z->val) < 0)
		return -1;
	weighing_apply(&z->v->weighing, c->item, c->n, z->col, z->val);
	*col = z->col;
	*val = z->val;
	*n = c->n;
	return 0;
}

void
maas_vectorize_seen(const struct maas_vectorize *z, size_t *terms, size_t *unknown)
{
	*terms = z->seen;
	*unknown = z->unknown;
}

static int
place(void *ctx, const struct maas_span *term, size_t n)
{
	struct maas_vectorize *z = ctx;
	uint32_t id[BATCH];

	find(z->v, term, n, id);
	if (maas_grow(&z->place, z->places, &z->place_cap, n, sizeof *z->place) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const size_t *at = z->traced.origin + (term[i].s - z->traced.base);

		if (id[i] != NO_ID)
			z->place[z->places++] = (struct maas_place){ id[i], at[0], at[term[i].n], term[i] };
	}
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct maas_place *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return x->feature < y->feature ? -1 : x->feature > y->feature;
}

int
maas_vectorize_places(struct maas_vectorize *z, struct maas_span text, const struct maas_place **to, size_t *n)
{
	z->places = 0;
	if (terms_of(&z->traced, text, place, z) < 0)
		return -1;
	if (z->places)
		qsort(z->place, z->places, sizeof *z->place, by_place);
	*to = z->place;
	*n = z->places;
	return 0;
}
