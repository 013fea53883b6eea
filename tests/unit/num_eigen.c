/* Eigenvalues and leading vectors: right, orthonormal, and the same bytes for any team and tier. */
#include <float.h>
#include <stdlib.h>

#include "maas/num.h"
#include "../test.h"

/* What is asked of a solution, in units of the last place of double or float and of the largest value. */
#define VALUES   400.0
#define RESIDUAL 4000.0

static struct maas_team *team;

struct solved {
	double *values, *vectors;
};

static double
fill(const char *what, size_t n, size_t i, size_t j)
{
	size_t low = i < j ? i : j, high = i < j ? j : i;

	if (!strcmp(what, "random"))
		return maas_uniform(7, low, high) - 0.5;
	if (!strcmp(what, "identity"))
		return i == j ? 2.5 : 0;
	if (!strcmp(what, "zero"))
		return 0;
	if (!strcmp(what, "graded"))
		return pow(10, 12 - 24 * (double)(i + j) / (double)(2 * n - 1)) *
		    (i == j ? 1 : maas_uniform(8, low, high) - 0.5);
	if (!strcmp(what, "upward"))
		return pow(10, 24 * (double)(i + j) / (double)(2 * n - 1) - 12) *
		    (i == j ? 1 : maas_uniform(8, low, high) - 0.5);
	if (!strcmp(what, "Wilkinson"))
		return i == j ? fabs((double)i - (double)(n - 1) / 2) : high - low == 1;
	if (!strcmp(what, "glued")) /* of Wilkinson's of 21 rows: values agree in groups, to the last place */
		return i == j ? fabs((double)(i % 21) - 10) : high - low == 1 ? (high % 21 ? 1 : 1e-9) : 0;
	if (!strcmp(what, "huge"))
		return 1e300 * (maas_uniform(7, low, high) - 0.5);
	if (!strcmp(what, "tiny"))
		return 1e-300 * (maas_uniform(7, low, high) - 0.5);
	/* the second difference */
	return i == j ? 2 : high - low == 1 ? -1 : 0;
}

/* Sums of products of random rows, of which there are fewer than columns; and blocks of equal ones. */
static void
make(double *a, const char *what, size_t n)
{
	size_t rank = !strcmp(what, "rank") ? n / 3 + 1 : !strcmp(what, "twice") ? n / 2 + 1 : 0;
	double *x;

	for (size_t i = 0; i < n * n && !rank; i++)
		a[i] = fill(what, n, i / n, i % n);
	if (!rank)
		return;
	x = calloc(n, rank * sizeof *x);
	for (size_t i = 0; i < n * rank; i++)
		x[i] = maas_uniform(9, 1, rank < n / 2 ? i : i / rank / 2 * rank + i % rank) - 0.5;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			a[i * n + j] = 0;
			for (size_t l = 0; l < rank; l++)
				a[i * n + j] += x[i * rank + l] * x[j * rank + l];
		}
	free(x);
}

static struct solved
solve(const double *a, size_t n, size_t k, enum maas_dtype type, struct maas_team *by)
{
	struct solved s = { calloc(n + 1, sizeof(double)), calloc(k + 1, n * sizeof(double)) };
	void *b = aligned_alloc(64, (n * n * 8 + 63) / 64 * 64);
	struct maas_eigen *e;

	for (size_t i = 0; i < n * n; i++)
		if (type == MAAS_F64)
			((double *)b)[i] = i % n < i / n ? NAN : a[i]; /* the lower triangle is not read */
		else
			((float *)b)[i] = i % n < i / n ? NAN : (float)a[i];
	if ((e = maas_eigen_new(b, type, n, by))) {
		memcpy(s.values, maas_eigen_values(e), n * sizeof(double));
		if (maas_eigen_vectors(e, s.vectors, k) < 0)
			s.values[0] = NAN;
	} else {
		s.values[0] = NAN;
	}
	maas_eigen_free(e);
	free(b);
	return s;
}

static void
drop(struct solved s)
{
	free(s.values);
	free(s.vectors);
}

