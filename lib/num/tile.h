/*
 * The inner part of a product, one per tier of the processor.  The outer part
 * (product.c) cuts operands into blocks of TILE_K steps of k and panels of TILE_N
 * columns, has them packed to f32, and finishes the sums.
 *
 *	packed a: row i at a + i * TILE_ROW, k running fastest
 *	packed b: step l at b + l * TILE_N, columns running fastest
 *	sums c:   row i at c + i * TILE_N
 */
#ifndef MAAS_TILE_H
#define MAAS_TILE_H

#include "maas/num.h"

#define TILE_N    32
#define TILE_K    256
#define TILE_ROW  (TILE_K + 16) /* not a power of two: rows would share a set of the cache */
#define TILE_FEW  16
#define TILE_ROWS 8
#define TILE_BF   32 /* steps that bf16 sums together */

/* d[x * TO + y], y contiguous, from element x * sx + y * sy of the matrix; rounded to bf16 where `round`. */
typedef void maas_pack(float *d, size_t to, const struct maas_matrix *s, size_t nx, size_t ny, int round);

struct maas_tile {
	size_t chunk; /* rows between two looks ahead for memory: a multiple of what a tile has */
	/* c [m, TILE_N] = or += (add) a [m, k] b [k, TILE_N], k <= TILE_K. */
	void (*f32)(float *c, const float *a, const float *b, size_t m, size_t k, int add);
	/* The same in steps of TILE_BF, a multiple of which k is; operands hold bf16 values. */
	void (*bf16)(float *c, const float *a, const float *b, size_t m, size_t k, int add);
	maas_pack *pack;
	/*
	 * Few rows and weights read in place: TILE_FEW columns of the same sums, c [m, TILE_N], from w, row
	 * j at w + j * row bytes, k running fastest.  m <= TILE_ROWS; weights that come next lie at soon.
	 * NULL: the tier has none.
	 */
	void (*few_f32)(
	    float *c, const float *a, const char *w, size_t row, const char *soon, size_t m, size_t k, int add);
	void (*few_bf16)(
	    float *c, const float *a, const char *w, size_t row, const char *soon, size_t m, size_t k, int add);
};

extern const struct maas_tile maas_tile_portable;
#if defined(__x86_64__)
extern const struct maas_tile maas_tile_avx2, maas_tile_avx512;
#if defined(__GNUC__) && !defined(__clang__)
const struct maas_tile *maas_tile_amx(void);
#endif
#endif

const struct maas_tile *maas_tile_now(void); /* of this process's tier */

/* Finish sums v [n] of row i, columns j ...: see struct maas_epilogue.  v is destroyed. */
void maas_epilogue_row(const struct maas_epilogue *, float *y, size_t ldy, float *v, size_t i, size_t j, size_t n);

/* The value an element has as an operand: widened, and rounded where `round`. */
static inline float
tile_operand(const struct maas_matrix *s, size_t at, int round)
{
	float x;

	if (s->type == MAAS_BF16) {
		uint32_t u = (uint32_t)((const maas_bf16 *)s->p)[at] << 16;

		__builtin_memcpy(&x, &u, sizeof x);
	} else {
		x = ((const float *)s->p)[at];
	}
	if (round) {
		uint32_t u;

		__builtin_memcpy(&u, &x, sizeof u);
		if ((u & 0x7fffffff) > 0x7f800000)
			u |= 0x400000;
		else if (!(u & 0x7f800000))
			u &= 0x80000000;
		else
			u += 0x7fff + (u >> 16 & 1);
		u &= 0xffff0000;
		__builtin_memcpy(&x, &u, sizeof x);
	}
	return x;
}

#endif
