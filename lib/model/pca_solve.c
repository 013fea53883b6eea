/* pca_solve -- from rows or their sums to components: the solver, how many, their signs. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pca_choose.h"
#include "pca_fit.h"

#define SPARE  ((size_t)10) /* vectors of a sketch beyond those asked for */
#define PASSES 24           /* of a sketch over the rows at most, until its values stand still */
#define STILL  1e-13
#define STRIPE ((size_t)64) /* columns that are centred together */

/* Population deviation; of a column that is constant but for rounding, 1 (StandardScaler). */
static double
deviation(double var, double mean, double rows)
{
	double noise = rows * mean * DBL_EPSILON;

	return var <= rows * DBL_EPSILON * var + noise * noise ? 1 : sqrt(var);
}

/* The sparse rows in full: 0, -1. */
static int
spread(struct pca_fit *f)
{
	if (f->held || !f->sparse.x.rows)
		return 0;
	if (!(f->held = maas_alloc(f->rows, f->n * sizeof *f->held)))
		return -1;
	for (size_t i = 0; i < f->rows; i++)
		sparse_row(&f->sparse, i, f->held + i * f->n);
	memset(f->mean, 0, f->n * sizeof *f->mean);
	memset(f->scale, 0, f->n * sizeof *f->scale);
	return 0;
}

/* Mean and deviation of sparse rows, which stay as they are. */
static void
center_sparse(struct pca_fit *f)
{
	double rows = (double)f->rows;

	sparse_mean(&f->sparse, f->mean, f->scale);
	for (size_t j = 0; j < f->n; j++)
		f->scale[j] = f->o->scale ? deviation(f->scale[j] / rows, f->mean[j], rows) : 1;
}

/* Mean and deviation of stripes of columns of the rows held, which become centred and scaled. */
static void
center_stripes(void *arg, size_t begin, size_t end, int member)
{
	struct pca_fit *f = arg;
	size_t from = begin * STRIPE, to = end * STRIPE < f->n ? end * STRIPE : f->n;
	double rows = (double)f->rows;

	(void)member;
	for (size_t i = 0; i < f->rows; i++)
		for (size_t j = from; j < to; j++)
			f->mean[j] += f->held[i * f->n + j];
	for (size_t j = from; j < to; j++) {
		f->mean[j] /= rows;
		f->scale[j] = 0;
	}
	for (size_t i = 0; i < f->rows; i++)
		for (size_t j = from; j < to; j++) {
			double d = f->held[i * f->n + j] -= f->mean[j];

			f->scale[j] += d * d;
		}
	for (size_t j = from; j < to; j++)
		f->scale[j] = f->o->scale ? deviation(f->scale[j] / rows, f->mean[j], rows) : 1;
	for (size_t i = 0; f->o->scale && i < f->rows; i++)
		for (size_t j = from; j < to; j++)
			f->held[i * f->n + j] /= f->scale[j];
}

static void
center(struct pca_fit *f)
{
	maas_team_run(f->team, (f->n + STRIPE - 1) / STRIPE, 1, center_stripes, f);
}

static int
by_covariance(struct pca_fit *f)
{
	double *cov = maas_moments_finish(f->moments, f->mean), rows = (double)f->rows;
	size_t i, j;
	int rc = -1;

	f->values = maas_alloc(f->n, sizeof *f->values);
	if (cov && f->values) {
		for (j = 0; j < f->n; j++)
			f->scale[j] =
			    f->o->scale ? deviation(cov[j * f->n + j] * (rows - 1) / rows, f->mean[j], rows) : 1;
		for (i = 0; f->o->scale && i < f->n; i++)
			for (j = 0; j < f->n; j++)
				cov[i * f->n + j] /= f->scale[i] * f->scale[j];
		if ((f->eigen = maas_eigen_new(cov, MAAS_F64, f->n, f->team))) {
			maas_principal_values(f->values, f->eigen, f->n);
			rc = 0;
		}
	}
	f->count = f->n;
	return rc;
}

