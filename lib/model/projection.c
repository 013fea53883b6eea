/* Features to principal components before a kind learns, and what it learnt back to features. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "components.h"
#include "maas/model.h"

#define EXACT  12000 /* rows or features of a matrix that is taken apart */
#define PASSES 8     /* of a sketch over the rows */
#define GRAIN  16

struct maas_projection {
	const struct maas_design *x; /* the rows it was fitted on */
	size_t k;
	double *mean;    /* [features] */
	double *value;   /* [k] sums of squares along the components */
	double *u;       /* [k, rows]; or NULL, and */
	double *vectors; /* [k, features] */
	double share;
};

int
maas_projection_bytes(const char *components, size_t rows, size_t features, double *bytes)
{
	double n = (double)rows, p = (double)features, least = n < p ? n : p;
	struct components_want w;

	if (components_parse(&w, "pca", 0, components) < 0)
		return -1;
	if (least <= EXACT) {
		/* a square matrix, its vectors and the solver's room; the components of the rows */
		double k = w.how == COUNT && (double)w.count < least ? (double)w.count : least;

		*bytes = 8 * (least * least + k * least + p + n * k) +
		    maas_eigen_bytes((size_t)least, (size_t)k, MAAS_F64, maas_cores());
		return 0;
	}
	if (w.how != COUNT)
		return maas_fail("pca: %zu rows of %zu features: a matrix of %.0f GB; ask for a number of components, "
				 "or for fewer features (see --max-features, --min-df)",
		    rows, features, 16 * least * least / 1e9);
	*bytes = 8 * ((double)w.count * 2 * p + n * (double)w.count);
	return 0;
}

void
maas_projection_free(struct maas_projection *p)
{
	if (!p)
		return;
	free(p->mean);
	free(p->value);
	free(p->u);
	free(p->vectors);
	free(p);
}

size_t
maas_projection_size(const struct maas_projection *p)
{
	return p->k;
}

size_t
maas_projection_features(const struct maas_projection *p)
{
	return p->x->cols;
}

size_t
maas_projection_dense(const struct maas_projection *p)
{
	return p->x->dense;
}

double
maas_projection_share(const struct maas_projection *p)
{
	return p->share;
}

/* Row i in full, to[features]. */
static void
spread(const struct maas_design *x, size_t i, double *to)
{
	memset(to, 0, x->cols * sizeof *to);
	if (x->dense)
		memcpy(to, x->x + i * x->dense, x->dense * sizeof *to);
	for (size_t e = x->sparse.start[i]; e < x->sparse.start[i + 1]; e++)
		to[x->dense + x->sparse.col[e]] = x->sparse.val[e];
}

static void
means(struct maas_projection *p)
{
	const struct maas_design *x = p->x;

	for (size_t i = 0; i < x->rows; i++) {
		for (size_t j = 0; j < x->dense; j++)
			p->mean[j] += x->x[i * x->dense + j];
		for (size_t e = x->sparse.start[i]; e < x->sparse.start[i + 1]; e++)
			p->mean[x->dense + x->sparse.col[e]] += x->sparse.val[e];
	}
	for (size_t j = 0; j < x->cols; j++)
		p->mean[j] /= (double)x->rows;
}

/* How many components of `n` values, of which those above `noise` are more than rounding, and their share of the
 * whole. */
static int
choose(struct maas_projection *p, const struct components_want *w, const double *value, size_t n, double noise)
{
	double sum = 0, part = 0;
	size_t rank = 0;

	for (size_t i = 0; i < n; i++)
		sum += value[i];
	while (rank < n && value[rank] > noise)
		rank++;
	if (!rank)
		return maas_fail("pca: all rows are the same: there is nothing to find");
	p->k = w->how == COUNT ? w->count : w->how == SHARE ? maas_principal_share(value, n, w->share) : rank;
	if (p->k > rank && w->how == COUNT)
		return maas_fail("pca: %zu components, but the rows have %zu", p->k, rank);
	p->k = p->k < rank ? p->k : rank;
	for (size_t i = 0; i < p->k; i++)
		part += value[i];
	p->share = part / sum;
	return (p->value = maas_alloc(p->k, sizeof *p->value)) ? memcpy(p->value, value, p->k * sizeof *value), 0 : -1;
}

