/*
 * Which parts of a text a score comes from.  Features overlap (n-grams), parts do not: the text is cut wherever a
 * feature begins or ends, a feature's contribution is shared equally by the places where it stands, and at each
 * place by the parts there.  So the parts of a text add up to what its features do.
 *
 * What lies between two words begins where a feature ends and ends where one begins: it is no part, though n-grams
 * stretch over it.
 */
#include <stdlib.h>
#include <string.h>

#include "rows.h"

enum { BEGINS = 1, ENDS = 2, PART = 4, TOUCHED = 8 };

static int
ascending(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The part that begins at a cut. */
static size_t
part_at(const struct shares *c, size_t start)
{
	size_t lo = 0, hi = c->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->share[mid].start < start)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int
shares_cut(struct shares *c, const struct maas_place *place, size_t n)
{
	size_t cuts = 0;

	c->n = 0;
	if (!n)
		return 0;
	if (maas_grow(&c->cut, 0, &c->cut_cap, 2 * n, sizeof *c->cut) < 0 ||
	    maas_grow(&c->share, 0, &c->cap, 2 * n, sizeof *c->share) < 0 ||
	    maas_grow(&c->is, 0, &c->is_cap, 2 * n, sizeof *c->is) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		c->cut[2 * i] = 2 * place[i].start;
		c->cut[2 * i + 1] = 2 * place[i].end + 1;
	}
	qsort(c->cut, 2 * n, sizeof *c->cut, ascending);
	for (size_t i = 0; i < 2 * n; i++) {
		if (!cuts || c->cut[i] / 2 != c->share[cuts - 1].start) {
			c->share[cuts] = (struct maas_share){ .start = c->cut[i] / 2 };
			c->is[cuts++] = 0;
		}
		c->is[cuts - 1] |= c->cut[i] & 1 ? ENDS : BEGINS;
	}
	for (; c->n + 1 < cuts; c->n++) {
		c->share[c->n].end = c->share[c->n + 1].start;
		if (c->is[c->n] & BEGINS || c->is[c->n + 1] & ENDS)
			c->is[c->n] |= PART;
	}
	return 0;
}

void
shares_add(struct shares *c, const struct maas_place *place, size_t n, double contribution)
{
	for (size_t i = 0; i < n; i++) {
		size_t first = part_at(c, place[i].start), last = part_at(c, place[i].end), parts = 0;

		for (size_t j = first; j < last; j++)
			parts += (c->is[j] & PART) != 0;
		for (size_t j = first; j < last; j++)
			if (c->is[j] & PART) {
				c->share[j].contribution += contribution / (double)n / (double)parts;
				c->is[j] |= TOUCHED;
			}
	}
}

void
shares_end(struct shares *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->is[i] & TOUCHED)
			c->share[n++] = c->share[i];
	c->n = n;
}

void
shares_free(struct shares *c)
{
	free(c->cut);
	free(c->share);
	free(c->is);
	*c = (struct shares){ 0 };
}
