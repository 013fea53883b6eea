/*
 * Vectors of a symmetric tridiagonal matrix by inverse iteration, LANES values at once (Wilkinson 1965; Jessup & Ipsen
 * 1992).  Those of values that lie near each other are made orthogonal by Gram and Schmidt.
 */
#ifndef MAAS_TRIDIAGONAL_H
#define MAAS_TRIDIAGONAL_H

#include "maas/num.h"

struct tridiagonal {
	struct maas_team *team;
	size_t n;
	const double *d, *e;    /* [n] diagonal; what stands right of it, the last 0; the largest of all is about 1 */
	const double *values;   /* descending */
};

size_t tridiagonal_scratch(size_t n, size_t k, int members);    /* bytes, 64-aligned */
/* x [k, n] of the first k values, a row each.  -1: it does not converge. */
int tridiagonal_vectors(const struct tridiagonal *, double *x, size_t k, void *scratch) MAAS_USE;

#endif
