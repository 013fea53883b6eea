/* pca_choose -- which solver takes least time, by the shape of the data alone: the same on every machine. */
#include <math.h>
#include <stdio.h>

#include "pca_choose.h"

/* What two cores with AVX-512 did a second; what counts is how they stand to each other. */
#define SVD      4.7e9  /* rows or columns, the more, by the square of the fewer, and half the cube of those */
#define PRODUCTS 1.4e11 /* operations, of rows with each other or of columns summed over rows */
#define PAIRS    1e9    /* of numbers of two sparse rows in one column */
#define CENTER   1e9    /* numbers centred */
#define CUBES    5e10   /* of values: cubes of rows, and */
#define SQUARES  5e7    /* squares of them; of floats it is twice as much */
#define VECTORS  2.5e7  /* numbers of vectors of a band */
#define BACK     5e10   /* multiply-adds of vectors with reflectors; of floats three times as much */
#define TURN     1.5e8  /* numbers of components of sparse rows, written */
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

/* Values of n rows, and k vectors. */
static double
eigen_seconds(double n, double k)
{
	int narrow = n > MAAS_PRINCIPAL_DOUBLE;

	return (n * n * n / CUBES + n * n / SQUARES) / (narrow ? 2 : 1) + n * k / VECTORS +
	    n * n * k / BACK / (narrow ? 3 : 1);
}

/* Sparse rows stay as they are; others are centred first. */
static double
gram_seconds(const struct pca_case *c, double k)
{
	double m = (double)c->rows, n = (double)c->columns;

	if (c->sparse)
		return c->pairs / PAIRS + k * n / TURN;
	return m * n / CENTER + (m * m * n + 2 * k * m * n) / PRODUCTS;
}

/* INFINITY: it cannot be. */
static double
seconds(enum maas_pca_solver s, const struct pca_case *c)
{
	double m = (double)c->rows, n = (double)c->columns, least = fmin(m, n);
	double k = c->count ? (double)c->count : c->all ? least : least / 2; /* a share: of spectra, about */

	switch (s) {
	case MAAS_PCA_FULL: return (fmax(m, n) * least * least + least * least * least / 2) / SVD;
	case MAAS_PCA_COVARIANCE:
		return m >= n && n <= COLS_MAX ? m * n * n / PRODUCTS + eigen_seconds(n, k) : INFINITY;
	case MAAS_PCA_GRAM:
		/* Centred rows span a direction less than there are rows. */
		return m < n && !c->all ? gram_seconds(c, k) + eigen_seconds(m, k) : INFINITY;
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
