/* principal -- principal components of a covariance, of few long rows, or of rows as they are. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

#define SLICE 64 /* columns that one turn of a worker makes */

/* Largest first: LAPACK's order is the other. */
static void
reverse(double *values, double *vectors, size_t n, size_t len)
{
	size_t i, j;

	for (i = 0; i < n / 2; i++) {
		double v = values[i];

		values[i] = values[n - 1 - i];
		values[n - 1 - i] = v;
		for (j = 0; j < len; j++) {
			v = vectors[i * len + j];
			vectors[i * len + j] = vectors[(n - 1 - i) * len + j];
			vectors[(n - 1 - i) * len + j] = v;
		}
	}
}

int
maas_principal_cov(double *values, double *vectors, double *a, size_t n)
{
	size_t i;

	if (maas_eigen_sym(values, vectors, a, n) < 0)
		return -1;
	reverse(values, vectors, n, n);
	for (i = 0; i < n; i++)
		values[i] = values[i] > 0 ? values[i] : 0;
	return 0;
}

/* What the workers of gram() share: products of rows, and vectors from them. */
struct gram {
	const double *x;
	double *g, *u, *vectors;
	const double *values;
	size_t rows, n, rank;
};

static void
row_products(void *arg, size_t begin, size_t end, int member)
{
	struct gram *g = arg;
	size_t i;

	(void)member;
	for (i = begin; i < end; i++)
		maas_product_f64(g->g + i * g->rows, g->x + i * g->n, g->x, 1, g->rows, g->n, 0);
}

/* vector c = x^T u_c / |x^T u_c|, columns [begin, end) of it, not yet scaled. */
static void
back(void *arg, size_t begin, size_t end, int member)
{
	struct gram *g = arg;
	size_t c, r, j, from = begin * SLICE, to = end * SLICE < g->n ? end * SLICE : g->n;

	(void)member;
	for (c = 0; c < g->rank; c++) {
		double *v = g->vectors + c * g->n;

		memset(v + from, 0, (to - from) * sizeof *v);
		for (r = 0; r < g->rows; r++)
			for (j = from; j < to; j++)
				v[j] += g->u[c * g->rows + r] * g->x[r * g->n + j];
	}
}

static void
normalize(double *v, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += v[i] * v[i];
	sum = sqrt(sum);
	for (i = 0; i < n; i++)
		v[i] /= sum;
}

int
maas_principal_gram(
    double *values, double *vectors, size_t *rank, const double *x, size_t rows, size_t n, struct maas_team *team)
{
	struct gram g = { .x = x, .vectors = vectors, .values = values, .rows = rows, .n = n };
	size_t i;
	int rc = -1;

	g.g = maas_alloc(rows, rows * sizeof *g.g);
	g.u = maas_alloc(rows, rows * sizeof *g.u);
	if (!g.g || !g.u)
		goto out;
	maas_team_run(team, rows, 1, row_products, &g);
	if (maas_principal_cov(values, g.u, g.g, rows) < 0)
		goto out;
	while (g.rank < rows && g.rank < n && values[g.rank] > values[0] * (double)n * DBL_EPSILON)
		g.rank++;
	maas_team_run(team, (n + SLICE - 1) / SLICE, 1, back, &g);
	for (i = 0; i < g.rank; i++)
		normalize(vectors + i * n, n);
	for (i = 0; i < rows; i++)
		values[i] /= (double)(rows - 1);
	*rank = g.rank;
	rc = 0;
out:
	free(g.g);
	free(g.u);
	return rc;
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