/* Few rows: the products of centred rows of a with those of b, a row of them at a time. */
struct products {
	const struct maas_projection *p;
	const struct maas_design *a, *b;
	double *to;      /* [a->rows, b->rows]; where both are the same rows, the upper triangle */
	double *full;    /* [members, features] */
	double *against; /* [b->rows] mean x row of b */
	double square;   /* mean x mean */
};

static double
times(const struct maas_design *x, size_t i, const double *full)
{
	double sum = 0;

	for (size_t j = 0; j < x->dense; j++)
		sum += x->x[i * x->dense + j] * full[j];
	for (size_t e = x->sparse.start[i]; e < x->sparse.start[i + 1]; e++)
		sum += x->sparse.val[e] * full[x->dense + x->sparse.col[e]];
	return sum;
}

static void
multiply(void *arg, size_t begin, size_t end, int member)
{
	const struct products *q = arg;
	double *full = q->full + (size_t)member * q->a->cols;

	for (size_t i = begin; i < end; i++) {
		double *to = q->to + i * q->b->rows, own = times(q->a, i, q->p->mean);

		spread(q->a, i, full);
		for (size_t j = q->a == q->b ? i : 0; j < q->b->rows; j++)
			to[j] = times(q->b, j, full) - own - q->against[j] + q->square;
	}
}

/* to[a->rows, b->rows], on the heap; of rows with themselves the upper triangle. */
static double *
products(
    const struct maas_projection *p, const struct maas_design *a, const struct maas_design *b, struct maas_team *team)
{
	struct products q = { .p = p, .a = a, .b = b };

	q.to = maas_alloc(a->rows, b->rows * sizeof *q.to);
	q.full = maas_alloc((size_t)maas_team_size(team), a->cols * sizeof *q.full);
	q.against = maas_alloc(b->rows, sizeof *q.against);
	if (q.to && q.full && q.against) {
		for (size_t j = 0; j < b->rows; j++)
			q.against[j] = times(b, j, p->mean);
		for (size_t j = 0; j < a->cols; j++)
			q.square += p->mean[j] * p->mean[j];
		maas_team_run(team, a->rows, GRAIN, multiply, &q);
	} else {
		free(q.to);
		q.to = NULL;
	}
	free(q.full);
	free(q.against);
	return q.to;
}

static int
by_rows(struct maas_projection *p, const struct components_want *w, struct maas_team *team)
{
	size_t n = p->x->rows;
	double *g, *value = maas_alloc(n, sizeof *value);
	struct maas_eigen *s;
	int rc = -1;

	means(p);
	g = value ? products(p, p->x, p->x, team) : NULL;
	if ((s = g ? maas_principal_solve(g, n, team) : NULL)) {
		maas_principal_values(value, s, n);
		if (choose(p, w, value, n, maas_eigen_noise(s)) == 0 && (p->u = maas_alloc(p->k, n * sizeof *p->u)))
			rc = maas_eigen_vectors(s, p->u, p->k);
	}
	maas_eigen_free(s);
	free(g);
	free(value);
	return rc;
}

