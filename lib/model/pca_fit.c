/* pca_fit -- from rows to a model of kind pca. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "components.h"
#include "maas/pca.h"
#include "pca_choose.h"
#include "pca_sparse.h"

#define COLS_MAX ((size_t)32768) /* of a covariance: 8 GB */
#define BLOCK    ((size_t)256)
#define SPARE    ((size_t)10) /* vectors of a sketch beyond those asked for */
#define PASSES   24           /* of a sketch over the rows at most, until its values stand still */
#define STILL    1e-13
#define NARROW   ((size_t)1 << 25) /* numbers of components: more are kept in 32 bits */
#define TESTS    2                 /* inputs of the self-test */

struct fit {
	const struct maas_pca_options *o;
	struct maas_team *team;
	struct maas_table *table;
	struct maas_reader *reader;
	struct components_want want;
	const struct maas_columns *columns;
	size_t n, rows;               /* columns, rows */
	struct maas_moments *moments; /* NULL: rows are held */
	double *held; /* [rows, n], then centred and scaled; of sparse rows NULL until they are spread */
	struct sparse sparse;
	size_t cap, limit;        /* limit: rows to hold at most */
	int bytes;                /* all rows are of bytes so far */
	double *row;              /* [n] */
	double *origin;           /* [n] of a sketch: the first row; mean and scale are sums about it at first */
	double total;             /* variance of all columns */
	double *mean, *scale;     /* [n]; scale all 1 where none */
	double *values, *vectors; /* descending; [count, n], or */
	float *narrow;            /* in the model's arena */
	struct maas_model *model;
	size_t count;             /* vectors there are, or that can be found by */
	struct maas_eigen *eigen; /* of a covariance or of products of rows, where those are in */
	double *square;           /* the latter */
	int solver;
	struct maas_buf test[TESTS];
	struct maas_pca_spent spent;
	double since; /* when the stage that goes on began */
};

int
maas_pca_again(const struct maas_pca_options *o, const struct maas_table_options *to)
{
	int libsvm = to->format && maas_formats[to->format - 1] == &maas_format_libsvm;

	return o->impute == MAAS_PCA_MEAN || o->sign == MAAS_PCA_U || o->solver == MAAS_PCA_RANDOMIZED || libsvm;
}

/* Keep the first records as inputs of the self-test. */
static int
keep_test(struct fit *f, const struct maas_row *row)
{
	struct maas_buf *b = &f->test[f->rows];
	size_t i;

	if (f->rows >= TESTS)
		return 0;
	if (row->record.raw.s && (!row->record.num || row->record.index)) /* not a file's name */
		return maas_buf_add(b, row->record.raw.s, row->record.raw.n);
	for (i = 0; i < f->n; i++)
		if (maas_buf_printf(b, i ? ",%.17g" : "%.17g", row->x[i]) < 0)
			return -1;
	return 0;
}

static const double *
held_row(struct fit *f, size_t i)
{
	if (f->held)
		return f->held + i * f->n;
	sparse_row(&f->sparse, i, f->row);
	return f->row;
}

/* A sketch's first pass: sums about the first row. */
static void
sum_up(struct fit *f, const double *x)
{
	size_t j;

	if (f->rows == 1)
		memcpy(f->origin, x, f->n * sizeof *x);
	for (j = 0; j < f->n; j++) {
		double d = x[j] - f->origin[j];

		f->mean[j] += d;
		f->scale[j] += d * d;
	}
}

/* From here on rows are summed up, and will be read again. */
static int
sketch(struct fit *f)
{
	size_t rows = f->rows;

	if (!(f->origin = maas_alloc(f->n, sizeof *f->origin)))
		return -1;
	for (f->rows = 1; f->rows <= rows; f->rows++)
		sum_up(f, held_row(f, f->rows - 1));
	f->rows = rows;
	free(f->held);
	f->held = NULL;
	sparse_free(&f->sparse);
	return 0;
}

