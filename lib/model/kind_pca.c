/* kind_pca -- the kind pca: what is in its file, and rows through it. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/pca.h"

#define GRAIN ((size_t)16) /* rows of a worker's turn */

static const char *const solvers[] = { "auto", "full", "covariance", "gram", "randomized", NULL };
static const char *const signs[] = { "v", "u", NULL };
static const char *const scales[] = { "none", "standard", NULL };
static const char *const imputes[] = { "none", "mean", NULL };

static const struct maas_field fields[] = {
	MAAS_INT(0, maas_pca, components, 1, 1e9, 1, "components"),
	MAAS_INT(0, maas_pca, features, 1, 1e9, 1, "columns of the data"),
	MAAS_INT(0, maas_pca, samples, 2, 1e15, 2, "rows it was fitted on"),
	MAAS_ENUM(0, maas_pca, solver, solvers, MAAS_PCA_FULL, "how it was computed"),
	MAAS_ENUM(0, maas_pca, sign, signs, MAAS_PCA_V, "what fixed the signs"),
	MAAS_FLAG(0, maas_pca, whiten, "components have variance 1"),
	MAAS_REAL(0, maas_pca, total_variance, 0, INFINITY, 0, "variance of the data"),
	MAAS_REAL(0, maas_pca, noise_variance, 0, INFINITY, 0, "mean variance of what was left out"),
	MAAS_END,
};

const struct maas_field maas_pca_fields[] = {
	MAAS_TEXT('n', maas_pca_options, components, "all",
	    "components to keep: a number, a share of the variance (0.95), all or mle"),
	MAAS_ENUM(
	    0, maas_pca_options, solver, solvers, MAAS_PCA_AUTO, "how to compute; auto: as the shape of the data asks"),
	MAAS_FLAG(0, maas_pca_options, whiten, "scale components to variance 1"),
	MAAS_ENUM(0, maas_pca_options, scale, scales, MAAS_PCA_PLAIN, "scale columns to variance 1 first"),
	MAAS_ENUM(0, maas_pca_options, impute, imputes, MAAS_PCA_REFUSE, "what stands in for a gap"),
	MAAS_ENUM(
	    0, maas_pca_options, sign, signs, MAAS_PCA_V, "sign by the components' largest entry, or by the rows'"),
	MAAS_END,
};

/* What ready() makes. */
struct pca {
	struct maas_columns *columns;
	const double *mean, *variances, *scale; /* scale: NULL where none */
	double *spread;                         /* [components] 1, or the deviation where whitened */
	double *forth, *back;                   /* components, packed for either way; or, of very many numbers, */
	const float *narrow;                    /* they stay where they are */
};

static void
done(struct maas_model *m)
{
	struct pca *p = m->ready;

	maas_columns_free(p->columns);
}

static int
find_tensors(struct maas_model *m, struct pca *p, const struct maas_tensor **components)
{
	const struct maas_pca *s = m->settings;
	size_t n = (size_t)s->features, k = (size_t)s->components;
	const struct maas_tensor *mean = maas_model_need(m, "mean", MAAS_F64, 1, &n), *scale = NULL;
	const struct maas_tensor *vectors = maas_model_tensor(m, "components");
	const struct maas_tensor *variances = maas_model_need(m, "variances", MAAS_F64, 1, &k);

	vectors = maas_model_need(
	    m, "components", vectors && vectors->dtype == MAAS_F32 ? MAAS_F32 : MAAS_F64, 2, (size_t[]){ k, n });
	if (!mean || !vectors || !variances)
		return -1;
	if (maas_model_tensor(m, "scale") && !(scale = maas_model_need(m, "scale", MAAS_F64, 1, &n)))
		return -1;
	p->mean = mean->data;
	p->variances = variances->data;
	p->scale = scale ? scale->data : NULL;
	*components = vectors;
	return 0;
}

static int
pack(struct maas_model *m, struct pca *p, const struct maas_tensor *components, size_t k, size_t n)
{
	if (components->dtype == MAAS_F32) {
		p->narrow = components->data;
		return 0;
	}
	p->forth = maas_take(m->arena, maas_project_size(k, n), sizeof *p->forth);
	p->back = maas_take(m->arena, maas_project_size(n, k), sizeof *p->back);
	if (!p->forth || !p->back)
		return -1;
	maas_project_pack(p->forth, components->data, k, n, n, 1);
	maas_project_pack(p->back, components->data, n, k, 1, n);
	return 0;
}

static int
ready(struct maas_model *m)
{
	const struct maas_pca *s = m->settings;
	size_t n = (size_t)s->features, k = (size_t)s->components, i;
	struct pca *p = maas_take(m->arena, 1, sizeof *p);
	const struct maas_tensor *components;

	if (!p || find_tensors(m, p, &components) < 0)
		return -1;
	p->spread = maas_take(m->arena, k, sizeof *p->spread);
	if (!p->spread || pack(m, p, components, k, n) < 0)
		return -1;
	for (i = 0; i < k; i++)
		p->spread[i] = s->whiten ? fmax(sqrt(p->variances[i]), DBL_EPSILON) : 1;
	if (!(p->columns = maas_columns_open(maas_model_part(m, "columns"))))
		return -1;
	if (p->columns->numbers != n) {
		maas_fail("%zu columns of numbers, the mean has %zu", p->columns->numbers, n);
		maas_columns_free(p->columns);
		return -1;
	}
	m->ready = p;
	return 0;
}

