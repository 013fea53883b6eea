/* band_vectors -- vectors of a symmetric band matrix whose values are known. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "band.h"

#define AT_ONCE ((size_t)8)         /* values, one in each lane */
#define FACTOR  (2 * BAND + 1)      /* numbers of a row of R and a value */
#define WINDOW  (FACTOR * BAND_ROW) /* of rows that are made R, and a value */
#define TINY    DBL_EPSILON         /* what a pivot is at least */
#define NOTHING 1e-280              /* a square that is 0 */
#define TURNS   4                   /* of inverse iteration at most */
#define BESIDE  (32 * DBL_EPSILON)  /* above a value: where values agree, all their vectors grow alike */
#define NEAR    1e-5                /* values whose vectors inverse iteration leaves less orthogonal than 1e-10 */
#define BLOCK   ((size_t)32)
#define LOST    1e-3  /* of a vector, which is found anew then */
#define WORST   1e-11 /* residual that is taken */

#define TIER_FILE "band_vectors.inc"
#include "tier.h"

struct work {
	const struct band *t;
	double *x;
	size_t k;
	double *own; /* [members, own_numbers(n)] */
	double *against, *product;
	double *worst; /* [groups] of residuals */
	void (*factor)(double *f, double *window, const double *band, const double *value, size_t n);
	void (*forward)(double *x, double *length, const double *f, size_t n);
	void (*backward)(double *x, double *length, const double *f, size_t n);
	double (*dot)(const double *x, const double *y, size_t n);
	void (*add_times)(double *y, const double *x, double by, size_t n);
};

