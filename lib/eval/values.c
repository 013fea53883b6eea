/* Metrics of numbers, as scikit-learn has them, and their table. */
#include <math.h>
#include <stdlib.h>

#include "tally.h"
#include "maas/fmt.h"

enum { MSE, RMSE, MAE, R2, METRICS };

/* Sums over the rows of |d| or d^2, d the truth less the answer (or less the mean truth), as numpy sums them. */
static double
sum_of(const struct maas_eval *e, int square, int of_mean)
{
	const double *y = e->value[0], *x = e->value[1];
	double mean = tally_sum(y, e->n) / (double)e->n, *d = malloc(e->n * sizeof *d), sum;

	if (!d)
		return NAN;
	for (size_t i = 0; i < e->n; i++) {
		d[i] = y[i] - (of_mean ? mean : x[i]);
		d[i] = square ? d[i] * d[i] : fabs(d[i]);
	}
	sum = tally_sum(d, e->n);
	free(d);
	return sum;
}

static double
metric_of(const struct maas_eval *e, size_t metric, int of_mean)
{
	double n = (double)e->n, left, all;

	if (!e->n)
		return NAN;
	switch (metric) {
	case MSE: return sum_of(e, 1, of_mean) / n;
	case RMSE: return sqrt(sum_of(e, 1, of_mean) / n);
	case MAE: return sum_of(e, 0, of_mean) / n;
	}
	if (e->n < 2)
		return NAN;
	left = sum_of(e, 1, of_mean);
	all = sum_of(e, 1, 1);
	return all > 0 ? 1 - left / all : left > 0 ? 0 : 1; /* of a constant truth: scikit-learn's force_finite */
}

double
value_metric(const struct maas_eval *e, size_t metric)
{
	return metric_of(e, metric, 0);
}

int
value_report(const struct maas_eval *e, struct maas_buf *b)
{
	if (maas_buf_printf(b, "%6s %14s %14s\n\n", "", "model", "mean alone") < 0)
		return -1;
	for (size_t i = 0; i < METRICS; i++)
		if (maas_buf_printf(b, "%6s %14.6g %14.6g\n", maas_eval_value_metrics[i], metric_of(e, i, 0),
			metric_of(e, i, 1)) < 0)
			return -1;
	return maas_buf_printf(b, "\n%6s %14zu\n", "rows", e->n);
}

int
value_members(const struct maas_eval *e, struct maas_buf *b)
{
	if (maas_buf_printf(b, "\"n\":%zu", e->n) < 0)
		return -1;
	for (size_t i = 0; i < METRICS; i++)
		if (maas_buf_printf(b, ",\"%s\":", maas_eval_value_metrics[i]) < 0 ||
		    maas_json_put_real(b, metric_of(e, i, 0)) < 0)
			return -1;
	for (size_t i = 0; i < METRICS; i++)
		if (maas_buf_printf(b, "%s\"%s\":", i ? "," : ",\"baseline\":{", maas_eval_value_metrics[i]) < 0 ||
		    maas_json_put_real(b, metric_of(e, i, 1)) < 0)
			return -1;
	return maas_buf_text(b, "}");
}
