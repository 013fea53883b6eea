/* Sums over windows with AVX2: tiles of 6 rows, 16 columns wide. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "slide.h"

#define TARGET __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define ROWS   6
#define LANES  8
#define VEC    __m256
#define LOAD   _mm256_loadu_ps
#define STORE  _mm256_storeu_ps
#define ZERO   _mm256_setzero_ps()
#define SET1   _mm256_set1_ps
#define FMA    _mm256_fmadd_ps
#define ADD    _mm256_add_ps
#define MAX    _mm256_max_ps
/* clang-format off */
#define CASES \
	CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
/* clang-format on */
#include "slide.inc"

TARGET __attribute__((noinline)) static void
flat_rows(float *y, size_t ldy, const float *a, const float *b, size_t m, const struct maas_slide *s)
{
	rows_of(y, ldy, a, b, m, s, 2, 1);
}

TARGET __attribute__((noinline)) static void
far_rows(float *y, size_t ldy, const float *a, const float *b, size_t m, const struct maas_slide *s)
{
	rows_of(y, ldy, a, b, m, s, 2, 0);
}

void
slide_avx2(float *y, size_t ldy, const float *a, const float *b, size_t m, size_t n, const struct maas_slide *how)
{
	struct maas_slide s = *how;
	size_t each = slide_rows(m, ROWS);

	for (size_t j = 0; j < n; j += 16) {
		s.start = how->start ? how->start + j : NULL;
		for (size_t i = 0; i < m; i += each)
			(s.a_row == 1 ? flat_rows : far_rows)(
			    y + i * ldy + j, ldy, a + i * s.a_row, b + j, m - i < each ? m - i : each, &s);
	}
}
#endif
