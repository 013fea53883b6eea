/* Sparse features that are the same in every row, made one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logistic.h"

static uint64_t
hash_of(const struct maas_csr *t, size_t j)
{
	size_t at = t->start[j], n = t->start[j + 1] - at;

	return maas_hash(t->val + at, n * sizeof *t->val, maas_hash(t->col + at, n * sizeof *t->col, n));
}

static int
same(const struct maas_csr *t, size_t a, size_t b)
{
	size_t at = t->start[a], bt = t->start[b], n = t->start[a + 1] - at;

	return t->start[b + 1] - bt == n && !memcmp(t->col + at, t->col + bt, n * sizeof *t->col) &&
	    !memcmp(t->val + at, t->val + bt, n * sizeof *t->val);
}

/* f->which by a hash table of features; how many differ, and in count how many each stands for. */
static size_t
group(struct logistic_fold *f, const struct maas_csr *t, uint32_t *slot, size_t slots, uint32_t *first, double *count)
{
	size_t groups = 0;

	for (size_t j = 0; j < t->rows; j++) {
		size_t at = hash_of(t, j) & (slots - 1);

		while (slot[at] && !same(t, first[slot[at] - 1], j))
			at = (at + 1) & (slots - 1);
		if (!slot[at]) {
			first[groups] = (uint32_t)j;
			slot[at] = (uint32_t)++groups;
		}
		f->which[j] = slot[at] - 1;
		count[slot[at] - 1]++;
	}
	return groups;
}

/* The first of each group stays, in its rows. */
static int
rows(struct logistic_fold *f, const struct maas_csr *x, size_t groups, const uint32_t *first)
{
	struct maas_csr *to = &f->x.sparse;
	size_t at = 0;

	to->rows = x->rows;
	to->cols = groups;
	if (!(to->start = maas_alloc(x->rows + 1, sizeof *to->start)) ||
	    !(to->col = maas_alloc(x->start[x->rows], sizeof *to->col)) ||
	    !(to->val = maas_alloc(x->start[x->rows], sizeof *to->val)))
		return -1;
	for (size_t i = 0; i < x->rows; i++) {
		for (size_t e = x->start[i]; e < x->start[i + 1]; e++) {
			uint32_t g = f->which[x->col[e]];

			if (first[g] != x->col[e])
				continue;
			to->col[at] = g;
			to->val[at++] = x->val[e] * f->lift[g];
		}
		to->start[i + 1] = at;
	}
	return 0;
}

int
logistic_fold(struct logistic_fold *f, const struct maas_design *x, int l1)
{
	size_t cols = x->cols - x->dense, slots = 16, groups;
	struct maas_csr t = { 0 };
	uint32_t *slot = NULL, *first = NULL;
	int rc = -1;

	*f = (struct logistic_fold){ .x = *x };
	f->x.sparse = (struct maas_csr){ 0 };
	while (slots < 2 * cols)
		slots *= 2;
	if (maas_csr_transpose(&t, &x->sparse) == 0 && (slot = maas_alloc(slots, sizeof *slot)) &&
	    (first = maas_alloc(cols, sizeof *first)) && (f->which = maas_alloc(cols, sizeof *f->which)) &&
	    (f->share = maas_alloc(cols, sizeof *f->share)) && (f->lift = maas_alloc(cols, sizeof *f->lift))) {
		groups = group(f, &t, slot, slots, first, f->share);
		for (size_t g = 0; g < groups; g++) {
			double m = f->share[g];

			f->share[g] = l1 ? 1 / m : 1 / sqrt(m);
			f->lift[g] = l1 ? 1 : sqrt(m);
		}
		f->x.cols = x->dense + groups;
		rc = rows(f, &x->sparse, groups, first);
	}
	maas_csr_free(&t);
	free(slot);
	free(first);
	return rc;
}

void
logistic_fold_free(struct logistic_fold *f)
{
	maas_csr_free(&f->x.sparse);
	free(f->which);
	free(f->share);
	free(f->lift);
}