/* From here on rows stream. */
static int
stream(struct fit *f)
{
	size_t i;

	if (f->n > COLS_MAX && f->want.how == COUNT && !f->o->solver && maas_table_again(f->table)) {
		snprintf(f->spent.why, sizeof f->spent.why, "%zu columns are too many for a covariance", f->n);
		return sketch(f);
	}
	if (f->n > COLS_MAX)
		return maas_fail(
		    "%zu columns: a covariance holds up to %zu; a number of components (-n 20) of a file can be found, or "
		    "all of fewer rows",
		    f->n, COLS_MAX);
	if (!f->o->solver && !*f->spent.why)
		snprintf(
		    f->spent.why, sizeof f->spent.why, "more rows than the %zu that are held, in one pass", f->limit);
	if (!(f->moments = maas_moments_new(f->n, f->team)))
		return -1;
	for (i = 0; i < f->rows; i++)
		if (maas_moments_add(f->moments, held_row(f, i), f->bytes) < 0)
			return -1;
	free(f->held);
	f->held = NULL;
	sparse_free(&f->sparse);
	return 0;
}

static int
take(struct fit *f, const struct maas_row *row)
{
	int sparse = f->columns->sparse && !f->columns->fill && !f->moments && !f->origin;
	double *to = f->row;

	if (sparse) {
		if (sparse_add(&f->sparse, row, f->n) < 0)
			return -1;
	} else if (!f->moments && !f->origin) {
		if (maas_grow(&f->held, f->rows, &f->cap, 1, f->n * sizeof *f->held) < 0)
			return -1;
		to = f->held + f->rows * f->n;
	}
	if (!sparse)
		maas_columns_spread(f->columns, row, to);
	if (keep_test(f, row) < 0)
		return -1;
	f->rows++;
	f->bytes &= row->byte != NULL;
	if (f->origin)
		sum_up(f, to);
	else if (f->moments)
		return maas_moments_add(f->moments, to, f->bytes);
	else if (f->rows > f->limit)
		return stream(f);
	return 0;
}

/* The next row that has something in it: 1, 0, -1. */
static int
next(struct fit *f, struct maas_row *row)
{
	int rc;

	do
		rc = maas_reader_next(f->reader, row);
	while (rc > 0 && row->record.empty);
	return rc > 0 && row->bad ? maas_fail("%s", row->bad) : rc;
}

/* As many rows at once as there are: 0, -1. */
static int
take_many(struct fit *f)
{
	struct maas_lot rows;
	int rc;

	while ((rc = maas_table_lot(f->table, f->columns, maas_moments_wants(f->moments), &rows)) > 0) {
		f->rows += rows.rows;
		f->bytes &= rows.type == MAAS_U8;
		if (maas_moments_add_rows(f->moments, rows.x, rows.type, rows.rows, &rows.beside) < 0)
			return -1;
	}
	return rc;
}

static int
read_rows(struct fit *f)
{
	struct maas_row row;
	int rc;

	while ((rc = next(f, &row)) > 0)
		if (take(f, &row) < 0 || (f->moments && take_many(f) < 0))
			return -1;
	if (rc < 0)
		return -1;
	if (f->rows < 2)
		return maas_fail("%zu row%s: components want two at least", f->rows, f->rows == 1 ? "" : "s");
	return 0;
}

/* Population deviation; of a column that is constant but for rounding, 1 (StandardScaler). */
static double
deviation(double var, double mean, double rows)
{
	double noise = rows * mean * DBL_EPSILON;

	return var <= rows * DBL_EPSILON * var + noise * noise ? 1 : sqrt(var);
}

/* The sparse rows in full: 0, -1. */
static int
spread(struct fit *f)
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
center_sparse(struct fit *f)
{
	double rows = (double)f->rows;

	sparse_mean(&f->sparse, f->mean, f->scale);
	for (size_t j = 0; j < f->n; j++)
		f->scale[j] = f->o->scale ? deviation(f->scale[j] / rows, f->mean[j], rows) : 1;
}

/* Mean and deviation of the rows held, which become centred and scaled. */
static void
center(struct fit *f)
{
	size_t i, j;

	for (i = 0; i < f->rows; i++)
		for (j = 0; j < f->n; j++)
			f->mean[j] += f->held[i * f->n + j];
	for (j = 0; j < f->n; j++)
		f->mean[j] /= (double)f->rows;
	for (j = 0; j < f->n; j++) {
		double sum = 0;

		for (i = 0; i < f->rows; i++) {
			double d = f->held[i * f->n + j] -= f->mean[j];

			sum += d * d;
		}
		f->scale[j] = f->o->scale ? deviation(sum / (double)f->rows, f->mean[j], (double)f->rows) : 1;
		for (i = 0; f->scale[j] != 1 && i < f->rows; i++)
			f->held[i * f->n + j] /= f->scale[j];
	}
}

