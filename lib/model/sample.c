/* sample.c -- from logits to a token. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define LARGE 1e28f /* a logit that is larger is none */

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
	size_t chunks = maas_chunks(vocab);

	*s = (struct sampler){ .vocab = vocab };
	if (!(s->score = maas_alloc(vocab, sizeof *s->score)) || !(s->item = maas_alloc(vocab, sizeof *s->item)) ||
	    !(s->count = maas_alloc(vocab, sizeof *s->count)) || !(s->pick = maas_alloc(vocab, sizeof *s->pick)) ||
	    !(s->weight = maas_alloc(vocab, sizeof *s->weight)) ||
	    !(s->peak = maas_alloc(chunks, MAAS_LANES * sizeof *s->peak)) ||
	    !(s->sum = maas_alloc(chunks, sizeof *s->sum))) {
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
	free(s->pick);
	free(s->weight);
	free(s->peak);
	free(s->sum);
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

float
sample_heat(const struct maas_sampling *h)
{
	return isnan(h->temperature) ? 1 : fmaxf((float)h->temperature, 1e-6f);
}

int
maas_sampling_greedy(const struct maas_sampling *h)
{
	if (!isnan(h->temperature))
		return h->temperature == 0;
	return h->top_k == 0 && isnan(h->top_p) && isnan(h->min_p) && isnan(h->typical_p);
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
void
sample_sort(struct sample_item *a, size_t n)
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
		sample_sort(a + lo, hi - lo);
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
		sample_sort(a + i, m - i);
		for (; i < m; i++)
			if ((sum += a[i].p) >= mass)
				return i + 1;
	}
	return n;
}

static void
heat(struct sample_item *a, size_t n, float t)
{
	for (size_t i = 0; t != 1 && i < n; i++)
		a[i].score /= t;
}

/* The ids picked become items, as far as the temperature leaves them `least`. */
static size_t
itemise(struct sampler *s, const float *x, size_t n, float t, float least)
{
	size_t keep = 0;

	for (size_t i = 0; i < n; i++) {
		float score = x[s->pick[i]] / t;

		if (score >= least)
			s->item[keep++] = (struct sample_item){ .score = score, .id = (int32_t)s->pick[i] };
	}
	return keep;
}

/* So low that k scores or more are not lower, and not many more. */
static float
low_enough(const struct sampler *s, const float *x, float max, size_t k)
{
	size_t n = maas_chunks(s->vocab) * MAAS_LANES, wide = 2 * k > n;
	float lo = max, hi = max, step = 0.5f;

	x = wide ? x : s->peak; /* k peaks are k scores */
	n = wide ? s->vocab : n;
	for (; lo > -SAMPLE_FAR && maas_count_from(x, n, lo) < k; step *= 2) {
		hi = lo;
		lo = max - step;
	}
	for (int i = 0; lo > -SAMPLE_FAR && i < 30 && maas_count_from(x, n, lo) > k + k / 4 + 32; i++) {
		float mid = lo + (hi - lo) / 2;

		if (maas_count_from(x, n, mid) < k)
			hi = mid;
		else
			lo = mid;
		if (!(mid > lo || mid < hi))
			break;
	}
	/* What temperature makes of a lower score by rounding may be no less. */
	return lo > -SAMPLE_FAR ? lo - fabsf(lo) * 1e-6f - 1e-30f : -SAMPLE_FAR;
}