static int
by_features(struct maas_projection *p, const struct components_want *w, struct maas_team *team)
{
	size_t n = p->x->cols, rows = p->x->rows;
	struct maas_moments *m = maas_moments_new(n, team);
	double *row = maas_alloc(n, sizeof *row), *value = maas_alloc(n, sizeof *value), *cov;
	struct maas_eigen *s = NULL;
	int rc = m && row && value ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < rows; i++) {
		spread(p->x, i, row);
		rc = maas_moments_add(m, row, 0);
	}
	if (rc == 0 && (cov = maas_moments_finish(m, p->mean)))
		s = maas_eigen_new(cov, MAAS_F64, n, team);
	rc = -1;
	if (s) {
		maas_principal_values(value, s, n);
		if (choose(p, w, value, n, maas_eigen_noise(s)) == 0 &&
		    (p->vectors = maas_alloc(p->k, n * sizeof *p->vectors)))
			rc = maas_eigen_vectors(s, p->vectors, p->k);
	}
	maas_eigen_free(s);
	maas_moments_free(m);
	free(row);
	free(value);
	return rc;
}

static int
by_sketch(struct maas_projection *p, const struct components_want *w, struct maas_team *team, uint64_t seed)
{
	const struct maas_design *x = p->x;
	struct maas_sketch *s = maas_sketch_new(x->cols, w->count, seed, team);
	double *row = maas_alloc(x->cols, sizeof *row), *value = maas_alloc(w->count, sizeof *value), total = 0;
	int rc = s && row && value ? maas_blas_ready(team) : -1;

	if (!(p->vectors = maas_alloc(w->count, x->cols * sizeof *p->vectors)))
		rc = -1;
	means(p);
	for (int pass = 0; pass < PASSES && rc == 0; pass++) {
		for (size_t i = 0; i < x->rows; i++) {
			spread(x, i, row);
			for (size_t j = 0; j < x->cols; j++) {
				row[j] -= p->mean[j];
				total += pass ? 0 : row[j] * row[j];
			}
			maas_sketch_add(s, row);
		}
		rc = maas_sketch_turn(s, value, p->vectors);
	}
	if (rc == 0 && (rc = choose(p, w, value, w->count, value[0] * (double)w->count * DBL_EPSILON)) == 0)
		for (size_t i = 0; i < p->k; i++)
			p->share = (i ? p->share : 0) + value[i] / total;
	maas_sketch_free(s);
	free(row);
	free(value);
	return rc;
}

struct maas_projection *
maas_projection_fit(const char *components, const struct maas_design *x, struct maas_team *team, uint64_t seed)
{
	struct maas_projection *p;
	struct components_want w;
	double bytes;
	int rc;

	if (maas_projection_bytes(components, x->rows, x->cols, &bytes) < 0 ||
	    components_parse(&w, "pca", 0, components) < 0)
		return NULL;
	if (x->rows < 2) {
		maas_fail("pca: %zu row: components want two at least", x->rows);
		return NULL;
	}
	if (!(p = maas_alloc(1, sizeof *p)))
		return NULL;
	p->x = x;
	if (!(p->mean = maas_alloc(x->cols, sizeof *p->mean)))
		rc = -1;
	else if (x->cols <= x->rows && x->cols <= EXACT)
		rc = by_features(p, &w, team);
	else if (x->rows <= EXACT)
		rc = by_rows(p, &w, team);
	else
		rc = by_sketch(p, &w, team, seed);
	if (rc == 0)
		return p;
	maas_projection_free(p);
	return NULL;
}

/* The components of rows by products with vectors or with the rows fitted on. */
struct applying {
	const struct maas_projection *p;
	const struct maas_design *x;
	double *to;        /* [rows, k] */
	double *full;      /* [members, GRAIN, features] */
	const double *own; /* [rows, rows fitted on] products; NULL: by vectors, or the rows fitted on */
};

