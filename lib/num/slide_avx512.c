/* Sums over windows with AVX-512: tiles of 14 rows, 32 columns wide. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "slide.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define ROWS   14

/*
 * Rows are read at four pointers and at one, two and three times a row behind each, so that their addresses stay in
 * registers; flat: rows are neighbours in memory, else an inner step's numbers are.
 */
INLINE void
tile(float *y, size_t ldy, const float *a, const float *b, const struct maas_slide *s, const int rows, const int vecs,
    const int flat)
{
	const size_t row = flat ? 1 : s->a_row, step = flat ? s->a_inner : 1, row3 = 3 * row;
	__m512 sum[ROWS][2];

#pragma GCC unroll 14
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
		for (int v = 0; v < vecs; v++)
			sum[i][v] = s->start ? _mm512_loadu_ps(s->start + 16 * v) : _mm512_setzero_ps();
	for (size_t u = 0; u < s->outer; u++) {
		const float *p = a + u * s->a_outer, *w = b + u * s->b_outer;
		const float *q[] = { p, p + 4 * row, p + 8 * row, p + 12 * row };

		for (size_t l = 0; l < s->inner; l++, w += s->b_inner) {
			__m512 w0 = _mm512_loadu_ps(w), w1 = vecs > 1 ? _mm512_loadu_ps(w + 16) : w0;

#pragma GCC unroll 14
			for (int i = 0; i < rows; i++) {
				__m512 x =
				    _mm512_set1_ps(i % 4 == 3 ? q[i / 4][row3] : q[i / 4][(size_t)(i % 4) * row]);

				sum[i][0] = _mm512_fmadd_ps(x, w0, sum[i][0]);
				if (vecs > 1)
					sum[i][1] = _mm512_fmadd_ps(x, w1, sum[i][1]);
			}
#pragma GCC unroll 4
			for (int i = 0; i < (rows + 3) / 4; i++)
				q[i] += step;
		}
	}
#pragma GCC unroll 14
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
		for (int v = 0; v < vecs; v++) {
			float *to = y + (size_t)i * ldy + 16 * v;

			if (s->relu) /* the second where they are not ordered: a NaN stays */
				sum[i][v] = _mm512_max_ps(_mm512_setzero_ps(), sum[i][v]);
			if (s->add)
				sum[i][v] = _mm512_add_ps(_mm512_loadu_ps(to), sum[i][v]);
			_mm512_storeu_ps(to, sum[i][v]);
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
	CASE(5) CASE(6) CASE(7) CASE(8)
	CASE(9) CASE(10) CASE(11) CASE(12)
	CASE(13) CASE(14)
	}
	/* clang-format on */
}

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
#else
typedef int slide_has_no_avx512;
#endif
