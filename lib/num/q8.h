/*
 * q8.h -- inside products with 8-bit and 4-bit weights.  The outer part (product_q8.c) rounds the rows of a, widens
 * what has to be, and finishes sums; the inner part, one per tier of the processor, sums one panel of weights.
 */
#ifndef MAAS_Q8_H
#define MAAS_Q8_H

#include "tile.h"

#define Q8_PANEL MAAS_PANEL
#define Q8_LD    64   /* floats from a row of sums to the next */
#define Q8_FEW   8    /* rows that pass over 4-bit weights as they are; for more these are widened first */
#define Q8_BLOCK 1024 /* steps of k that many rows pass over before the next: they stay in the first cache */

/*
 * Rows of a, rounded to integers of at most 127 in groups, the last filled with zeros.  Rows lie in stacks, of 8, and
 * then of 4, 2 and 1 where less are left: a stack of s rows from row i on has its numbers [groups, group / 4, s, 4] at
 * p + i * groups * group, and its scales [groups, s] at scale + i * groups.
 */
struct q8_rows {
	const int8_t *p;
	const float *scale;
	const int32_t *shifted; /* as scale: -128 times the sum of the group */
	size_t groups, group;   /* how many in a row; numbers in one */
};

/* Rows of the stack that begins where so many are left. */
static inline size_t
q8_stack(size_t left)
{
	return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

/* Some groups of one panel of weights, and what comes next in memory. */
struct q8_part {
	const void *w;          /* [groups, group / 4, Q8_PANEL, 4] bytes, or as many pairs of 4 bits */
	const maas_bf16 *scale; /* [groups, Q8_PANEL] */
	size_t first, groups;   /* number of the first in its row; how many */
	const char *soon;       /* weights to be asked for meanwhile, `bytes` a group; */
	size_t bytes;           /* a multiple of 64 */
};

/* The same part of the panel beside it lies so many bytes, and groups of scales, on. */
struct q8_beside {
	size_t bytes, groups;
};

/* c [m, Q8_PANEL], row stride Q8_LD: from zero where first is 0, else from what it is. */
typedef void maas_q8_tile(float *c, const struct q8_rows *a, const struct q8_part *b, size_t m);

/* A stack of rows x of k numbers, ldx apart, rounded in groups: as struct q8_rows has them. */
typedef void maas_q8_round(
    int8_t *q, float *scale, int32_t *shifted, const float *x, size_t ldx, size_t rows, size_t k, size_t group);

struct maas_q8_tier {
	maas_q8_round *round;
	maas_q8_tile *bytes;   /* weights of 8 bits, in groups of either size */
	maas_q8_tile *nibbles; /* of 4 bits; m <= Q8_FEW */
	/* bytes of two panels, c [m, 2 Q8_PANEL], and stacks of eight rows: how many rows it did.  NULL: none */
	size_t (*two)(
	    float *c, const struct q8_rows *a, const struct q8_part *b, const struct q8_beside *beside, size_t m);
	/* 4-bit weights of some groups to bytes: [groups, group / 4, Q8_PANEL, 4]. */
	void (*widen)(int8_t *to, const uint8_t *w, size_t groups);
};
extern const struct maas_q8_tier maas_q8_portable;
#if defined(__x86_64__)
extern const struct maas_q8_tier maas_q8_avx2, maas_q8_vnni;
size_t maas_q8_two_vnni(
    float *c, const struct q8_rows *a, const struct q8_part *b, const struct q8_beside *beside, size_t m);
#endif
maas_q8_round maas_q8_round_plain;            /* by what the processor has */
const struct maas_q8_tier *maas_q8_now(void); /* of this process's tier */

/* What the 4 bits of a weight stand for; see num.h. */
extern const int8_t maas_q4_level[16];

/* What is to be asked for is asked for by the first two stacks of rows: bytes from ... to of each group. */
static inline void
q8_share(size_t *from, size_t *to, size_t bytes, size_t i, size_t m)
{
	size_t half = m <= 8 ? bytes : bytes / 2;

	*from = i == 0 ? 0 : i == 8 ? half : bytes;
	*to = i == 0 ? half : bytes;
}

static inline float
q8_scale(maas_bf16 x)
{
	uint32_t u = (uint32_t)x << 16;
	float y;

	__builtin_memcpy(&y, &u, sizeof y);
	return y;
}

#endif
