/* L-BFGS: the caller evaluates, this moves x.  Sums over n are cut into at most 64 parts by n alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

#define PARTS 64
#define SHORT 8192                      /* not cut finer than this */
#define TRIES 40                        /* evaluations of one line search */

static const double armijo = 1e-4, wolfe = 0.9;        /* of the strong Wolfe conditions */

struct point {                          /* on the line: x + a p */
	double a, f, d;                 /* step, objective, slope */
};

struct maas_lbfgs {
	size_t n, grain, memory, kept, newest;
	struct maas_lbfgs_options o;
	struct maas_team *team;
	const double *scale;
	double *x0, *g0, *p;            /* [n] where the line begins; its direction */
	float *s, *y;                   /* [memory][n] */
	double *rho, *alpha;            /* [memory] */
	double gamma, best, most;
	long steps;
	int started, tries, bracketed;
	struct point from, lo, hi, at;
};

struct pass {                           /* one walk over the vectors */
	struct maas_lbfgs *l;
	const double *x, *g;
	const float *add, *dot;
	double factor;
	float *s, *y;
	double part[3][PARTS];
};

static double
total(const double *part, size_t n, size_t grain)
{
	double sum = 0;

	for (size_t i = 0; i * grain < n; i++)
		sum += part[i];
	return sum;
}

static void
each(struct pass *p, maas_work *work)
{
	maas_team_run(p->l->team, p->l->n, p->l->grain, work, p);
}

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
	l->memory = o->memory ? o->memory : 10;
	l->grain = (n + PARTS - 1) / PARTS;
	if (l->grain < SHORT)
		l->grain = SHORT;
	if (!(l->x0 = maas_alloc(n, sizeof *l->x0)) || !(l->g0 = maas_alloc(n, sizeof *l->g0)) ||
	    !(l->p = maas_alloc(n, sizeof *l->p)) || !(l->s = maas_alloc(l->memory, n * sizeof *l->s)) ||
	    !(l->y = maas_alloc(l->memory, n * sizeof *l->y)) || !(l->rho = maas_alloc(l->memory, sizeof *l->rho)) ||
	    !(l->alpha = maas_alloc(l->memory, sizeof *l->alpha))) {
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
	free(l->rho);
	free(l->alpha);
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
	return l->most;
}

double
maas_lbfgs_best(const struct maas_lbfgs *l)
{
	return l->best;
}

/* Take the point: remember x and g, the largest |g|, and s, y with their products where asked. */
static void
take(void *arg, size_t begin, size_t end, int member)
{
	struct pass *p = arg;
	struct maas_lbfgs *l = p->l;
	size_t part = begin / l->grain;
	double most = 0, sy = 0, yy = 0;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		if (p->s) {
			float s = (float)(p->x[i] - l->x0[i]), y = (float)(p->g[i] - l->g0[i]);

			p->s[i] = s;
			p->y[i] = y;
			sy += (double)s * y;
			yy += (double)y * y * (l->scale ? l->scale[i] : 1);
		}
		if (!(fabs(p->g[i]) <= most))
			most = fabs(p->g[i]);
		l->x0[i] = p->x[i];
		l->g0[i] = p->g[i];
		l->p[i] = -p->g[i];
	}
	p->part[0][part] = most;
	p->part[1][part] = sy;
	p->part[2][part] = yy;
}

/* p += factor * add, then its product with dot. */
static void
walk(void *arg, size_t begin, size_t end, int member)
{
	struct pass *p = arg;
	struct maas_lbfgs *l = p->l;
	double sum = 0, *q = l->p;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		double v = p->add ? q[i] + p->factor * (double)p->add[i] : q[i];

		q[i] = v;
		sum += p->dot ? v * (double)p->dot[i] : 0;
	}
	p->part[0][begin / l->grain] = sum;
}

static void
scale(void *arg, size_t begin, size_t end, int member)
{
	struct maas_lbfgs *l = ((struct pass *)arg)->l;

	(void)member;
	for (size_t i = begin; i < end; i++)
		l->p[i] *= l->gamma * (l->scale ? l->scale[i] : 1);
}

