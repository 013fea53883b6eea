/* Columns that held-out rows alone made categories become numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

/* Do rows pick[0..n) hold numbers and gaps alone, and a number at least, in category w? */
static int
holds_numbers(const struct maas_rowset *d, size_t w, const uint32_t *pick, size_t n)
{
	size_t words = d->columns->words, numbers = 0;
	double v;

	for (size_t i = 0; i < n; i++) {
		struct maas_span s = d->values[w].name[d->word[pick[i] * words + w]];

		if (!s.n)
			continue;
		if (maas_number(s, &v) < 0 || !isfinite(v))
			return 0;
		numbers++;
	}
	return numbers > 0;
}

/* What each value of category w is as a number; NaN: a gap.  On the heap. */
static double *
values_of(const struct maas_rowset *d, size_t w, const char *name, int gaps)
{
	const struct maas_names *v = &d->values[w];
	double *number = maas_alloc(v->n, sizeof *number);

	for (size_t i = 0; number && i < v->n; i++) {
		if (v->name[i].n && maas_number(v->name[i], &number[i]) == 0 && isfinite(number[i]))
			continue;
		number[i] = NAN;
		if (gaps)
			continue;
		maas_fail("column '%s' holds numbers, but in a row that is held out '%.*s' (see --impute)", name,
		    v->name[i].n > 40 ? 40 : (int)v->name[i].n, v->name[i].s);
		free(number);
		return NULL;
	}
	return number;
}

/* Word w of each row becomes number `to` of each. */
static int
move(struct maas_rowset *d, size_t w, size_t to, const double *number)
{
	size_t numbers = d->columns->numbers, words = d->columns->words;
	double *x = maas_alloc(d->n, (numbers + 1) * sizeof *x);

	if (!x)
		return -1;
	for (size_t i = 0; i < d->n; i++) {
		double *row = x + i * (numbers + 1);
		uint32_t *word = d->word + i * words;

		for (size_t j = 0; j < numbers; j++)
			row[j + (j >= to)] = d->x[i * numbers + j];
		row[to] = number[word[w]];
		memmove(d->word + i * (words - 1), word, w * sizeof *word);
		memmove(d->word + i * (words - 1) + w, word + w + 1, (words - w - 1) * sizeof *word);
	}
	free(d->x);
	d->x = x;
	maas_names_free(&d->values[w]);
	memmove(d->values + w, d->values + w + 1, (words - w - 1) * sizeof *d->values);
	return 0;
}

/* How many numbers stand in front of column i. */
static size_t
numbers_before(const struct maas_columns *c, size_t i)
{
	size_t n = 0;

	while (i-- > 0)
		n += c->column[i].role == MAAS_NUMERIC;
	return n;
}

int
maas_rowset_recast(struct maas_rowset *d, struct maas_columns *c, const uint32_t *pick, size_t n, int gaps)
{
	for (size_t i = 0; c->column && i < c->n; i++) {
		struct maas_column *col = &c->column[i];
		char name[24];
		double *number;
		int rc;

		if (col->role != MAAS_CATEGORY || !holds_numbers(d, col->from, pick, n))
			continue;
		snprintf(name, sizeof name, "%zu", i + 1);
		if (!(number = values_of(d, col->from, col->name ? col->name : name, gaps)))
			return -1;
		rc = move(d, col->from, numbers_before(c, i), number);
		free(number);
		if (rc < 0)
			return -1;
		maas_columns_recast(c, i);
	}
	return 0;
}
