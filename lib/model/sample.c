/* sample.c -- from logits to a token. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

/* A token that may still be chosen. */
struct sample_item {
	float score; /* logit after penalties (and temperature, where that is first) */
	float key;   /* what the present cut sorts by, the least first */
	float p;
	int32_t id;
};

static const char *const orders[] = { "hf", "llamacpp", NULL };

const struct maas_field maas_sampling_fields[] = { MAAS_REAL(0, maas_sampling, temperature, 0, 1e6, NAN,
						       "divide logits by X; 0: take the likeliest token"),
	MAAS_INT(0, maas_sampling, top_k, 0, 1e9, 0, "choose among the N likeliest, ties included; 0: all"),
	MAAS_REAL(0, maas_sampling, top_p, 0, 1, NAN, "choose among the fewest tokens that hold this probability"),
	MAAS_REAL(
	    0, maas_sampling, min_p, 0, 1, NAN, "leave out tokens below this part of the likeliest one's probability"),
	MAAS_REAL(
	    0, maas_sampling, typical_p, 0, 1, NAN, "choose among the most typical tokens that hold this probability"),
	MAAS_REAL(0, maas_sampling, repetition_penalty, 1e-3, 1e3, 1,
	    "make tokens of the prompt and the text less likely by this factor"),
	MAAS_REAL(0, maas_sampling, presence_penalty, -100, 100, 0, "taken from the logit of a token said already"),
	MAAS_REAL(0, maas_sampling, frequency_penalty, -100, 100, 0,
	    "taken from the logit of a token for each time it was said"),
	MAAS_INT(
	    0, maas_sampling, no_repeat_ngram_size, 0, 1e6, 0, "never say the same N tokens in a row twice; 0: off"),
	MAAS_ENUM(0, maas_sampling, sampler_order, orders, 0, "whose order of the steps: temperature first or last"),
	MAAS_END };

int
maas_sampler_make(struct sampler *s, size_t vocab)
{
	*s = (struct sampler){ .vocab = vocab };
	if (!(s->score = maas_alloc(vocab, sizeof *s->score)) || !(s->item = maas_alloc(vocab, sizeof *s->item)) ||
	    !(s->count = maas_alloc(vocab, sizeof *s->count))) {
		maas_sampler_drop(s);
		return -1;
	}
	return 0;
}

void
maas_sampler_drop(struct sampler *s)
{
	free(s->score);
	free(s->item);
	free(s->count);
	*s = (struct sampler){ 0 };
}

static int
outside(double x, double lo, double hi)
{
	return !isnan(x) && !(x >= lo && x <= hi);
}

int
maas_sample_check(const struct maas_sampling *h)
{
	for (const struct maas_field *f = maas_sampling_fields; f->type != MAAS_F_END; f++) {
		const void *at = (const char *)h + f->at;
		double x = f->type == MAAS_F_REAL ? *(const double *)at
		    : f->type == MAAS_F_INT       ? (double)*(const long *)at
						  : *(const int *)at;
		double hi = f->type == MAAS_F_ENUM ? (double)MAAS_COUNT(orders) - 2 : f->max;

		if (outside(x, f->min, hi) || (isnan(x) && !isnan(f->def)))
			return maas_fail("%s: %g is outside [%g, %g]", f->name, x, f->min, hi);
	}
	return 0;
}

static int
greedy(const struct maas_sampling *h)
{
	if (!isnan(h->temperature))
		return h->temperature == 0;
	return h->top_k == 0 && isnan(h->top_p) && isnan(h->min_p) && isnan(h->typical_p);
}

/* Numbers that stay numbers under any penalty and temperature?  -inf is one: never. */
static int
sound(const float *x, size_t n)
{
	size_t bad = 0, some = 0;

	for (size_t i = 0; i < n; i++) {
		bad += !(x[i] <= 1e28f);
		some += x[i] >= -1e28f;
	}
	return !bad && some;
}

void
maas_sample_top(struct maas_choice *top, int k, const float *logit, size_t n, double norm)
{
	int have = 0, at;

	for (size_t i = 0; k > 0 && i < n; i++) {
		if (!(logit[i] > -INFINITY) || (have == k && !(logit[i] > logit[top[k - 1].id])))
			continue;
		have += have < k;
		for (at = have - 1; at > 0 && logit[i] > logit[top[at - 1].id]; at--)
			top[at] = top[at - 1];
		top[at].id = (int32_t)i;
	}
	for (int i = 0; i < k; i++) {
		if (i >= have)
			top[i].id = -1;
		top[i].logprob = i < have ? (float)(logit[top[i].id] - norm) : NAN;
	}
}

