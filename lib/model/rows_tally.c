/* What pieces of many rows, or of words of them, add for each label: sums without their signs, by what the pieces are
 * called. */
#include <math.h>
#include <stdlib.h>

#include "rows.h"

struct maas_tally {
	struct maas_names names;
	size_t labels, *times; /* [labels] explanations of each */
	double *sum;           /* [names][labels] */
	size_t sum_cap;
	double *weight; /* of a label, [names] */
	size_t weight_cap;
};

struct maas_tally *
maas_tally_new(size_t labels)
{
	struct maas_tally *t = maas_alloc(1, sizeof *t);

	if (!t || !(t->times = maas_alloc(labels, sizeof *t->times))) {
		free(t);
		return NULL;
	}
	t->labels = labels;
	return t;
}

void
maas_tally_free(struct maas_tally *t)
{
	if (!t)
		return;
	maas_names_free(&t->names);
	free(t->times);
	free(t->sum);
	free(t->weight);
	free(t);
}

int
maas_tally_add(struct maas_tally *t, size_t label, const struct maas_explanation *x)
{
	for (size_t i = 0; i < x->n; i++) {
		size_t had = t->names.n;
		int64_t name = maas_names_number(&t->names, x->piece[i].feature);

		if (name < 0 || maas_grow(&t->sum, had * t->labels, &t->sum_cap, t->labels, sizeof *t->sum) < 0)
			return -1;
		for (size_t k = 0; t->names.n > had && k < t->labels; k++)
			t->sum[had * t->labels + k] = 0;
		t->sum[(size_t)name * t->labels + label] += fabs(x->piece[i].contribution);
	}
	t->times[label]++;
	return 0;
}

int
maas_tally_join(struct maas_tally *t, const struct maas_tally *other)
{
	for (size_t i = 0; i < other->names.n; i++) {
		size_t had = t->names.n;
		int64_t name = maas_names_number(&t->names, other->names.name[i]);

		if (name < 0 || maas_grow(&t->sum, had * t->labels, &t->sum_cap, t->labels, sizeof *t->sum) < 0)
			return -1;
		for (size_t k = 0; k < t->labels; k++)
			t->sum[(size_t)name * t->labels + k] =
			    ((size_t)name < had ? t->sum[(size_t)name * t->labels + k] : 0) +
			    other->sum[i * t->labels + k];
	}
	for (size_t k = 0; k < t->labels; k++)
		t->times[k] += other->times[k];
	return 0;
}

size_t
maas_tally_names(const struct maas_tally *t)
{
	return t->names.n;
}

struct maas_span
maas_tally_name(const struct maas_tally *t, size_t i)
{
	return t->names.name[i];
}

const double *
maas_tally_weights(struct maas_tally *t, size_t label)
{
	if (maas_grow(&t->weight, 0, &t->weight_cap, t->names.n + 1, sizeof *t->weight) < 0)
		return NULL;
	for (size_t i = 0; i < t->names.n; i++)
		t->weight[i] = t->times[label] ? t->sum[i * t->labels + label] / (double)t->times[label] : 0;
	return t->weight;
}
