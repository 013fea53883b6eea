/*
 * A symmetric matrix with few diagonals: to tridiagonal form, for its values, and vectors of values that are known.
 *
 * Row i of a band [n, BAND_ROW] holds the diagonal and what stands right of it, zeros behind column n.
 */
#ifndef MAAS_BAND_H
#define MAAS_BAND_H

#include "maas/num.h"

#define BAND     ((size_t)16) /* diagonals beside the main one */
#define BAND_ROW (BAND + 1)

/*
 * By Householder reflectors that chase what each leaves behind out of the matrix (Lang 1993): d [n] and e [n], the
 * diagonal and what stands right of it, the last of e 0.  scratch: band_chase_scratch(n) bytes, 64-aligned.
 */
size_t band_chase_scratch(size_t n);
void band_chase(double *d, double *e, const double *band, size_t n, void *scratch);

/*
 * Vectors by inverse iteration, a value in each lane (Wilkinson 1965; Jessup & Ipsen 1992), of R^T R, where R is that
 * of the QR of the band less the value: a turn is worth two.  Those of values that lie near each other are made
 * orthogonal by Gram and Schmidt.
 */
struct band {
	struct maas_team *team;
	size_t n;
	const double *band;     /* of numbers of which the largest is about 1 */
	const double *values;   /* descending */
};
size_t band_vectors_scratch(size_t n, size_t k, int members);   /* bytes, 64-aligned */
/* x [k, n] of the first k values, a row each.  -1: it does not converge. */
int band_vectors(const struct band *, double *x, size_t k, void *scratch) MAAS_USE;

#endif
