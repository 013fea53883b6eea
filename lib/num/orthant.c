/*
 * OWL-QN: L-BFGS on f(x) + l1 |x|_1 (Andrew and Gao 2007).  A step stays in the orthant that x is in, or that the
 * gradient points to where x is 0: what would leave it becomes 0.  Sums are cut by n alone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

#define PARTS 64
#define SHORT ((size_t)8192)
#define TRIES 50
#define PAIRS 10

struct maas_orthant {
	size_t n, penalised, grain, kept, newest;
	double l1;
	struct maas_lbfgs_options o;
	const double *scale;
	struct maas_team *team;
	double *x0, *g0, *pg,
	    *p;        /* [n] where the line begins: point, gradient, the same of all that is made small; direction */
	double *s, *y; /* [PAIRS][n] */
	double sy[PAIRS];
	double *x; /* the caller's, while a walk is on */
	const double *g, *u, *v;
	double *to;
	double factor, step, gamma;
	double f0, best, most; /* objective, l1 and all, where the line begins; largest scaled slope */
	double sum[PARTS], more[PARTS];
	long steps;
	int started, tries;
};

struct maas_orthant *
maas_orthant_new(size_t n, double l1, size_t penalised, const double *scale, const struct maas_lbfgs_options *o,
    struct maas_team *team)
{
	struct maas_orthant *t = maas_alloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->n = n;
	t->l1 = l1;
	t->penalised = penalised;
	t->scale = scale;
	t->o = *o;
	t->team = team;
	t->gamma = 1;
	t->grain = (n + PARTS - 1) / PARTS;
	t->grain = t->grain < SHORT ? SHORT : t->grain;
	if (!(t->x0 = maas_alloc(n, sizeof *t->x0)) || !(t->g0 = maas_alloc(n, sizeof *t->g0)) ||
	    !(t->pg = maas_alloc(n, sizeof *t->pg)) || !(t->p = maas_alloc(n, sizeof *t->p)) ||
	    !(t->s = maas_alloc(n, PAIRS * sizeof *t->s)) || !(t->y = maas_alloc(n, PAIRS * sizeof *t->y))) {
		maas_orthant_free(t);
		return NULL;
	}
	return t;
}

void
maas_orthant_free(struct maas_orthant *t)
{
	if (!t)
		return;
	free(t->x0);
	free(t->g0);
	free(t->pg);
	free(t->p);
	free(t->s);
	free(t->y);
	free(t);
}

long
maas_orthant_steps(const struct maas_orthant *t)
{
	return t->steps;
}

double
maas_orthant_gradient(const struct maas_orthant *t)
{
	return t->most;
}

double
maas_orthant_best(const struct maas_orthant *t)
{
	return t->best;
}

static double
each(struct maas_orthant *t, maas_work *work)
{
	double sum = 0;

	maas_team_run(t->team, t->n, t->grain, work, t);
	for (size_t i = 0; i * t->grain < t->n; i++)
		sum += t->sum[i];
	return sum;
}

static void
dot_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_orthant *t = arg;
	double sum = 0;

	(void)member;
	for (size_t i = begin; i < end; i++)
		sum += t->u[i] * t->v[i];
	t->sum[begin / t->grain] = sum;
}

static double
dot(struct maas_orthant *t, const double *u, const double *v)
{
	t->u = u;
	t->v = v;
	return each(t, dot_range);
}

static void
add_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_orthant *t = arg;

	(void)member;
	for (size_t i = begin; i < end; i++)
		t->to[i] += t->factor * t->u[i];
}

static void
add(struct maas_orthant *t, double *to, double factor, const double *u)
{
	t->to = to;
	t->factor = factor;
	t->u = u;
	each(t, add_range);
}

static void
ones_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_orthant *t = arg;
	double sum = 0;

	(void)member;
	for (size_t i = begin; i < end && i < t->penalised; i++)
		sum += fabs(t->x[i]);
	t->sum[begin / t->grain] = sum;
}

/* The point is taken: the new pair, and the slope of f + l1 |x| that is nearest to 0. */
static void
take_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_orthant *t = arg;
	double *s = t->s + t->newest * t->n, *y = t->y + t->newest * t->n, most = 0, sy = 0;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		double g = t->g[i], x = t->x[i], l1 = i < t->penalised ? t->l1 : 0, slope;

		if (t->started) {
			s[i] = x - t->x0[i];
			y[i] = g - t->g0[i];
			sy += s[i] * y[i];
		}
		slope = x > 0 ? g + l1 : x < 0 ? g - l1 : g > l1 ? g - l1 : g < -l1 ? g + l1 : 0;
		t->x0[i] = x;
		t->g0[i] = g;
		t->pg[i] = t->p[i] = slope;
		slope = fabs(slope) * (t->scale ? t->scale[i] : 1);
		if (!(slope <= most))
			most = slope;
	}
	t->sum[begin / t->grain] = sy;
	t->more[begin / t->grain] = most;
}

