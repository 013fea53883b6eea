/* Sums over windows with AVX-512: tiles of 14 rows, 32 columns wide. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "slide.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define ROWS   14
#define LANES  16
#define VEC    __m512
#define LOAD   _mm512_loadu_ps
#define STORE  _mm512_storeu_ps
#define ZERO   _mm512_setzero_ps()
#define SET1   _mm512_set1_ps
#define FMA    _mm512_fmadd_ps
#define ADD    _mm512_add_ps
#define MAX    _mm512_max_ps
/* clang-format off */
#define CASES \
	CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) \
	CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
/* clang-format on */
#include "slide.inc"

TARGET __attribute__((noinline)) static void
wide_flat(float *y, size_t ldy, const float *a, const float *b, size_t m, const struct maas_slide *s)
{
	rows_of(y, ldy, a, b, m, s, 2, 1);
}

TARGET __attribute__((noinline)) static void
wide_far(float *y, size_t ldy, const float *a, const float *b, size_t m, const struct maas_slide *s)
{
	rows_of(y, ldy, a, b, m, s, 2, 0);
}

TARGET __attribute__((noinline)) static void
narrow_flat(float *y, size_t ldy, const float *a, const float *b, size_t m, const struct maas_slide *s)
{
	rows_of(y, ldy, a, b, m, s, 1, 1);
}

TARGET __attribute__((noinline)) static void
narrow_far(float *y, size_t ldy, const float *a, const float *b, size_t m, const struct maas_slide *s)
{
	rows_of(y, ldy, a, b, m, s, 1, 0);
}

void
slide_avx512(float *y, size_t ldy, const float *a, const float *b, size_t m, size_t n, const struct maas_slide *how)
{
	struct maas_slide s = *how;
	int flat = s.a_row == 1;
	size_t each = slide_rows(m, ROWS);

	for (size_t j = 0; j < n; j += 32) {
		s.start = how->start ? how->start + j : NULL;
		for (size_t i = 0; i < m; i += each) {
			size_t rows = m - i < each ? m - i : each;
			float *to = y + i * ldy + j;
			const float *from = a + i * s.a_row;

			if (n - j >= 32)
				(flat ? wide_flat : wide_far)(to, ldy, from, b + j, rows, &s);
			else
				(flat ? narrow_flat : narrow_far)(to, ldy, from, b + j, rows, &s);
		}
	}
}
#endif
