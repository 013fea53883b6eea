/* pca_choose -- which solver takes least time, by the shape of the data alone: the same on every machine. */
#include <math.h>
#include <stdio.h>

#include "pca_choose.h"

/* Operations a second, as two cores with AVX-512 made them; what counts is how they stand to each other. */
#define SVD      33e9
#define PRODUCTS 1e11
#define EIGEN    5e10
#define SKETCH   6e9
#define PASSES   16      /* of a sketch, mostly */
#define NEARLY   4       /* a sketch is near the components, not at them: it must be so many times as fast */
#define COLS_MAX 32768.0 /* of a covariance: 8 GB */

size_t
pca_hold(size_t columns)
{
	double n = (double)columns;

	if (n > COLS_MAX)
		return (size_t)fmax(COLS_MAX * COLS_MAX / n, 2);
	return columns > PCA_SMALL ? columns : PCA_SMALL;
}

static double
eigen_seconds(double n)
{
	return (4.0 / 3 * n * n * n + 2 * n * n * n) / EIGEN;
}

/* INFINITY: it cannot be. */
static double
seconds(enum maas_pca_solver s, const struct pca_case *c)
{
	double m = (double)c->rows, n = (double)c->columns, least = fmin(m, n), k = c->count ? (double)c->count : least;

	switch (s) {
	case MAAS_PCA_FULL: return (6 * fmax(m, n) * least * least + 20 * least * least * least) / SVD;
	case MAAS_PCA_COVARIANCE: return m >= n && n <= COLS_MAX ? m * n * n / PRODUCTS + eigen_seconds(n) : INFINITY;
	case MAAS_PCA_GRAM:
		/* Centred rows span a direction less than there are rows. */
		return m < n && !c->all ? (m * m * n + 2 * k * m * n) / PRODUCTS + eigen_seconds(m) : INFINITY;
	case MAAS_PCA_RANDOMIZED: return c->count && c->again ? PASSES * 4 * m * n * (k + 10) / SKETCH : INFINITY;
	default: return INFINITY;
	}
}

/* Behind the point of a number of seconds. */
static int
digits(double seconds)
{
	return seconds < 0.1 ? 3 : seconds < 10 ? 1 : 0;
}

enum maas_pca_solver
pca_choose(const struct pca_case *c, const char *const *names, char why[MAAS_PCA_WHY])
{
	enum maas_pca_solver best = MAAS_PCA_FULL;
	double time[MAAS_PCA_RANDOMIZED + 1], cost, least = INFINITY;
	size_t at;

	if (c->rows <= PCA_SMALL && c->columns <= PCA_SMALL) {
		snprintf(why, MAAS_PCA_WHY, "up to %d rows and columns are taken apart as they are", PCA_SMALL);
		return MAAS_PCA_FULL;
	}
	for (int s = MAAS_PCA_FULL; s <= MAAS_PCA_RANDOMIZED; s++) {
		time[s] = seconds((enum maas_pca_solver)s, c);
		cost = s == MAAS_PCA_RANDOMIZED ? NEARLY * time[s] : time[s];
		if (cost < least) {
			least = cost;
			best = (enum maas_pca_solver)s;
		}
	}
	at = (size_t)snprintf(why, MAAS_PCA_WHY, "%zu rows of %zu columns take about %.*f s", c->rows, c->columns,
	    digits(time[best]), time[best]);
	for (int s = MAAS_PCA_FULL; s <= MAAS_PCA_RANDOMIZED; s++)
		if (s != (int)best && isfinite(time[s]) && at < MAAS_PCA_WHY)
			at += (size_t)snprintf(
			    why + at, MAAS_PCA_WHY - at, ", by %s %.*f s", names[s], digits(time[s]), time[s]);
	return best;
}
