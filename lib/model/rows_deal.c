/* Rows dealt to folds, for cross-validation. */
#include <stdlib.h>
#include <string.h>

#include "maas/model.h"

/* Seeds of what must not repeat the numbers of a split. */
#define SEED_FOLDS 0x666f6c6473u

/* How many of the places [from, to) are i, i + k, i + 2 k ...; i is below k. */
static size_t
places(size_t from, size_t to, size_t k, size_t i)
{
	size_t below_from = from > i ? (from - i + k - 1) / k : 0, below_to = to > i ? (to - i + k - 1) / k : 0;

	return below_to - below_from;
}

int
maas_split_folds(
    uint32_t *fold, const uint32_t *group, size_t n, size_t groups, size_t k, int shuffle, uint64_t seed, size_t *least)
{
	size_t *count = maas_alloc(groups + 1, sizeof *count), *start = maas_alloc(groups + 1, sizeof *start);
	size_t *fill = maas_alloc(groups + 1, sizeof *fill), *seen = maas_alloc(groups + 1, sizeof *seen);
	uint32_t *row = maas_alloc(n, sizeof *row); /* group by group */
	size_t most = 0, at = 0, order = 0, first = 0;
	int rc = -1;

	if (!count || !start || !fill || !seen || !row)
		goto out;
	for (size_t i = 0; i < n; i++)
		if (!count[group[i]]++)
			seen[order++] = group[i];
	*least = n;
	for (size_t o = 0; o < order; o++) { /* in the order they are first seen */
		size_t g = seen[o];

		start[g] = fill[g] = at;
		at += count[g];
		most = count[g] > most ? count[g] : most;
		*least = count[g] < *least ? count[g] : *least;
	}
	for (size_t i = 0; i < n; i++)
		row[fill[group[i]]++] = (uint32_t)i;
	if (most < k) {
		maas_fail_as(MAAS_USAGE,
		    groups > 1 ? "%zu folds: no label has more than %zu rows" : "%zu folds: there are %zu rows", k,
		    most);
		goto out;
	}
	for (size_t o = 0; o < order; o++, first = at) {
		size_t g = seen[o];

		at = start[g] + count[g];
		if (shuffle)
			maas_shuffle(row + start[g], count[g], seed ^ SEED_FOLDS, g);
		for (size_t i = 0, p = start[g]; i < k; i++)
			for (size_t share = places(first, at, k, i); share > 0; share--)
				fold[row[p++]] = (uint32_t)i;
	}
	rc = 0;
out:
	free(count);
	free(start);
	free(fill);
	free(seen);
	free(row);
	return rc;
}