static int
by_products(struct pca_fit *f)
{
	enum maas_dtype type = !f->held && f->rows > MAAS_PRINCIPAL_DOUBLE ? MAAS_F32 : MAAS_F64;
	double noise, began = maas_clock();

	f->square = f->held ? maas_principal_products(f->held, f->rows, f->n, f->team)
			    : sparse_products(&f->sparse, type, f->mean, f->scale, f->team);
	f->square_row = f->rows * maas_dtype_size(type);
	f->spent.sums += maas_clock() - began;
	if (!f->square)
		return -1;
	f->eigen = type == MAAS_F32 ? maas_eigen_new(f->square, type, f->rows, f->team)
				    : maas_principal_solve(f->square, f->rows, f->team);
	if (!f->eigen)
		return -1;
	maas_principal_values(f->values, f->eigen, f->rows);
	noise = maas_eigen_noise(f->eigen);
	for (f->count = 0; f->count < f->rows && f->values[f->count] > noise; f->count++)
		f->values[f->count] /= (double)(f->rows - 1);
	for (size_t i = f->count; i < f->rows; i++)
		f->values[i] /= (double)(f->rows - 1);
	return 0;
}

static int
by_rows(struct pca_fit *f)
{
	size_t least = f->rows < f->n ? f->rows : f->n;

	if (f->solver != MAAS_PCA_GRAM && spread(f) < 0)
		return -1;
	if (!f->scale[0] && f->held)
		center(f);
	else if (!f->held)
		center_sparse(f);
	free(f->values);
	if (!(f->values = maas_alloc(f->rows, sizeof *f->values)))
		return -1;
	if (f->solver == MAAS_PCA_GRAM)
		return by_products(f);
	f->count = least;
	f->vectors = maas_alloc(least, f->n * sizeof *f->vectors);
	if (!f->vectors || maas_blas_ready(f->team) < 0)
		return -1;
	return maas_principal_svd(f->values, f->vectors, f->held, f->rows, f->n);
}

void
pca_drop_products(struct pca_fit *f)
{
	maas_eigen_free(f->eigen);
	maas_pages_give(f->square, f->rows, f->square_row);
	f->eigen = NULL;
	f->square = NULL;
}

/* Vectors of rows, u [k, rows], to those of columns. */
static int
turn(struct pca_fit *f, const double *u, size_t k)
{
	if (!(f->vectors = maas_alloc(k, f->n * sizeof *f->vectors)))
		return -1;
	return maas_principal_turn(f->vectors, f->values, u, f->held, k, f->rows, f->n, f->team);
}

static int
turn_sparse(struct pca_fit *f, const double *u, size_t k)
{
	double began = maas_clock();
	enum maas_dtype type = k > PCA_NARROW / f->n ? MAAS_F32 : MAAS_F64;
	int rc;

	if (type == MAAS_F32)
		f->narrow = maas_take(f->model->arena, k * f->n, sizeof *f->narrow);
	else
		f->vectors = maas_alloc(k, f->n * sizeof *f->vectors);
	if (!f->narrow && !f->vectors)
		return -1;
	rc = sparse_turn(
	    &f->sparse, f->narrow ? (void *)f->narrow : f->vectors, type, f->values, u, k, f->mean, f->scale, f->team);
	f->spent.sums += maas_clock() - began;
	return rc;
}

/* The first k vectors, where values came first. */
static int
find_vectors(struct pca_fit *f, size_t k)
{
	size_t size = f->moments ? f->n : f->rows, i;
	double *u = maas_alloc(k, size * sizeof *u);
	int rc = u ? maas_eigen_vectors(f->eigen, u, k) : -1;

	if (f->moments) {
		f->vectors = u;
		return rc;
	}
	pca_drop_products(f);
	if (rc == 0)
		rc = f->held ? turn(f, u, k) : turn_sparse(f, u, k);
	for (i = 0; rc == 0 && i < k; i++)
		f->values[i] /= (double)(f->rows - 1);
	free(u);
	return rc;
}

