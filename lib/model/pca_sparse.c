/* pca_sparse -- products of sparse rows, and components from their vectors. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pca_sparse.h"

#define GRAIN   16  /* rows of products at a time */
#define TILE    16  /* columns that are turned together: a line of floats */
#define TILES   8   /* tiles at a time */
#define VECTORS 256 /* at a time: their numbers of all rows are to lie in a cache */

static int
add_entry(struct sparse *s, size_t nnz, uint32_t col, double val)
{
	if (maas_grow(&s->x.col, nnz, &s->col_cap, 1, sizeof *s->x.col) < 0 ||
	    maas_grow(&s->x.val, nnz, &s->val_cap, 1, sizeof *s->x.val) < 0)
		return -1;
	s->x.col[nnz] = col;
	s->x.val[nnz] = val;
	return 0;
}

int
sparse_add(struct sparse *s, const struct maas_row *row, size_t columns)
{
	struct maas_csr *x = &s->x;
	size_t nnz = x->rows ? x->start[x->rows] : 0;

	if (maas_grow(&x->start, x->rows, &s->start_cap, 2, sizeof *x->start) < 0)
		return -1;
	x->start[x->rows] = nnz;
	for (size_t i = 0; i < row->nnz; i++, nnz++)
		if (add_entry(s, nnz, row->col[i], row->val[i]) < 0)
			return -1;
	for (size_t i = 0; row->x && i < columns; i++)
		if (row->x[i] < 0 || row->x[i] > 0)
			if (add_entry(s, nnz++, (uint32_t)i, row->x[i]) < 0)
				return -1;
	x->start[++x->rows] = nnz;
	x->cols = columns;
	return 0;
}

void
sparse_row(const struct sparse *s, size_t i, double *to)
{
	memset(to, 0, s->x.cols * sizeof *to);
	for (size_t e = s->x.start[i]; e < s->x.start[i + 1]; e++)
		to[s->x.col[e]] = s->x.val[e];
}

void
sparse_free(struct sparse *s)
{
	maas_csr_free(&s->x);
}

double
sparse_pairs(const struct sparse *s)
{
	const struct maas_csr *x = &s->x;
	double *count = maas_alloc(x->cols, sizeof *count), pairs = 0;

	/* each number meets those that its column had before */
	for (size_t e = 0; count && e < x->start[x->rows]; e++)
		pairs += count[x->col[e]]++;
	free(count);
	return pairs;
}

void
sparse_mean(const struct sparse *s, double *mean, double *square)
{
	const struct maas_csr *x = &s->x;
	size_t nnz = x->start[x->rows];
	double rows = (double)x->rows;

	memset(mean, 0, x->cols * sizeof *mean);
	for (size_t e = 0; e < nnz; e++)
		mean[x->col[e]] += x->val[e];
	for (size_t j = 0; j < x->cols; j++) {
		mean[j] /= rows;
		square[j] = rows * mean[j] * mean[j]; /* were all of it 0 */
	}
	for (size_t e = 0; e < nnz; e++) {
		double m = mean[x->col[e]], d = x->val[e] - m;

		square[x->col[e]] += d * d - m * m;
	}
}

/* What the members share. */
struct job {
	const struct maas_csr *x, *turned; /* turned: x^T */
	const double *mean, *scale;
	void *products; /* [rows, rows] of `type` */
	enum maas_dtype type;
	double *sums;    /* [members, rows] of one row */
	double *against; /* [rows] row times mean */
	double square;   /* mean times mean */
	/* Turning. */
	size_t from, n;  /* vectors [from, from + n) */
	const double *u; /* [vectors, rows] */
	double *near;    /* [rows, VECTORS] of them */
	double *sum;     /* [VECTORS] of their numbers */
	double *room;    /* [members, TILE, VECTORS] */
	double *part;    /* [items, VECTORS] squares */
	double *values;
	float *narrow; /* [k, columns], one of the two */
	double *full;
};