static void
scale_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_orthant *t = arg;

	(void)member;
	for (size_t i = begin; i < end; i++)
		t->p[i] *= t->gamma * (t->scale ? t->scale[i] : 1);
}

static void
project_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_orthant *t = arg;
	double sum = 0;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		t->p[i] = i < t->penalised && t->p[i] * t->pg[i] <= 0 ? 0 : -t->p[i];
		sum += t->p[i] * t->pg[i];
	}
	t->sum[begin / t->grain] = sum;
}

/* x = x0 + step p inside the orthant; the sum is the slope times how far that is. */
static void
move_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_orthant *t = arg;
	double sum = 0;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		double side = t->x0[i] != 0 ? t->x0[i] : -t->pg[i], x = t->x0[i] + t->step * t->p[i];

		t->x[i] = i < t->penalised && x * side <= 0 ? 0 : x;
		sum += (t->x[i] - t->x0[i]) * t->pg[i];
	}
	t->sum[begin / t->grain] = sum;
}

/* p = -H pg by the pairs that are kept (Nocedal and Wright 2006, algorithm 7.4); the slope along it. */
static double
direction(struct maas_orthant *t)
{
	double alpha[PAIRS];

	for (size_t i = 0; i < t->kept; i++) {
		size_t k = (t->newest + PAIRS - 1 - i) % PAIRS;

		alpha[k] = dot(t, t->s + k * t->n, t->p) / t->sy[k];
		add(t, t->p, -alpha[k], t->y + k * t->n);
	}
	each(t, scale_range);
	for (size_t i = t->kept; i-- > 0;) {
		size_t k = (t->newest + PAIRS - 1 - i) % PAIRS;

		add(t, t->p, alpha[k] - dot(t, t->y + k * t->n, t->p) / t->sy[k], t->s + k * t->n);
	}
	return each(t, project_range);
}

static void
square_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_orthant *t = arg;
	double sum = 0;

	(void)member;
	for (size_t i = begin; i < end; i++)
		sum += t->v[i] * t->v[i] * (t->scale ? t->scale[i] : 1);
	t->sum[begin / t->grain] = sum;
}

/* t->newest is where the next pair goes. */
static void
keep(struct maas_orthant *t, double sy)
{
	double yy;

	t->v = t->y + t->newest * t->n;
	yy = each(t, square_range);
	if (!(sy > 1e-12 * yy) || !isfinite(sy)) {
		t->kept = t->kept == PAIRS ? PAIRS - 1 : t->kept; /* its place held the oldest */
		return;
	}
	t->sy[t->newest] = sy;
	t->gamma = sy / yy;
	t->newest = (t->newest + 1) % PAIRS;
	t->kept += t->kept < PAIRS;
}

static enum maas_lbfgs_state
begin(struct maas_orthant *t, double f)
{
	double sy = each(t, take_range), down;

	t->most = 0;
	for (size_t i = 0; i * t->grain < t->n; i++)
		t->most = t->more[i] <= t->most ? t->most : t->more[i];
	if (t->started)
		keep(t, sy);
	t->started = 1;
	t->f0 = t->best = f;
	if (t->most <= t->o.tol)
		return MAAS_LBFGS_DONE;
	if (t->steps >= t->o.max_iter)
		return MAAS_LBFGS_LIMIT;
	down = direction(t);
	if (!(down < 0) || !isfinite(f))
		return MAAS_LBFGS_STUCK;
	t->tries = 0;
	t->step = 1;
	each(t, move_range);
	return MAAS_LBFGS_MORE;
}

enum maas_lbfgs_state
maas_orthant_step(struct maas_orthant *t, double *x, double f, const double *g)
{
	double down;

	t->x = x;
	t->g = g;
	f += t->l1 * each(t, ones_range);
	if (!t->started)
		return begin(t, f);
	t->u = t->pg;
	down = each(t, move_range);                       /* the same point again: how far it is */
	if (f >= t->f0 && -down <= 0x1p-50 * fabs(t->f0)) /* the objective's own rounding hides what is left */
		t->tries = TRIES;
	if (f <= t->f0 + 1e-4 * down && t->tries < TRIES) {
		t->steps++;
		return begin(t, f);
	}
	if (++t->tries >= TRIES) {
		t->step = 0;
		each(t, move_range);
		return MAAS_LBFGS_STUCK;
	}
	t->step /= 2;
	each(t, move_range);
	return MAAS_LBFGS_MORE;
}
