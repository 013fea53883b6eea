/*
 * Products of a design, which has a dense part and a sparse one, in double: scores of rows, and passes in which
 * the scores of all rows become errors and the errors a gradient.  A pass reads the dense part once: a block
 * of rows is in the cache for both products.
 */
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

typedef double four __attribute__((vector_size(32), aligned(8), may_alias));

#define FEW       ((size_t)16) /* rows between two loads of a gradient's numbers */
#define TIER_FILE "design.inc"
#include "tier.h"

#define PARTS 64
#define SHORT ((size_t)256)     /* rows, not cut finer */
#define BLOCK ((size_t)16384)   /* numbers of x looked at together */
#define SUMS  ((size_t)4 << 20) /* numbers of all parts' gradients */

struct maas_pass {
	const struct maas_design *x;
	struct maas_csr turned; /* the sparse part's transpose */
	struct maas_team *team;
	size_t k, block, grain, parts, wide; /* rows of a block, of a part; features of a turn */
	double *e;                           /* [rows][k]; of a block, one a member, where nothing is sparse */
	double *sum_g, *sum_b;               /* [parts][dense][k], [parts][k] */
	const double *w, *b;                 /* while it runs */
	double *g;
	maas_pass_rows *rows;
	void *ctx;
};

static void
dense_times(double *z, const double *x, const struct maas_design *d, const double *w, size_t k, size_t rows)
{
	if (k == 1)
		PICK(rows_one)(z, x, d->dense, w, rows, d->dense);
	else
		PICK(rows_many)(z, x, d->dense, w, k, rows, d->dense);
}

static int
has_sparse(const struct maas_design *x)
{
	return x->cols > x->dense;
}

void
maas_design_times(double *z, const struct maas_design *x, const double *w, size_t k, size_t from, size_t to)
{
	if (has_sparse(x))
		maas_csr_times(z, &x->sparse, w + x->dense * k, k, from, to);
	else
		memset(z + from * k, 0, (to - from) * k * sizeof *z);
	if (x->dense)
		dense_times(z + from * k, x->x + from * x->dense, x, w, k, to - from);
}

void
maas_pass_free(struct maas_pass *p)
{
	if (!p)
		return;
	maas_csr_free(&p->turned);
	free(p->e);
	free(p->sum_g);
	free(p->sum_b);
	free(p);
}

/* How rows are cut, by the shape alone. */
static void
cut(struct maas_pass *p)
{
	size_t dense = p->x->dense, n = p->x->rows, most = PARTS, sparse = p->x->cols - dense;

	if (dense && SUMS / (dense * p->k) < most)
		most = SUMS / (dense * p->k) ? SUMS / (dense * p->k) : 1;
	p->block = dense ? BLOCK / dense : SHORT;
	p->block = p->block < FEW ? FEW : p->block > SHORT ? SHORT : p->block / FEW * FEW;
	p->grain = (n + most - 1) / most;
	p->grain = p->grain < SHORT ? SHORT : p->grain;
	p->parts = (n + p->grain - 1) / p->grain;
	p->wide = (sparse + PARTS - 1) / PARTS;
	p->wide = p->wide < SHORT ? SHORT : p->wide;
}

struct maas_pass *
maas_pass_new(const struct maas_design *x, size_t k, struct maas_team *team)
{
	struct maas_pass *p = maas_alloc(1, sizeof *p);
	size_t scores;

	if (!p)
		return NULL;
	p->x = x;
	p->k = k;
	p->team = team;
	cut(p);
	scores = has_sparse(x) ? x->rows : p->block * (size_t)maas_team_size(team);
	if ((has_sparse(x) && maas_csr_transpose(&p->turned, &x->sparse) < 0) ||
	    !(p->e = maas_alloc(scores, k * sizeof *p->e)) ||
	    !(p->sum_b = maas_alloc(p->parts, k * sizeof *p->sum_b)) ||
	    !(p->sum_g = maas_alloc(p->parts * x->dense, k * sizeof *p->sum_g))) {
		maas_pass_free(p);
		return NULL;
	}
	return p;
}

const struct maas_csr *
maas_pass_turned(const struct maas_pass *p)
{
	return &p->turned;
}

size_t
maas_pass_parts(const struct maas_pass *p)
{
	return p->parts;
}

static void
add_rows(double *sum, const double *e, size_t rows, size_t k)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < k; c++)
			sum[c] += e[r * k + c];
}

static void
forward(void *arg, size_t begin, size_t end, int member)
{
	struct maas_pass *p = arg;
	const struct maas_design *x = p->x;
	size_t k = p->k, part = begin / p->grain;
	int sparse = has_sparse(x);
	double *sum_b = p->sum_b + part * k, *sum_g = p->sum_g + part * x->dense * k;

	memset(sum_b, 0, k * sizeof *sum_b);
	memset(sum_g, 0, x->dense * k * sizeof *sum_g);
	for (size_t at = begin, to; at < end; at = to) {
		double *e = p->e + (sparse ? at : p->block * (size_t)member) * k;

		to = end - at < p->block ? end : at + p->block;
		if (sparse) {
			maas_design_times(p->e, x, p->w, k, at, to);
		} else {
			memset(e, 0, (to - at) * k * sizeof *e);
			dense_times(e, x->x + at * x->dense, x, p->w, k, to - at);
		}
		for (size_t i = 0; p->b && i < (to - at) * k; i += k)
			for (size_t c = 0; c < k; c++)
				e[i + c] += p->b[c];
		p->rows(p->ctx, e, at, to, part);
		add_rows(sum_b, e, to - at, k);
		if (!x->dense)
			continue;
		if (k == 1)
			PICK(back_one)(sum_g, x->x + at * x->dense, x->dense, e, to - at, x->dense);
		else
			PICK(back_many)(sum_g, x->x + at * x->dense, x->dense, e, k, to - at, x->dense);
	}
}

static void
sparse_back(void *arg, size_t begin, size_t end, int member)
{
	struct maas_pass *p = arg;

	(void)member;
	maas_csr_times(p->g + p->x->dense * p->k, &p->turned, p->e, p->k, begin, end);
}

static void
dense_sums(void *arg, size_t begin, size_t end, int member)
{
	struct maas_pass *p = arg;
	size_t width = p->x->dense * p->k;

	(void)member;
	memcpy(p->g + begin, p->sum_g + begin, (end - begin) * sizeof *p->g);
	for (size_t part = 1; part < p->parts; part++)
		for (size_t i = begin; i < end; i++)
			p->g[i] += p->sum_g[part * width + i];
}

void
maas_pass_run(
    struct maas_pass *p, const double *w, const double *b, maas_pass_rows *rows, void *ctx, double *g, double *gb)
{
	p->w = w;
	p->b = b;
	p->g = g;
	p->rows = rows;
	p->ctx = ctx;
	maas_team_run(p->team, p->x->rows, p->grain, forward, p);
	if (has_sparse(p->x))
		maas_team_run(p->team, p->turned.rows, p->wide, sparse_back, p);
	if (p->x->dense)
		maas_team_run(p->team, p->x->dense * p->k, BLOCK, dense_sums, p);
	memset(gb, 0, p->k * sizeof *gb);
	for (size_t part = 0; part < p->parts; part++)
		add_rows(gb, p->sum_b + part * p->k, 1, p->k);
}
