/* Truths and answers, gathered and counted. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"
#include "tally.h"

void
maas_eval_free(struct maas_eval *e)
{
	if (!e)
		return;
	maas_names_free(&e->names);
	free(e->truth);
	free(e->answer);
	free(e->p);
	free(e->value[0]);
	free(e->value[1]);
	free(e);
}

size_t
maas_eval_count(const struct maas_eval *e)
{
	return e->n;
}

size_t
maas_eval_labels(const struct maas_eval *e)
{
	return e->labels;
}

struct maas_eval *
maas_eval_new(const struct maas_span *label, size_t labels)
{
	struct maas_eval *e = maas_alloc(1, sizeof *e);

	if (!e)
		return NULL;
	for (size_t i = 0; i < labels; i++)
		if (maas_names_number(&e->names, label[i]) != (int64_t)i) {
			if (e->names.n == i)
				goto fail;
			maas_fail("label %zu of the model is there twice", i + 1);
			goto fail;
		}
	e->labels = labels;
	return e;
fail:
	maas_eval_free(e);
	return NULL;
}

/* What is summed over rows:
 *	log-loss: probabilities clipped to [eps, 1 - eps] and made to sum to 1 again; of an unknown truth, eps
 *	Brier: the sum over labels of (p - 1 or 0)^2; of two labels that is twice (p(second) - 1 or 0)^2; an unknown
 *		truth is a label more, with p = 0
 *	calibration (Guo et al. 2017): right answers, and their probability, in equal bins (lo, hi] of the latter */
static void
add_sums(struct maas_eval *e, size_t truth, size_t best, const double *p)
{
	double sum = 0, mine = DBL_EPSILON, bound = ceil(p[best] * BINS);
	int bin = bound > 1 ? (bound < BINS ? (int)bound - 1 : BINS - 1) : 0;

	for (size_t k = 0; k < e->labels; k++) {
		double v = fmin(fmax(p[k], DBL_EPSILON), 1 - DBL_EPSILON), d = p[k] - (k == truth);

		sum += v;
		mine = k == truth ? v : mine;
		e->brier += d * d;
	}
	e->brier += truth >= e->labels;
	e->log_loss -= log(mine / sum);
	e->right[bin] += truth == best;
	e->sure[bin] += p[best];
}

/* All probabilities, for what needs them at once, while there is room. */
static int
keep(struct maas_eval *e, const double *p)
{
	if (e->n && !e->p)
		return 0;
	if (e->n >= CELLS / e->labels) {
		free(e->p);
		e->p = NULL;
		return 0;
	}
	if (maas_grow(&e->p, e->n * e->labels, &e->p_cap, e->labels, sizeof *e->p) < 0)
		return -1;
	memcpy(e->p + e->n * e->labels, p, e->labels * sizeof *e->p);
	return 0;
}

int
maas_eval_add(struct maas_eval *e, struct maas_span truth, const double *probability)
{
	int64_t t = maas_names_number(&e->names, truth);
	size_t best;

	if (t < 0 || maas_grow(&e->truth, e->n, &e->truth_cap, 1, sizeof *e->truth) < 0 ||
	    maas_grow(&e->answer, e->n, &e->answer_cap, 1, sizeof *e->answer) < 0 || keep(e, probability) < 0)
		return -1;
	best = maas_argmax_f64(probability, e->labels);
	add_sums(e, (size_t)t, best, probability);
	e->truth[e->n] = (uint32_t)t;
	e->answer[e->n++] = (uint32_t)best;
	return 0;
}

int
maas_eval_add_value(struct maas_eval *e, double truth, double answer)
{
	double v[2] = { truth, answer };

	for (int i = 0; i < 2; i++) {
		if (maas_grow(&e->value[i], e->n, &e->value_cap[i], 1, sizeof *e->value[i]) < 0)
			return -1;
		e->value[i][e->n] = v[i];
	}
	e->n++;
	return 0;
}

void
maas_eval_values(const struct maas_eval *e, const double **truth, const double **answer)
{
	*truth = e->value[0];
	*answer = e->value[1];
}

/* numpy's pairwise sum, as it is for up to 128 numbers, and blocks of them. */
double
tally_sum(const double *v, size_t n)
{
	double r[8], sum = 0;
	size_t i;

	if (n > 128) {
		size_t half = n / 2 - n / 2 % 8;

		return tally_sum(v, half) + tally_sum(v + half, n - half);
	}
	if (n < 8) {
		for (i = 0; i < n; i++)
			sum += v[i];
		return sum;
	}
	memcpy(r, v, sizeof r);
	for (i = 8; i < n - n % 8; i += 8)
		for (size_t j = 0; j < 8; j++)
			r[j] += v[i + j];
	sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
	for (; i < n; i++)
		sum += v[i];
	return sum;
}

double
tally_mean(const struct tally *t, const double *v, int weighted)
{
	double *w, mean;

	if (!weighted)
		return t->k ? tally_sum(v, t->k) / (double)t->k : 0;
	if (!(w = calloc(t->k ? t->k : 1, sizeof *w)))
		return NAN;
	for (size_t i = 0; i < t->k; i++)
		w[i] = v[i] * t->support[i];
	mean = t->n ? tally_sum(w, t->k) / (double)t->n : 0;
	free(w);
	return mean;
}

/* By the bytes of their names. */
static int
by_name(const void *a, const void *b, void *ctx)
{
	const struct maas_eval *e = ctx;

	return maas_span_compare(e->names.name[*(const size_t *)a], e->names.name[*(const size_t *)b]);
}

/* 0/0 is 0, as there. */
static double
ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static void
measure(struct tally *t)
{
	double right = 0;

	for (size_t i = 0; i < t->k; i++) {
		double p, r;

		t->precision[i] = p = ratio(t->hit[i], t->answers[i]);
		t->recall[i] = r = ratio(t->hit[i], t->support[i]);
		t->f1[i] = ratio(2 * p * r, p + r);
		right += t->hit[i];
	}
	t->accuracy = ratio(right, (double)t->n);
}

int
tally_make(struct tally *t, const struct maas_eval *e)
{
	*t = (struct tally){ .n = e->n };
	if (!(t->at = maas_alloc(e->names.n, sizeof *t->at)) || !(t->label = maas_alloc(e->names.n, sizeof *t->label)))
		goto fail;
	for (size_t i = 0; i < e->n; i++)
		t->at[e->truth[i]] = t->at[e->answer[i]] = 1;
	for (size_t i = 0; i < e->names.n; i++)
		if (t->at[i])
			t->label[t->k++] = i;
	if (t->k)
		qsort_r(t->label, t->k, sizeof *t->label, by_name, (void *)e);
	for (size_t i = 0; i < t->k; i++)
		t->at[t->label[i]] = i;
	if (!(t->hit = maas_alloc(t->k, 6 * sizeof *t->hit)))
		goto fail;
	t->answers = t->hit + t->k;
	t->support = t->answers + t->k;
	t->precision = t->support + t->k;
	t->recall = t->precision + t->k;
	t->f1 = t->recall + t->k;
	for (size_t i = 0; i < e->n; i++) {
		t->support[t->at[e->truth[i]]]++;
		t->answers[t->at[e->answer[i]]]++;
		t->hit[t->at[e->truth[i]]] += e->truth[i] == e->answer[i];
	}
	measure(t);
	return 0;
fail:
	tally_clear(t);
	return -1;
}

void
tally_clear(struct tally *t)
{
	free(t->label);
	free(t->at);
	free(t->hit);
}
