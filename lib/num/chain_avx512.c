/*
 * Chains over rows of bf16, AVX-512.  A register of 32 of them is two of numbers: the odd ones as they stand, the
 * even ones shifted; they change places when all is summed.
 */
#if defined(__x86_64__)
#include <immintrin.h>

#include "chain.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* 32 `wide` columns.  Of what comes next, as many bytes are asked for as are read. */
INLINE void
columns(float *y, const float *by, const maas_bf16 *x, size_t row, size_t steps, const char *soon, const int wide)
{
	const __m512i high = _mm512_set1_epi32((int)0xffff0000);
	const __m512i lower = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
	const __m512i upper = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
	__m512 even[2], odd[2];

#pragma GCC unroll 2
	for (int v = 0; v < wide; v++)
		even[v] = odd[v] = _mm512_setzero_ps();
	for (size_t i = 0; i < steps; i++, x += row) {
		__m512 c = _mm512_set1_ps(by[i]);

#pragma GCC unroll 2
		for (int v = 0; v < wide; v++) {
			__m512i u = _mm512_loadu_si512(x + 32 * v);

			even[v] = _mm512_fmadd_ps(c, _mm512_castsi512_ps(_mm512_slli_epi32(u, 16)), even[v]);
			odd[v] = _mm512_fmadd_ps(c, _mm512_castsi512_ps(_mm512_and_si512(u, high)), odd[v]);
			if (soon)
				_mm_prefetch(soon + (i * (size_t)wide + (size_t)v) * 64, _MM_HINT_T0);
		}
	}
#pragma GCC unroll 2
	for (int v = 0; v < wide; v++) {
		_mm512_storeu_ps(y + 32 * v, _mm512_permutex2var_ps(even[v], lower, odd[v]));
		_mm512_storeu_ps(y + 32 * v + 16, _mm512_permutex2var_ps(even[v], upper, odd[v]));
	}
}

TARGET size_t
maas_chain_avx512(float *y, const float *by, const struct chain *x, size_t steps, size_t width)
{
	const maas_bf16 *p = x->p;
	size_t j = 0;

	for (; j + 64 <= width; j += 64)
		columns(y + j, by, p + j, x->row, steps, j ? NULL : x->soon, 2);
	for (; j + 32 <= width; j += 32)
		columns(y + j, by, p + j, x->row, steps, j ? NULL : x->soon, 1);
	return j;
}
#endif
