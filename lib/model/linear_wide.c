/*
 * Least squares where features are too many for a factorisation: conjugate gradients (Hestenes and Stiefel 1952) on
 * the normal equations, or coordinate descent over the columns.  Sparse columns are centred in thought alone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linear.h"

#define PARTS 64
#define SHORT ((size_t)256) /* rows, not cut finer */

struct summing {
	const struct maas_design *x;
	size_t grain;
	double *sum; /* [parts][dense] of what rows have more than the first */
};

static void
sum_rows(void *arg, size_t begin, size_t end, int member)
{
	struct summing *s = arg;
	size_t dense = s->x->dense;
	double *restrict sum = s->sum + begin / s->grain * dense;

	(void)member;
	for (size_t i = begin; i < end; i++)
		for (size_t j = 0; j < dense; j++)
			sum[j] += s->x->x[i * dense + j] - s->x->x[j];
}

/* Of the dense columns about their first row, so that the mean of a constant column is the constant. */
static int
dense_means(struct linear *l)
{
	struct summing s = { .x = &l->d->x, .grain = (l->n + PARTS - 1) / PARTS };
	size_t dense = s.x->dense, parts;

	s.grain = s.grain < SHORT ? SHORT : s.grain;
	parts = (l->n + s.grain - 1) / s.grain;
	if (!(s.sum = maas_alloc(parts * dense, sizeof *s.sum)))
		return -1;
	maas_team_run(l->team, l->n, s.grain, sum_rows, &s);
	for (size_t part = 1; part < parts; part++)
		for (size_t j = 0; j < dense; j++)
			s.sum[j] += s.sum[part * dense + j];
	for (size_t j = 0; j < dense; j++)
		l->mean[j] = s.x->x[j] + s.sum[j] / (double)l->n;
	free(s.sum);
	return 0;
}

int
linear_means(struct linear *l)
{
	const struct maas_design *x = &l->d->x;
	double *sparse = l->mean + x->dense;

	if (x->dense && dense_means(l) < 0)
		return -1;
	if (x->cols > x->dense)
		for (size_t e = 0; e < x->sparse.start[l->n]; e++)
			sparse[x->sparse.col[e]] += x->sparse.val[e];
	for (size_t j = x->dense; j < l->p; j++)
		l->mean[j] /= (double)l->n;
	for (size_t j = 0; j < l->p; j++)
		if (!isfinite(l->mean[j]))
			return maas_fail("a feature of the training rows is not finite, or too large to be summed");
	if (!l->intercept)
		memset(l->mean, 0, l->p * sizeof *l->mean);
	for (size_t i = 0; i < l->n && l->intercept; i++)
		l->y_mean += (l->d->target[i] - l->d->target[0]) / (double)l->n;
	l->y_mean += l->intercept ? l->d->target[0] : 0;
	for (size_t i = 0; i < l->n; i++)
		l->total += (l->d->target[i] - l->y_mean) * (l->d->target[i] - l->y_mean);
	return isfinite(l->total) ? 0 : maas_fail("the targets are too large to be squared");
}

struct linear_path
linear_path_of(const struct linear *l, double *square)
{
	for (size_t j = 0; j < l->p; j++) {
		double noise = 8 * 0x1p-52 * l->mean[j];

		if (isfinite(square[j]) && square[j] <= (double)l->n * noise * noise)
			square[j] = 0;
	}
	return (struct linear_path){ .p = l->p,
		.a = (double)l->n * l->l1,
		.b = l->l2,
		.tol = l->tol,
		.size = sqrt(l->total),
		.w = l->w,
		.square = square };
}

