/*
 * Least squares by QR.  Blocks of rows, centred, are folded into the triangle R of their QR, [X y] = Q R: a part of the
 * rows each by the team, the parts in order.  From there on p numbers a feature stand for all rows, and no product X^T
 * X has squared the condition.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linear.h"

#define PARTS     64
#define TRIANGLES ((size_t)8 << 20) /* numbers of all parts' triangles */
#define BLOCK     ((size_t)65536)   /* numbers folded in at once */

struct folding {
	const struct linear *l;
	size_t m, rows, grain, parts; /* m: columns, the targets among them; rows of a block, of a part */
	double *r;                    /* [parts][m][m] */
	double *block, *work;         /* of each member */
	int bad[PARTS];
};

static void
fill(double *block, const struct folding *f, size_t from, size_t rows)
{
	const struct linear *l = f->l;
	const struct maas_design *x = &l->d->x;

	for (size_t i = 0; i < rows; i++) {
		const double *row = x->x + (from + i) * x->dense;
		size_t j = 0;

		for (; j < x->dense; j++)
			block[j * f->rows + i] = row[j] - l->mean[j];
		for (; j < l->p; j++)
			block[j * f->rows + i] = -l->mean[j];
		if (l->p > x->dense)
			for (size_t e = x->sparse.start[from + i]; e < x->sparse.start[from + i + 1]; e++)
				block[(x->dense + x->sparse.col[e]) * f->rows + i] += x->sparse.val[e];
		block[j * f->rows + i] = l->d->target[from + i] - l->y_mean;
	}
}

static void
fold(void *arg, size_t begin, size_t end, int member)
{
	struct folding *f = arg;
	size_t part = begin / f->grain;
	double *block = f->block + (size_t)member * f->rows * f->m;
	double *work = f->work + (size_t)member * maas_qr_work(f->m);

	for (size_t at = begin; at < end && !f->bad[part]; at += f->rows) {
		size_t rows = end - at < f->rows ? end - at : f->rows;

		fill(block, f, at, rows);
		f->bad[part] = maas_qr_more(f->r + part * f->m * f->m, block, f->rows, rows, f->m, 0, work) < 0;
	}
}

/* Many parts where they are cheap beside the rows they hold. */
static void
cut(struct folding *f, size_t n)
{
	size_t parts = TRIANGLES / (f->m * f->m);

	parts = parts < 2 ? 2 : parts > PARTS ? PARTS : parts;
	if (parts > n / (4 * f->m) + 1)
		parts = n / (4 * f->m) + 1;
	f->grain = (n + parts - 1) / parts;
	f->parts = (n + f->grain - 1) / f->grain;
	f->rows = BLOCK / f->m;
	f->rows = f->rows < 32 ? 32 : f->rows > 512 ? 512 : f->rows;
}

/* The penalty of ridge is p rows more: sqrt(alpha) times the identity, with targets 0. */
static int
fold_penalty(struct folding *f, double alpha)
{
	double *more = maas_alloc(f->m * f->m, sizeof *more);
	int rc = -1;

	for (size_t j = 0; more && j + 1 < f->m; j++)
		more[j * f->m + j] = sqrt(alpha);
	if (more)
		rc = maas_qr_more(f->r, more, f->m, f->m, f->m, 1, f->work);
	free(more);
	return rc;
}

/* r [m,m] of all rows; freed by the caller. */
static double *
triangle(const struct linear *l, double alpha)
{
	struct folding f = { .l = l, .m = l->p + 1 };
	size_t members = (size_t)maas_team_size(l->team);
	int bad = 1;

	cut(&f, l->n);
	if ((f.r = maas_alloc(f.parts, f.m * f.m * sizeof *f.r)) &&
	    (f.block = maas_alloc(members, f.rows * f.m * sizeof *f.block)) &&
	    (f.work = maas_alloc(members, maas_qr_work(f.m) * sizeof *f.work))) {
		maas_team_run(l->team, l->n, f.grain, fold, &f);
		bad = f.bad[0];
		for (size_t i = 1; i < f.parts && !bad; i++)
			bad = f.bad[i] || maas_qr_more(f.r, f.r + i * f.m * f.m, f.m, f.m, f.m, 1, f.work) < 0;
		if (!bad && alpha > 0)
			bad = fold_penalty(&f, alpha) < 0;
	}
	free(f.block);
	free(f.work);
	if (bad) {
		free(f.r);
		return NULL;
	}
	return f.r;
}