static double
against_mean(const struct job *j, size_t i)
{
	double sum = 0;

	for (size_t e = j->x->start[i]; e < j->x->start[i + 1]; e++) {
		size_t c = j->x->col[e];

		sum += j->x->val[e] / j->scale[c] * (j->mean[c] / j->scale[c]);
	}
	return sum;
}

/* Row i times the rows behind it, by the lists of which rows have a column; then centred both ways. */
static void
multiply(void *arg, size_t begin, size_t end, int member)
{
	const struct job *j = arg;
	const struct maas_csr *x = j->x, *t = j->turned;
	double *sums = j->sums + (size_t)member * x->rows;

	for (size_t i = begin; i < end; i++) {
		size_t at = i * x->rows + i;

		memset(sums + i, 0, (x->rows - i) * sizeof *sums);
		for (size_t e = x->start[i]; e < x->start[i + 1]; e++) {
			size_t c = x->col[e];
			double v = x->val[e] / j->scale[c] / j->scale[c];

			for (size_t l = t->start[c + 1]; l-- > t->start[c] && t->col[l] >= i;)
				sums[t->col[l]] += v * t->val[l];
		}
		for (size_t r = i; r < x->rows; r++)
			sums[r] += j->square - j->against[i] - j->against[r];
		if (j->type == MAAS_F32)
			maas_from_f64((float *)j->products + at, sums + i, x->rows - i);
		else
			memcpy((double *)j->products + at, sums + i, (x->rows - i) * sizeof *sums);
	}
}

void *
sparse_products(
    const struct sparse *s, enum maas_dtype type, const double *mean, const double *scale, struct maas_team *team)
{
	struct maas_csr turned = { 0 };
	struct job j = { .x = &s->x, .turned = &turned, .mean = mean, .scale = scale, .type = type };
	size_t rows = s->x.rows;

	if (maas_csr_transpose(&turned, &s->x) < 0)
		return NULL;
	j.against = maas_alloc(rows, sizeof *j.against);
	j.sums = maas_alloc((size_t)maas_team_size(team), rows * sizeof *j.sums);
	if (j.against && j.sums && (j.products = maas_pages_take(rows, rows * maas_dtype_size(type)))) {
		for (size_t i = 0; i < rows; i++)
			j.against[i] = against_mean(&j, i);
		for (size_t c = 0; c < s->x.cols; c++)
			j.square += mean[c] / scale[c] * (mean[c] / scale[c]);
		maas_team_run(team, rows, GRAIN, multiply, &j);
	}
	maas_csr_free(&turned);
	free(j.against);
	free(j.sums);
	return j.products;
}

/* The numbers that vectors have for rows [begin, end), side by side. */
static void
gather(void *arg, size_t begin, size_t end, int member)
{
	const struct job *j = arg;
	size_t rows = j->x->rows;

	(void)member;
	for (size_t r = begin; r < end; r++)
		for (size_t c = 0; c < VECTORS; c++)
			j->near[r * VECTORS + c] = c < j->n ? j->u[(j->from + c) * rows + r] : 0;
}

/* A tile of columns of the vectors at hand, from room to where they stay; their squares are added up. */
static void
deliver(const struct job *j, const double *room, size_t column, size_t columns, double *square)
{
	size_t cols = j->x->cols;

	for (size_t c = 0; c < j->n; c++)
		for (size_t t = 0; t < columns; t++) {
			double v = (room[t * VECTORS + c] - j->mean[column + t] * j->sum[c]) / j->scale[column + t];
			size_t at = (j->from + c) * cols + column + t;

			square[c] += v * v;
			if (j->narrow)
				j->narrow[at] = (float)v;
			else
				j->full[at] = v;
		}
}

