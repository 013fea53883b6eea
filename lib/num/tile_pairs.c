/*
 * Operands packed as pairs of bf16, in squares of 16 rows by 16 words (32 steps of k).  What runs along k is put in
 * order within its row, what runs along the rows is joined of two steps; the square is turned where the operand wants
 * it the other way.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "tile.h"
#include "turn.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define SIDE   16
#define SOON   128 /* steps from a square to the one that is asked for meanwhile */

/* 32 half words of two registers of f32. */
INLINE __m512i
narrow(__m512 lower, __m512 upper)
{
	return (__m512i)_mm512_cvtne2ps_pbh(upper, lower);
}

INLINE __mmask16
first(size_t n)
{
	return (__mmask16)(n >= 16 ? 0xffff : (1u << n) - 1);
}

/* 32 steps of a row from element `at` on, those behind the n-th 0. */
INLINE __m512i
along(const struct maas_matrix *s, size_t at, size_t n, const uint16_t *order)
{
	__m512i half;

	if (s->type == MAAS_BF16) {
		__mmask32 in = n >= 32 ? 0xffffffff : (1u << n) - 1;

		half = _mm512_maskz_loadu_epi16(in, (const maas_bf16 *)s->p + at);
	} else {
		const float *p = (const float *)s->p + at;

		half = narrow(_mm512_maskz_loadu_ps(first(n), p),
		    n > 16 ? _mm512_maskz_loadu_ps(first(n - 16), p + 16) : _mm512_setzero_ps());
	}
	return order ? _mm512_permutexvar_epi16(_mm512_loadu_si512(order), half) : half;
}

/* A word of 16 rows from element `at` on, those behind the m-th 0: steps `low` and `high`, 0 from step n on. */
INLINE __m512i
across(const struct maas_matrix *s, size_t at, size_t m, size_t n, size_t low, size_t high)
{
	const __m512i join = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22,
	    6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
	__mmask16 in0 = low < n ? first(m) : 0, in1 = high < n ? first(m) : 0;
	size_t at0 = at + (low < n ? low : 0) * s->col, at1 = at + (high < n ? high : 0) * s->col;

	if (s->type == MAAS_BF16) {
		const maas_bf16 *p = s->p;
		__m512i x = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(in0, p + at0));
		__m512i y = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(in1, p + at1));

		return _mm512_or_si512(x, _mm512_slli_epi32(y, 16));
	}
	const float *p = s->p;

	return _mm512_permutexvar_epi16(
	    join, narrow(_mm512_maskz_loadu_ps(in0, p + at0), _mm512_maskz_loadu_ps(in1, p + at1)));
}

/* A square of m rows and n steps, d [row][word], or [word][row] where `words`. */
INLINE void
square(float *d, size_t to, const struct maas_matrix *s, size_t m, size_t n, const uint16_t *order, int words)
{
	__m512 r[SIDE];

	if (s->col == 1) {
#pragma GCC unroll 16
		for (size_t i = 0; i < SIDE; i++)
			r[i] = i < m ? _mm512_castsi512_ps(along(s, i * s->row, n, order)) : _mm512_setzero_ps();
	} else {
#pragma GCC unroll 16
		for (size_t w = 0; w < SIDE; w++) {
			size_t low = order ? order[2 * w] : 2 * w, high = order ? order[2 * w + 1] : 2 * w + 1;

			r[w] = _mm512_castsi512_ps(across(s, 0, m, n, low, high));
		}
	}
	if ((s->col == 1) == words)
		turn_16(r);
#pragma GCC unroll 16
	for (size_t i = 0; i < SIDE; i++)
		if (words || i < m)
			_mm512_storeu_ps(d + i * to, r[i]);
}

/* Strides that are both not 1. */
TARGET static void
square_far(float *d, size_t to, const struct maas_matrix *s, size_t m, size_t n, const uint16_t *order, int words)
{
	float x[SIDE * TILE_BF];
	struct maas_matrix near = { x, MAAS_F32, TILE_BF, 1 };

	for (size_t i = 0; i < m; i++)
		for (size_t l = 0; l < n; l++)
			x[i * TILE_BF + l] = tile_operand(s, i * s->row + l * s->col, 0);
	square(d, to, &near, m, n, order, words);
}

