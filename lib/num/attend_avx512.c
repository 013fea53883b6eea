/* Softmax of panels of scores by AVX-512: the bytes of attend.inc, whose exp1 takes most of the time of both. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#include "attend.h"
#include "power.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define HALF   16

/* One half of a panel: 16 queries, query l of them sees the first sees + l keys of n, all of them the first `free`. */
struct half {
	float *s;
	size_t n, free;
	__m512i sees;
	__m512 scale, most;
};

INLINE struct half
half_of(float *s, size_t n, int sees, float scale)
{
	__m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	size_t free = sees < 0 ? 0 : (size_t)sees < n ? (size_t)sees : n;

	return (struct half){ s, n, free, _mm512_add_epi32(lane, _mm512_set1_epi32(sees)), _mm512_set1_ps(scale),
		_mm512_setzero_ps() };
}

INLINE __mmask16
seen(const struct half *h, size_t j)
{
	return _mm512_cmpgt_epi32_mask(h->sees, _mm512_set1_epi32((int)j));
}

INLINE __m512
largest(const struct half *h)
{
	__m512 m0 = _mm512_set1_ps(-INFINITY), m1 = m0;
	size_t j = 0;

	for (; j + 2 <= h->free; j += 2) {
		m0 = _mm512_max_ps(_mm512_loadu_ps(h->s + j * TILE_N), m0);
		m1 = _mm512_max_ps(_mm512_loadu_ps(h->s + (j + 1) * TILE_N), m1);
	}
	for (; j < h->n; j++)
		m0 = _mm512_mask_max_ps(m0, seen(h, j), _mm512_loadu_ps(h->s + j * TILE_N), m0);
	return _mm512_max_ps(m0, m1);
}

INLINE __m512
weigh(const struct half *h, size_t j)
{
	float *s = h->s + j * TILE_N;

	if (j >= h->n)
		return _mm512_setzero_ps();
	__m512 p = power_16(_mm512_sub_ps(_mm512_mul_ps(_mm512_loadu_ps(s), h->scale), h->most));

	if (j >= h->free)
		p = _mm512_maskz_mov_ps(seen(h, j), p);
	_mm512_storeu_ps(s, p);
	return p;
}

INLINE __m512
weigh_4(const struct half *h, size_t j)
{
	__m512 a = _mm512_add_ps(weigh(h, j), weigh(h, j + 16));

	return _mm512_add_ps(a, _mm512_add_ps(weigh(h, j + 32), weigh(h, j + 48)));
}

TARGET static __m512
weigh_16(const struct half *h, size_t j)
{
	__m512 a = _mm512_add_ps(weigh_4(h, j), weigh_4(h, j + 8));

	return _mm512_add_ps(a, _mm512_add_ps(weigh_4(h, j + 4), weigh_4(h, j + 12)));
}

TARGET int
attend_online_avx512(float *s, size_t n, int sees, float scale, float *state, float *less)
{
	__mmask16 changed = 0;

	for (int l = 0; l < TILE_N; l += HALF) {
		struct half h = half_of(s + l, n, sees + l, scale);
		__m512 before = _mm512_loadu_ps(state + l), total = _mm512_loadu_ps(state + TILE_N + l);

		h.most = _mm512_max_ps(_mm512_mul_ps(largest(&h), h.scale), before);
		__m512 by = power_16(_mm512_sub_ps(before, h.most));
		__m512 even = weigh_16(&h, 0);
		__m512 odd = weigh_16(&h, 1);

		even = _mm512_add_ps(even, weigh_16(&h, 2));
		odd = _mm512_add_ps(odd, weigh_16(&h, 3));
		_mm512_storeu_ps(state + l, h.most);
		_mm512_storeu_ps(state + TILE_N + l, _mm512_fmadd_ps(total, by, _mm512_add_ps(even, odd)));
		_mm512_storeu_ps(less + l, by);
		changed |= _mm512_cmp_ps_mask(by, _mm512_set1_ps(1), _CMP_NEQ_UQ);
	}
	return changed != 0;
}

TARGET void
attend_slope_avx512(float *s, float *dp, size_t n, int sees, float scale, const float *lse, const float *d)
{
	for (int l = 0; l < TILE_N; l += HALF) {
		struct half h = half_of(s + l, n, sees + l, scale);
		__m512 sum = _mm512_loadu_ps(lse + l), mean = _mm512_loadu_ps(d + l);

		for (size_t j = 0; j < n; j++) {
			float *at = h.s + j * TILE_N, *to = dp + l + j * TILE_N;
			__m512 x = _mm512_fmsub_ps(_mm512_loadu_ps(at), h.scale, sum);
			__m512 p = power_16(_mm512_min_ps(_mm512_set1_ps(89.0f), x));

			if (j >= h.free)
				p = _mm512_maskz_mov_ps(seen(&h, j), p);
			_mm512_storeu_ps(at, p);
			x = _mm512_mul_ps(p, _mm512_sub_ps(_mm512_loadu_ps(to), mean));
			_mm512_storeu_ps(to, _mm512_mul_ps(x, h.scale));
		}
	}
}
#endif
