/*
 * L-BFGS: the caller evaluates, this moves x.
 *
 * The direction is a sum of the pairs s, y and of the gradient, so all it takes is their inner products
 * (Chen, Wang and Zhou 2014, "Large-scale L-BFGS using MapReduce"): one walk over the vectors takes a
 * point and its products, one more makes the direction.  Sums are cut into at most 64 parts by n alone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lbfgs.inc"

#define SHORT 8192 /* not cut finer than this */
#define TRIES 40   /* evaluations of one line search */

static const double armijo = 1e-4, wolfe = 0.9; /* of the strong Wolfe conditions */

struct maas_lbfgs *
maas_lbfgs_new(size_t n, const double *scale, const struct maas_lbfgs_options *o, struct maas_team *team)
{
	struct maas_lbfgs *l = maas_alloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->n = n;
	l->o = *o;
	l->team = team;
	l->scale = scale;
	l->memory = o->memory && o->memory < PAIRS ? o->memory : 10;
	l->grain = (n + PARTS - 1) / PARTS;
	if (l->grain < SHORT)
		l->grain = SHORT;
	if (!(l->x0 = maas_alloc(n, sizeof *l->x0)) || !(l->g0 = maas_alloc(n, sizeof *l->g0)) ||
	    !(l->p = maas_alloc(n, sizeof *l->p)) || !(l->s = maas_alloc(l->memory, n * sizeof *l->s)) ||
	    !(l->y = maas_alloc(l->memory, n * sizeof *l->y))) {
		maas_lbfgs_free(l);
		return NULL;
	}
	return l;
}

void
maas_lbfgs_free(struct maas_lbfgs *l)
{
	if (!l)
		return;
	free(l->x0);
	free(l->g0);
	free(l->p);
	free(l->s);
	free(l->y);
	free(l);
}

long
maas_lbfgs_steps(const struct maas_lbfgs *l)
{
	return l->steps;
}

double
maas_lbfgs_gradient(const struct maas_lbfgs *l)
{
	return l->sum.most;
}

double
maas_lbfgs_best(const struct maas_lbfgs *l)
{
	return l->best;
}

static void
take(void *arg, size_t begin, size_t end, int member)
{
	(void)member;
	take_range(arg, begin, end);
}

static void
aim(void *arg, size_t begin, size_t end, int member)
{
	(void)member;
	aim_range(arg, begin, end);
}

#if defined(__x86_64__)
#define WALK(name) (maas_isa() >= MAAS_AVX2 ? lbfgs_##name##_avx2 : name)
#else
#define WALK(name) name
#endif

static void
slope(void *arg, size_t begin, size_t end, int member)
{
	struct maas_lbfgs *l = arg;
	double sum = 0;

	(void)member;
	for (size_t i = begin; i < end; i++)
		sum += l->g[i] * l->p[i];
	l->slope[begin / l->grain] = sum;
}

static void
move(void *arg, size_t begin, size_t end, int member)
{
	struct maas_lbfgs *l = arg;

	(void)member;
	for (size_t i = begin; i < end; i++)
		l->x[i] = l->x0[i] + l->at.a * l->p[i];
}

static void
each(struct maas_lbfgs *l, maas_work *work)
{
	maas_team_run(l->team, l->n, l->grain, work, l);
}

static double
slope_here(struct maas_lbfgs *l)
{
	double sum = 0;

	each(l, slope);
	for (size_t i = 0; i * l->grain < l->n; i++)
		sum += l->slope[i];
	return sum;
}

static void
add_up(struct maas_lbfgs *l)
{
	struct sums *to = &l->sum;

	*to = (struct sums){ 0 };
	for (size_t i = 0; i * l->grain < l->n; i++) {
		const struct sums *p = &l->part[i];

		if (!(p->most <= to->most))
			to->most = p->most;
		to->gdg += p->gdg;
		for (size_t k = 0; k < l->memory; k++) {
			to->sg[k] += p->sg[k];
			to->ydg[k] += p->ydg[k];
			to->sy[k] += p->sy[k];
			to->ys[k] += p->ys[k];
			to->yy[k] += p->yy[k];
		}
	}
}

/* Keep the new pair, unless it says nothing of curvature. */
static void
keep(struct maas_lbfgs *l)
{
	size_t f = l->fresh;
	double sy, yy;

	if (f == l->memory)
		return;
	sy = l->sum.sy[f], yy = l->sum.yy[f];
	if (!(sy > 1e-10 * yy) || !isfinite(sy)) {
		/* Its place held the oldest pair, whose vectors are gone: begin anew. */
		l->kept = l->kept == l->memory ? 0 : l->kept;
		return;
	}
	l->newest = f;
	l->kept += l->kept < l->memory;
	l->gamma = sy / yy;
	for (size_t k = 0; k < l->kept; k++) {
		l->sy[k][f] = l->sum.sy[k];
		l->sy[f][k] = l->sum.ys[k];
		l->yy[k][f] = l->yy[f][k] = l->sum.yy[k];
	}
}

