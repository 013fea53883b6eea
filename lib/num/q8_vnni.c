/*
 * Products with 8-bit weights, AVX-512 with VNNI.  Sixteen rows of weights are read MAAS_GROUP bytes at a time and
 * turned, so that a register has four steps of k of every row; then each row of a passes over the sixteen registers.
 * The instruction takes one operand without a sign: weights are shifted by 128, and the sums begin with what that
 * adds, taken off.
 */
#if defined(__x86_64__)
#include <immintrin.h>

#include "q8.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE void
turn(__m512i r[16])
{
	__m512i t[16];

#pragma GCC unroll 8
	for (int i = 0; i < 16; i += 2) {
		t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
		t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 16; i += 4) {
		r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
		r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
		r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
		r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
		t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
		t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
		t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
		r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
		r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
		r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
	}
}

/* r[h] holds steps 4 h ... 4 h + 3 of each of the n rows, shifted. */
INLINE void
take(__m512i r[16], const int8_t *w, size_t k, size_t n, __mmask64 in)
{
	const __m512i half = _mm512_set1_epi8((char)0x80);

#pragma GCC unroll 16
	for (size_t j = 0; j < 16; j++) {
		const int8_t *at = w + (j < n ? j : n - 1) * k;

		r[j] = _mm512_xor_si512(_mm512_maskz_loadu_epi8(in, at), half);
	}
	turn(r);
}

/* Some rows of a, each sum in as many chains as keep the processor busy. */
INLINE void
meet(float *c, const struct q8_rows *a, size_t i, size_t g, const __m512i r[16], __m512 by, const int8_t *soon,
    const int rows, const int chains)
{
	__m512i s[8];

#pragma GCC unroll 8
	for (int h = 0; h < rows * chains; h++)
		s[h] = h % chains ? _mm512_setzero_si512()
				  : _mm512_set1_epi32(a->shifted[(i + (size_t)(h / chains)) * a->groups + g]);
#pragma GCC unroll 16
	for (int l = 0; l < 16; l++) {
		if (i == 0)
			_mm_prefetch((const char *)soon + l * 64, _MM_HINT_T1);
#pragma GCC unroll 8
		for (int h = 0; h < rows; h++) {
			int32_t four;

			__builtin_memcpy(
			    &four, a->p + ((i + (size_t)h) * a->groups + g) * MAAS_GROUP + 4 * (size_t)l, sizeof four);
			s[h * chains + l % chains] =
			    _mm512_dpbusd_epi32(s[h * chains + l % chains], r[l], _mm512_set1_epi32(four));
		}
	}
#pragma GCC unroll 8
	for (int h = 0; h < rows; h++) {
		float *y = c + (i + (size_t)h) * Q8_LD;
		__m512i sum = s[h * chains];

#pragma GCC unroll 4
		for (int t = 1; t < chains; t++)
			sum = _mm512_add_epi32(sum, s[h * chains + t]);
		__m512 x =
		    _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_set1_ps(a->scale[(i + (size_t)h) * a->groups + g]));

		_mm512_storeu_ps(y, _mm512_fmadd_ps(x, by, g ? _mm512_loadu_ps(y) : _mm512_setzero_ps()));
	}
}

INLINE void
groups(
    float *c, const struct q8_rows *a, const int8_t *w, const float *scale, size_t step, size_t m, size_t n, size_t k)
{
	for (size_t g = 0; g < a->groups; g++) {
		size_t left = k - g * MAAS_GROUP, i = 0;
		__mmask64 in = left < MAAS_GROUP ? ((__mmask64)1 << left) - 1 : ~(__mmask64)0;
		__m512 by = _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), scale + g * step);
		const int8_t *soon = w + 16 * k + g * 16 * MAAS_GROUP;
		__m512i r[16];

		take(r, w + g * MAAS_GROUP, k, n, in);
		for (; i + 8 <= m; i += 8)
			meet(c, a, i, g, r, by, soon, 8, 1);
		for (; i + 4 <= m; i += 4)
			meet(c, a, i, g, r, by, soon, 4, 2);
		for (; i < m; i++)
			meet(c, a, i, g, r, by, soon, 1, 4);
	}
}

TARGET void
maas_q8_vnni(
    float *c, const struct q8_rows *a, const int8_t *w, const float *scale, size_t step, size_t m, size_t n, size_t k)
{
	if (n == Q8_COLUMNS)
		groups(c, a, w, scale, step, m, Q8_COLUMNS, k);
	else
		groups(c, a, w, scale, step, m, n, k);
}
#endif