static void
slope(void *arg, size_t begin, size_t end, int member)
{
	struct pass *p = arg;
	double sum = 0;

	(void)member;
	for (size_t i = begin; i < end; i++)
		sum += p->g[i] * p->l->p[i];
	p->part[0][begin / p->l->grain] = sum;
}

static void
move(void *arg, size_t begin, size_t end, int member)
{
	struct pass *p = arg;
	struct maas_lbfgs *l = p->l;
	double *x = (double *)p->x;

	(void)member;
	for (size_t i = begin; i < end; i++)
		x[i] = l->x0[i] + l->at.a * l->p[i];
}

static double
walked(struct maas_lbfgs *l, double factor, const float *add, const float *dot)
{
	struct pass p = { .l = l, .factor = factor, .add = add, .dot = dot };

	each(&p, walk);
	return total(p.part[0], l->n, l->grain);
}

static double
slope_of(struct maas_lbfgs *l, const double *g)
{
	struct pass p = { .l = l, .g = g };

	each(&p, slope);
	return total(p.part[0], l->n, l->grain);
}

/* p = -H g by the two loops; each walk adds one pair and takes the product with the next. */
static void
direction(struct maas_lbfgs *l)
{
	struct pass p = { .l = l };
	const float *add = NULL;
	double factor = 0, dot;

	for (size_t i = 0; i < l->kept; i++) {
		size_t k = (l->newest + l->memory - i) % l->memory;

		dot = walked(l, factor, add, l->s + k * l->n);
		l->alpha[k] = dot * l->rho[k];
		factor = -l->alpha[k];
		add = l->y + k * l->n;
	}
	if (add)
		walked(l, factor, add, NULL);
	each(&p, scale);
	add = NULL;
	for (size_t i = l->kept; i-- > 0;) {
		size_t k = (l->newest + l->memory - i) % l->memory;

		dot = walked(l, factor, add, l->y + k * l->n);
		factor = l->alpha[k] - dot * l->rho[k];
		add = l->s + k * l->n;
	}
	if (add)
		walked(l, factor, add, NULL);
}

/* The point is taken: is it the end?  Else begin a line. */
static enum maas_lbfgs_state
begin(struct maas_lbfgs *l, double *x, double f, const double *g)
{
	size_t next = l->kept ? (l->newest + 1) % l->memory : 0;
	struct pass p = { .l = l, .x = x, .g = g };
	double sy, yy;

	if (l->started)
		p.s = l->s + next * l->n, p.y = l->y + next * l->n;
	each(&p, take);
	l->most = 0;
	for (size_t i = 0; i * l->grain < l->n; i++)
		if (!(p.part[0][i] <= l->most))
			l->most = p.part[0][i];
	l->best = f;
	sy = total(p.part[1], l->n, l->grain), yy = total(p.part[2], l->n, l->grain);
	if (l->started && sy > 1e-10 * yy && isfinite(sy)) {
		l->newest = next;
		l->kept += l->kept < l->memory;
		l->rho[next] = 1 / sy;
		l->gamma = sy / yy;
	}
	if (l->most <= l->o.tol)
		return MAAS_LBFGS_DONE;
	if (l->steps >= l->o.max_iter)
		return MAAS_LBFGS_LIMIT;
	if (!l->started)
		l->gamma = l->scale ? 1 : 1 / l->most;
	l->started = 1;
	direction(l);
	l->from = l->lo = (struct point){ 0, f, slope_of(l, g) };
	if (!(l->from.d < 0) || !isfinite(f))
		return MAAS_LBFGS_STUCK;
	l->tries = l->bracketed = 0;
	l->at.a = 1;
	each(&p, move);
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
		l->hi = *p;
		l->bracketed = 1;
		p->a = 0.1 * p->a + 0.9 * l->lo.a;
		l->hi.f = INFINITY;
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
	struct pass p = { .l = l, .x = x };

	if (!l->started)
		return begin(l, x, f, g);
	l->at.f = f;
	l->at.d = isfinite(f) ? slope_of(l, g) : NAN;
	if (good(l)) {
		l->steps++;
		return begin(l, x, f, g);
	}
	if (++l->tries >= TRIES) {
		l->at.a = 0;            /* back to the best point */
		each(&p, move);
		return MAAS_LBFGS_STUCK;
	}
	narrow(l);
	each(&p, move);
	return MAAS_LBFGS_MORE;
}
