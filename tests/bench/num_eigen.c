/*
 * Eigenvalues and leading vectors of a symmetric matrix, tab-separated: seconds of both steps, beside LAPACK on one
 * thread for a small one.
 *	num_eigen [n wanted f64|f32 [FILE]]
 * FILE holds n x n doubles; without it, products of random rows.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

#define SMALL 1000

static double *
make(size_t n, const char *path)
{
	double *a = maas_pages_take(n, n * sizeof *a), *x = maas_alloc(n, 64 * sizeof *x);
	FILE *f = path ? fopen(path, "rb") : NULL;

	if (!a || !x || (path && (!f || fread(a, n * sizeof *a, n, f) != n)))
		return NULL;
	if (!f) {
		for (size_t i = 0; i < n * 64; i++)
			x[i] = maas_uniform(1, 2, i) - 0.4;
		maas_product_f64(a, x, x, n, n, 64, 0);
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < i; j++)
				a[j * n + i] = a[i * n + j] += 0.1 * maas_uniform(1, 3, i * n + j);
	}
	free(x);
	return a;
}

static double
orthonormal(const double *x, size_t k, size_t n, struct maas_team *team)
{
	double *g = maas_alloc(k, k * sizeof *g), most = 0;
	void *scratch = maas_pages_take(1, maas_product_double_scratch(k, maas_team_size(team)));
	struct maas_matrix a = { x, MAAS_F64, n, 1 };

	if (!g || !scratch)
		return -1;
	maas_product_double(team, g, k, a, a, k, k, n, MAAS_SET, scratch);
	for (size_t i = 0; i < k * k; i++)
		most = fmax(most, fabs(g[i] - (i / k == i % k)));
	maas_pages_give(scratch, 1, maas_product_double_scratch(k, maas_team_size(team)));
	free(g);
	return most;
}

/* |a v - value v| of some vectors, over the largest value. */
static double
residual(const double *a, const double *x, const double *values, size_t k, size_t n)
{
	double most = 0;

	for (size_t c = 0; c<k; c += k> 8 ? k / 8 : 1) {
		double sum = 0;

		for (size_t i = 0; i < n; i++) {
			double v = -values[c] * x[c * n + i];

			for (size_t j = 0; j < n; j++)
				v += a[i * n + j] * x[c * n + j];
			sum += v * v;
		}
		most = fmax(most, sqrt(sum) / values[0]);
	}
	return most;
}

static int
bench(size_t n, size_t k, enum maas_dtype type, const char *path)
{
	struct maas_team *team = maas_team_new(0);
	double *a = make(n, path), *x = maas_pages_take(k, n * sizeof *x), best[2] = { INFINITY, INFINITY };
	size_t bytes = n * n * maas_dtype_size(type);
	void *b = maas_pages_take(1, bytes);
	struct maas_eigen *s = NULL;

	if (!team || !a || !x || !b)
		return maas_fail("no memory, or no file");
	for (int i = 0; i < (n <= 2 * SMALL ? 5 : 1); i++) {
		double begin, middle;

		if (type == MAAS_F64)
			memcpy(b, a, bytes);
		else
			maas_from_f64(b, a, n * n);
		maas_eigen_free(s);
		begin = maas_clock();
		if (!(s = maas_eigen_new(b, type, n, team)))
			return -1;
		middle = maas_clock();
		if (maas_eigen_vectors(s, x, k) < 0)
			return -1;
		best[0] = fmin(best[0], middle - begin);
		best[1] = fmin(best[1], maas_clock() - middle);
	}
	printf("eigen of %zu\t%s\t%.4f s\tvalues\t%.4f s\t%zu vectors\t%.2g off orthonormal\t%.2g residual\t%.3g GiB\n",
	    n, type == MAAS_F64 ? "f64" : "f32", best[0], best[1], k, orthonormal(x, k, n, team),
	    residual(a, x, maas_eigen_values(s), k, n), maas_eigen_bytes(n, k, type, maas_team_size(team)) / (1 << 30));
	if (n <= SMALL && type == MAAS_F64) {
		double begin = maas_clock(), *values = maas_alloc(n, sizeof *values);

		x = maas_alloc(n, n * sizeof *x);
		if (!x || !values || maas_eigen_sym(values, x, a, n) < 0)
			return -1;
		printf("LAPACK of %zu\tf64\t%.4f s\tvalues and vectors\t%.2g off ours\n", n, maas_clock() - begin,
		    fabs(values[n - 1] / maas_eigen_values(s)[0] - 1));
	}
	return 0;
}

int
main(int argc, char **argv)
{
	int bad;

	if (argc > 3)
		bad = bench(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10),
		    strcmp(argv[3], "f32") ? MAAS_F64 : MAAS_F32, argc > 4 ? argv[4] : NULL);
	else
		bad = bench(784, 149, MAAS_F64, NULL) || bench(784, 149, MAAS_F32, NULL) ||
		    bench(2000, 50, MAAS_F64, NULL);
	if (bad)
		fprintf(stderr, "num_eigen: %s\n", maas_error());
	return bad ? 1 : 0;
}
