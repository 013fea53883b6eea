/* slide.h -- sums over windows in registers, one file a tier; what they compute is said at maas_slide in num.h. */
#ifndef MAAS_SLIDE_H
#define MAAS_SLIDE_H

#include "maas/num.h"

typedef void slide_tile(
    float *y, size_t ldy, const float *a, const float *b, size_t m, size_t n, const struct maas_slide *);

slide_tile slide_portable;
#if defined(__x86_64__)
slide_tile slide_avx2, slide_avx512;
#endif

/* Rows in tiles of nearly one size, none above `most`. */
static inline size_t
slide_rows(size_t m, size_t most)
{
	size_t tiles = (m + most - 1) / most;

	return tiles ? (m + tiles - 1) / tiles : 0;
}

#endif
