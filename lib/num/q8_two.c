/*
 * Products of many rows with 8-bit weights, AVX-512 with VNNI: stacks of eight rows meet two panels at a time.  A
 * number of the rows that is loaded is multiplied twice, and sixteen sums are under way: with one panel loads are what
 * the processor has least of, and the eight sums' latency.  The groups' sums stay in the first cache.
 */
#if defined(__x86_64__)
#include <immintrin.h>

#include "q8.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* A group of n steps: s [8 rows][2 panels]. */
INLINE void
group(__m512i s[8][2], const uint8_t *w, const uint8_t *beside, const int8_t *x, const size_t n)
{
	const __m512i shift = _mm512_set1_epi8((char)0x80);

#pragma GCC unroll 16
	for (size_t l = 0; l < n; l += 4) {
		__m512i a = _mm512_xor_si512(_mm512_loadu_si512(w + l * 16), shift);
		__m512i b = _mm512_xor_si512(_mm512_loadu_si512(beside + l * 16), shift);

#pragma GCC unroll 8
		for (int h = 0; h < 8; h++) {
			int32_t four;

			__builtin_memcpy(&four, x + l * 8 + 4 * h, sizeof four);
			s[h][0] = _mm512_dpbusd_epi32(s[h][0], a, _mm512_set1_epi32(four));
			s[h][1] = _mm512_dpbusd_epi32(s[h][1], b, _mm512_set1_epi32(four));
		}
	}
}

INLINE __m512
wide(const maas_bf16 *scale)
{
	__m512i half = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)scale));

	return _mm512_castsi512_ps(_mm512_slli_epi32(half, 16));
}

/* A stack, from row i on, over the whole of both parts. */
INLINE void
pass(float *c, const struct q8_rows *a, const struct q8_part *b, const struct q8_beside *side, size_t i, size_t m,
    const size_t n)
{
	size_t at = i * a->groups + b->first * 8, from, to;
	const int8_t *x = a->p + at * n;
	const uint8_t *w = b->w, *beside = w + side->bytes;
	const maas_bf16 *scale = b->scale, *next = scale + side->groups * Q8_PANEL;

	c += i * Q8_LD;
	q8_share(&from, &to, b->bytes, i, m);
	for (size_t g = 0; g < b->groups; g++, x += 8 * n, w += n * Q8_PANEL, beside += n * Q8_PANEL) {
		const int32_t *shifted = a->shifted + at + g * 8;
		const float *by = a->scale + at + g * 8;
		__m512 left = wide(scale + g * Q8_PANEL), right = wide(next + g * Q8_PANEL);
		__m512i s[8][2];

		for (size_t l = 2 * from; l < 2 * to; l += 64)
			_mm_prefetch(b->soon + 2 * g * b->bytes + l, _MM_HINT_T1);
#pragma GCC unroll 8
		for (int h = 0; h < 8; h++)
			s[h][0] = s[h][1] = _mm512_set1_epi32(shifted[h]);
		group(s, w, beside, x, n);
#pragma GCC unroll 8
		for (int h = 0; h < 8; h++) {
			float *y = c + (size_t)h * Q8_LD;
			__m512 k = _mm512_set1_ps(by[h]), zero = _mm512_setzero_ps();
			__m512 before = b->first + g ? _mm512_loadu_ps(y) : zero;
			__m512 other = b->first + g ? _mm512_loadu_ps(y + Q8_PANEL) : zero;

			before = _mm512_fmadd_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(s[h][0]), k), left, before);
			other = _mm512_fmadd_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(s[h][1]), k), right, other);
			_mm512_storeu_ps(y, before);
			_mm512_storeu_ps(y + Q8_PANEL, other);
		}
	}
}

TARGET size_t
maas_q8_two_vnni(float *c, const struct q8_rows *a, const struct q8_part *b, const struct q8_beside *beside, size_t m)
{
	size_t i = 0;

	for (; i + 8 <= m; i += 8)
		if (a->group == MAAS_Q8_GROUP)
			pass(c, a, b, beside, i, m, MAAS_Q8_GROUP);
		else
			pass(c, a, b, beside, i, m, MAAS_Q4_GROUP);
	return i;
}
#endif
