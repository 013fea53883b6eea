/* eigen -- values of a symmetric matrix first, then the vectors of as many of the largest as are wanted. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reduce.h"

#define GRAIN ((size_t)32) /* rows of a worker's turn */

struct maas_eigen {
	struct reduction r;
	enum maas_dtype type;
	double scale;   /* the matrix is this times the band: a power of two */
	double *e;      /* [n] of the tridiagonal matrix, beside its diagonal */
	double *values; /* [n] of what was given, descending */
	double *most;   /* [n] the largest of each row; the tridiagonal matrix's diagonal; then values of the band */
};

static double
at(const struct maas_eigen *s, size_t i)
{
	return s->type == MAAS_F64 ? ((const double *)s->r.a)[i] : (double)((const float *)s->r.a)[i];
}

/* The largest of each row's absolute values, infinite where one is not finite. */
static void
look(void *arg, size_t begin, size_t end, int member)
{
	struct maas_eigen *s = arg;
	size_t n = s->r.n;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		double most = 0;

		for (size_t j = i; j < n; j++) {
			double x = fabs(at(s, i * n + j));

			most = x <= most ? most : x <= DBL_MAX ? x : INFINITY;
		}
		s->most[i] = most;
	}
}

static int
refuse(const struct maas_eigen *s, size_t i)
{
	size_t n = s->r.n, j = i;

	while (isfinite(at(s, i * n + j)))
		j++;
	return maas_fail("row %zu, column %zu of a matrix is %g, not a finite number", i, j, at(s, i * n + j));
}

static void
rescale(void *arg, size_t begin, size_t end, int member)
{
	struct maas_eigen *s = arg;
	size_t n = s->r.n;
	double by = 1 / s->scale;

	(void)member;
	for (size_t i = begin; i < end; i++)
		for (size_t j = i; j < n; j++)
			if (s->type == MAAS_F64)
				((double *)s->r.a)[i * n + j] *= by;
			else
				((float *)s->r.a)[i * n + j] = (float)((double)((float *)s->r.a)[i * n + j] * by);
}

/* All numbers finite, and the largest about 1: squares of none that counts are too large or too small. */
static int
prepare(struct maas_eigen *s)
{
	double most = 0;
	int power;

	maas_team_run(s->r.team, s->r.n, GRAIN, look, s);
	for (size_t i = 0; i < s->r.n; i++) {
		if (!isfinite(s->most[i]))
			return refuse(s, i);
		most = fmax(most, s->most[i]);
	}
	s->scale = 1;
	if (most > 0) {
		frexp(most, &power);
		s->scale = ldexp(1, power < -1000 ? -1000 : power > 1000 ? 1000 : power);
	}
	if (s->scale != 1)
		maas_team_run(s->r.team, s->r.n, GRAIN, rescale, s);
	return 0;
}

/* The band made as large as 1. */
static void
rescale_band(struct maas_eigen *s)
{
	size_t count = s->r.n * BAND_ROW;
	double most = 0;
	int power;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, fabs(s->r.band[i]));
	frexp(most, &power);
	for (size_t i = 0; i < count; i++)
		s->r.band[i] = ldexp(s->r.band[i], -power);
	s->scale = ldexp(s->scale, power);
}

/* Values of the band, and those of what was given, descending. */
static int
find_values(struct maas_eigen *s)
{
	size_t n = s->r.n, bytes = band_chase_scratch(n);
	void *scratch = maas_pages_take(1, bytes);
	double most = 0;

	if (!scratch)
		return -1;
	rescale_band(s);
	band_chase(s->most, s->e, s->r.band, n, scratch);
	maas_pages_give(scratch, 1, bytes);
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fmax(fabs(s->most[i]), fabs(s->e[i])));
	for (size_t i = 0; i < n; i++)
		s->e[i] = fabs(s->e[i]) > most * DBL_EPSILON ? s->e[i] : 0;
	if (maas_tridiagonal_values(s->most, s->e, n) < 0)
		return -1;
	for (size_t i = 0; i < n / 2; i++) {
		double v = s->most[i];

		s->most[i] = s->most[n - 1 - i];
		s->most[n - 1 - i] = v;
	}
	for (size_t i = 0; i < n; i++)
		s->values[i] = s->most[i] * s->scale;
	return 0;
}

static size_t
reduce_scratch(const struct maas_eigen *s)
{
	int members = maas_team_size(s->r.team);

	return s->type == MAAS_F64 ? reduce_scratch_f64(s->r.n, members) : reduce_scratch_f32(s->r.n, members);
}

