/*
 * Attention of rows over one block of a cache, AVX-512: up to four queries pass over the keys and values of their head
 * while these are in registers.  A register of 32 bf16 is two of numbers: the odd ones as they stand, the even ones
 * shifted; sums of values stay in that order until the last block is done.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#include "attend_row.h"
#include "power.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define WIDE   64 /* columns at a time */

INLINE size_t
bytes_of(const enum maas_dtype type)
{
	return type == MAAS_F32 ? 4 : type == MAAS_BF16 ? 2 : 1;
}

/* The sums of chains over rows of WIDE columns, or half as many; of what comes next, as many bytes are asked for as are
 * read.  bf16: even and odd columns of 32, then of the others; else 16 by 16. */
INLINE void
chains(__m512 s[][4], const float *by, size_t ldby, const void *x, size_t row, size_t steps, const char *soon,
    const int rows, const enum maas_dtype type, const int regs)
{
	const __m512i high = _mm512_set1_epi32((int)0xffff0000);
	const size_t size = bytes_of(type);

#pragma GCC unroll 4
	for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
		for (int v = 0; v < regs; v++)
			s[r][v] = _mm512_setzero_ps();
	for (size_t i = 0; i < steps; i++) {
		__m512 c[4];

#pragma GCC unroll 4
		for (int v = 0; v < regs; v++)
			if (type == MAAS_F32) {
				c[v] = _mm512_loadu_ps((const float *)x + i * row + 16 * v);
			} else if (type == MAAS_I8) {
				__m128i u = _mm_loadu_si128((const void *)((const int8_t *)x + i * row + 16 * v));

				c[v] = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(u));
			} else if (v % 2 == 0) {
				__m512i u = _mm512_loadu_si512((const maas_bf16 *)x + i * row + 16 * v);

				c[v] = _mm512_castsi512_ps(_mm512_slli_epi32(u, 16));
				c[v + 1] = _mm512_castsi512_ps(_mm512_and_si512(u, high));
			}
#pragma GCC unroll 4
		for (int r = 0; r < rows; r++) {
			__m512 b = _mm512_set1_ps(by[(size_t)r * ldby + i]);

#pragma GCC unroll 4
			for (int v = 0; v < regs; v++)
				s[r][v] = _mm512_fmadd_ps(b, c[v], s[r][v]);
		}
		const char *p = soon + i * 16 * (size_t)regs * size;

#pragma GCC unroll 4
		for (size_t l = 0; l < 16 * (size_t)regs * size; l += 64)
			_mm_prefetch(p + l, _MM_HINT_T0);
	}
}

/* Columns in their order. */
INLINE void
straighten(__m512 s[4], const int regs)
{
	const __m512i lower = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
	const __m512i upper = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);

#pragma GCC unroll 2
	for (int v = 0; v < regs; v += 2) {
		__m512 even = s[v], odd = s[v + 1];

		s[v] = _mm512_permutex2var_ps(even, lower, odd);
		s[v + 1] = _mm512_permutex2var_ps(even, upper, odd);
	}
}

/* sum16 of scalar.inc. */
INLINE float
total(__m512 s)
{
	__m256 t = _mm256_add_ps(_mm512_castps512_ps256(s), _mm512_extractf32x8_ps(s, 1));
	__m128 u = _mm_add_ps(_mm256_castps256_ps128(t), _mm256_extractf128_ps(t, 1));

	u = _mm_add_ps(u, _mm_movehl_ps(u, u));
	return _mm_cvtss_f32(_mm_add_ss(u, _mm_movehdup_ps(u)));
}

/* online of online.inc: scores of keys become p, of those behind n 0. */
INLINE float
online(__m512 p[4], struct attend_sums *o, size_t n, float scale)
{
	const __m512 none = _mm512_set1_ps(-INFINITY);
	__m512 most, shift;
	__mmask16 in[4];
	float less;

#pragma GCC unroll 4
	for (int v = 0; v < 4; v++) {
		size_t left = n > 16 * (size_t)v ? n - 16 * (size_t)v : 0;

		in[v] = (__mmask16)(left >= 16 ? 0xffff : (1u << left) - 1);
		p[v] = _mm512_mask_mul_ps(none, in[v], p[v], _mm512_set1_ps(scale));
	}
	most = _mm512_max_ps(_mm512_max_ps(p[0], p[1]), _mm512_max_ps(p[2], p[3]));
	shift = _mm512_set1_ps(_mm512_reduce_max_ps(most));
	shift = _mm512_max_ps(shift, _mm512_set1_ps(o->most));
#pragma GCC unroll 4
	for (int v = 0; v < 4; v++)
		p[v] = _mm512_maskz_mov_ps(in[v], power_16(_mm512_sub_ps(p[v], shift)));
	less = _mm512_cvtss_f32(power_16(_mm512_sub_ps(_mm512_set1_ps(o->most), shift)));
	o->most = _mm512_cvtss_f32(shift);
	o->sum = fmaf(o->sum, less, total(_mm512_add_ps(_mm512_add_ps(p[0], p[1]), _mm512_add_ps(p[2], p[3]))));
	return less;
}