/* The largest |v v' - 0 or 1|, and |a v - value v|, over the largest value. */
static void
judge(const double *a, struct solved s, size_t n, size_t k, double size, double *off, double *rest)
{
	*off = *rest = 0;
	for (size_t c = 0; c < k; c++) {
		const double *v = s.vectors + c * n;
		double sum = 0;

		for (size_t o = 0; o <= c; o++) {
			double dot = -(double)(o == c);

			for (size_t i = 0; i < n; i++)
				dot += v[i] * s.vectors[o * n + i];
			*off = fmax(*off, isfinite(dot) ? fabs(dot) : INFINITY);
		}
		for (size_t i = 0; i < n; i++) {
			double x = -s.values[c] / size * v[i];

			for (size_t j = 0; j < n; j++)
				x += a[i * n + j] / size * v[j];
			sum += x * x;
		}
		*rest = fmax(*rest, isfinite(sum) ? sqrt(sum) : INFINITY);
	}
}

/* Against LAPACK's values. */
static void
check(const char *what, size_t n, size_t k, enum maas_dtype type)
{
	double *a = calloc(n, n * sizeof *a), *b = calloc(n, n * sizeof *b), *lapack = calloc(n, n * sizeof *lapack);
	double *values = calloc(n, sizeof *values), size = 0, worst = 0, off, rest;
	double unit = type == MAAS_F64 ? DBL_EPSILON : FLT_EPSILON;
	struct solved s;

	make(a, what, n);
	memcpy(b, a, n * n * sizeof *b);
	s = solve(a, n, k, type, team);
	if (maas_eigen_sym(values, lapack, b, n) < 0)
		ok(0, "LAPACK: %s", maas_error());
	for (size_t i = 0; i < n; i++)
		size = fmax(size, fabs(values[i]));
	size = size > 0 ? size : 1;
	for (size_t i = 0; i < n; i++)
		worst = fmax(worst, isfinite(s.values[i]) ? fabs(s.values[i] - values[n - 1 - i]) / size : INFINITY);
	judge(a, s, n, k, size, &off, &rest);
	ok(worst < VALUES * unit && rest < RESIDUAL * unit && off < (type == MAAS_F64 ? 1e-9 : 1e-5),
	    "%s, %zu of %zu, %s: values off by %.2g, residual %.2g, products off by %.2g", what, k, n,
	    type == MAAS_F64 ? "f64" : "f32", worst, rest, off);
	drop(s);
	free(a);
	free(b);
	free(lapack);
	free(values);
}

static void
test_kinds(void)
{
	static const char *const kind[] = { "random", "identity", "zero", "graded", "upward", "Wilkinson", "glued",
		"huge", "tiny", "difference", "rank", "twice" };

	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
		int wide = !strcmp(kind[i], "huge") || !strcmp(kind[i], "tiny"); /* for a float */

		for (size_t n = 1; n < 5; n++)
			check(kind[i], n, n, MAAS_F64);
		check(kind[i], 147, 147, MAAS_F64);
		check(kind[i], 210, 40, MAAS_F64);
		if (!wide)
			check(kind[i], 189, 100, MAAS_F32);
	}
	check("random", 401, 60, MAAS_F64);
	check("twice", 353, 353, MAAS_F64);
	check("zero", 300, 300, MAAS_F64);
}

/* Many blocks of the reduction, and of the vectors; a stripe and a part of float's. */
static void
test_same_bytes(void)
{
	enum { N = 530, K = 77 };
	double *a = calloc(N, N * sizeof *a);
	struct maas_team *one = maas_team_new(1), *three = maas_team_new(3);
	enum maas_isa was = maas_isa();

	make(a, "random", N);
	for (int wide = 0; wide < 2; wide++) {
		enum maas_dtype type = wide ? MAAS_F64 : MAAS_F32;
		struct solved s = solve(a, N, K, type, one), t = solve(a, N, K, type, three);

		ok(!memcmp(s.values, t.values, N * sizeof *s.values) &&
			!memcmp(s.vectors, t.vectors, K * N * sizeof(double)),
		    "%d bits: any team gives the same bytes", wide ? 64 : 32);
		drop(t);
		for (int isa = MAAS_AVX2; isa <= (int)maas_isa_best(); isa++) {
			maas_isa_force((enum maas_isa)isa);
			t = solve(a, N, K, type, three);
			ok(!memcmp(s.values, t.values, N * sizeof *s.values) &&
				!memcmp(s.vectors, t.vectors, K * N * sizeof(double)),
			    "%d bits: %s gives the same bytes", wide ? 64 : 32, maas_isa_name((enum maas_isa)isa));
			drop(t);
		}
		maas_isa_force(was);
		drop(s);
	}
	maas_team_free(one);
	maas_team_free(three);
	free(a);
}