/* f->row becomes the row, centred and scaled. */
static void
centered(struct pca_fit *f, const struct maas_row *row)
{
	size_t i;

	maas_columns_spread(f->columns, row, f->row);
	for (i = 0; i < f->n; i++)
		f->row[i] = (f->row[i] - f->mean[i]) / f->scale[i];
}

/* Sums of the first pass to mean, scale and total variance. */
static void
finish_sums(struct pca_fit *f)
{
	double rows = (double)f->rows;
	size_t j;

	for (j = 0; j < f->n; j++) {
		double d = f->mean[j] / rows, var = fmax(0, f->scale[j] / rows - d * d);

		f->mean[j] = f->origin[j] + d;
		f->scale[j] = f->o->scale ? deviation(var, f->mean[j], rows) : 1;
		f->total += var / (f->scale[j] * f->scale[j]) * rows / (rows - 1);
	}
}

static int
one_pass(struct pca_fit *f, struct maas_sketch *s)
{
	struct maas_row row;
	int rc;

	if (maas_table_rewind(f->table) < 0)
		return -1;
	while ((rc = pca_next(f, &row)) > 0) {
		centered(f, &row);
		maas_sketch_add(s, f->row);
	}
	return rc < 0 ? -1 : maas_sketch_turn(s, f->values, f->vectors);
}

static int
by_sketch(struct pca_fit *f)
{
	size_t most = f->rows < f->n ? f->rows : f->n, k = f->want.count < most ? f->want.count : most, i, l;
	struct maas_sketch *s;
	double *before, moved = INFINITY;
	int pass, rc = 0;

	l = k + SPARE < most ? k + SPARE : most;
	finish_sums(f);
	f->count = l;
	f->values = maas_alloc(l, sizeof *f->values);
	f->vectors = maas_alloc(l, f->n * sizeof *f->vectors);
	before = maas_alloc(l, sizeof *before);
	s = maas_sketch_new(f->n, l, f->o->seed, f->team);
	if (!f->values || !f->vectors || !before || !s || maas_blas_ready(f->team) < 0)
		rc = -1;
	for (pass = 0; rc == 0 && pass < PASSES && moved > STILL; pass++) {
		if ((rc = one_pass(f, s)) < 0)
			break;
		for (moved = i = 0; i < k; i++)
			moved = fmax(moved, fabs(f->values[i] - before[i]) / f->values[0]);
		memcpy(before, f->values, l * sizeof *before);
	}
	for (i = 0; rc == 0 && i < l; i++)
		f->values[i] /= (double)(f->rows - 1);
	free(before);
	maas_sketch_free(s);
	return rc;
}

/* The solver, where none was asked for: by the data's shape. */
static int
choose(struct pca_fit *f)
{
	if (f->origin)
		f->solver = MAAS_PCA_RANDOMIZED;
	else if (f->moments)
		f->solver = MAAS_PCA_COVARIANCE;
	else if (f->o->solver)
		f->solver = f->o->solver;
	else
		f->solver = (int)pca_choose(&(struct pca_case){ .rows = f->rows,
						.columns = f->n,
						.count = f->want.how == COUNT ? f->want.count : 0,
						.all = f->want.how == ALL || f->want.how == MLE,
						.again = maas_table_again(f->table),
						.sparse = f->sparse.x.rows > 0,
						.pairs = f->sparse.x.rows ? sparse_pairs(&f->sparse) : 0 },
		    maas_field(maas_pca_fields, "solver", 0)->names, f->spent.why);
	if (!f->o->solver && f->solver == MAAS_PCA_COVARIANCE && !f->moments)
		return pca_stream(f);
	if (!f->o->solver && f->solver == MAAS_PCA_RANDOMIZED && !f->origin)
		return pca_sketch(f);
	if (f->solver == MAAS_PCA_GRAM && f->rows >= f->n)
		return maas_fail("--solver gram is for fewer rows than columns, here are %zu and %zu", f->rows, f->n);
	return 0;
}

