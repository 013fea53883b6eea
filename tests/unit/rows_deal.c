/* Folds of cross-validation, held to scikit-learn's. */
#include <stdlib.h>

#include "maas/model.h"
#include "../test.h"

#define ROWS 256

/* Numbers parted by blanks, up to a tab or the line's end. */
static size_t
numbers(char **s, uint32_t *to)
{
	size_t n = 0;

	while (**s && **s != '\t' && **s != '\n')
		to[n++] = (uint32_t)strtoul(*s, s, 10);
	*s += **s == '\t';
	return n;
}

static void
golden(char *line)
{
	uint32_t group[ROWS], want[ROWS], got[ROWS], k, groups;
	size_t n, least;

	numbers(&line, &k);
	numbers(&line, &groups);
	n = numbers(&line, group);
	ok(numbers(&line, want) == n && !maas_split_folds(got, group, n, groups, k, 0, 5, &least) &&
		!memcmp(got, want, n * sizeof *got),
	    "%u folds of %zu rows in %u groups", k, n, groups);
}

static void
shuffled(void)
{
	uint32_t group[90], one[90], two[90], other[90], count[5][3] = { 0 };
	size_t least;
	int even = 1;

	for (uint32_t i = 0; i < 90; i++)
		group[i] = i % 9 < 5 ? 0 : i % 9 < 8 ? 1 : 2;
	ok(!maas_split_folds(one, group, 90, 3, 5, 1, 7, &least) && least == 10, "dealt in an order of the seed");
	ok(!maas_split_folds(two, group, 90, 3, 5, 1, 7, &least) && !memcmp(one, two, sizeof one), "the same again");
	ok(!maas_split_folds(other, group, 90, 3, 5, 1, 8, &least) && memcmp(one, other, sizeof one), "another seed");
	ok(!maas_split_folds(other, group, 90, 3, 5, 0, 7, &least) && memcmp(one, other, sizeof one),
	    "in the rows' order");
	for (uint32_t i = 0; i < 90; i++)
		count[one[i]][group[i]]++;
	for (int f = 0; f < 5; f++)
		even &= count[f][0] == 10 && count[f][1] == 6 && count[f][2] == 2;
	ok(even, "each fold has its share of each group");
}

int
main(void)
{
	uint32_t group[] = { 0, 1, 0, 1, 0 }, fold[5];
	char line[4096], path[512];
	size_t least;
	FILE *f;

	snprintf(path, sizeof path, "%s/folds.tsv", getenv("DATA") ? getenv("DATA") : "tests/data");
	f = fopen(path, "r");
	ok(f != NULL, "%s is there", path);
	while (f && fgets(line, sizeof line, f))
		golden(line);
	if (f)
		fclose(f);
	shuffled();
	ok(!maas_split_folds(fold, group, 5, 2, 3, 0, 1, &least) && least == 2,
	    "a group may be smaller than the folds");
	ok(maas_split_folds(fold, group, 5, 2, 4, 0, 1, &least) < 0, "%s", maas_error());
	ok(maas_split_folds(fold, (uint32_t[5]){ 0 }, 5, 1, 6, 0, 1, &least) < 0, "%s", maas_error());
	return done();
}