/* w := the least squares through the rank-deficient a [rows,p] = r scaled, whose solution is not one: of all the one
 * with the least norm, which lies in the span of r's rows. */
static int
least_norm(double *w, double *a, const double *q, const double *scale, size_t rows, size_t p)
{
	size_t m = rows < p ? rows : p, rank = 0;
	double *s = maas_alloc(m, sizeof *s), *vt = maas_alloc(m, p * sizeof *vt), *u = maas_alloc(rows, m * sizeof *u);
	double *along = maas_alloc(m, sizeof *along);
	int rc = -1;

	if (!s || !vt || !u || !along || maas_svd(s, vt, u, a, rows, p) < 0)
		goto out;
	while (rank < m && s[rank] > s[0] * 4 * (double)p * 0x1p-52)
		rank++;
	memset(w, 0, p * sizeof *w);
	for (size_t k = 0; k < rank; k++) {
		double c = 0;

		for (size_t i = 0; i < rows; i++)
			c += u[i * m + k] * q[i];
		for (size_t j = 0; j < p; j++)
			w[j] += c / s[k] * vt[k * p + j] * scale[j];
	}
	rc = 0;
	if (rank == p || !rank)
		goto out;
	for (size_t k = 0; k < rank; k++)
		for (size_t j = 0; j < p; j++)
			vt[k * p + j] /= scale[j];
	memcpy(a, vt, rank * p * sizeof *a);
	if ((rc = maas_svd(s, vt, NULL, a, rank, p)) < 0)
		goto out;
	for (size_t k = 0; k < rank; k++)
		for (size_t j = 0; j < p; j++)
			along[k] += vt[k * p + j] * w[j];
	memset(w, 0, p * sizeof *w);
	for (size_t k = 0; k < rank; k++)
		for (size_t j = 0; j < p; j++)
			w[j] += along[k] * vt[k * p + j];
out:
	free(s);
	free(vt);
	free(u);
	free(along);
	return rc;
}

static void
substitute(double *w, const double *r, const double *q, size_t p)
{
	size_t m = p + 1;

	memcpy(w, q, p * sizeof *w);
	for (size_t j = p; j-- > 0;) {
		w[j] /= r[j * m + j];
		for (size_t i = 0; i < j; i++)
			w[i] -= r[j * m + i] * w[j];
	}
}

/*
 * Columns are made of one length first, since what they are measured in says nothing of the rank.  A column that is
 * constant but for the rounding of its mean has length 0.
 */
static void
even_out(double *r, double *scale, const struct linear *l)
{
	size_t p = l->p, m = p + 1;

	for (size_t j = 0; j < p; j++) {
		double *column = r + j * m, sum = 0, most = 0;

		for (size_t i = 0; i <= j; i++)
			most = fmax(most, fabs(column[i]));
		for (size_t i = 0; i <= j && most > 0; i++)
			sum += column[i] / most * (column[i] / most);
		if (most * sqrt(sum) <= sqrt((double)l->n) * 8 * 0x1p-52 * fabs(l->mean[j]))
			sum = 0;
		scale[j] = sum > 0 ? 1 / (most * sqrt(sum)) : 1;
		for (size_t i = 0; i <= j; i++)
			column[i] = sum > 0 ? column[i] / most / sqrt(sum) : 0;
	}
}

