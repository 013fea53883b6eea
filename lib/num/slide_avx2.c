/* Sums over windows with AVX2: tiles of 6 rows, 16 columns wide. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "slide.h"

#define TARGET __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define ROWS   6

/*
 * Rows are read at four pointers and at one, two and three times a row behind each, so that their addresses stay in
 * registers; flat: rows are neighbours in memory, else an inner step's numbers are.
 */
INLINE void
tile(float *y, size_t ldy, const float *a, const float *b, const struct maas_slide *s, const int rows, const int vecs,
    const int flat)
{
	const size_t row = flat ? 1 : s->a_row, step = flat ? s->a_inner : 1, row3 = 3 * row;
	__m256 sum[ROWS][2];

#pragma GCC unroll 6
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
		for (int v = 0; v < vecs; v++)
			sum[i][v] = s->start ? _mm256_loadu_ps(s->start + 8 * v) : _mm256_setzero_ps();
	for (size_t u = 0; u < s->outer; u++) {
		const float *p = a + u * s->a_outer, *w = b + u * s->b_outer;
		const float *q[] = { p, p + 4 * row, p + 8 * row, p + 12 * row };

		for (size_t l = 0; l < s->inner; l++, w += s->b_inner) {
			__m256 w0 = _mm256_loadu_ps(w), w1 = vecs > 1 ? _mm256_loadu_ps(w + 8) : w0;

#pragma GCC unroll 6
			for (int i = 0; i < rows; i++) {
				__m256 x =
				    _mm256_set1_ps(i % 4 == 3 ? q[i / 4][row3] : q[i / 4][(size_t)(i % 4) * row]);

				sum[i][0] = _mm256_fmadd_ps(x, w0, sum[i][0]);
				if (vecs > 1)
					sum[i][1] = _mm256_fmadd_ps(x, w1, sum[i][1]);
			}
#pragma GCC unroll 4
			for (int i = 0; i < (rows + 3) / 4; i++)
				q[i] += step;
		}
	}
#pragma GCC unroll 6
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
		for (int v = 0; v < vecs; v++) {
			float *to = y + (size_t)i * ldy + 8 * v;

			if (s->relu) /* the second where they are not ordered: a NaN stays */
				sum[i][v] = _mm256_max_ps(_mm256_setzero_ps(), sum[i][v]);
			if (s->add)
				sum[i][v] = _mm256_add_ps(_mm256_loadu_ps(to), sum[i][v]);
			_mm256_storeu_ps(to, sum[i][v]);
		}
}

#define CASE(n) \
	case n: tile(y, ldy, a, b, s, n, vecs, flat); break;

INLINE void
rows_of(float *y, size_t ldy, const float *a, const float *b, size_t m, const struct maas_slide *s, const int vecs,
    const int flat)
{
	/* clang-format off */
	switch (m) {
	CASE(1) CASE(2) CASE(3) CASE(4)
	CASE(5) CASE(6)
	}
	/* clang-format on */
}

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
#else
typedef int slide_has_no_avx2;
#endif
