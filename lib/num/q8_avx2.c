/*
 * Products with 8-bit weights, AVX2.  A product of two signed bytes is one of |w| and of a with w's sign; pairs of
 * those stay within 16 bits, since |a| is at most 127.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "q8.h"

#define TARGET __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE __m256i
products(const int8_t *w, __m256i x0, __m256i x1)
{
	__m256i w0 = _mm256_loadu_si256((const void *)w), w1 = _mm256_loadu_si256((const void *)(w + 32));
	__m256i p0 = _mm256_maddubs_epi16(_mm256_abs_epi8(w0), _mm256_sign_epi8(x0, w0));
	__m256i p1 = _mm256_maddubs_epi16(_mm256_abs_epi8(w1), _mm256_sign_epi8(x1, w1));
	__m256i one = _mm256_set1_epi16(1);

	return _mm256_add_epi32(_mm256_madd_epi16(p0, one), _mm256_madd_epi16(p1, one));
}

/* The sums of eight registers, in their order. */
INLINE __m256i
across(const __m256i s[8])
{
	__m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
	__m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(s[4], s[5]), _mm256_hadd_epi32(s[6], s[7]));

	return _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31));
}

/* Eight columns of all rows in group g; w[j] holds their MAAS_GROUP weights, by holds their scales. */
INLINE void
group(float *c, const struct q8_rows *a, const int8_t *const w[8], __m256 by, size_t g, size_t m)
{
	for (size_t i = 0; i < m; i++) {
		const int8_t *x = a->p + (i * a->groups + g) * MAAS_GROUP;
		__m256i x0 = _mm256_loadu_si256((const void *)x), x1 = _mm256_loadu_si256((const void *)(x + 32)), s[8];
		__m256 scale = _mm256_set1_ps(a->scale[i * a->groups + g]);

#pragma GCC unroll 8
		for (int j = 0; j < 8; j++)
			s[j] = products(w[j], x0, x1);
		__m256 was = g ? _mm256_loadu_ps(c + i * Q8_LD) : _mm256_setzero_ps();

		_mm256_storeu_ps(
		    c + i * Q8_LD, _mm256_fmadd_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(across(s)), scale), by, was));
	}
}

TARGET void
maas_q8_avx2(
    float *c, const struct q8_rows *a, const int8_t *w, const float *scale, size_t step, size_t m, size_t n, size_t k)
{
	for (size_t h = 0; h < n; h += 8)
		for (size_t g = 0; g < a->groups; g++) {
			int8_t last[8][MAAS_GROUP] = { 0 };
			const int8_t *at[8];
			float by[8];

			for (size_t j = 0; j < 8; j++) {
				size_t row = h + j < n ? h + j : n - 1, left = k - g * MAAS_GROUP;

				at[j] = w + row * k + g * MAAS_GROUP;
				by[j] = scale[g * step + row];
				if (left < MAAS_GROUP)
					at[j] = memcpy(last[j], at[j], left);
			}
			group(c + h, a, at, _mm256_loadu_ps(by), g, m);
		}
}
#endif
