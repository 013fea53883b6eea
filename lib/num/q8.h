/* q8.h -- the inner part of a product with 8-bit weights, one per tier of the processor. */
#ifndef MAAS_Q8_H
#define MAAS_Q8_H

#include "tile.h"

#define Q8_COLUMNS 16
#define Q8_LD      64 /* floats from a row of sums to the next */

/* Rows of a, rounded: groups of MAAS_GROUP, the last filled with zeros. */
struct q8_rows {
	const int8_t *p;        /* [m, groups * MAAS_GROUP] */
	const float *scale;     /* [m, groups] */
	const int32_t *shifted; /* [m, groups]: -128 times the sum of the group */
	size_t groups;
};

/* c [m, Q8_COLUMNS], row stride Q8_LD, of n <= Q8_COLUMNS rows of weights w [n, k], whose scales for group g are at
 * scale + g * step.  Columns behind n are whatever they come to. */
typedef void maas_q8_tile(float *c, const struct q8_rows *a, const int8_t *w, const float *scale, size_t step, size_t m,
    size_t n, size_t k);

maas_q8_tile maas_q8_portable;
#if defined(__x86_64__)
maas_q8_tile maas_q8_avx2, maas_q8_vnni;
#endif
maas_q8_tile *maas_q8_now(void); /* of this process's tier */

#endif