const struct maas_columns *
maas_pca_columns(const struct maas_model *m)
{
	return ((const struct pca *)m->ready)->columns;
}

const double *
maas_pca_variances(const struct maas_model *m)
{
	return ((const struct pca *)m->ready)->variances;
}

const double *
maas_pca_mean(const struct maas_model *m)
{
	return ((const struct pca *)m->ready)->mean;
}

/* What the workers of one call share. */
struct job {
	const struct maas_model *m;
	double *x, *y;
};

static void
forth(void *arg, size_t begin, size_t end, int member)
{
	struct job *j = arg;
	const struct maas_pca *s = j->m->settings;
	const struct pca *p = j->m->ready;
	size_t n = (size_t)s->features, k = (size_t)s->components, r, i;

	(void)member;
	for (r = begin; r < end; r++)
		for (i = 0; i < n; i++)
			j->x[r * n + i] = (j->x[r * n + i] - p->mean[i]) / (p->scale ? p->scale[i] : 1);
	if (p->narrow)
		maas_project_f32(j->y + begin * k, j->x + begin * n, p->narrow, end - begin, k, n, n, 1);
	else
		maas_project(j->y + begin * k, j->x + begin * n, p->forth, end - begin, k, n);
	for (r = begin; r < end; r++)
		for (i = 0; i < k; i++)
			j->y[r * k + i] /= p->spread[i];
}

static void
back(void *arg, size_t begin, size_t end, int member)
{
	struct job *j = arg;
	const struct maas_pca *s = j->m->settings;
	const struct pca *p = j->m->ready;
	size_t n = (size_t)s->features, k = (size_t)s->components, r, i;

	(void)member;
	for (r = begin; r < end; r++)
		for (i = 0; i < k; i++)
			j->y[r * k + i] *= p->spread[i];
	if (p->narrow)
		maas_project_f32(j->x + begin * n, j->y + begin * k, p->narrow, end - begin, n, k, 1, n);
	else
		maas_project(j->x + begin * n, j->y + begin * k, p->back, end - begin, n, k);
	for (r = begin; r < end; r++)
		for (i = 0; i < n; i++)
			j->x[r * n + i] = j->x[r * n + i] * (p->scale ? p->scale[i] : 1) + p->mean[i];
}

static void
run(struct job *j, size_t rows, maas_work *work, struct maas_team *team)
{
	if (team)
		maas_team_run(team, rows, GRAIN, work, j);
	else
		work(j, 0, rows, 0);
}

void
maas_pca_transform(const struct maas_model *m, double *y, double *x, size_t rows, struct maas_team *team)
{
	run(&(struct job){ m, x, y }, rows, forth, team);
}

void
maas_pca_inverse(const struct maas_model *m, double *x, double *y, size_t rows, struct maas_team *team)
{
	run(&(struct job){ m, x, y }, rows, back, team);
}

int
maas_pca_score(const struct maas_model *m, double *error, double *x, size_t rows, struct maas_team *team)
{
	const struct maas_pca *s = m->settings;
	const struct pca *p = m->ready;
	size_t n = (size_t)s->features, k = (size_t)s->components, r, i;
	double *y = maas_alloc(rows, k * sizeof *y), *z = maas_alloc(rows, n * sizeof *z);

	if (y && z) {
		maas_pca_transform(m, y, x, rows, team); /* x is centred and scaled now */
		maas_pca_inverse(m, z, y, rows, team);
	}
	for (r = 0; y && z && r < rows; r++) {
		error[r] = 0;
		for (i = 0; i < n; i++) {
			double d = x[r * n + i] - (z[r * n + i] - p->mean[i]) / (p->scale ? p->scale[i] : 1);

			error[r] += d * d;
		}
	}
	r = !y || !z;
	free(y);
	free(z);
	return r ? -1 : 0;
}

/* A record's components, parted by tabs. */
static int
answer(struct maas_model *m, struct maas_span input, struct maas_buf *to)
{
	const struct maas_pca *s = m->settings;
	const struct pca *p = m->ready;
	struct maas_reader *r = maas_reader_new(p->columns, NULL);
	double *x = maas_alloc((size_t)s->features, sizeof *x), *y = maas_alloc((size_t)s->components, sizeof *y);
	struct maas_row row;
	long i;
	int rc = -1;

	if (r && x && y && (rc = maas_reader_parse(r, input, &row)) == 0) {
		maas_columns_spread(p->columns, &row, x);
		maas_pca_transform(m, y, x, 1, NULL);
		for (i = 0; rc == 0 && i < s->components; i++)
			rc = maas_buf_printf(to, "%s%.9g", i ? "\t" : "", y[i]);
	}
	maas_reader_free(r);
	free(x);
	free(y);
	return rc;
}

const struct maas_kind maas_kind_pca = {
	.name = "pca",
	.what = "principal component analysis",
	.fields = fields,
	.size = sizeof(struct maas_pca),
	.task = "transform",
	.ready = ready,
	.done = done,
	.answer = answer,
};
