/* Truths and answers, gathered and counted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"

struct maas_eval *
maas_eval_new(const struct maas_span *label, size_t labels)
{
	struct maas_eval *e = maas_alloc(1, sizeof *e);

	if (!e)
		return NULL;
	if (!(e->arena = maas_arena_new(1 << 12)) ||
	    maas_grow(&e->name, 0, &e->name_cap, labels + 1, sizeof *e->name) < 0)
		goto fail;
	for (e->names = 0; e->names < labels; e->names++) {
		const struct maas_span *l = &label[e->names];

		if (!(e->name[e->names].s = maas_take_text(e->arena, l->s, l->n)))
			goto fail;
		e->name[e->names].n = l->n;
	}
	e->labels = labels;
	return e;
fail:
	maas_eval_free(e);
	return NULL;
}

void
maas_eval_free(struct maas_eval *e)
{
	if (!e)
		return;
	maas_arena_free(e->arena);
	free(e->name);
	free(e->truth);
	free(e->answer);
	free(e->p);
	free(e);
}

size_t
maas_eval_count(const struct maas_eval *e)
{
	return e->n;
}

/* The number of a label; one not known yet gets the next. */
static int64_t
number_of(struct maas_eval *e, struct maas_span s)
{
	struct maas_span *to;

	for (size_t i = 0; i < e->names; i++)
		if (e->name[i].n == s.n && (s.n == 0 || !memcmp(e->name[i].s, s.s, s.n)))
			return (int64_t)i;
	if (maas_grow(&e->name, e->names, &e->name_cap, 1, sizeof *e->name) < 0)
		return -1;
	to = &e->name[e->names];
	if (!(to->s = maas_take_text(e->arena, s.s, s.n)))
		return -1;
	to->n = s.n;
	return (int64_t)e->names++;
}

int
maas_eval_add(struct maas_eval *e, struct maas_span truth, const double *probability)
{
	int64_t t = number_of(e, truth);
	size_t best = 0;

	if (t < 0 || maas_grow(&e->truth, e->n, &e->truth_cap, 1, sizeof *e->truth) < 0 ||
	    maas_grow(&e->answer, e->n, &e->answer_cap, 1, sizeof *e->answer) < 0 ||
	    maas_grow(&e->p, e->n * e->labels, &e->p_cap, e->labels, sizeof *e->p) < 0)
		return -1;
	for (size_t i = 1; i < e->labels; i++)
		if (probability[i] > probability[best])
			best = i;
	memcpy(e->p + e->n * e->labels, probability, e->labels * sizeof *e->p);
	e->truth[e->n] = (uint32_t)t;
	e->answer[e->n++] = (uint32_t)best;
	return 0;
}

/* numpy's pairwise sum, as it is for up to 128 numbers, and blocks of them. */
static double
sum_of(const double *v, size_t n)
{
	double r[8], sum = 0;
	size_t i;

	if (n > 128) {
		size_t half = n / 2 - n / 2 % 8;

		return sum_of(v, half) + sum_of(v + half, n - half);
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
		return t->k ? sum_of(v, t->k) / (double)t->k : 0;
	if (!(w = calloc(t->k ? t->k : 1, sizeof *w)))
		return NAN;
	for (size_t i = 0; i < t->k; i++)
		w[i] = v[i] * t->support[i];
	mean = t->n ? sum_of(w, t->k) / (double)t->n : 0;
	free(w);
	return mean;
}

/* Does the name of label a stand behind that of b? */
static int
after(const struct maas_eval *e, size_t a, size_t b)
{
	const struct maas_span *x = &e->name[a], *y = &e->name[b];
	size_t n = x->n < y->n ? x->n : y->n;
	int c = n ? memcmp(x->s, y->s, n) : 0;

	return c ? c > 0 : x->n > y->n;
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
		double answers = 0, hit = (double)t->count[i * t->k + i], p, r;

		for (size_t j = 0; j < t->k; j++) {
			t->support[i] += (double)t->count[i * t->k + j];
			answers += (double)t->count[j * t->k + i];
		}
		t->precision[i] = p = ratio(hit, answers);
		t->recall[i] = r = ratio(hit, t->support[i]);
		t->f1[i] = ratio(2 * p * r, p + r);
		right += hit;
	}
	t->accuracy = ratio(right, (double)t->n);
}

int
tally_make(struct tally *t, const struct maas_eval *e)
{
	size_t *rank = maas_alloc(e->names, sizeof *rank), *at = maas_alloc(e->names, sizeof *at);

	*t = (struct tally){ .n = e->n };
	if (!rank || !at || !(t->label = maas_alloc(e->names, sizeof *t->label)))
		goto fail;
	for (size_t i = 0; i < e->n; i++)
		rank[e->truth[i]] = rank[e->answer[i]] = 1;
	for (size_t i = 0; i < e->names; i++)
		if (rank[i])
			t->label[t->k++] = i;
	/* Insertion: names come sorted but for the few that the model does not know. */
	for (size_t i = 1; i < t->k; i++)
		for (size_t j = i; j > 0 && after(e, t->label[j - 1], t->label[j]); j--) {
			size_t swap = t->label[j];

			t->label[j] = t->label[j - 1];
			t->label[j - 1] = swap;
		}
	for (size_t i = 0; i < t->k; i++)
		at[t->label[i]] = i;
	if (!(t->count = maas_alloc(t->k, (t->k ? t->k : 1) * sizeof *t->count)) ||
	    !(t->support = maas_alloc(t->k, 4 * sizeof *t->support)))
		goto fail;
	t->precision = t->support + t->k;
	t->recall = t->precision + t->k;
	t->f1 = t->recall + t->k;
	for (size_t i = 0; i < e->n; i++)
		t->count[at[e->truth[i]] * t->k + at[e->answer[i]]]++;
	measure(t);
	free(rank);
	free(at);
	return 0;
fail:
	free(rank);
	free(at);
	tally_free(t);
	return -1;
}

void
tally_free(struct tally *t)
{
	free(t->label);
	free(t->count);
	free(t->support);
}