static void
turn(void *arg, size_t begin, size_t end, int member)
{
	const struct job *j = arg;
	double *room = j->room + (size_t)member * TILE * VECTORS;
	size_t cols = j->x->cols;

	for (size_t item = begin; item < end; item++) {
		double *square = j->part + item * VECTORS;

		memset(square, 0, VECTORS * sizeof *square);
		for (size_t c = item * TILE * TILES; c < cols && c < (item + 1) * TILE * TILES; c += TILE) {
			size_t n = cols - c < TILE ? cols - c : TILE;
			struct maas_csr tile = *j->turned;

			tile.start += c;
			maas_csr_times(room, &tile, j->near, VECTORS, 0, n);
			deliver(j, room, c, n, square);
		}
	}
}

static void
normalize(void *arg, size_t begin, size_t end, int member)
{
	const struct job *j = arg;
	size_t cols = j->x->cols;

	(void)member;
	for (size_t c = begin; c < end; c++) {
		double by = 1 / sqrt(j->values[c]);

		for (size_t i = c * cols; i < (c + 1) * cols; i++)
			if (j->narrow)
				j->narrow[i] = (float)(j->narrow[i] * by);
			else
				j->full[i] *= by;
	}
}

/* VECTORS of them, or what is left. */
static void
turn_some(struct job *j, size_t items, struct maas_team *team)
{
	maas_team_run(team, j->x->rows, GRAIN, gather, j);
	memset(j->sum, 0, VECTORS * sizeof *j->sum);
	for (size_t r = 0; r < j->x->rows; r++)
		for (size_t c = 0; c < VECTORS; c++)
			j->sum[c] += j->near[r * VECTORS + c];
	maas_team_run(team, items, 1, turn, j);
	for (size_t c = 0; c < j->n; c++) {
		j->values[j->from + c] = 0;
		for (size_t i = 0; i < items; i++)
			j->values[j->from + c] += j->part[i * VECTORS + c];
	}
}

int
sparse_turn(const struct sparse *s, void *vectors, enum maas_dtype type, double *values, const double *u, size_t k,
    const double *mean, const double *scale, struct maas_team *team)
{
	struct maas_csr turned = { 0 };
	struct job j = { .x = &s->x, .turned = &turned, .mean = mean, .scale = scale, .u = u, .values = values };
	size_t items = (s->x.cols + TILE * TILES - 1) / (TILE * TILES);
	int rc = -1;

	if (type == MAAS_F32)
		j.narrow = vectors;
	else
		j.full = vectors;
	j.near = maas_alloc(s->x.rows, VECTORS * sizeof *j.near);
	j.sum = maas_alloc(VECTORS, sizeof *j.sum);
	j.room = maas_alloc((size_t)maas_team_size(team), TILE * VECTORS * sizeof *j.room);
	j.part = maas_alloc(items, VECTORS * sizeof *j.part);
	if (j.near && j.sum && j.room && j.part && maas_csr_transpose(&turned, &s->x) == 0) {
		for (j.from = 0; j.from < k; j.from += VECTORS) {
			j.n = k - j.from < VECTORS ? k - j.from : VECTORS;
			turn_some(&j, items, team);
		}
		maas_team_run(team, k, 1, normalize, &j);
		rc = 0;
	}
	maas_csr_free(&turned);
	free(j.near);
	free(j.sum);
	free(j.room);
	free(j.part);
	return rc;
}

/* Vectors that are turned to their signs. */
struct signing {
	float *vectors;
	size_t n;
};

static void
sign(void *arg, size_t begin, size_t end, int member)
{
	const struct signing *s = arg;

	(void)member;
	for (size_t c = begin; c < end; c++) {
		float *v = s->vectors + c * s->n;
		size_t at = 0, minus;

		for (size_t j = 1; j < s->n; j++)
			if (fabsf(v[j]) > fabsf(v[at]))
				at = j;
		minus = v[at] < 0;
		for (size_t j = 0; minus && j < s->n; j++)
			v[j] = -v[j];
	}
}

void
sparse_sign(float *vectors, size_t k, size_t n, struct maas_team *team)
{
	struct signing s = { vectors, n };

	maas_team_run(team, k, 1, sign, &s);
}