static int
solve(struct linear *l, double *r)
{
	size_t p = l->p, m = p + 1, rows = l->l2 > 0 || l->n > p ? p : l->n;
	const double *q = r + p * m;
	double *scale = maas_alloc(p, sizeof *scale), *work = maas_alloc(p, 4 * sizeof *work), *a = NULL;
	int rc = -1;

	if (!scale || !work)
		goto out;
	even_out(r, scale, l);
	if (rows == p && maas_qr_rcond(r, m, p, work) > 4 * (double)p * 0x1p-52) {
		substitute(l->w, r, q, p);
		for (size_t j = 0; j < p; j++)
			l->w[j] *= scale[j];
		rc = 0;
	} else if ((a = maas_alloc(rows, p * sizeof *a))) {
		for (size_t j = 0; j < p; j++)
			for (size_t i = 0; i <= j && i < rows; i++)
				a[i * p + j] = r[j * m + i];
		rc = least_norm(l->w, a, q, scale, rows, p);
	}
out:
	free(scale);
	free(work);
	free(a);
	return rc;
}

struct gram { /* X^T X and what is left of X^T y */
	size_t p;
	double *g, *h; /* [p,p], [p] */
};

static double
gram_slope(void *ctx, size_t j)
{
	const struct gram *g = ctx;

	return g->h[j];
}

static void
gram_move(void *ctx, size_t j, double by)
{
	struct gram *g = ctx;

	for (size_t i = 0; i < g->p; i++)
		g->h[i] -= by * g->g[j * g->p + i];
}

struct gramming {
	const double *r;
	struct gram *g;
};

static void
gram_rows(void *arg, size_t begin, size_t end, int member)
{
	struct gramming *a = arg;
	size_t p = a->g->p, m = p + 1;

	(void)member;
	for (size_t j = begin; j < end; j++)
		for (size_t k = 0; k <= p; k++) {
			size_t few = j < k ? j : k;
			double sum = 0;

			for (size_t i = 0; i <= few; i++)
				sum += a->r[j * m + i] * a->r[k * m + i];
			if (k < p)
				a->g->g[j * p + k] = sum;
			else
				a->g->h[j] = sum;
		}
}

static int
by_coordinates(struct linear *l, const double *r)
{
	size_t p = l->p;
	struct gram g = { .p = p };
	double *square = maas_alloc(p, sizeof *square);
	struct linear_path path;
	int rc = -1;

	if (square && (g.g = maas_alloc(p, p * sizeof *g.g)) && (g.h = maas_alloc(p, sizeof *g.h))) {
		maas_team_run(l->team, p, 16, gram_rows, &(struct gramming){ r, &g });
		for (size_t j = 0; j < p; j++)
			square[j] = g.g[j * p + j];
		path = linear_path_of(l, square);
		path.slope = gram_slope;
		path.move = gram_move;
		path.ctx = &g;
		rc = linear_path_run(&path, l->how);
	}
	free(square);
	free(g.g);
	free(g.h);
	return rc;
}

/* Of [X y] = Q R before any penalty: |y - X w|^2. */
static double
unexplained(const struct linear *l, const double *r)
{
	size_t m = l->p + 1;
	double sum = r[m * m - 1] * r[m * m - 1];

	for (size_t i = 0; i < l->p; i++) {
		double left = r[l->p * m + i];

		for (size_t j = i; j < l->p; j++)
			left -= r[j * m + i] * l->w[j];
		sum += left * left;
	}
	return sum;
}

int
linear_exact(struct linear *l)
{
	double *r = maas_blas_ready(l->team) < 0 ? NULL : triangle(l, l->l1 > 0 ? 0 : l->l2), *whole;
	int rc;

	if (!r)
		return -1;
	if (l->l1 > 0) {
		l->how->solver = "coordinate descent";
		rc = by_coordinates(l, r);
		l->left = unexplained(l, r);
	} else {
		l->how->solver = "closed form";
		whole = maas_alloc((l->p + 1) * (l->p + 1), sizeof *whole);
		if (whole)
			memcpy(whole, r, (l->p + 1) * (l->p + 1) * sizeof *whole);
		rc = whole ? solve(l, r) : -1;
		if (rc == 0) {
			l->left = unexplained(l, whole);
			for (size_t j = 0; j < l->p; j++)
				l->left -= l->l2 * l->w[j] * l->w[j];
			l->left = fmax(l->left, 0);
		}
		free(whole);
	}
	free(r);
	return rc;
}