/* Of a member: R, the rows that become it, and vectors with zeros behind them. */
static size_t
own_numbers(size_t n)
{
	return (FACTOR * n + WINDOW + n + 2 * BAND) * AT_ONCE;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Between -1 and 1: the finaliser of SplitMix64 (Steele, Lea & Flood 2014). */
static double
start_of(uint64_t i)
{
	i = (i + 1) * 0x9e3779b97f4a7c15;
	i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9;
	i = (i ^ i >> 27) * 0x94d049bb133111eb;
	i ^= i >> 31;
	return (double)(int64_t)i * 0x1p-63;
}

/* The R of a value in each lane, in f. */
static void
factor(const struct work *w, double *f, const double *value)
{
	w->factor(f, f + FACTOR * w->t->n * AT_ONCE, w->t->band, value, w->t->n);
}

/* The largest residual |A x - value x| = |R x| that the last turn left, of vectors of length 1. */
static double
residual(const double *length)
{
	double most = 0;

	for (size_t l = 0; l < AT_ONCE; l++)
		most = isfinite(length[l]) ? fmax(most, 1 / length[l]) : INFINITY;
	return most;
}

/* From one vector in each lane to one in each row. */
static void
spread(double *x, const double *lanes, size_t n, size_t count)
{
	for (size_t i = 0; i < n; i += AT_ONCE)
		for (size_t l = 0; l < count; l++)
			for (size_t r = i; r < least(i + AT_ONCE, n); r++)
				x[l * n + r] = lanes[r * AT_ONCE + l];
}

static void
iterate(void *arg, size_t begin, size_t end, int member)
{
	struct work *w = arg;
	size_t n = w->t->n;
	double *lanes = w->own + (size_t)member * own_numbers(n), *f = lanes + (n + 2 * BAND) * AT_ONCE;
	double enough = 2 * BESIDE + 4 * DBL_EPSILON * sqrt((double)n);

	for (size_t g = begin; g < end; g++) {
		size_t first = g * AT_ONCE, count = least(w->k - first, AT_ONCE);
		double value[AT_ONCE], length[AT_ONCE];

		for (size_t l = 0; l < AT_ONCE; l++)
			value[l] = w->t->values[first + least(l, count - 1)] + BESIDE;
		for (size_t i = 0; i < n; i++)
			for (size_t l = 0; l < AT_ONCE; l++)
				lanes[i * AT_ONCE + l] = start_of((first + l) * n + i);
		memset(lanes + n * AT_ONCE, 0, 2 * BAND * AT_ONCE * sizeof *lanes);
		factor(w, f, value);
		for (int turn = 0; turn < TURNS && (turn < 1 || residual(length) > enough); turn++) {
			w->forward(lanes, length, f, n);
			w->backward(lanes, length, f, n);
		}
		w->worst[g] = residual(length);
		spread(w->x + first * n, lanes, n, count);
	}
}

/* Vectors [from, from + count) lose what of them lies along vectors [low, from). */
static void
project(struct work *w, size_t low, size_t from, size_t count)
{
	size_t n = w->t->n, before = from - low;
	struct maas_matrix x = { w->x + from * n, MAAS_F64, n, 1 }, y = { w->x + low * n, MAAS_F64, n, 1 };
	struct maas_matrix c = { w->against, MAAS_F64, before, 1 };

	maas_product_double(w->t->team, w->against, before, x, y, count, before, n, MAAS_SET, w->product);
	for (size_t i = 0; i < count * before; i++)
		w->against[i] = -w->against[i];
	y.row = 1;
	y.col = n;
	maas_product_double(w->t->team, w->x + from * n, n, c, y, count, n, before, MAAS_ADD, w->product);
}

/* Vector i loses what lies along those of its block, from low on; returns its length by then, and makes it 1. */
static double
settle(struct work *w, size_t low, size_t i)
{
	size_t n = w->t->n;
	double *x = w->x + i * n, length;

	for (size_t j = low; j < i; j++)
		if (w->t->values[j] - w->t->values[i] <= NEAR)
			w->add_times(x, w->x + j * n, -w->dot(x, w->x + j * n, n), n);
	length = sqrt(w->dot(x, x, n));
	for (size_t c = 0; c < n; c++)
		x[c] /= length;
	return length;
}

/*
 * Another vector i, orthogonal to those from low on before it turns: where values agree to the last place, that of
 * value i alone may be as good as the same as theirs.
 */
static int
renew(struct work *w, size_t low, size_t i)
{
	size_t n = w->t->n;
	double *lanes = w->own, *f = lanes + (n + 2 * BAND) * AT_ONCE, *x = w->x + i * n;
	double value[AT_ONCE], length[AT_ONCE], left;

	for (size_t l = 0; l < AT_ONCE; l++)
		value[l] = w->t->values[i] + BESIDE;
	memset(lanes + n * AT_ONCE, 0, 2 * BAND * AT_ONCE * sizeof *lanes);
	factor(w, f, value);
	for (size_t c = 0; c < n; c++)
		x[c] = start_of((w->k + i) * n + c);
	for (int turn = 0; turn < TURNS; turn++) {
		settle(w, low, i);
		settle(w, low, i);
		for (size_t c = 0; c < n * AT_ONCE; c++)
			lanes[c] = x[c / AT_ONCE];
		w->forward(lanes, length, f, n);
		w->backward(lanes, length, f, n);
		spread(x, lanes, n, 1);
		left = settle(w, low, i);
		settle(w, low, i);
		if (1 / length[0] + DBL_EPSILON < WORST * left)
			return 0;
	}
	return maas_fail_as(MAAS_INTERNAL, "vector %zu of a matrix of %zu rows does not converge", i, n);
}

/* What is left of a vector as short as this is as far from orthogonal as it was, so it is made so again. */
static int
settle_block(struct work *w, size_t low, size_t from, size_t count)
{
	for (int again = 1; again;) {
		if (low < from)
			project(w, low, from, count);
		again = 0;
		for (size_t i = from; i < from + count; i++) {
			double length = settle(w, from, i);

			if (!(length > LOST) && renew(w, low, i) < 0)
				return -1;
			again |= length < 0.7;
		}
	}
	return 0;
}

static int
settle_all(struct work *w)
{
	const double *v = w->t->values;
	size_t low = 0;

	for (size_t from = 0; from < w->k; from += BLOCK) {
		size_t count = least(w->k - from, BLOCK), near = 0;

		while (low < from && v[low] - v[from] > NEAR)
			low++;
		for (size_t i = from ? from : 1; i < from + count; i++)
			near |= v[i - 1] - v[i] <= NEAR;
		if (near && settle_block(w, low, from, count) < 0)
			return -1;
	}
	return 0;
}

int
band_vectors(const struct band *t, double *x, size_t k, void *scratch)
{
	size_t groups = (k + AT_ONCE - 1) / AT_ONCE, members = (size_t)maas_team_size(t->team);
	struct work w = { .t = t, .x = x, .k = k, .own = scratch };

	w.product = w.own + members * own_numbers(t->n);
	w.against = w.product + maas_product_double_scratch(t->n, (int)members) / sizeof *w.product;
	w.worst = w.against + BLOCK * k;
	w.factor = PICK(factor);
	w.forward = PICK(forward);
	w.backward = PICK(backward);
	w.dot = PICK(dot);
	w.add_times = PICK(add_times);
	maas_team_run(t->team, groups, 1, iterate, &w);
	for (size_t g = 0; g < groups; g++)
		if (!(w.worst[g] < WORST))
			return maas_fail_as(MAAS_INTERNAL,
			    "vectors %zu ... of a matrix of %zu rows do not converge (%.2g)", g * AT_ONCE, t->n,
			    w.worst[g]);
	return settle_all(&w);
}

size_t
band_vectors_scratch(size_t n, size_t k, int members)
{
	return maas_product_double_scratch(n, members) +
	    ((size_t)members * own_numbers(n) + BLOCK * k + (k + AT_ONCE - 1) / AT_ONCE) * sizeof(double);
}