/* Portable arithmetic is slow, so of few rows. */
static void
test_portable(void)
{
	enum { N = 190, K = 20 };
	double *a = calloc(N, N * sizeof *a);
	enum maas_isa was = maas_isa();

	make(a, "random", N);
	for (int wide = 0; wide < 2; wide++) {
		struct solved s = solve(a, N, K, wide ? MAAS_F64 : MAAS_F32, team), t;

		maas_isa_force(MAAS_PORTABLE);
		t = solve(a, N, K, wide ? MAAS_F64 : MAAS_F32, team);
		maas_isa_force(was);
		ok(!memcmp(s.values, t.values, N * sizeof *s.values) &&
			!memcmp(s.vectors, t.vectors, K * N * sizeof(double)),
		    "%d bits: portable code gives the same bytes", wide ? 64 : 32);
		drop(s);
		drop(t);
	}
	free(a);
}

static void
test_refusals(void)
{
	double a[9] = { 1, 2, 3, /**/ 2, 1, INFINITY, /**/ 3, 4, 5 };
	float b[4] = { 1, 2, 3, NAN };

	ok(!maas_eigen_new(a, MAAS_F64, 3, team) && strstr(maas_error(), "row 1, column 2"), "infinity: %s",
	    maas_error());
	ok(!maas_eigen_new(b, MAAS_F32, 2, team) && strstr(maas_error(), "row 1, column 1"), "NaN: %s", maas_error());
	ok(maas_eigen_bytes(6080, 3346, MAAS_F32, 2) < 200e6,
	    "6,080 rows want %.0f MB beside the matrix and 3,346 vectors",
	    maas_eigen_bytes(6080, 3346, MAAS_F32, 2) / 1e6);
}

static void
test_product(void)
{
	enum { M = 101, N = 531, K = 300 };
	static double a[M * K], b[N * K], y[M * N], z[M * N];
	void *scratch = maas_pages_take(1, maas_product_double_scratch(N, maas_team_size(team)));
	struct maas_matrix p = { a, MAAS_F64, K, 1 }, q = { b, MAAS_F64, 1, N };
	int good = 1, sums = 1;

	for (size_t i = 0; i < M * K; i++)
		a[i] = maas_uniform(11, 1, i) - 0.5;
	for (size_t i = 0; i < N * K; i++)
		b[i] = maas_uniform(11, 2, i) - 0.5;
	for (size_t i = 0; i < M * N; i++)
		z[i] = (double)i;
	maas_product_double(team, y, N, p, q, M, N, K, MAAS_SET, scratch);
	maas_product_double(team, z, N, p, q, M, N, K, MAAS_ADD, scratch);
	for (size_t i = 0; i < M; i++)
		for (size_t j = 0; j < N; j++) {
			double sum[2] = { 0, 0 };

			for (size_t l = 0; l < K; l++)
				sum[l >= 256] = fma(a[i * K + l], b[l * N + j], sum[l >= 256]);
			good &= y[i * N + j] == sum[0] + sum[1];
			sums &= z[i * N + j] == (double)(i * N + j) + sum[0] + sum[1];
		}
	ok(good, "a product is chains of fma in blocks of 256");
	ok(sums, "and is added");
	maas_pages_give(scratch, 1, maas_product_double_scratch(N, maas_team_size(team)));
}

int
main(void)
{
	team = maas_team_new(2);
	test_product();
	test_kinds();
	test_same_bytes();
	test_portable();
	test_refusals();
	maas_team_free(team);
	return done();
}
