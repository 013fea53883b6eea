/* principal -- principal components of a covariance, of few long rows, or of rows as they are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

void
maas_principal_values(double *values, const struct maas_eigen *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		values[i] = fmax(0, maas_eigen_values(s)[i]);
}

int
maas_principal_cov(double *values, double *vectors, double *a, size_t n, struct maas_team *team)
{
	struct maas_eigen *s = maas_eigen_new(a, MAAS_F64, n, team);
	int rc = s ? maas_eigen_vectors(s, vectors, n) : -1;

	if (rc == 0)
		maas_principal_values(values, s, n);
	maas_eigen_free(s);
	return rc;
}

double *
maas_principal_products(const double *x, size_t rows, size_t n, struct maas_team *team)
{
	size_t bytes = maas_product_double_scratch(rows, maas_team_size(team));
	double *g = maas_pages_take(rows, rows * sizeof *g);
	void *scratch = g ? maas_pages_take(1, bytes) : NULL;
	struct maas_matrix a = { x, MAAS_F64, n, 1 };

	if (scratch) {
		maas_product_double(team, g, rows, a, a, rows, rows, n, MAAS_ADD_UPPER, scratch);
	} else {
		maas_pages_give(g, rows, rows * sizeof *g);
		g = NULL;
	}
	maas_pages_give(scratch, 1, bytes);
	return g;
}

struct maas_eigen *
maas_principal_solve(double *g, size_t rows, struct maas_team *team)
{
	if (rows <= MAAS_PRINCIPAL_DOUBLE)
		return maas_eigen_new(g, MAAS_F64, rows, team);
	for (size_t i = 0; i < rows * rows; i++) {
		float narrow = (float)g[i];

		memcpy((char *)g + i * sizeof narrow, &narrow, sizeof narrow);
	}
	return maas_eigen_new(g, MAAS_F32, rows, team);
}

int
maas_principal_turn(double *vectors, double *values, const double *u, const double *x, size_t k, size_t rows, size_t n,
    struct maas_team *team)
{
	size_t bytes = maas_product_double_scratch(n, maas_team_size(team));
	void *scratch = maas_pages_take(1, bytes);
	struct maas_matrix a = { u, MAAS_F64, rows, 1 }, b = { x, MAAS_F64, 1, n };

	if (!scratch)
		return -1;
	maas_product_double(team, vectors, n, a, b, k, n, rows, MAAS_SET, scratch);
	maas_pages_give(scratch, 1, bytes);
	for (size_t c = 0; c < k; c++) {
		double sum = 0, *v = vectors + c * n;

		for (size_t i = 0; i < n; i++)
			sum += v[i] * v[i];
		values[c] = sum;
		for (size_t i = 0; i < n; i++)
			v[i] /= sqrt(sum);
	}
	return 0;
}

int
maas_principal_svd(double *values, double *vectors, double *x, size_t rows, size_t n)
{
	size_t least = rows < n ? rows : n, i;

	if (maas_svd(values, vectors, NULL, x, rows, n) < 0)
		return -1;
	for (i = 0; i < least; i++)
		values[i] *= values[i] / (double)(rows - 1);
	return 0;
}

void
maas_principal_sign(double *vectors, size_t k, size_t n)
{
	size_t c, j, at;

	for (c = 0; c < k; c++) {
		double *v = vectors + c * n;

		for (at = 0, j = 1; j < n; j++)
			if (fabs(v[j]) > fabs(v[at]))
				at = j;
		for (j = 0; v[at] < 0 && j < n; j++)
			if (j != at)
				v[j] = -v[j];
		v[at] = fabs(v[at]);
	}
}

size_t
maas_principal_share(const double *values, size_t n, double f)
{
	double total = 0, sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		total += values[i];
	for (i = 0; i < n; i++) {
		sum += values[i] / total;
		if (sum > f)
			return i + 1;
	}
	return n;
}

size_t
maas_principal_mle(const double *l, size_t n, size_t rows)
{
	const double pi = acos(-1), tiny = 1e-15;
	double pu = 0, logs = 0, pairs = 0, best = -INFINITY, tail = 0, N = (double)rows;
	size_t k, i, likeliest = 1;

	for (i = 0; i < n; i++)
		tail += l[i];
	for (k = 1; k < n; k++) {
		double d = (double)n - (double)k, v, m, pa = 0, p, half = ((double)n - (double)k + 1) / 2;

		if (l[k - 1] < tiny)
			break;
		/* Terms of the pairs (k-1, j > k-1), and of the pairs below k whose second is now k-1. */
		for (i = k; i < n; i++)
			pairs += log(l[k - 1] - l[i]) + log(N);
		for (i = 0; i + 1 < k; i++)
			pairs += log(1 / l[k - 1] - 1 / l[i]);
		pu += lgamma(half) - log(pi) * half - log(2.0);
		logs += log(l[k - 1]);
		tail -= l[k - 1];
		v = fmax(tiny, tail / d);
		for (i = 0; i < k; i++)
			pa += d * log(1 / v - 1 / l[i]);
		m = (double)n * (double)k - (double)k * ((double)k + 1) / 2;
		p = pu - logs * N / 2 - log(v) * N * d / 2 + log(2 * pi) * (m + (double)k) / 2 - (pairs + pa) / 2 -
		    (double)k * log(N) / 2;
		if (p > best) {
			best = p;
			likeliest = k;
		}
	}
	return likeliest;
}
