/*
 * A symmetric matrix to a band and vectors back again, by blocks of Householder reflectors (Golub & Van Loan 2013,
 * section 8.3; Bischof, Lang & Sun 2000), once in double and once in float.
 */
#ifndef MAAS_REDUCE_H
#define MAAS_REDUCE_H

#include "band.h"

struct reduction {
	struct maas_team *team;
	size_t n;
	/* [n, n], 64-aligned where it shall be quick: the upper triangle is read, then holds reflectors */
	void *a;
	double *band; /* [n, BAND_ROW] */
	double *turn; /* [n] of reflector j, I - turn v v^T: v is 0 up to j + BAND, then in row j of a */
};

/* Bytes of scratch, 64-aligned, that either of them wants. */
size_t reduce_scratch_f32(size_t n, int members);
size_t reduce_scratch_f64(size_t n, int members);
void reduce_matrix_f32(const struct reduction *, void *scratch);
void reduce_matrix_f64(const struct reduction *, void *scratch);
#define REDUCE_ROWS ((size_t)2048)
/* At most REDUCE_ROWS vectors x [rows, n] of the band become those of the matrix. */
void reduce_back_f32(const struct reduction *, float *x, size_t rows, void *scratch);
void reduce_back_f64(const struct reduction *, double *x, size_t rows, void *scratch);

#endif