/* Repetition (Keskar et al. 2019): once for each token of prompt and text.  Presence and frequency: of the text. */
static void
penalise(struct sampler *s, const struct sample_case *c)
{
	const struct maas_sampling *h = c->how;
	float theta = (float)h->repetition_penalty;

	for (size_t i = 0; theta != 1 && i < c->n; i++) {
		float *x = &s->score[c->id[i]];

		if (s->count[c->id[i]]++ == 0)
			*x = *x < 0 ? *x * theta : *x / theta;
	}
	for (size_t i = 0; theta != 1 && i < c->n; i++)
		s->count[c->id[i]] = 0;
	if (h->presence_penalty == 0 && h->frequency_penalty == 0)
		return;
	for (size_t i = c->prompt; i < c->n; i++)
		s->count[c->id[i]]++;
	for (size_t i = c->prompt; i < c->n; i++) {
		uint32_t times = s->count[c->id[i]];

		if (times)
			s->score[c->id[i]] -= (float)(times * h->frequency_penalty + h->presence_penalty);
		s->count[c->id[i]] = 0;
	}
}

/* No run of `size` tokens twice. */
static void
ban(struct sampler *s, const struct sample_case *c)
{
	size_t size = (size_t)c->how->no_repeat_ngram_size;
	const int32_t *last;

	if (size == 0 || c->n + 1 < size)
		return;
	last = c->id + c->n + 1 - size;
	for (size_t i = 0; i + size <= c->n; i++)
		if (!memcmp(c->id + i, last, (size - 1) * sizeof *last))
			s->score[c->id[i + size - 1]] = -INFINITY;
}

/* Lower keys come first, of equal ones the lower id. */
static int
before(const struct sample_item *a, const struct sample_item *b)
{
	return a->key < b->key || (a->key == b->key && a->id < b->id);
}

/* Heapsort: in place, and never slow. */
static void
sort(struct sample_item *a, size_t n)
{
	struct sample_item x;

	for (size_t begin = n / 2, end = n; end > 1;) {
		size_t at, child;

		if (begin > 0) {
			x = a[--begin];
		} else {
			x = a[--end];
			a[end] = a[0];
		}
		for (at = begin; (child = 2 * at + 1) < end; at = child) {
			child += child + 1 < end && before(&a[child], &a[child + 1]);
			if (!before(&x, &a[child]))
				break;
			a[at] = a[child];
		}
		a[at] = x;
	}
}

/* Put the m that come first in front, in any order (Hoare's selection, median of three). */
static void
select_first(struct sample_item *a, size_t n, size_t m)
{
	size_t lo = 0, hi = n; /* the m-th border lies in a[lo, hi) */

	while (hi - lo > 16 && m > lo && m < hi) {
		struct sample_item x = a[lo], y = a[lo + (hi - lo) / 2], z = a[hi - 1], t;
		struct sample_item pivot = before(&x, &y) ? (before(&y, &z)          ? y
								    : before(&x, &z) ? z
										     : x)
							  : (before(&x, &z)          ? x
								    : before(&y, &z) ? z
										     : y);
		size_t i = lo, j = hi - 1;

		for (;; i++, j--) {
			while (before(&a[i], &pivot))
				i++;
			while (before(&pivot, &a[j]))
				j--;
			if (i >= j)
				break;
			t = a[i], a[i] = a[j], a[j] = t;
		}
		if (m <= j + 1 && j + 1 < hi)
			hi = j + 1;
		else
			lo = j + 1;
	}
	if (m > lo && m < hi)
		sort(a + lo, hi - lo);
}

static void
softmax(struct sample_item *a, size_t n)
{
	float max = a[0].score, part[256];
	double sum = 0;
	size_t m;

	for (size_t i = 1; i < n; i++)
		max = fmaxf(max, a[i].score);
	for (size_t i = 0; i < n; i += m) {
		m = n - i < MAAS_COUNT(part) ? n - i : MAAS_COUNT(part);
		for (size_t j = 0; j < m; j++)
			part[j] = a[i + j].score - max;
		maas_exp(part, part, m);
		for (size_t j = 0; j < m; j++)
			sum += a[i + j].p = part[j];
	}
	for (size_t i = 0; i < n; i++)
		a[i].p = (float)(a[i].p / sum);
}

/* The shortest row, by key, that holds `mass`; its length.  Sorts no more than it needs. */
static size_t
prefix(struct sample_item *a, size_t n, double mass)
{
	double sum = 0;
	size_t i = 0;

	for (size_t m = n < 128 ? n : 64; i < n; m = m * 8 < n ? m * 8 : n) {
		select_first(a + i, n - i, m - i);
		sort(a + i, m - i);
		for (; i < m; i++)
			if ((sum += a[i].p) >= mass)
				return i + 1;
	}
	return n;
}