int
linear_path_run(struct linear_path *c, struct maas_fitting *how)
{
	int all = 1;

	for (size_t j = 0; j < c->p; j++)
		if (!isfinite(c->square[j]))
			return maas_fail("the numbers of a feature are too large to be squared");
	how->converged = 0;
	how->steps = how->how->max_iter;
	for (how->step = 0; how->step < how->how->max_iter;) {
		double most = 0;

		for (size_t j = 0; j < c->p; j++) {
			double old = c->w[j], z, now;

			if (c->square[j] <= 0 || (!all && old == 0))
				continue;
			z = c->slope(c->ctx, j) + c->square[j] * old;
			now = z > c->a  ? (z - c->a) / (c->square[j] + c->b)
			    : z < -c->a ? (z + c->a) / (c->square[j] + c->b)
					: 0;
			if (now == old)
				continue;
			c->w[j] = now;
			c->move(c->ctx, j, now - old);
			most = fmax(most, fabs(now - old) * sqrt(c->square[j]));
		}
		how->step++;
		how->gradient = c->size > 0 ? most / c->size : 0;
		how->converged = all && how->gradient <= c->tol;
		if (how->converged || (how->on_step && how->on_step(how) != 0))
			break;
		all = how->gradient <= c->tol; /* the others again once those at work are done */
	}
	return 0;
}

struct columns {
	const struct linear *l;
	struct maas_csr x; /* a column a row */
	double *left;      /* [n] y - X w, but for `off` on every row */
	double off;
	double *sum; /* [p] of a column as it is here */
};

static double
column_slope(void *ctx, size_t j)
{
	const struct columns *c = ctx;
	double sum = 0;

	for (size_t e = c->x.start[j]; e < c->x.start[j + 1]; e++)
		sum += c->x.val[e] * c->left[c->x.col[e]];
	return sum + c->off * c->sum[j];
}

static void
column_move(void *ctx, size_t j, double by)
{
	struct columns *c = ctx;

	for (size_t e = c->x.start[j]; e < c->x.start[j + 1]; e++)
		c->left[c->x.col[e]] -= by * c->x.val[e];
	if (j >= c->l->d->x.dense)
		c->off += by * c->l->mean[j];
}

/* All of a design by its columns, the dense ones centred. */
static int
turn(struct maas_csr *to, const struct maas_design *x, const double *mean)
{
	struct maas_csr all = { .rows = x->rows, .cols = x->cols };
	size_t nnz = x->rows * x->dense + (x->cols > x->dense ? x->sparse.start[x->rows] : 0), at = 0;
	int rc = -1;

	if (!x->dense)
		return maas_csr_transpose(to, &x->sparse);
	if ((all.start = maas_alloc(x->rows + 1, sizeof *all.start)) && (all.col = maas_alloc(nnz, sizeof *all.col)) &&
	    (all.val = maas_alloc(nnz, sizeof *all.val))) {
		for (size_t i = 0; i < x->rows; i++) {
			for (size_t j = 0; j < x->dense; j++, at++) {
				all.col[at] = (uint32_t)j;
				all.val[at] = x->x[i * x->dense + j] - mean[j];
			}
			for (size_t e = x->cols > x->dense ? x->sparse.start[i] : 0;
			     x->cols > x->dense && e < x->sparse.start[i + 1]; e++) {
				all.col[at] = (uint32_t)x->dense + x->sparse.col[e];
				all.val[at++] = x->sparse.val[e];
			}
			all.start[i + 1] = at;
		}
		rc = maas_csr_transpose(to, &all);
	}
	maas_csr_free(&all);
	return rc;
}

int
linear_columns(struct linear *l)
{
	struct columns c = { .l = l };
	double *square = maas_alloc(l->p, sizeof *square);
	struct linear_path path;
	int rc = -1;

	l->how->solver = "coordinate descent";
	if (!square || turn(&c.x, &l->d->x, l->mean) < 0 || !(c.left = maas_alloc(l->n, sizeof *c.left)) ||
	    !(c.sum = maas_alloc(l->p, sizeof *c.sum)))
		goto out;
	for (size_t i = 0; i < l->n; i++)
		c.left[i] = l->d->target[i] - l->y_mean;
	for (size_t j = 0; j < l->p; j++) {
		double mean = j < l->d->x.dense ? 0 : l->mean[j];

		for (size_t e = c.x.start[j]; e < c.x.start[j + 1]; e++) {
			c.sum[j] += c.x.val[e];
			square[j] += (c.x.val[e] - mean) * (c.x.val[e] - mean);
		}
		square[j] += (double)(l->n - (c.x.start[j + 1] - c.x.start[j])) * mean * mean;
	}
	path = linear_path_of(l, square);
	path.slope = column_slope;
	path.move = column_move;
	path.ctx = &c;
	rc = linear_path_run(&path, l->how);
	l->left = 0;
	for (size_t i = 0; i < l->n; i++)
		l->left += (c.left[i] + c.off) * (c.left[i] + c.off);
out:
	maas_csr_free(&c.x);
	free(c.left);
	free(c.sum);
	free(square);
	return rc;
}

