/* Texts through a vectoriser: rows, and where their features stand. */
#include <stdlib.h>
#include <string.h>

#include "vectorize.h"

struct maas_vectorize {
	const struct maas_vectorizer *v;
	struct terms terms, traced; /* the second keeps places */
	struct counts counts;
	double *val;
	size_t val_cap;
	struct maas_place *place;
	size_t places, place_cap;
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
	free(z->val);
	free(z->place);
	free(z);
}

static int
count(void *ctx, const char *s, size_t n)
{
	struct maas_vectorize *z = ctx;
	int64_t id = table_find(&z->v->vocabulary, s, n);

	return id < 0 ? 0 : counts_add(&z->counts, (uint32_t)id);
}

int
maas_vectorize_text(
    struct maas_vectorize *z, struct maas_span text, const uint32_t **col, const double **val, size_t *n)
{
	struct counts *c = &z->counts;
	int rc;

	counts_clear(c);
	rc = terms_of(&z->terms, text, count, z);
	if (rc == 0)
		rc = maas_grow(&z->val, 0, &z->val_cap, c->n, sizeof *z->val);
	if (rc < 0) {
		counts_clear(c);
		return -1;
	}
	counts_sort(c);
	for (size_t i = 0; i < c->n; i++)
		z->val[i] = c->count[c->id[i]];
	weighing_apply(&z->v->weighing, z->val, c->id, c->n);
	*col = c->id;
	*val = z->val;
	*n = c->n;
	return 0;
}

static int
place(void *ctx, const char *s, size_t n)
{
	struct maas_vectorize *z = ctx;
	int64_t id = table_find(&z->v->vocabulary, s, n);
	const size_t *at = z->traced.origin + (s - z->traced.base);

	if (id < 0)
		return 0;
	if (maas_grow(&z->place, z->places, &z->place_cap, 1, sizeof *z->place) < 0)
		return -1;
	z->place[z->places++] = (struct maas_place){ (uint32_t)id, at[0], at[n] };
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