/* From where a block's keys lie to its values. */
INLINE size_t
after(size_t hd, const enum maas_dtype type)
{
	return MAAS_KEYS * (hd * bytes_of(type) + (type == MAAS_I8 ? sizeof(float) : 0));
}

/* Sums of the first n values, columns from c on. */
INLINE void
gather(struct attend_sums *o, const struct attend_block *b, const float *p, const float *less, size_t n, size_t c,
    const int rows, const enum maas_dtype type, const int regs)
{
	const size_t size = bytes_of(type);
	__m512 s[4][4];

	chains(s, p, MAAS_KEYS, (const char *)b->v + c * size, b->row, n,
	    c ? (const char *)b->v : b->soon + after(b->hd, type), rows, type, regs);
#pragma GCC unroll 4
	for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
		for (int v = 0; v < regs; v++) {
			float *y = o[r].y + c + 16 * (size_t)v;

			if (!b->first)
				s[r][v] =
				    _mm512_add_ps(_mm512_mul_ps(_mm512_loadu_ps(y), _mm512_set1_ps(less[r])), s[r][v]);
			_mm512_storeu_ps(y, s[r][v]);
		}
}

/* Keys or what they weigh, each by its own. */
INLINE void
scale(__m512 s[4], const float *by)
{
#pragma GCC unroll 4
	for (int v = 0; v < 4; v++)
		s[v] = _mm512_mul_ps(s[v], _mm512_loadu_ps(by + 16 * v));
}

/* Rows from row `at` on; what one of them does not see, and another does, has the weight 0. */
INLINE void
meet(struct attend_sums *o, const float *q, const struct attend_block *b, size_t at, const int rows,
    const enum maas_dtype type)
{
	size_t c = 0, n = attend_sees(b, at + (size_t)rows - 1);
	float p[4][MAAS_KEYS], less[4];
	__m512 s[4][4];

	o += at;
	q += at * b->hd;

	chains(s, q, b->hd, b->k, MAAS_KEYS, b->hd, b->soon, rows, type, 4);
#pragma GCC unroll 4
	for (int r = 0; r < rows; r++) {
		if (type == MAAS_BF16)
			straighten(s[r], 4);
		if (type == MAAS_I8)
			scale(s[r], attend_scales(b->k, b->hd));
		less[r] = online(s[r], &o[r], attend_sees(b, at + (size_t)r), b->scale);
		if (type == MAAS_I8)
			scale(s[r], attend_scales(b->v, b->hd));
#pragma GCC unroll 4
		for (int v = 0; v < 4; v++)
			_mm512_storeu_ps(p[r] + 16 * v, s[r][v]);
	}
	for (size_t l = 0; type == MAAS_I8 && l < MAAS_KEYS * sizeof(float); l += 64) {
		_mm_prefetch(b->soon + MAAS_KEYS * b->hd + l, _MM_HINT_T0);
		_mm_prefetch(b->soon + after(b->hd, type) + MAAS_KEYS * b->hd + l, _MM_HINT_T0);
	}
	for (; c + WIDE <= b->hd; c += WIDE)
		gather(o, b, p[0], less, n, c, rows, type, 4);
	if (c < b->hd)
		gather(o, b, p[0], less, n, c, rows, type, 2);
}

INLINE void
meet_all(struct attend_sums *o, const float *q, const struct attend_block *b, size_t rows, const enum maas_dtype type)
{
	size_t r = 0;

	for (; r + 4 <= rows; r += 4)
		meet(o, q, b, r, 4, type);
	for (; r + 2 <= rows; r += 2)
		meet(o, q, b, r, 2, type);
	if (r < rows)
		meet(o, q, b, r, 1, type);
}

TARGET void
attend_block_avx512(struct attend_sums *o, const float *q, const struct attend_block *b, size_t rows)
{
	if (b->type == MAAS_BF16)
		meet_all(o, q, b, rows, MAAS_BF16);
	else if (b->type == MAAS_I8)
		meet_all(o, q, b, rows, MAAS_I8);
	else
		meet_all(o, q, b, rows, MAAS_F32);
}

TARGET void
attend_end_avx512(float *y, const struct attend_sums *o, const struct attend_block *b)
{
	__m512 by = _mm512_set1_ps(o->sum);

	for (size_t c = 0; c < b->hd; c += 32) {
		__m512 s[4] = { _mm512_loadu_ps(o->y + c), _mm512_loadu_ps(o->y + c + 16) };

		if (b->type == MAAS_BF16)
			straighten(s, 2);
		_mm512_storeu_ps(y + c, _mm512_add_ps(_mm512_div_ps(s[0], by), _mm512_setzero_ps()));
		_mm512_storeu_ps(y + c + 16, _mm512_add_ps(_mm512_div_ps(s[1], by), _mm512_setzero_ps()));
	}
}
#endif