/* How many components -n means.  0 and a reason: it cannot be. */
static size_t
resolve(const struct pca_fit *f)
{
	size_t most = f->rows < f->n ? f->rows : f->n;

	switch (f->want.how) {
	case COUNT:
		if (f->want.count <= most)
			return f->want.count;
		maas_fail("-n %zu: there are 1 to min(rows, columns) = %zu components", f->want.count, most);
		return 0;
	case SHARE: return maas_principal_share(f->values, most, f->want.share);
	case MLE:
		if (f->rows >= f->n)
			return f->n < 2 ? 1 : maas_principal_mle(f->values, f->n, f->rows);
		maas_fail("-n mle wants at least as many rows as columns, here are %zu and %zu", f->rows, f->n);
		return 0;
	case ALL: break;
	}
	return most;
}

int
pca_solve(struct pca_fit *f, size_t *k)
{
	size_t most = f->rows < f->n ? f->rows : f->n, i;

	if (choose(f) < 0)
		return -1;
	if ((f->origin ? by_sketch(f) : f->moments ? by_covariance(f) : by_rows(f)) < 0)
		return -1;
	for (i = 0; i < most && !f->origin; i++)
		f->total += f->values[i];
	if (!(f->total > 0) || !isfinite(f->total))
		return maas_fail(
		    f->total > 0 ? "the data's variance is too large" : "all rows are alike: nothing varies");
	if (!(*k = resolve(f)))
		return -1;
	if (*k <= f->count)
		return f->eigen ? find_vectors(f, *k) : 0;
	if (f->o->solver)
		return maas_fail("the rows span %zu directions only (-n %zu, or --solver full)", f->count, f->count);
	snprintf(f->spent.why, sizeof f->spent.why, "the products of the rows tell %zu directions only", f->count);
	f->solver = MAAS_PCA_FULL;
	pca_drop_products(f);
	return by_rows(f);
}

static void
flip(struct pca_fit *f, size_t c)
{
	for (size_t i = c * f->n; i < (c + 1) * f->n; i++)
		if (f->narrow)
			f->narrow[i] = -f->narrow[i];
		else
			f->vectors[i] = -f->vectors[i];
}

/* For each component, the sign of its largest value over all rows, the first of equals (scikit-learn before 1.5). */
static int
sign_by_rows(struct pca_fit *f, size_t k)
{
	double *packed = maas_alloc(f->narrow ? 1 : maas_project_size(k, f->n), sizeof *packed),
	       *y = maas_alloc(k, sizeof *y);
	double *top = maas_alloc(k, sizeof *top);
	struct maas_row row;
	size_t c;
	int rc = -1;

	if (!packed || !y || !top || maas_table_rewind(f->table) < 0)
		goto out;
	if (!f->narrow)
		maas_project_pack(packed, f->vectors, k, f->n, f->n, 1);
	while ((rc = pca_next(f, &row)) > 0) {
		centered(f, &row);
		if (f->narrow)
			maas_project_f32(y, f->row, f->narrow, 1, k, f->n, f->n, 1);
		else
			maas_project(y, f->row, packed, 1, k, f->n);
		for (c = 0; c < k; c++)
			if (fabs(y[c]) > fabs(top[c]))
				top[c] = y[c];
	}
	for (c = 0; c < k; c++)
		if (top[c] < 0)
			flip(f, c);
out:
	free(packed);
	free(y);
	free(top);
	return rc;
}

int
pca_sign(struct pca_fit *f, size_t k)
{
	if (f->o->sign == MAAS_PCA_U)
		return sign_by_rows(f, k);
	if (f->narrow)
		sparse_sign(f->narrow, k, f->n, f->team);
	else
		maas_principal_sign(f->vectors, k, f->n);
	return 0;
}