/* The two loops on the products; the slope along the direction. */
static double
direction(struct maas_lbfgs *l)
{
	double alpha[PAIRS] = { 0 }, d;
	size_t order[PAIRS];

	for (size_t i = 0; i < l->kept; i++) /* newest first */
		order[i] = (l->newest + l->memory - i) % l->memory;
	for (size_t i = 0; i < l->kept; i++) {
		size_t k = order[i];
		double sq = l->sum.sg[k];

		for (size_t j = 0; j < i; j++)
			sq -= alpha[order[j]] * l->sy[k][order[j]];
		alpha[k] = sq / l->sy[k][k];
	}
	for (size_t i = l->kept; i-- > 0;) {
		size_t k = order[i];
		double yr = l->sum.ydg[k];

		for (size_t j = 0; j < l->kept; j++)
			yr -= alpha[order[j]] * l->yy[k][order[j]];
		yr *= l->gamma;
		for (size_t j = l->kept; j-- > i + 1;)
			yr -= l->cs[order[j]] * l->sy[order[j]][k];
		l->cs[k] = yr / l->sy[k][k] - alpha[k];
		l->cy[k] = l->gamma * alpha[k];
	}
	l->cg = -l->gamma;
	d = l->cg * l->sum.gdg;
	for (size_t k = 0; k < l->kept; k++)
		d += l->cs[k] * l->sum.sg[k] + l->cy[k] * l->sum.ydg[k];
	return d;
}

/* The point is taken: is it the end?  Else begin a line. */
static enum maas_lbfgs_state
begin(struct maas_lbfgs *l, double f)
{
	l->fresh = !l->started ? l->memory : l->kept ? (l->newest + 1) % l->memory : 0;
	each(l, WALK(take));
	add_up(l);
	keep(l);
	l->best = f;
	if (l->sum.most <= l->o.tol)
		return MAAS_LBFGS_DONE;
	if (l->steps >= l->o.max_iter)
		return MAAS_LBFGS_LIMIT;
	if (!l->started)
		l->gamma = l->scale ? 1 : 1 / l->sum.most;
	l->started = 1;
	l->from = l->lo = (struct point){ 0, f, direction(l) };
	if (!(l->from.d < 0) || !isfinite(f))
		return MAAS_LBFGS_STUCK;
	l->tries = l->bracketed = 0;
	l->at.a = 1;
	each(l, WALK(aim));
	return MAAS_LBFGS_MORE;
}

/* The least of the cubic through two points and their slopes, kept inside. */
static double
cubic(const struct point *u, const struct point *v)
{
	double d1 = u->d + v->d - 3 * (u->f - v->f) / (u->a - v->a), root = d1 * d1 - u->d * v->d, a, lo, hi, width;

	root = root > 0 ? sqrt(root) : 0;
	root = v->a > u->a ? root : -root;
	a = v->a - (v->a - u->a) * (v->d + root - d1) / (v->d - u->d + 2 * root);
	lo = fmin(u->a, v->a), hi = fmax(u->a, v->a), width = hi - lo;
	if (!(a >= lo + 0.1 * width && a <= hi - 0.1 * width))
		a = lo + 0.5 * width;
	return a;
}

static int
good(const struct maas_lbfgs *l)
{
	const struct point *p = &l->at, *o = &l->from;

	if (!isfinite(p->f))
		return 0;
	if (p->f <= o->f + armijo * p->a * o->d && fabs(p->d) <= -wolfe * o->d)
		return 1;
	return p->f <= o->f + 1e-13 * fabs(o->f) && p->d >= wolfe * o->d && p->d <= (2 * armijo - 1) * o->d;
}

/* Where to look next on the line, by what was found at l->at. */
static void
narrow(struct maas_lbfgs *l)
{
	struct point *p = &l->at;

	if (!isfinite(p->f) || !isfinite(p->d)) {
		l->hi = (struct point){ p->a, INFINITY, 0 };
		l->bracketed = 1;
		p->a = 0.1 * p->a + 0.9 * l->lo.a;
		return;
	}
	if (p->f > l->from.f + armijo * p->a * l->from.d || p->f >= l->lo.f) {
		l->hi = *p;
		l->bracketed = 1;
	} else {
		if (l->bracketed ? p->d * (l->hi.a - l->lo.a) >= 0 : p->d >= 0) {
			l->hi = l->lo;
			l->bracketed = 1;
		}
		l->lo = *p;
	}
	if (!l->bracketed)
		p->a *= 4;
	else if (!isfinite(l->hi.f))
		p->a = 0.5 * (l->lo.a + l->hi.a);
	else
		p->a = cubic(&l->lo, &l->hi);
}

enum maas_lbfgs_state
maas_lbfgs_step(struct maas_lbfgs *l, double *x, double f, const double *g)
{
	l->x = x;
	l->g = g;
	if (!l->started)
		return begin(l, f);
	l->at.f = f;
	l->at.d = isfinite(f) ? slope_here(l) : NAN;
	if (good(l)) {
		l->steps++;
		return begin(l, f);
	}
	if (++l->tries >= TRIES) {
		maas_lbfgs_stop(l);
		return MAAS_LBFGS_STUCK;
	}
	narrow(l);
	each(l, move);
	return MAAS_LBFGS_MORE;
}

void
maas_lbfgs_stop(struct maas_lbfgs *l)
{
	memcpy(l->x, l->x0, l->n * sizeof *l->x);
}