static int
by_covariance(struct fit *f)
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
by_products(struct fit *f)
{
	double noise, began = maas_clock();

	f->square = f->held ? maas_principal_products(f->held, f->rows, f->n, f->team)
			    : sparse_products(&f->sparse, f->mean, f->scale, f->team);
	f->spent.sums += maas_clock() - began;
	if (!f->square || !(f->eigen = maas_principal_solve(f->square, f->rows, f->team)))
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
by_rows(struct fit *f)
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
	return f->vectors ? maas_principal_svd(f->values, f->vectors, f->held, f->rows, f->n) : -1;
}

/* Vectors of rows, u [k, rows], to those of columns. */
static int
turn(struct fit *f, const double *u, size_t k)
{
	if (!(f->vectors = maas_alloc(k, f->n * sizeof *f->vectors)))
		return -1;
	return maas_principal_turn(f->vectors, f->values, u, f->held, k, f->rows, f->n, f->team);
}

static int
turn_sparse(struct fit *f, const double *u, size_t k)
{
	double began = maas_clock();
	enum maas_dtype type = k > NARROW / f->n ? MAAS_F32 : MAAS_F64;
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
find_vectors(struct fit *f, size_t k)
{
	size_t size = f->moments ? f->n : f->rows, i;
	double *u = maas_alloc(k, size * sizeof *u);
	int rc = u ? maas_eigen_vectors(f->eigen, u, k) : -1;

	if (f->moments) {
		f->vectors = u;
		return rc;
	}
	maas_eigen_free(f->eigen);
	free(f->square);
	f->eigen = NULL;
	f->square = NULL;
	if (rc == 0)
		rc = f->held ? turn(f, u, k) : turn_sparse(f, u, k);
	for (i = 0; rc == 0 && i < k; i++)
		f->values[i] /= (double)(f->rows - 1);
	free(u);
	return rc;
}

/* f->row becomes the row, centred and scaled. */
static void
centered(struct fit *f, const struct maas_row *row)
{
	size_t i;

	maas_columns_spread(f->columns, row, f->row);
	for (i = 0; i < f->n; i++)
		f->row[i] = (f->row[i] - f->mean[i]) / f->scale[i];
}

/* Sums of the first pass to mean, scale and total variance. */
static void
finish_sums(struct fit *f)
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
one_pass(struct fit *f, struct maas_sketch *s)
{
	struct maas_row row;
	int rc;

	if (maas_table_rewind(f->table) < 0)
		return -1;
	while ((rc = next(f, &row)) > 0) {
		centered(f, &row);
		maas_sketch_add(s, f->row);
	}
	return rc < 0 ? -1 : maas_sketch_turn(s, f->values, f->vectors);
}

static int
by_sketch(struct fit *f)
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
	if (!f->values || !f->vectors || !before || !s)
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
choose(struct fit *f)
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
						.again = maas_table_again(f->table) },
		    maas_field(maas_pca_fields, "solver", 0)->names, f->spent.why);
	if (!f->o->solver && f->solver == MAAS_PCA_COVARIANCE && !f->moments)
		return stream(f);
	if (!f->o->solver && f->solver == MAAS_PCA_RANDOMIZED && !f->origin)
		return sketch(f);
	if (f->solver == MAAS_PCA_GRAM && f->rows >= f->n)
		return maas_fail("--solver gram is for fewer rows than columns, here are %zu and %zu", f->rows, f->n);
	return 0;
}

/* How many components -n means.  0 and a reason: it cannot be. */
static size_t
resolve(const struct fit *f)
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

static int
solve(struct fit *f, size_t *k)
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
	maas_eigen_free(f->eigen);
	f->eigen = NULL;
	return by_rows(f);
}

static void
flip(struct fit *f, size_t c)
{
	for (size_t i = c * f->n; i < (c + 1) * f->n; i++)
		if (f->narrow)
			f->narrow[i] = -f->narrow[i];
		else
			f->vectors[i] = -f->vectors[i];
}