static int
reduce(struct maas_eigen *s)
{
	void *scratch = maas_pages_take(1, reduce_scratch(s));

	if (!scratch)
		return -1;
	if (s->type == MAAS_F64)
		reduce_matrix_f64(&s->r, scratch);
	else
		reduce_matrix_f32(&s->r, scratch);
	maas_pages_give(scratch, 1, reduce_scratch(s));
	return 0;
}

struct maas_eigen *
maas_eigen_new(void *a, enum maas_dtype type, size_t n, struct maas_team *team)
{
	struct maas_eigen *s = maas_alloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->type = type;
	s->r = (struct reduction){ .team = team, .n = n, .a = a };
	s->r.band = maas_alloc(n, BAND_ROW * sizeof *s->r.band);
	s->e = maas_alloc(n, sizeof *s->e);
	s->r.turn = maas_alloc(n, sizeof *s->r.turn);
	s->values = maas_alloc(n, sizeof *s->values);
	s->most = maas_alloc(n, sizeof *s->most);
	if (s->r.band && s->e && s->r.turn && s->values && s->most && prepare(s) == 0 && reduce(s) == 0 &&
	    find_values(s) == 0)
		return s;
	maas_eigen_free(s);
	return NULL;
}

const double *
maas_eigen_values(const struct maas_eigen *s)
{
	return s->values;
}

double
maas_eigen_noise(const struct maas_eigen *s)
{
	double most = fmax(fabs(s->values[0]), fabs(s->values[s->r.n - 1]));

	return most * (s->type == MAAS_F64 ? (double)s->r.n * DBL_EPSILON : 16 * (double)FLT_EPSILON);
}

/* Rows of x through float and back, of length 1 again. */
static void
back_f32(const struct maas_eigen *s, double *x, size_t rows, float *narrow, void *scratch)
{
	size_t n = s->r.n;

	maas_from_f64(narrow, x, rows * n);
	reduce_back_f32(&s->r, narrow, rows, scratch);
	for (size_t i = 0; i < rows; i++) {
		double sum = 0;

		for (size_t c = 0; c < n; c++) {
			x[i * n + c] = (double)narrow[i * n + c];
			sum += x[i * n + c] * x[i * n + c];
		}
		sum = sqrt(sum);
		for (size_t c = 0; c < n; c++)
			x[i * n + c] /= sum;
	}
}

static int
back(const struct maas_eigen *s, double *x, size_t k)
{
	size_t bytes = reduce_scratch(s), n = s->r.n, step = k < REDUCE_ROWS ? k : REDUCE_ROWS;
	void *scratch = maas_pages_take(1, bytes);
	float *narrow = s->type == MAAS_F32 && scratch ? maas_pages_take(n, step * sizeof *narrow) : NULL;
	int rc = scratch && (narrow || s->type == MAAS_F64) ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < k; i += step) {
		size_t rows = k - i < step ? k - i : step;

		if (narrow)
			back_f32(s, x + i * n, rows, narrow, scratch);
		else
			reduce_back_f64(&s->r, x + i * n, rows, scratch);
	}
	maas_pages_give(narrow, n, step * sizeof *narrow);
	maas_pages_give(scratch, 1, bytes);
	return rc;
}

int
maas_eigen_vectors(struct maas_eigen *s, double *vectors, size_t k)
{
	struct band b = { s->r.team, s->r.n, s->r.band, s->most };
	size_t bytes = band_vectors_scratch(s->r.n, k, maas_team_size(s->r.team));
	void *scratch;
	int rc;

	if (!k)
		return 0;
	if (!(scratch = maas_pages_take(1, bytes)))
		return -1;
	rc = band_vectors(&b, vectors, k, scratch);
	maas_pages_give(scratch, 1, bytes);
	return rc < 0 ? -1 : back(s, vectors, k);
}

double
maas_eigen_bytes(size_t n, size_t k, enum maas_dtype type, int members)
{
	size_t step = k < REDUCE_ROWS ? k : REDUCE_ROWS;
	double vectors = (double)band_vectors_scratch(n, k, members), reduce_by;

	reduce_by = type == MAAS_F64
	    ? (double)reduce_scratch_f64(n, members)
	    : (double)reduce_scratch_f32(n, members) + (double)n * (double)step * sizeof(float);
	return (vectors > reduce_by ? vectors : reduce_by) + (4.0 + BAND_ROW) * (double)n * sizeof(double);
}

void
maas_eigen_free(struct maas_eigen *s)
{
	if (!s)
		return;
	free(s->r.band);
	free(s->e);
	free(s->r.turn);
	free(s->values);
	free(s->most);
	free(s);
}
