/*
 * Newton's method for logistic regression: each step solves (H + l2) s = -g by conjugate gradients, no more exactly
 * than pays (Dembo and Steihaug 1983), with the Hessian only in products (Lin, Weng and Keerthi 2008).  Preconditioned
 * by its diagonal, nearly: l2 + sum of x^2 times the mean of p (1 - p).
 *
 * With |w| among what is made small a step stays in the orthant that w is in, or that the slope points to where w is 0,
 * and weights that are 0 and would stay it are left out of it (Byrd, Chin, Nocedal and Oztoprak 2016): there the
 * objective is smooth.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logistic.h"

#define PARTS 64
#define SHORT ((size_t)8192)
#define DAMP  1e-3

struct newton {
	struct logistic_problem *q;
	size_t grain;
	double *s, *r, *dir, *h, *scale; /* [size]: step, what is left, direction, H dir, preconditioner's inverse */
	double *slope;                   /* [size] of all that is made small, the nearest to 0 */
	double *curve;                   /* [stride] mean of p (1 - p) */
	double *w, *next;
	double a, beta, l1, l2, damp; /* damp: of the preconditioner, added to the Hessian */
	double sum[PARTS], more[PARTS];
};

/* z = x v becomes weight x p (z - p z). */
static void
curve_rows(void *ctx, double *z, size_t from, size_t to, size_t part)
{
	struct logistic_problem *q = ctx;
	const struct logistic *l = q->l;
	size_t k = l->k, s = l->stride;

	(void)part;
	for (size_t i = from; i < to; i++, z += s) {
		double weight = l->d->weight ? l->d->weight[l->d->label[i]] : 1, mean = 0;
		const double *p = q->p + i * s;

		if (k == 1) {
			z[0] *= weight * p[0] * (1 - p[0]);
			continue;
		}
		for (size_t c = 0; c < k; c++)
			mean += p[c] * z[c];
		for (size_t c = 0; c < k; c++)
			z[c] = weight * p[c] * (z[c] - mean);
	}
}

static void
each(struct newton *n, maas_work *work)
{
	maas_team_run(n->q->l->how->team, n->q->size, n->grain, work, n);
}

static double
add_up(const struct newton *n, const double *part)
{
	double sum = 0;

	for (size_t i = 0; i * n->grain < n->q->size; i++)
		sum += part[i];
	return sum;
}

static double
total(const struct newton *n)
{
	return add_up(n, n->sum);
}

/* Where the penalty ends. */
static size_t
penalised(const struct newton *n)
{
	return n->q->size - n->q->l->stride;
}

static void
begin_cg(void *arg, size_t from, size_t to, int member)
{
	struct newton *n = arg;
	size_t k = n->q->l->stride, features = n->q->x->cols;
	double sum = 0, most = 0;

	(void)member;
	for (size_t i = from; i < to; i++) {
		size_t j = i / k;
		double squares = j < features ? n->q->square[j] : n->q->l->weights, l1 = j < features ? n->l1 : 0;
		double g = n->q->g[i], w = n->w[i];

		n->slope[i] = w > 0 ? g + l1 : w < 0 ? g - l1 : g > l1 ? g - l1 : g < -l1 ? g + l1 : 0;
		n->scale[i] = 1 / ((j < features ? n->l2 : 0) + fmax(n->curve[i - j * k] * squares, 1e-300));
		if (l1 > 0 && w == 0 && n->slope[i] == 0)
			n->scale[i] = 0;
		n->s[i] = 0;
		n->r[i] = -n->slope[i];
		n->dir[i] = n->scale[i] * n->r[i];
		sum += n->r[i] * n->dir[i];
		if (!(fabs(n->dir[i]) <= most))
			most = fabs(n->dir[i]);
	}
	n->sum[from / n->grain] = sum;
	n->more[from / n->grain] = most;
}

static void
add_penalty(void *arg, size_t from, size_t to, int member)
{
	struct newton *n = arg;
	size_t end = penalised(n);
	double sum = 0;

	(void)member;
	for (size_t i = from; i < to; i++) {
		n->h[i] += i < end ? n->l2 * n->dir[i] : 0;
		if (n->damp > 0 && n->scale[i] > 0)
			n->h[i] += n->damp / n->scale[i] * n->dir[i];
		sum += n->dir[i] * n->h[i];
	}
	n->sum[from / n->grain] = sum;
}

static void
advance(void *arg, size_t from, size_t to, int member)
{
	struct newton *n = arg;
	double sum = 0;

	(void)member;
	for (size_t i = from; i < to; i++) {
		n->s[i] += n->a * n->dir[i];
		n->r[i] -= n->a * n->h[i];
		sum += n->r[i] * n->r[i] * n->scale[i];
	}
	n->sum[from / n->grain] = sum;
}

static void
turn(void *arg, size_t from, size_t to, int member)
{
	struct newton *n = arg;

	(void)member;
	for (size_t i = from; i < to; i++)
		n->dir[i] = n->scale[i] * n->r[i] + n->beta * n->dir[i];
}

/* Down by the slope alone. */
static void
aim(void *arg, size_t from, size_t to, int member)
{
	struct newton *n = arg;

	(void)member;
	for (size_t i = from; i < to; i++)
		n->s[i] = -n->scale[i] * n->slope[i];
}