/* Fan et al. 2018; ties with the last are kept. */
static size_t
top_k(struct sample_item *a, size_t n, long k)
{
	size_t keep = (size_t)k;
	float least;

	if (k == 0 || keep >= n)
		return n;
	for (size_t i = 0; i < n; i++)
		a[i].key = -a[i].score;
	select_first(a, n, keep);
	least = a[0].score;
	for (size_t i = 1; i < keep; i++)
		least = fminf(least, a[i].score);
	for (size_t i = keep; i < n; i++)
		if (a[i].score == least)
			a[keep++] = a[i];
	return keep;
}

/* Holtzman et al. 2020: the fewest that hold p. */
static size_t
top_p(struct sample_item *a, size_t n, double p)
{
	if (isnan(p) || p >= 1)
		return n;
	softmax(a, n);
	for (size_t i = 0; i < n; i++)
		a[i].key = -a[i].p;
	return prefix(a, n, p);
}

/* Nguyen et al. 2024: at least a part p of the likeliest one's probability. */
static size_t
min_p(struct sample_item *a, size_t n, double p)
{
	float max = a[0].score;
	double least;
	size_t keep = 0;

	if (isnan(p) || p <= 0)
		return n;
	for (size_t i = 1; i < n; i++)
		max = fmaxf(max, a[i].score);
	least = max + log(p);
	for (size_t i = 0; i < n; i++)
		if (a[i].score >= least)
			a[keep++] = a[i];
	return keep;
}

/* Meister et al. 2023: by |-ln p - H|, H the entropy, until they hold `mass`; ties are kept. */
static size_t
typical(struct sample_item *a, size_t n, double mass)
{
	double entropy = 0;
	size_t keep;

	if (isnan(mass) || mass >= 1)
		return n;
	softmax(a, n);
	for (size_t i = 0; i < n; i++)
		entropy -= a[i].p > 0 ? a[i].p * log(a[i].p) : 0;
	for (size_t i = 0; i < n; i++)
		a[i].key = a[i].p > 0 ? (float)fabs(-log(a[i].p) - entropy) : INFINITY;
	keep = prefix(a, n, mass);
	for (size_t i = keep; i < n; i++)
		if (a[i].key == a[keep - 1].key)
			a[keep++] = a[i];
	return keep;
}

static int32_t
draw(struct sample_item *a, size_t n, double u)
{
	double sum = 0;
	size_t i;

	softmax(a, n);
	for (i = 0; i < n; i++)
		sum += a[i].p;
	u *= sum;
	sum = 0;
	for (i = 0; i + 1 < n; i++)
		if (u < (sum += a[i].p))
			break;
	while (i > 0 && a[i].p == 0) /* rounding may have carried u past the last that can be */
		i--;
	return a[i].id;
}

static void
heat(struct sample_item *a, size_t n, double temperature)
{
	float t = isnan(temperature) ? 1 : fmaxf((float)temperature, 1e-6f);

	for (size_t i = 0; t != 1 && i < n; i++)
		a[i].score /= t;
}

int32_t
maas_sample_next(struct sampler *s, const struct sample_case *c)
{
	const struct maas_sampling *h = c->how;
	struct sample_item *a = s->item;
	size_t n = 0;
	int32_t best;

	if (!sound(c->logit, s->vocab))
		return -1;
	memcpy(s->score, c->logit, s->vocab * sizeof *s->score);
	penalise(s, c);
	ban(s, c);
	best = (int32_t)maas_argmax(s->score, s->vocab);
	if (s->score[best] == -INFINITY) /* all is banned: the rule gives way */
		return (int32_t)maas_argmax(c->logit, s->vocab);
	if (greedy(h))
		return best;
	for (size_t i = 0; i < s->vocab; i++)
		if (s->score[i] > -INFINITY)
			a[n++] = (struct sample_item){ .score = s->score[i], .id = (int32_t)i };
	if (h->sampler_order == MAAS_ORDER_HF) {
		heat(a, n, h->temperature);
		n = top_k(a, n, h->top_k);
		n = top_p(a, n, h->top_p);
		n = min_p(a, n, h->min_p);
		n = typical(a, n, h->typical_p);
	} else {
		n = top_k(a, n, h->top_k);
		n = typical(a, n, h->typical_p);
		n = top_p(a, n, h->top_p);
		n = min_p(a, n, h->min_p);
		heat(a, n, h->temperature);
	}
	return draw(a, n, c->u);
}