struct residuals {
	const struct linear *l;
	double shift; /* of every row: what centring takes off */
	int first;    /* y - X w, else X w alone */
	double sum[MAAS_PASS_PARTS];
};

static void
residual(void *ctx, double *z, size_t from, size_t to, size_t part)
{
	struct residuals *r = ctx;

	for (size_t i = 0; i < to - from; i++) {
		z[i] = r->first ? r->l->d->target[from + i] - r->l->y_mean - (z[i] - r->shift) : z[i] - r->shift;
		r->sum[part] += z[i] * z[i];
	}
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* g = X^T (y - X w), or X^T X w, of the centred X; the sum of squares of what stands behind X^T. */
static double
normal(struct linear *l, struct maas_pass *pass, const double *w, int first, double *g)
{
	struct residuals r = { .l = l, .shift = dot(l->mean, w, l->p), .first = first };
	double sum = 0, all;

	maas_pass_run(pass, w, NULL, residual, &r, g, &all);
	for (size_t j = 0; j < l->p; j++)
		g[j] -= l->mean[j] * all;
	for (size_t i = 0; i < maas_pass_parts(pass); i++)
		sum += r.sum[i];
	return sum;
}

/*
 * From w = 0 the steps stay in the span of X's rows, so that without a penalty they end at the solution of least norm.
 * At times the residual is computed anew, since it drifts from what its recurrence says.
 */
static int
conjugate(struct linear *l, struct maas_pass *pass, double *g, double *p, double *hp)
{
	struct maas_fitting *how = l->how;
	double old, first;

	l->left = normal(l, pass, l->w, 1, g);
	memcpy(p, g, l->p * sizeof *p);
	first = old = dot(g, g, l->p);
	how->converged = first <= 0;
	how->steps = how->how->max_iter;
	while (!how->converged && how->step < how->how->max_iter) {
		double curve = normal(l, pass, p, 0, hp), step, now;

		for (size_t j = 0; j < l->p; j++)
			hp[j] += l->l2 * p[j];
		curve += l->l2 * dot(p, p, l->p);
		if (!(curve > 0) || !isfinite(curve))
			break;
		step = old / curve;
		for (size_t j = 0; j < l->p; j++) {
			l->w[j] += step * p[j];
			g[j] -= step * hp[j];
		}
		if (++how->step % 50 == 0) {
			l->left = normal(l, pass, l->w, 1, g);
			for (size_t j = 0; j < l->p; j++)
				g[j] -= l->l2 * l->w[j];
		}
		now = dot(g, g, l->p);
		how->gradient = sqrt(now / first);
		how->converged = how->gradient <= l->tol;
		if (how->on_step && how->on_step(how) != 0)
			break;
		for (size_t j = 0; j < l->p; j++)
			p[j] = g[j] + now / old * p[j];
		old = now;
	}
	l->left = normal(l, pass, l->w, 1, g);
	return 0;
}

int
linear_gradients(struct linear *l)
{
	struct maas_pass *pass = maas_pass_new(&l->d->x, 1, l->team);
	double *v = pass ? maas_alloc(l->p, 3 * sizeof *v) : NULL;
	int rc = v ? conjugate(l, pass, v, v + l->p, v + 2 * l->p) : -1;

	l->how->solver = "conjugate gradients";
	free(v);
	maas_pass_free(pass);
	return rc;
}
