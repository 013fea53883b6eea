/*
 * sample_wide.c -- a choice among all of a vocabulary: the borders of what holds a probability are found by the mass
 * above a score, a pass over all each time, and only what lies about a border is sorted.
 */
#include <math.h>

#include "decode.h"

#define BAND 64 /* scores that are sorted sooner than looked at again */

struct wide {
	struct sampler *s;
	const float *x;
	float max;
};

/* Likeliest first, of equals the lower id: the one with which they hold what was wanted, and what that is. */
struct border {
	float x;
	size_t id;
	double mass;
};

/* Scores between which the border lies: those from hi on hold `above`, less than wanted, those from lo on `below`. */
struct bracket {
	float lo, hi;
	double above, below;
	size_t nabove, nbelow;
};

static double
mass_from(const struct wide *v, float least, size_t *count)
{
	return maas_mass_from(count, v->s->weight, v->x, v->s->peak, v->s->vocab, least);
}

/* The bracket holds few scores, or one score many times. */
static struct bracket
enclose(const struct wide *v, double mass)
{
	struct bracket b = { v->max, INFINITY, 0, 0, 0, 0 };

	b.below = mass_from(v, b.lo, &b.nbelow);
	for (float step = 2; b.below < mass && b.lo > -INFINITY; step *= 2) {
		b.hi = b.lo;
		b.above = b.below;
		b.nabove = b.nbelow;
		b.lo = v->max - step > -SAMPLE_FAR ? v->max - step : -INFINITY;
		b.below = mass_from(v, b.lo, &b.nbelow);
	}
	while (b.nbelow - b.nabove > BAND && b.hi < INFINITY) {
		double part = (b.below - mass) / (b.below - b.above), m;
		float lo = b.lo > -SAMPLE_FAR ? b.lo : -SAMPLE_FAR;
		float mid = lo + (b.hi - lo) * (float)fmin(fmax(part, 0.125), 0.875);
		size_t n;

		if (!(mid > b.lo && mid < b.hi))
			break;
		m = mass_from(v, mid, &n);
		if (m < mass)
			b = (struct bracket){ b.lo, mid, m, b.below, n, b.nbelow };
		else
			b = (struct bracket){ mid, b.hi, b.above, m, b.nabove, n };
	}
	return b;
}

/* The first with which those before it hold `mass`; the last of all where they never do. */
static struct border
reach(const struct wide *v, double mass)
{
	struct bracket b = enclose(v, mass);
	struct sample_item *a = v->s->item;
	struct border at = { v->max, 0, b.above };
	size_t n = maas_gather_between(v->s->pick, v->s->vocab, v->x, v->s->peak, v->s->vocab, b.lo, b.hi);

	for (size_t i = 0; i < n; i++)
		a[i] = (struct sample_item){ .key = -v->x[v->s->pick[i]], .id = (int32_t)v->s->pick[i] };
	sample_sort(a, n);
	for (size_t i = 0; i < n; i++) {
		if (v->s->weight[a[i].id] == 0)
			continue;
		at = (struct border){ -a[i].key, (size_t)a[i].id, at.mass + (double)v->s->weight[a[i].id] };
		if (at.mass >= mass)
			break;
	}
	return at;
}

/* All that stay have their weight; returns the sum. */
static double
weigh(const struct wide *v, const struct maas_stay *stay)
{
	double sum = 0;

	maas_weigh(v->s->weight, v->s->sum, v->x, v->s->vocab, stay);
	for (size_t i = 0; i < maas_chunks(v->s->vocab); i++)
		sum += v->s->sum[i];
	return sum;
}

/* Of those that are as likely as the border, those behind it go. */
static double
without_ties(const struct wide *v, const struct border *b, double sum)
{
	float next = nextafterf(b->x, INFINITY);
	size_t n = maas_gather_between(v->s->pick, v->s->vocab, v->x, v->s->peak, v->s->vocab, b->x, next);

	for (size_t i = 0; i < n; i++)
		if (v->s->pick[i] > b->id) {
			sum -= (double)v->s->weight[v->s->pick[i]];
			v->s->weight[v->s->pick[i]] = 0;
		}
	return sum;
}

/* In the order of ids. */
static int32_t
draw(const struct wide *v, double mass)
{
	size_t n = v->s->vocab, chunk = 0, last = 0;
	double sum = 0;

	while (chunk + 1 < maas_chunks(n) && sum + v->s->sum[chunk] <= mass)
		sum += v->s->sum[chunk++];
	for (size_t i = chunk * MAAS_CHUNK; i < n; i++) {
		if (v->s->weight[i] == 0)
			continue;
		last = i;
		if ((sum += (double)v->s->weight[i]) > mass)
			break;
	}
	return (int32_t)last;
}

int32_t
sample_wide(struct sampler *s, const float *x, float max, const struct maas_sampling *h, double u)
{
	struct wide v = { s, x, max };
	float t = sample_heat(h);
	int hot = h->sampler_order == MAAS_ORDER_HF, some = !isnan(h->top_p) && h->top_p < 1;
	struct maas_stay stay = { t, max / t, -INFINITY, -INFINITY };
	struct border last = { -INFINITY, 0, 0 }, at;
	double sum;

	if (some) {
		struct maas_stay all = { hot ? t : 1, hot ? max / t : max, -INFINITY, -INFINITY };

		last = reach(&v, h->top_p * weigh(&v, &all));
		stay.from = last.x;
		if (hot && (isnan(h->min_p) || h->min_p <= 0)) { /* their weights are those they are drawn by */
			at = reach(&v, nextafter(u * last.mass, INFINITY));
			return (int32_t)(at.x < last.x || (at.x == last.x && at.id > last.id) ? last.id : at.id);
		}
	}
	if (!isnan(h->min_p) && h->min_p > 0) {
		double least = (hot ? (double)(max / t) : (double)max) + log(h->min_p);
		float up = (float)least;

		up = (double)up < least ? nextafterf(up, INFINITY) : up;
		if (hot)
			stay.least = up;
		else
			stay.from = fmaxf(stay.from, up);
	}
	sum = weigh(&v, &stay);
	if (some)
		sum = without_ties(&v, &last, sum);
	/* Those that hold a probability are drawn as they were taken: the likeliest first. */
	return some ? (int32_t)reach(&v, nextafter(u * sum, INFINITY)).id : draw(&v, u * sum);
}