/*
 * Rows of a square, or its steps, are a line each, far apart, which the processor does not foresee by itself: those of
 * a square that comes later are asked for, however far that is from the matrix.
 */
INLINE void
ask(const char *p, size_t apart, size_t lines)
{
#pragma GCC unroll 8
	for (size_t i = 0; i < lines; i++)
		_mm_prefetch(p + i * apart, _MM_HINT_T0);
}

/* Of what is read `size` bytes an element, from a square that begins at p. */
INLINE void
ask_later(const char *p, size_t row, size_t col, size_t size, int straight, int words)
{
	size_t later = words ? SOON : TILE_BF;

	if (straight && words)
		ask(p + later * size, row * size, SIDE);
	else if (straight)
		ask(p + SIDE * row * size, row * size, SIDE);
	else
		ask(p + later * col * size, col * size, TILE_BF);
}

/* Type and `straight` are known as this is compiled: they are in no loop. */
INLINE void
squares(float *d, const struct maas_matrix *s, size_t m, size_t k, const uint16_t *order, int words,
    enum maas_dtype type, int straight)
{
	size_t all = words ? TILE_N : m, row = straight ? s->row : 1, col = straight ? 1 : s->col;
	size_t size = maas_dtype_size(type), down = (all + SIDE - 1) / SIDE, along = (k + TILE_BF - 1) / TILE_BF;

	for (size_t q = 0; q < down * along; q++) {
		/* What runs along k is gone through row by row, where it is not to be turned into steps of all rows. */
		size_t i = (straight && !words ? q / along : q % down) * SIDE;
		size_t l = (straight && !words ? q % along : q / down) * TILE_BF;
		size_t have = i < m ? i : 0, left = i < m ? m - i : 0, n = k - l;
		struct maas_matrix x = { (const char *)s->p + (have * row + l * col) * size, type, row, col };
		float *to = words ? d + l / 2 * TILE_N + i : d + i * TILE_ROW + l / 2;

		if (straight || size > 2 || i % TILE_BF == 0)
			ask_later(x.p, row, col, size, straight, words);
		if (left >= SIDE && n >= TILE_BF)
			square(to, words ? TILE_N : TILE_ROW, &x, SIDE, TILE_BF, order, words);
		else
			square(to, words ? TILE_N : TILE_ROW, &x, left, n, order, words);
	}
}

static void
squares_far(float *d, const struct maas_matrix *s, size_t m, size_t k, const uint16_t *order, int words)
{
	size_t all = words ? TILE_N : m;

	for (size_t l = 0; l < k; l += TILE_BF)
		for (size_t i = 0; i < all; i += SIDE) {
			struct maas_matrix x = *s;
			size_t left = i >= m ? 0 : m - i < SIDE ? m - i : SIDE;

			x.p = (const char *)s->p + (left ? i * s->row + l * s->col : 0) * maas_dtype_size(s->type);
			square_far(words ? d + l / 2 * TILE_N + i : d + i * TILE_ROW + l / 2, words ? TILE_N : TILE_ROW,
			    &x, left, k - l < TILE_BF ? k - l : TILE_BF, order, words);
		}
}

/* Where there is no order to make, no step of it is compiled. */
INLINE void
pack(float *d, const struct maas_matrix *s, size_t m, size_t k, const uint16_t *order, const int words)
{
	if (s->col != 1 && s->row != 1)
		squares_far(d, s, m, k, order, words);
	else if (s->col == 1 && s->type == MAAS_BF16)
		squares(d, s, m, k, order, words, MAAS_BF16, 1);
	else if (s->col == 1)
		squares(d, s, m, k, order, words, MAAS_F32, 1);
	else if (s->type == MAAS_BF16)
		squares(d, s, m, k, order, words, MAAS_BF16, 0);
	else
		squares(d, s, m, k, order, words, MAAS_F32, 0);
}

TARGET void
maas_pairs_a(float *d, const struct maas_matrix *s, size_t m, size_t k, const uint16_t *order)
{
	if (order)
		pack(d, s, m, k, order, 0);
	else
		pack(d, s, m, k, NULL, 0);
}

TARGET void
maas_pairs_b(float *d, const struct maas_matrix *s, size_t n, size_t k, const uint16_t *order)
{
	if (order)
		pack(d, s, n, k, order, 1);
	else
		pack(d, s, n, k, NULL, 1);
}
#endif
