/*
 * cross -- sums over rows of the products of their columns, for moments.c.
 *
 * Kernels add to c[i ldc + j] for i of eight columns and j from one column to another, all multiples of eight (of
 * bytes:
 * of sixteen).  In double each sum over the rows handed over is one chain of fma from zero; that of bytes is exact; so
 * every tier gives the same bits.
 */
#ifndef CROSS_H
#define CROSS_H

#include "maas/num.h"

#define CROSS_PANEL 8    /* columns i at a time */
#define CROSS_ROWS  128  /* of doubles in a chain */
#define CROSS_GROUP 4    /* rows of bytes that are packed together; the last group of a block is filled up with zeros */
#define CROSS_BLOCK 256  /* rows of bytes handed over at a time, a multiple of that */
#define CROSS_LANES 16   /* columns of bytes are filled up to a multiple of this */
#define CROSS_MOST  32768 /* rows of bytes until an int32_t could overflow: 32768 * 255 * 255 < 2^31 */

struct cross_tier {
	void (*doubles)(
	    double *c, size_t ldc, const double *x, size_t ldx, size_t rows, size_t i, size_t from, size_t to);
	/* A group of rows x [rows <= CROSS_GROUP, n], n apart, to 2 CROSS_GROUP bytes a column. */
	void (*pack)(unsigned char *to, size_t columns, const unsigned char *x, size_t rows, size_t n);
	void (*bytes)(int32_t *c, size_t ldc, const unsigned char *packed, size_t columns, size_t groups, size_t i,
	    size_t from, size_t to);
	int64_t offset; /* what bytes() takes off each i: c lacks so many times the sum of column j */
};
extern const struct cross_tier cross_portable, cross_avx2, cross_avx512;
/* Of this process. */
const struct cross_tier *cross_now(void);

#endif
