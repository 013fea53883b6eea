/*
 * Temperature: one number by which all logits are divided, so that probabilities mean what they say (Guo et al. 2017,
 * "On Calibration of Modern Neural Networks").  No answer changes, only how sure it is.
 */
#include <math.h>
#include <stdlib.h>

#include "rows.h"

#define COOLEST 0.01
#define HOTTEST 100

/* Logits of n rows, or words, each less its own sum of exponentials' logarithm: a constant that softmax does not
 * see. */
struct problem {
	const double *z;       /* [n][labels] */
	const uint32_t *label; /* [n] */
	size_t n, labels;
};

/* Slope and curvature by b of the sum over the rows of -ln softmax(b z)[label], which is convex in b. */
static void
slope(const struct problem *q, double b, double *first, double *second)
{
	*first = *second = 0;
	for (size_t i = 0; i < q->n; i++) {
		const double *z = q->z + i * q->labels;
		double most = z[0], all = 0, mean = 0, squares = 0;

		if (q->label[i] >= q->labels)
			continue;
		for (size_t k = 1; k < q->labels; k++)
			most = fmax(most, z[k]);
		for (size_t k = 0; k < q->labels; k++) {
			double e = exp(b * (z[k] - most)), d = z[k] - most;

			all += e;
			mean += e * d;
			squares += e * d * d;
		}
		mean /= all;
		*first += mean - (z[q->label[i]] - most);
		*second += squares / all - mean * mean;
	}
}

/* Newton's steps, kept between two places where the slope has different signs; 1 where there is no least one. */
static double
solve(const struct problem *q)
{
	double lo = 1 / (double)HOTTEST, hi = 1 / COOLEST, b = 1, first, second;

	slope(q, lo, &first, &second);
	if (!(first < 0))
		return 1;
	slope(q, hi, &first, &second);
	if (!(first > 0))
		return 1;
	for (int i = 0; i < 100; i++) {
		double next;

		slope(q, b, &first, &second);
		if (first > 0)
			hi = b;
		else
			lo = b;
		next = second > 0 ? b - first / second : lo;
		if (!(next > lo && next < hi))
			next = sqrt(lo * hi);
		if (fabs(next - b) <= 1e-12 * b)
			return next;
		b = next;
	}
	return b;
}

int
maas_rows_calibrate(struct maas_model *m, const struct maas_data *held, struct maas_team *team, double *temperature)
{
	struct maas_rows *r = m->ready;
	size_t n = maas_design_answers(&held->x, 0, held->n);
	struct problem q = { .label = held->label, .n = n, .labels = held->labels };
	double *p = maas_alloc(n, held->labels * sizeof *p);
	char text[40];
	int rc = -1;

	if (!p)
		return -1;
	r->temperature = 1;
	if (maas_rows_apply(r, &held->x, team, p) < 0)
		goto out;
	for (size_t i = 0; i < n * held->labels; i++)
		p[i] = log(fmax(p[i], 1e-300));
	q.z = p;
	*temperature = 1 / solve(&q);
	if (m->kind->rows->cool) {
		rc = m->kind->rows->cool(m, *temperature);
		goto out;
	}
	snprintf(text, sizeof text, "%.17g", *temperature);
	if (maas_model_set_meta(m, "maas.temperature", text) < 0)
		goto out;
	r->temperature = *temperature;
	rc = 0;
out:
	free(p);
	return rc;
}
