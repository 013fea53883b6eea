/* pca_fit -- from rows to a model of kind pca. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pca_choose.h"
#include "pca_fit.h"

int
maas_pca_again(const struct maas_pca_options *o, const struct maas_table_options *to)
{
	int libsvm = to->format && maas_formats[to->format - 1] == &maas_format_libsvm;

	return o->impute == MAAS_PCA_MEAN || o->sign == MAAS_PCA_U || o->solver == MAAS_PCA_RANDOMIZED || libsvm;
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
add_components(struct pca_fit *f, size_t k)
{
	struct maas_model *m = f->model;
	struct maas_tensor t = { .name = "components", .dtype = MAAS_F32, .ndim = 2, .dim = { k, f->n } };

	if (!f->narrow && k <= PCA_NARROW / f->n)
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
make(struct pca_fit *f, const struct maas_columns *c, size_t k)
{
	struct maas_model *m = f->model;
	size_t most = f->rows < f->n ? f->rows : f->n, i;
	struct maas_span test[PCA_TESTS];
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
	for (i = 0; i < PCA_TESTS; i++)
		test[i] = (struct maas_span){ f->test[i].s, f->test[i].n };
	rc = maas_columns_write(c, &part) < 0 ||
	    maas_model_add_part(m, "columns", (struct maas_span){ part.s, part.n }) < 0 ||
	    add(m, "mean", f->mean, 1, f->n) < 0 || add_components(f, k) < 0 ||
	    add(m, "variances", f->values, 1, k) < 0 || (f->o->scale && add(m, "scale", f->scale, 1, f->n) < 0) ||
	    maas_model_add_selftest(m, test, maas_columns_files(c) ? 0 : PCA_TESTS) < 0;
	maas_buf_free(&part);
	if (rc)
		return NULL;
	f->model = NULL;
	return m;
}

/* Of the rows, as numbers. */
static double
data_bytes(const struct pca_fit *f)
{
	const struct maas_csr *x = &f->sparse.x;

	if (x->rows)
		return (double)x->start[x->rows] * (sizeof *x->val + sizeof *x->col);
	return (double)f->rows * (double)f->n * sizeof(double);
}

/* What the stage that now ends took. */
static void
stage(struct pca_fit *f, double *to)
{
	double now = maas_clock();

	*to += now - f->since;
	f->since = now;
}

static struct maas_model *
fit(struct pca_fit *f, const struct maas_table_options *to)
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
		c, &(struct maas_preparation){ .impute = f->o->impute ? MAAS_IMPUTE_MEAN : 0 }, pca_walk, f) < 0 ||
	    !(f->reader = maas_reader_new(c, f->table)) || (f->o->solver == MAAS_PCA_COVARIANCE && pca_stream(f) < 0) ||
	    pca_read(f) < 0)
		goto out;
	stage(f, &f->spent.reading);
	if (f->o->seen)
		f->o->seen(f->o->arg, f->reader);
	if (pca_solve(f, &k) < 0 || pca_sign(f, k) < 0)
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
	struct pca_fit f = { .o = o, .team = team, .table = t, .bytes = 1, .since = maas_clock() };
	struct maas_model *m = NULL;
	size_t i;

	if (components_parse(&f.want, "-n", 1, o->components) < 0 || maas_table_team(t, team) < 0)
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
	pca_drop_products(&f);
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
	for (i = 0; i < PCA_TESTS; i++)
		maas_buf_free(&f.test[i]);
	return m;
}