static void
apply(void *arg, size_t begin, size_t end, int member)
{
	const struct applying *a = arg;
	const struct maas_projection *p = a->p;
	size_t k = p->k, n = p->x->rows, features = p->x->cols;
	double *full = a->full + (size_t)member * GRAIN * features;

	if (p->vectors) {
		for (size_t i = begin; i < end; i++) {
			double *row = full + (i - begin) * features;

			spread(a->x, i, row);
			for (size_t j = 0; j < features; j++)
				row[j] -= p->mean[j];
		}
		maas_product_f64(a->to + begin * k, full, p->vectors, end - begin, k, features, 0);
		return;
	}
	if (a->own)
		maas_product_f64(a->to + begin * k, a->own + begin * n, p->u, end - begin, k, n, 0);
	for (size_t i = begin; i < end; i++)
		for (size_t c = 0; c < k; c++)
			a->to[i * k + c] =
			    a->own ? a->to[i * k + c] / sqrt(p->value[c]) : p->u[c * n + i] * sqrt(p->value[c]);
}

int
maas_projection_apply(
    const struct maas_projection *p, const struct maas_design *x, struct maas_team *team, struct maas_design *to)
{
	struct applying a = { .p = p, .x = x };
	double *own = NULL;
	int rc = -1;

	*to = (struct maas_design){ .rows = x->rows, .cols = p->k, .dense = p->k, .sparse = { .rows = x->rows } };
	to->sparse.start = maas_alloc(x->rows + 1, sizeof *to->sparse.start);
	to->sparse.col = maas_alloc(1, sizeof *to->sparse.col);
	to->sparse.val = maas_alloc(1, sizeof *to->sparse.val);
	a.to = to->x = maas_alloc(x->rows, p->k * sizeof *to->x);
	a.full = maas_alloc(p->vectors ? (size_t)maas_team_size(team) * GRAIN : 1, x->cols * sizeof *a.full);
	if (p->u && x != p->x)
		a.own = own = products(p, x, p->x, team);
	if (to->sparse.start && to->sparse.col && to->sparse.val && a.to && a.full && (a.own || !p->u || x == p->x)) {
		maas_team_run(team, x->rows, GRAIN, apply, &a);
		rc = 0;
	}
	free(a.full);
	free(own);
	if (rc < 0)
		maas_design_free(to);
	return rc;
}

int
maas_projection_fold(const struct maas_projection *p, const double *w, size_t m, double *to, double *shift)
{
	const struct maas_design *x = p->x;
	size_t n = x->rows, features = x->cols;
	double *row = maas_alloc(p->u ? n + 1 : 1, m * sizeof *row), *sum; /* last: of all rows */

	if (!row)
		return -1;
	sum = row + (p->u ? n : 0) * m;
	memset(to, 0, features * m * sizeof *to);
	memset(shift, 0, m * sizeof *shift);
	for (size_t c = 0; c < p->k && !p->u; c++)
		for (size_t j = 0; j < features; j++)
			for (size_t o = 0; o < m; o++)
				to[j * m + o] += p->vectors[c * features + j] * w[c * m + o];
	/* v = x^T u / sqrt(value), x centred: the weights of each row, and then of its features */
	for (size_t c = 0; c < p->k && p->u; c++)
		for (size_t i = 0; i < n; i++)
			for (size_t o = 0; o < m; o++)
				row[i * m + o] += p->u[c * n + i] / sqrt(p->value[c]) * w[c * m + o];
	for (size_t i = 0; i < n && p->u; i++) {
		for (size_t o = 0; o < m; o++)
			sum[o] += row[i * m + o];
		for (size_t j = 0; j < x->dense; j++)
			for (size_t o = 0; o < m; o++)
				to[j * m + o] += x->x[i * x->dense + j] * row[i * m + o];
		for (size_t e = x->sparse.start[i]; e < x->sparse.start[i + 1]; e++)
			for (size_t o = 0; o < m; o++)
				to[(x->dense + x->sparse.col[e]) * m + o] += x->sparse.val[e] * row[i * m + o];
	}
	for (size_t j = 0; j < features; j++)
		for (size_t o = 0; o < m; o++) {
			to[j * m + o] -= p->u ? p->mean[j] * sum[o] : 0;
			shift[o] += p->mean[j] * to[j * m + o];
		}
	free(row);
	return 0;
}
