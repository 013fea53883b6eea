/*
 * The inner part of a product, one per tier of the processor.  The outer part
 * (product.c) cuts operands into blocks of k and panels of TILE_N columns, has them
 * packed, and finishes the sums.
 *
 *	packed a: row i at a + i * TILE_ROW, k running fastest
 *	packed b: step l at b + l * TILE_N, columns running fastest
 *	sums c:   row i at c + i * TILE_N
 *
 * What is packed for f32 is numbers.  What is packed for bf16 is words of 32 bits, the
 * steps of a word side by side: one step, as a number of f32 that bf16 can hold, or two,
 * in bf16, in the tier's own order within TILE_BF steps.
 */
#ifndef MAAS_TILE_H
#define MAAS_TILE_H

#include "maas/num.h"
#include "tile_sse.h"

#define TILE_N         32
#define TILE_K         256           /* words of k at most */
#define TILE_ROW       (TILE_K + 16) /* not a power of two: rows would share a set of the cache */
#define TILE_FEW       16
#define TILE_ROWS      8
#define TILE_ONE       8         /* columns that one row meets together */
#define TILE_PARTS     4         /* parts of TILE_K steps that it does */
#define TILE_BF        32        /* steps that bf16 sums together */
#define TILE_ALONE     (1 << 20) /* multiplications that one thread makes sooner than several begin */
#define TILE_UP(n, to) (((n) + (to)-1) / (to) * (to))

/* d[x * TO + y], y contiguous, from element x * sx + y * sy of the matrix; rounded to bf16 where `round`. */
typedef void maas_pack(float *d, size_t to, const struct maas_matrix *s, size_t nx, size_t ny, int round);
/* An operand of bf16 from its n rows and k steps, whatever its type and strides. */
typedef void maas_pack_words(float *d, const struct maas_matrix *s, size_t n, size_t k);

/*
 * Weights in place: row j at p + j * row bytes, k running fastest.  While they are multiplied, those that come next are
 * asked for: with each 64 bytes of k, TILE_FEW lines `line` bytes apart, from soon on, `step` bytes further each time.
 */
struct maas_place {
	const char *p, *soon;
	size_t row, line, step;
};

struct maas_tile {
	size_t rows_f32, rows_bf16; /* of a tile */
	size_t pair;                /* steps of k in a word of bf16: 1 or 2 */
	/* c [m, TILE_N] = or += (add) a [m, k] b [k, TILE_N], k <= TILE_K. */
	void (*f32)(float *c, const float *a, const float *b, size_t m, size_t k, int add);
	/* The same of bf16; k is whole steps of TILE_BF, at most TILE_K * pair of them. */
	void (*bf16)(float *c, const float *a, const float *b, size_t m, size_t k, int add);
	maas_pack *pack; /* for f32: a is [m, k] with TO = TILE_ROW, b is [k, n] with TO = TILE_N */
	/* For bf16, zero up to whole TILE_BF of k; b too up to TILE_N columns, of which n are there. */
	maas_pack_words *pack_a, *pack_b;
	/*
	 * Few rows and weights read in place: TILE_FEW columns of the same sums, c [m, TILE_N], from w.
	 * m <= few_rows_f32 or few_rows, k <= TILE_K.  Rows are packed by `pack` for f32, by pack_few for bf16.
	 * NULL: the tier has none.
	 */
	void (*few_f32)(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add);
	void (*few_bf16)(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add);
	/*
	 * One row: TILE_ONE columns of the same sums, of 1 to TILE_PARTS parts of TILE_K steps each, a part's a
	 * TILE_ROW behind the last one's.  What is asked for is as much, line by line along each row from soon on.
	 * Columns are few enough for the first cache to hold this and much of that.  NULL: the tier has none.
	 */
	void (*one_f32)(float *c, const float *a, const struct maas_place *w, size_t parts, int add);
	maas_pack_words *pack_few;
	size_t few_rows_f32, few_rows; /* of few_f32 and of few_bf16 at most */
	void (*leave)(void);           /* a thread gives back what these keep from call to call; NULL: nothing */
};

extern const struct maas_tile maas_tile_portable;
#if defined(__x86_64__)
extern const struct maas_tile maas_tile_avx2, maas_tile_avx512;
void tile_one_f32(float *c, const float *a, const struct maas_place *w, size_t parts, int add); /* by AVX2 */
const struct maas_tile *maas_tile_amx(void);
const struct maas_tile *maas_tile_dp(void); /* avx512's where the processor does not multiply pairs, or not as fast */
#endif

const struct maas_tile *maas_tile_now(void); /* of this process's tier */

/*
 * Pairs by AVX-512 with BF16: half word h of TILE_BF steps is step order[h] of them, the lower half of a word first;
 * NULL: step h.
 */
void maas_pairs_a(float *d, const struct maas_matrix *s, size_t m, size_t k, const uint16_t *order);
void maas_pairs_b(float *d, const struct maas_matrix *s, size_t n, size_t k, const uint16_t *order);

/* y [m, n] = a [m, k] b [k, n], of one part of k: each a chain from zero. */
void tile_wide(float *y, const float *a, size_t lda, const float *b, size_t ldb, size_t m, size_t n, size_t k);

/* Finish sums v [n] of row i, columns j ...: see struct maas_epilogue.  v is destroyed. */
void maas_epilogue_row(const struct maas_epilogue *, float *y, size_t ldy, float *v, size_t i, size_t j, size_t n);

static inline size_t
tile_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The same matrix from row i and column l on. */
static inline struct maas_matrix
tile_at(struct maas_matrix s, size_t i, size_t l)
{
	s.p = (const char *)s.p + (i * s.row + l * s.col) * maas_dtype_size(s.type);
	return s;
}

/* Rows become columns. */
static inline struct maas_matrix
tile_turned(struct maas_matrix s)
{
	return (struct maas_matrix){ s.p, s.type, s.col, s.row };
}

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

/* pack_a and pack_b of a tier with one step a word, by its `pack`. */
static inline void
tile_words_a(maas_pack *pack, float *d, const struct maas_matrix *s, size_t m, size_t k)
{
	size_t whole = (k + TILE_BF - 1) / TILE_BF * TILE_BF;

	pack(d, TILE_ROW, s, m, k, 1);
	for (size_t i = 0; i < m && k < whole; i++)
		__builtin_memset(d + i * TILE_ROW + k, 0, (whole - k) * sizeof *d);
}

static inline void
tile_words_b(maas_pack *pack, float *d, const struct maas_matrix *s, size_t n, size_t k)
{
	size_t whole = (k + TILE_BF - 1) / TILE_BF * TILE_BF;
	struct maas_matrix turned = { s->p, s->type, s->col, s->row };

	if (n < TILE_N)
		__builtin_memset(d, 0, k * TILE_N * sizeof *d);
	pack(d, TILE_N, &turned, k, n, 1);
	__builtin_memset(d + k * TILE_N, 0, (whole - k) * TILE_N * sizeof *d);
}

#endif
