/* chain.h -- sums of one row of coefficients over rows of a cache, read where they lie. */
#ifndef MAAS_CHAIN_H
#define MAAS_CHAIN_H

#include "tile.h"

struct chain {
	enum maas_dtype type; /* MAAS_F32, MAAS_BF16 or MAAS_I8 */
	const void *p;
	size_t row;       /* elements from a row to the next */
	const void *soon; /* what is read after this; NULL: nothing */
};

/* y[j] = one chain of fma from zero over i < steps of by[i] x[i, j], j < width: a tile's f32, of one row. */
void maas_chain(float *y, const float *by, const struct chain *x, size_t steps, size_t width);
#if defined(__x86_64__)
/* Columns of bf16 in 32s, or 64s: how many of them it did. */
size_t maas_chain_avx512(float *y, const float *by, const struct chain *x, size_t steps, size_t width);
#endif

#endif