/* next = w + a s inside the orthant; the sums are the slope times how far that is, and |next|. */
static void
move(void *arg, size_t from, size_t to, int member)
{
	struct newton *n = arg;
	size_t end = penalised(n);
	double sum = 0, ones = 0;

	(void)member;
	for (size_t i = from; i < to; i++) {
		double next = n->w[i] + n->a * n->s[i], side = n->w[i] != 0 ? n->w[i] : -n->slope[i];

		if (n->l1 > 0 && i < end) {
			next = next * side > 0 ? next : 0;
			ones += fabs(next);
		}
		n->next[i] = next;
		sum += n->slope[i] * (next - n->w[i]);
	}
	n->sum[from / n->grain] = sum;
	n->more[from / n->grain] = ones;
}

/* n->s, from the preconditioned residual's square `rz` down to `enough` of it. */
static void
solve(struct newton *n, double rz, double enough)
{
	struct logistic_problem *q = n->q;
	size_t end = penalised(n);
	double least = rz * enough * enough;

	for (int i = 0; i < (n->damp > 0 ? 60 : 500); i++) {
		double curve, now;

		maas_pass_run(
		    q->pass, n->dir, q->l->set->intercept ? n->dir + end : NULL, curve_rows, q, n->h, n->h + end);
		if (!q->l->set->intercept)
			memset(n->h + end, 0, q->l->stride * sizeof *n->h);
		each(n, add_penalty);
		curve = total(n);
		if (!(curve > 0))
			return;
		n->a = rz / curve;
		each(n, advance);
		now = total(n);
		if (!(now > least))
			return;
		n->beta = now / rz;
		rz = now;
		each(n, turn);
	}
}

static void
mean_curve(struct newton *n)
{
	const struct logistic *l = n->q->l;
	size_t rows = n->q->x->rows, k = l->k;

	memset(n->curve, 0, l->stride * sizeof *n->curve);
	for (size_t i = 0; i < rows; i++)
		for (size_t c = 0; c < k; c++) {
			double p = n->q->p[i * l->stride + c];

			n->curve[c] += p * (1 - p);
		}
	for (size_t c = 0; c < k; c++)
		n->curve[c] = fmax(n->curve[c] / (double)rows, 1e-12);
}

/* What is made small at w + a s, which is in n->next. */
static double
there(struct newton *n, double *down)
{
	each(n, move);
	*down = total(n);
	return n->l1 * add_up(n, n->more) + logistic_evaluate(n->q, n->next);
}

/* Along n->s until the objective falls: 0, or -1 where it does not. */
static int
line(struct newton *n, double *f)
{
	double down, now, *w = n->w;

	for (n->a = 1; n->a > 1e-10; n->a /= 2) {
		now = there(n, &down);
		if (down < 0 && now <= *f + 1e-4 * down) {
			n->w = n->next;
			n->next = w;
			*f = now;
			return 0;
		}
	}
	return -1;
}

static void
run(struct newton *n)
{
	struct maas_fitting *how = n->q->l->how;
	double down, f = there(n, &down), before = INFINITY, first = 0, enough = 1, tol = how->how->tol;

	how->converged = 0;
	for (long step = 0;; step++) {
		double rz, most = 0, last = before - f;

		mean_curve(n);
		each(n, begin_cg);
		rz = total(n);
		for (size_t i = 0; i * n->grain < n->q->size; i++)
			most = n->more[i] <= most ? most : n->more[i];
		first = step ? first : rz;
		/* A step leaves about the square of the part it was solved to; not so among dense features, each in a
		 * unit of its own, where slopes hide a long way to go: there it must itself have brought little. */
		how->converged = most <= 10 * tol && enough * enough * last <= 1e-4 * tol * fabs(f) &&
		    (!n->q->x->dense || last <= 1e-2 * tol * fabs(f));
		before = f;
		if (logistic_told(n->q, step, f, most) || how->converged || step >= how->how->max_iter || !(rz > 0))
			return;
		enough = fmin(0.2, sqrt(sqrt(rz / first)));
		solve(n, rz, enough);
		if (line(n, &f) == 0) {
			if (n->damp > 0)
				n->damp = n->a < 1 ? fmin(3 * n->damp, 10) : fmax(n->damp / 3, DAMP);
			continue;
		}
		each(n, aim);
		if (line(n, &f) < 0) {
			/* Where the objective's own rounding hides what is left is as far as anyone gets. */
			how->converged = most <= 1e-6;
			logistic_evaluate(n->q, n->w);
			return;
		}
	}
}

int
logistic_newton(struct logistic_problem *q, double *w)
{
	struct newton n = { .q = q, .l1 = q->l1, .l2 = q->l2, .w = w };
	double *all = maas_alloc(q->size, 7 * sizeof *all), *mine;
	int rc = -1;

	n.damp = n.l2 > 0 ? 0 : 1; /* without l2 the Hessian may be singular */
	n.grain = (q->size + PARTS - 1) / PARTS;
	n.grain = n.grain < SHORT ? SHORT : n.grain;
	n.curve = maas_alloc(q->l->stride, sizeof *n.curve);
	if (all && n.curve) {
		n.s = all;
		n.r = all + q->size;
		n.dir = all + 2 * q->size;
		n.h = all + 3 * q->size;
		n.scale = all + 4 * q->size;
		n.slope = all + 5 * q->size;
		mine = n.next = all + 6 * q->size;
		run(&n);
		if (n.w == mine)
			memcpy(w, mine, q->size * sizeof *w);
		rc = 0;
	}
	free(all);
	free(n.curve);
	return rc;
}