/* Fan et al. 2018; ties with the last are kept.  Items in the order of ids, divided by t; k = 0: all. */
static size_t
top_k(struct sampler *s, const float *x, float max, long k, float t)
{
	size_t keep = k > 0 && (size_t)k < s->vocab ? (size_t)k : s->vocab, n;
	float least = INFINITY;

	n = maas_gather_between(s->pick, s->vocab, x, s->peak, s->vocab,
	    keep < s->vocab ? low_enough(s, x, max, keep) : -SAMPLE_FAR, INFINITY);
	n = itemise(s, x, n, t, -INFINITY);
	if (keep >= n)
		return n;
	for (size_t i = 0; i < n; i++)
		s->item[i].key = -s->item[i].score;
	select_first(s->item, n, keep);
	for (size_t i = 0; i < keep; i++)
		least = fminf(least, s->item[i].score);
	return itemise(s, x, n, t, least);
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

int
maas_sample_plain(const struct maas_sampling *h)
{
	return h->repetition_penalty == 1 && h->presence_penalty == 0 && h->frequency_penalty == 0 &&
	    h->no_repeat_ngram_size == 0;
}

/* Logits, or what penalties made of them; peaks are of what is returned. */
static const float *
penalised(struct sampler *s, const struct sample_case *c)
{
	if (maas_sample_plain(c->how))
		return c->logit;
	memcpy(s->score, c->logit, s->vocab * sizeof *s->score);
	penalise(s, c);
	ban(s, c);
	(void)maas_peaks(s->peak, s->score, s->vocab, INFINITY);
	return s->score;
}

/* The first of the largest, by the peaks. */
static size_t
likeliest(const struct sampler *s, const float *x)
{
	size_t chunk = maas_argmax(s->peak, maas_chunks(s->vocab) * MAAS_LANES) / MAAS_LANES;
	size_t from = chunk * MAAS_CHUNK, n = s->vocab - from < MAAS_CHUNK ? s->vocab - from : MAAS_CHUNK;

	return from + maas_argmax(x + from, n);
}

/* One cut of n items: how many stay, in front. */
static size_t
cut(struct sample_item *a, size_t n, const struct maas_sampling *h, enum maas_sift which)
{
	return which == MAAS_CUT_TOP_P ? top_p(a, n, h->top_p)
	    : which == MAAS_CUT_MIN_P  ? min_p(a, n, h->min_p)
				       : typical(a, n, h->typical_p);
}

/* Those behind top-k. */
static const enum maas_sift cuts[][3] = { { MAAS_CUT_TOP_P, MAAS_CUT_MIN_P, MAAS_CUT_TYPICAL_P },
	{ MAAS_CUT_TYPICAL_P, MAAS_CUT_TOP_P, MAAS_CUT_MIN_P } };

/* The cuts in their order, where only some are left or the most typical are wanted. */
static int32_t
narrow(struct sampler *s, const float *x, float max, const struct maas_sampling *h, double u)
{
	int hot = h->sampler_order == MAAS_ORDER_HF;
	float t = sample_heat(h);
	size_t n = top_k(s, x, max, h->top_k, hot ? t : 1);

	for (size_t i = 0; i < MAAS_COUNT(cuts[0]); i++)
		n = cut(s->item, n, h, cuts[!hot][i]);
	if (!hot)
		heat(s->item, n, t);
	return draw(s->item, n, u);
}

int32_t
maas_sample_next(struct sampler *s, const struct sample_case *c)
{
	const struct maas_sampling *h = c->how;
	const float *x;
	size_t best;

	if (maas_peaks(s->peak, c->logit, s->vocab, LARGE)) /* they are to stay numbers under any penalty and heat */
		return -1;
	best = likeliest(s, c->logit);
	if (!(c->logit[best] >= -LARGE))
		return -1;
	x = penalised(s, c);
	if (x != c->logit) {
		size_t now = likeliest(s, x);

		if (x[now] == -INFINITY) /* all is banned: the rule gives way */
			return (int32_t)best;
		best = now;
	}
	if (maas_sampling_greedy(h))
		return (int32_t)best;
	if (h->top_k == 0 && (isnan(h->typical_p) || h->typical_p >= 1))
		return sample_wide(s, x, x[best], h, c->u);
	return narrow(s, x, x[best], h, c->u);
}

long
maas_sample_best(struct sampler *s, const struct sample_case *c, double norm, size_t k)
{
	const float *x = c->logit;
	int plain = maas_sample_plain(c->how);
	size_t n, best;

	if (maas_peaks(s->peak, x, s->vocab, LARGE))
		return -1;
	best = likeliest(s, x);
	if (!(x[best] >= -LARGE))
		return -1;
	if (!plain) {
		for (size_t i = 0; i < s->vocab; i++)
			s->score[i] = (float)(x[i] - norm);
		penalise(s, c);
		ban(s, c);
		x = s->score;
		(void)maas_peaks(s->peak, x, s->vocab, INFINITY);
		best = likeliest(s, x);
	}
	n = top_k(s, x, x[best], (long)k, 1);
	for (size_t i = 0; i < n; i++)
		s->item[i].key = -s->item[i].score;
	if (n > k) { /* ties */
		select_first(s->item, n, k);
		n = k;
	}
	sample_sort(s->item, n);
	for (size_t i = 0; i < n; i++)
		s->item[i].score = plain ? (float)(s->item[i].score - norm) : s->item[i].score;
	return (long)n;
}

const char *const maas_sift_names[] = { "", "no-repeat-ngram-size", "top-k", "top-p", "min-p", "typical-p" };

static int
wanted(const struct maas_sampling *h, enum maas_sift which)
{
	return which == MAAS_CUT_TOP_K    ? h->top_k > 0
	    : which == MAAS_CUT_TOP_P     ? !isnan(h->top_p) && h->top_p < 1
	    : which == MAAS_CUT_MIN_P     ? !isnan(h->min_p) && h->min_p > 0
	    : which == MAAS_CUT_TYPICAL_P ? !isnan(h->typical_p) && h->typical_p < 1
					  : h->no_repeat_ngram_size > 0;
}

/* Who is behind this cut, in s->count. */
static void
mark(struct sampler *s, size_t n, uint32_t stage)
{
	for (size_t i = 0; i < n; i++)
		s->count[s->item[i].id] = stage;
}

/* The k likeliest of the model, the chosen one among them. */
static void
candidates(const struct sample_case *c, size_t vocab, const float *x, int32_t chosen, struct maas_candidate *to, int k)
{
	struct maas_choice top[MAAS_TOP];
	double norm = maas_logsumexp(c->logit, vocab);
	int there = 0;

	maas_sample_top(top, k, c->logit, vocab, norm);
	for (int i = 0; i < k; i++)
		there |= top[i].id == chosen;
	if (!there && k > 0 && chosen >= 0)
		top[k - 1].id = chosen;
	for (int i = 0; i < k; i++) {
		int32_t id = top[i].id;

		to[i] = (struct maas_candidate){ .id = id };
		if (id < 0)
			continue;
		to[i].logit = c->logit[id];
		to[i].score = x[id] / sample_heat(c->how);
		to[i].p = (float)exp(c->logit[id] - norm);
	}
}

void
maas_sample_trace(struct sampler *s, const struct sample_case *c, int32_t chosen, struct maas_choosing *how,
    struct maas_candidate *to, int k)
{
	const struct maas_sampling *h = c->how;
	int hot = h->sampler_order == MAAS_ORDER_HF, greedy = maas_sampling_greedy(h);
	enum maas_sift stage[] = { MAAS_BANNED, MAAS_CUT_TOP_K, cuts[!hot][0], cuts[!hot][1], cuts[!hot][2],
		MAAS_KEPT };
	const float *x;
	size_t n;

	(void)maas_peaks(s->peak, c->logit, s->vocab, LARGE);
	x = penalised(s, c);
	candidates(c, s->vocab, x, chosen, to, k);
	*how = (struct maas_choosing){ .u = greedy ? NAN : c->u, .left = { [MAAS_KEPT] = (uint32_t)s->vocab } };
	n = top_k(s, x, x[likeliest(s, x)], 0, hot ? sample_heat(h) : 1);
	for (uint32_t i = 0; stage[i] != MAAS_KEPT; i++) {
		if (greedy && i > 0)
			continue;
		if (stage[i] == MAAS_CUT_TOP_K)
			n = top_k(s, x, x[likeliest(s, x)], h->top_k, hot ? sample_heat(h) : 1);
		else if (i > 0 && n > 0)
			n = cut(s->item, n, h, stage[i]);
		if (wanted(h, stage[i]))
			how->left[stage[i]] = (uint32_t)n;
		mark(s, n, i + 1);
	}
	if (!hot)
		heat(s->item, n, sample_heat(h));
	if (n > 0)
		softmax(s->item, n);
	for (int i = 0; i < k && to[i].id >= 0; i++) {
		to[i].cut = stage[greedy && s->count[to[i].id] ? MAAS_COUNT(stage) - 1 : s->count[to[i].id]];
		to[i].q = greedy && to[i].id == chosen;
		for (size_t m = 0; !greedy && m < n; m++)
			if (s->item[m].id == to[i].id)
				to[i].q = s->item[m].p;
	}
	memset(s->count, 0, s->vocab * sizeof *s->count);
}
