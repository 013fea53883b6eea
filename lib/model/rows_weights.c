/* What a linear model of rows holds strongest, whatever the row. */
#include <math.h>
#include <stdlib.h>

#include "rows.h"

int
maas_rows_feature(const struct maas_rows *r, size_t i, struct maas_buf *b)
{
	return i < r->before ? maas_columns_feature(r->columns, i, b) : maas_vectorizer_name(r->v, i - r->before, b);
}

/* Does a stand behind b: smaller, or as large and a later feature? */
static int
behind(const double *weight, uint32_t a, uint32_t b)
{
	double u = fabs(weight[a]), v = fabs(weight[b]);

	return u != v ? u < v : a > b;
}

/* The heap's first is the hindmost: put x in place i or below. */
static void
sink(const double *weight, uint32_t *heap, size_t n, size_t i, uint32_t x)
{
	for (size_t child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && behind(weight, heap[child + 1], heap[child]))
			child++;
		if (!behind(weight, heap[child], x))
			break;
		heap[i] = heap[child];
	}
	heap[i] = x;
}

size_t
maas_strongest(const double *weight, size_t n, uint32_t *to, size_t most)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (weight[i] == 0)
			continue;
		if (k < most) {
			to[k++] = (uint32_t)i;
			if (k == most)
				for (size_t j = most / 2; j-- > 0;)
					sink(weight, to, most, j, to[j]);
		} else if (most && behind(weight, to[0], (uint32_t)i)) {
			sink(weight, to, most, 0, (uint32_t)i);
		}
	}
	/* What is left of a heap sort: the hindmost goes to the end, again and again. */
	for (size_t j = k < most ? k / 2 : 0; j-- > 0;)
		sink(weight, to, k, j, to[j]);
	for (size_t last = k; last > 1;) {
		uint32_t hindmost = to[0];

		last--;
		sink(weight, to, last, 0, to[last]);
		to[last] = hindmost;
	}
	return k;
}

int
maas_rows_weights(const struct maas_rows *r, size_t label, double *weight)
{
	const struct maas_rows_ops *ops = r->m->kind->rows;
	double sign = r->outputs == 1 && r->labels && !label ? -1 : 1;

	if (!ops->weight)
		return maas_fail_as(
		    MAAS_USAGE, "%s models are not linear: no weight speaks for itself", r->m->kind->name);
	for (size_t i = 0; i < r->features; i++)
		weight[i] = sign * ops->weight(r->m, i, r->outputs == 1 ? 0 : label);
	return 0;
}