/* For each component, the sign of its largest value over all rows, the first of equals (scikit-learn before 1.5). */
static int
sign_by_rows(struct fit *f, size_t k)
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
	while ((rc = next(f, &row)) > 0) {
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

static int
add(struct maas_model *m, const char *name, const double *x, size_t rows, size_t cols)
{
	double *copy = maas_take(m->arena, rows * cols, sizeof *copy);
	struct maas_tensor t = {
		.name = name, .dtype = MAAS_F64, .ndim = rows > 1 || !strcmp(name, "components") ? 2 : 1
	};

	if (!copy)
		return -1;
	memcpy(copy, x, rows * cols * sizeof *x);
	t.dim[0] = t.ndim == 2 ? rows : cols;
	t.dim[1] = t.ndim == 2 ? cols : 0;
	t.data = copy;
	t.bytes = rows * cols * sizeof *x;
	return maas_model_add(m, &t);
}

/* In 32 bits, where they are very many. */
static int
add_components(struct fit *f, size_t k)
{
	struct maas_model *m = f->model;
	struct maas_tensor t = { .name = "components", .dtype = MAAS_F32, .ndim = 2, .dim = { k, f->n } };

	if (!f->narrow && k <= NARROW / f->n)
		return add(m, "components", f->vectors, k, f->n);
	if (!f->narrow) {
		if (!(f->narrow = maas_take(m->arena, k * f->n, sizeof *f->narrow)))
			return -1;
		maas_from_f64(f->narrow, f->vectors, k * f->n);
	}
	t.data = f->narrow;
	t.bytes = k * f->n * sizeof *f->narrow;
	return maas_model_add(m, &t);
}

static struct maas_model *
make(struct fit *f, const struct maas_columns *c, size_t k)
{
	struct maas_model *m = f->model;
	size_t most = f->rows < f->n ? f->rows : f->n, i;
	struct maas_span test[TESTS];
	struct maas_buf part = { 0 };
	struct maas_pca *s;
	double rest = 0;
	int rc;

	for (i = k; i < most && !f->origin; i++)
		rest += f->values[i];
	for (i = 0, rest = f->origin ? f->total : rest; i < k && f->origin; i++)
		rest -= f->values[i];
	s = m->settings;
	*s = (struct maas_pca){ (long)k, (long)f->n, (long)f->rows, f->solver, f->o->sign, f->o->whiten, f->total,
		k < most ? fmax(0, rest) / (double)(most - k) : 0 };
	for (i = 0; i < TESTS; i++)
		test[i] = (struct maas_span){ f->test[i].s, f->test[i].n };
	rc = maas_columns_write(c, &part) < 0 ||
	    maas_model_add_part(m, "columns", (struct maas_span){ part.s, part.n }) < 0 ||
	    add(m, "mean", f->mean, 1, f->n) < 0 || add_components(f, k) < 0 ||
	    add(m, "variances", f->values, 1, k) < 0 || (f->o->scale && add(m, "scale", f->scale, 1, f->n) < 0) ||
	    maas_model_add_selftest(m, test, maas_columns_files(c) ? 0 : TESTS) < 0;
	maas_buf_free(&part);
	if (rc)
		return NULL;
	f->model = NULL;
	return m;
}

/* All rows, for their means. */
static int
walk(void *ctx, maas_see *see, void *to)
{
	struct fit *f = ctx;
	struct maas_reader *r = maas_reader_new(f->columns, f->table);
	struct maas_row row;
	int rc = r ? 1 : -1;

	if (r)
		maas_reader_gaps(r);
	while (rc > 0 && (rc = maas_reader_next(r, &row)) > 0) {
		if (row.record.empty)
			continue;
		if (row.bad)
			rc = maas_fail("%s", row.bad);
		else if (see(to, row.x, row.word) < 0)
			rc = -1;
	}
	maas_reader_free(r);
	return rc < 0 ? -1 : maas_table_rewind(f->table);
}

/* Of the rows, as numbers. */
static double
data_bytes(const struct fit *f)
{
	const struct maas_csr *x = &f->sparse.x;

	if (x->rows)
		return (double)x->start[x->rows] * (sizeof *x->val + sizeof *x->col);
	return (double)f->rows * (double)f->n * sizeof(double);
}

/* What the stage that now ends took. */
static void
stage(struct fit *f, double *to)
{
	double now = maas_clock();

	*to += now - f->since;
	f->since = now;
}

static struct maas_model *
fit(struct fit *f, const struct maas_table_options *to)
{
	struct maas_columns *c = maas_columns_fit(f->table, to, MAAS_FIT_UNLABELLED | MAAS_FIT_NUMERIC);
	struct maas_model *m = NULL;
	size_t k = 0;

	if (!c)
		return NULL;
	f->columns = c;
	f->n = c->numbers;
	if (!f->n) {
		maas_fail("no column of numbers (maas-tokenize vectorize makes numbers of texts)");
		goto out;
	}
	f->limit = f->o->solver == MAAS_PCA_AUTO ? pca_hold(f->n) : SIZE_MAX;
	f->row = maas_alloc(f->n, sizeof *f->row);
	f->mean = maas_alloc(f->n, sizeof *f->mean);
	f->scale = maas_alloc(f->n, sizeof *f->scale);
	if (!f->row || !f->mean || !f->scale || !(f->model = maas_model_new(&maas_kind_pca)))
		goto out;
	if (f->want.how == COUNT && f->want.count > f->n) {
		maas_fail("-n %zu: there are %zu columns", f->want.count, f->n);
		goto out;
	}
	if (f->o->solver == MAAS_PCA_RANDOMIZED && !(f->origin = maas_alloc(f->n, sizeof *f->origin)))
		goto out;
	if (maas_columns_learn(
		c, &(struct maas_preparation){ .impute = f->o->impute ? MAAS_IMPUTE_MEAN : 0 }, walk, f) < 0 ||
	    !(f->reader = maas_reader_new(c, f->table)) || (f->o->solver == MAAS_PCA_COVARIANCE && stream(f) < 0) ||
	    read_rows(f) < 0)
		goto out;
	stage(f, &f->spent.reading);
	if (solve(f, &k) < 0)
		goto out;
	if (f->o->sign == MAAS_PCA_V && f->narrow)
		sparse_sign(f->narrow, k, f->n);
	else if (f->o->sign == MAAS_PCA_V)
		maas_principal_sign(f->vectors, k, f->n);
	else if (sign_by_rows(f, k) < 0)
		goto out;
	stage(f, &f->spent.eigenvalues);
	m = make(f, c, k);
	stage(f, &f->spent.model);
out:
	maas_reader_free(f->reader);
	maas_columns_free(c);
	return m;
}

struct maas_model *
maas_pca_fit(
    const struct maas_pca_options *o, const struct maas_table_options *to, struct maas_table *t, struct maas_team *team)
{
	struct fit f = { .o = o, .team = team, .table = t, .bytes = 1, .since = maas_clock() };
	struct maas_model *m = NULL;
	size_t i;

	if (components_parse(&f.want, "-n", 1, o->components) < 0 || maas_blas_ready(team) < 0 ||
	    maas_table_team(t, team) < 0)
		return NULL;
	if (o->solver == MAAS_PCA_RANDOMIZED && f.want.how != COUNT)
		maas_fail_as(
		    MAAS_USAGE, "--solver randomized finds a number of components (-n 20), not '%s'", o->components);
	else
		m = fit(&f, to);
	f.spent.eigenvalues -= f.spent.sums;
	f.spent.bytes = m ? data_bytes(&f) : 0;
	if (f.moments) {
		f.spent.sums = maas_moments_seconds(f.moments);
		f.spent.reading -= f.spent.sums;
		if (f.spent.reading < 0) { /* of rows that were held until all were there */
			f.spent.eigenvalues = fmax(0, f.spent.eigenvalues + f.spent.reading);
			f.spent.reading = 0;
		}
	}
	if (o->spent)
		*o->spent = f.spent;
	maas_eigen_free(f.eigen);
	free(f.square);
	maas_model_close(f.model);
	maas_moments_free(f.moments);
	sparse_free(&f.sparse);
	free(f.held);
	free(f.row);
	free(f.origin);
	free(f.mean);
	free(f.scale);
	free(f.values);
	free(f.vectors);
	for (i = 0; i < TESTS; i++)
		maas_buf_free(&f.test[i]);
	return m;
}
