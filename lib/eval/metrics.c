/* Metrics of labels and probabilities; each as scikit-learn has it, but ece. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"

struct metric {
	const char *name;
	int loss;
	double (*of)(const struct maas_eval *, const struct tally *);
};

static double
log_loss(const struct maas_eval *e, const struct tally *t)
{
	(void)t;
	return e->n ? e->log_loss / (double)e->n : NAN;
}

static double
brier(const struct maas_eval *e, const struct tally *t)
{
	(void)t;
	return e->n ? e->brier / (double)e->n / (e->labels == 2 ? 2 : 1) : NAN;
}

static double
ece(const struct maas_eval *e, const struct tally *t)
{
	double total = 0;

	(void)t;
	for (int b = 0; b < BINS; b++)
		total += fabs(e->right[b] - e->sure[b]);
	return e->n ? total / (double)e->n : NAN;
}

struct ranked {
	double p;
	int yes;
};

static int
by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

/* Of label k against the rest: the chance that a row of it gets the larger probability, half for equal. */
static double
auc(const struct maas_eval *e, size_t k, struct ranked *r)
{
	double ranks = 0, yes = 0, no;

	for (size_t i = 0; i < e->n; i++) {
		r[i] = (struct ranked){ e->p[i * e->labels + k], e->truth[i] == k };
		yes += r[i].yes;
	}
	no = (double)e->n - yes;
	qsort(r, e->n, sizeof *r, by_p);
	for (size_t i = 0, j; i < e->n; i = j) {
		for (j = i; j < e->n && r[j].p == r[i].p; j++)
			;
		for (size_t l = i; l < j; l++)
			ranks += r[l].yes * ((double)(i + j + 1) / 2);
	}
	return (ranks - yes * (yes + 1) / 2) / (yes * no);
}

/* Two labels: of the second; more: the mean of each against the rest.  A label that never occurs: none. */
static double
roc_auc(const struct maas_eval *e, const struct tally *t)
{
	struct ranked *r;
	double sum = 0;

	(void)t;
	if (e->names.n > e->labels || e->labels < 2 || (e->n && !e->p) || !(r = calloc(e->n ? e->n : 1, sizeof *r)))
		return NAN;
	if (e->labels == 2)
		sum = auc(e, 1, r);
	for (size_t k = 0; e->labels > 2 && k < e->labels; k++)
		sum += auc(e, k, r) / (double)e->labels;
	free(r);
	return isfinite(sum) ? sum : NAN;
}

static double
accuracy(const struct maas_eval *e, const struct tally *t)
{
	return e->n ? t->accuracy : NAN;
}

static double
f1_macro(const struct maas_eval *e, const struct tally *t)
{
	(void)e;
	return tally_mean(t, t->f1, 0);
}

static double
f1_weighted(const struct maas_eval *e, const struct tally *t)
{
	(void)e;
	return tally_mean(t, t->f1, 1);
}

static double
precision_macro(const struct maas_eval *e, const struct tally *t)
{
	(void)e;
	return tally_mean(t, t->precision, 0);
}

static double
precision_weighted(const struct maas_eval *e, const struct tally *t)
{
	(void)e;
	return tally_mean(t, t->precision, 1);
}

static double
recall_macro(const struct maas_eval *e, const struct tally *t)
{
	(void)e;
	return tally_mean(t, t->recall, 0);
}

static double
recall_weighted(const struct maas_eval *e, const struct tally *t)
{
	(void)e;
	return tally_mean(t, t->recall, 1);
}

static const struct metric metrics[] = {
	{ "accuracy", 0, accuracy },
	{ "f1_macro", 0, f1_macro },
	{ "f1_weighted", 0, f1_weighted },
	{ "precision_macro", 0, precision_macro },
	{ "precision_weighted", 0, precision_weighted },
	{ "recall_macro", 0, recall_macro },
	{ "recall_weighted", 0, recall_weighted },
	{ "log_loss", 1, log_loss },
	{ "roc_auc", 0, roc_auc },
	{ "ece", 1, ece },
	{ "brier", 1, brier },
};

/* The names of the table above. */
const char *const maas_eval_metrics[] = { "accuracy", "f1_macro", "f1_weighted", "precision_macro",
	"precision_weighted", "recall_macro", "recall_weighted", "log_loss", "roc_auc", "ece", "brier", NULL };

const char *const maas_eval_value_metrics[] = { "mse", "rmse", "mae", "r2", NULL };

static size_t
find(const char *const *names, const char *name)
{
	size_t i = 0;

	while (names[i] && strcmp(names[i], name))
		i++;
	return i;
}

int
maas_eval_metric(struct maas_eval *e, const char *name, double *to)
{
	const char *const *here = e->labels ? maas_eval_metrics : maas_eval_value_metrics;
	const char *near = maas_nearest(name, here);
	size_t i = find(here, name);
	struct tally t;

	if (!here[i] &&
	    (find(maas_eval_metrics, name) < MAAS_COUNT(maas_eval_metrics) - 1 ||
		find(maas_eval_value_metrics, name) < MAAS_COUNT(maas_eval_value_metrics) - 1))
		return maas_fail_as(MAAS_USAGE, "%s is of models that %s, and this one %s", name,
		    e->labels ? "answer a number" : "label rows", e->labels ? "labels rows" : "answers a number");
	if (!here[i])
		return maas_fail_as(
		    MAAS_USAGE, "no metric is called '%s'%s%s", name, near ? ": did you mean " : "", near ? near : "");
	if (!e->labels) {
		*to = value_metric(e, i);
		return 0;
	}
	if (tally_make(&t, e) < 0)
		return -1;
	*to = metrics[i].of(e, &t);
	tally_clear(&t);
	return 0;
}

int
maas_eval_is_loss(const char *name)
{
	for (size_t i = 0; i < MAAS_COUNT(metrics); i++)
		if (!strcmp(metrics[i].name, name))
			return metrics[i].loss;
	return find(maas_eval_value_metrics, name) < 3; /* but r2 */
}

/* The root of the mean square of what the mean truth leaves. */
static double
spread(const struct maas_eval *e)
{
	const double *y = e->value[0];
	double mean = e->n ? tally_sum(y, e->n) / (double)e->n : NAN, sum = 0;

	for (size_t i = 0; i < e->n; i++)
		sum += (y[i] - mean) * (y[i] - mean);
	return e->n ? sqrt(sum / (double)e->n) : NAN;
}

double
maas_eval_baseline(struct maas_eval *e)
{
	size_t *count, most = 0;

	if (!e->labels)
		return spread(e);
	count = calloc(e->names.n ? e->names.n : 1, sizeof *count);
	for (size_t i = 0; count && i < e->n; i++)
		most = ++count[e->truth[i]] > most ? count[e->truth[i]] : most;
	free(count);
	return e->n ? (double)most / (double)e->n : NAN;
}
