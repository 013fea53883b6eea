/* power.h -- exp of 16 numbers by AVX-512. */
#if defined(__x86_64__) && !defined(MAAS_POWER_H)
#define MAAS_POWER_H

#include <immintrin.h>

/* exp1 of scalar.inc, for x of at most 89: the power of two is one instruction, which rounds once, as there. */
static inline __attribute__((always_inline, target("avx512f,avx512dq"))) __m512
power_16(__m512 x)
{
	const __m512 magic = _mm512_set1_ps(12582912.0f);

	x = _mm512_max_ps(_mm512_set1_ps(-104.0f), x); /* NaN stays */
	__m512 n = _mm512_sub_ps(_mm512_fmadd_ps(x, _mm512_set1_ps(1.44269504088896341f), magic), magic);
	__m512 r = _mm512_fmadd_ps(n, _mm512_set1_ps(-0.693145751953125f), x);

	r = _mm512_fmadd_ps(n, _mm512_set1_ps(-1.42860682030941723212e-6f), r);
	__m512 p = _mm512_fmadd_ps(_mm512_set1_ps(1.9875691500e-4f), r, _mm512_set1_ps(1.3981999507e-3f));

	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(8.3334519073e-3f));
	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(4.1665795894e-2f));
	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.6666665459e-1f));
	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.0000001201e-1f));
	p = _mm512_add_ps(_mm512_fmadd_ps(p, _mm512_mul_ps(r, r), r), _mm512_set1_ps(1.0f));
	return _mm512_scalef_ps(p, n);
}

#endif
