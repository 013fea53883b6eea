/* Products with AVX2 and FMA: tiles of 6 rows in f32, of 3 in bf16 (two chains a sum), 16 columns wide. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "tile.h"

#define TARGET    __attribute__((target("avx2,fma")))
#define INLINE    static inline __attribute__((always_inline)) TARGET
#define F32_ROWS  6
#define BF16_ROWS 3
#define WIDE      16
#define LINE      256 /* elements made f32 at a time */

INLINE void
f32_rows(float *c, const float *a, const float *b, size_t k, int add, const int rows)
{
	__m256 s[F32_ROWS][2];

#pragma GCC unroll 6
	for (int i = 0; i < rows; i++)
		s[i][0] = s[i][1] = _mm256_setzero_ps();
	for (size_t l = 0; l < k; l++) {
		__m256 b0 = _mm256_loadu_ps(b + l * TILE_N), b1 = _mm256_loadu_ps(b + l * TILE_N + 8);

#pragma GCC unroll 6
		for (int i = 0; i < rows; i++) {
			__m256 x = _mm256_set1_ps(a[i * TILE_ROW + l]);

			s[i][0] = _mm256_fmadd_ps(x, b0, s[i][0]);
			s[i][1] = _mm256_fmadd_ps(x, b1, s[i][1]);
		}
	}
#pragma GCC unroll 6
	for (int i = 0; i < rows; i++) {
		if (add) {
			s[i][0] = _mm256_add_ps(_mm256_loadu_ps(c + i * TILE_N), s[i][0]);
			s[i][1] = _mm256_add_ps(_mm256_loadu_ps(c + i * TILE_N + 8), s[i][1]);
		}
		_mm256_storeu_ps(c + i * TILE_N, s[i][0]);
		_mm256_storeu_ps(c + i * TILE_N + 8, s[i][1]);
	}
}

#define F32_CASE(n) \
	case n: f32_rows(c + j, a, b + j, k, add, n); break;

TARGET static void
f32(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	for (; m; a += F32_ROWS * TILE_ROW, c += F32_ROWS * TILE_N) {
		size_t rows = m < F32_ROWS ? m : F32_ROWS;

		for (size_t j = 0; j < TILE_N; j += WIDE)
			/* clang-format off */
			switch (rows) {
			F32_CASE(1) F32_CASE(2) F32_CASE(3) F32_CASE(4)
			F32_CASE(5) F32_CASE(6)
			}
		/* clang-format on */
		m -= rows;
	}
}

INLINE void
bf16_rows(float *c, const float *a, const float *b, size_t k, const int rows)
{
	for (size_t l = 0; l < k; l += TILE_BF, a += TILE_BF, b += TILE_BF * TILE_N) {
		__m256 s[2][BF16_ROWS][2];

#pragma GCC unroll 3
		for (int i = 0; i < rows; i++)
			s[0][i][0] = s[0][i][1] = s[1][i][0] = s[1][i][1] = _mm256_setzero_ps();
#pragma GCC unroll 2
		for (size_t h = 0; h < TILE_BF; h += 2)
#pragma GCC unroll 2
			for (int odd = 0; odd < 2; odd++) {
				const float *w = b + (h + (size_t)odd) * TILE_N;
				__m256 b0 = _mm256_loadu_ps(w), b1 = _mm256_loadu_ps(w + 8);

#pragma GCC unroll 3
				for (int i = 0; i < rows; i++) {
					__m256 x = _mm256_set1_ps(a[(size_t)i * TILE_ROW + h + (size_t)odd]);

					s[odd][i][0] = _mm256_fmadd_ps(x, b0, s[odd][i][0]);
					s[odd][i][1] = _mm256_fmadd_ps(x, b1, s[odd][i][1]);
				}
			}
#pragma GCC unroll 3
		for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
			for (int v = 0; v < 2; v++) {
				float *y = c + i * TILE_N + v * 8;

				_mm256_storeu_ps(
				    y, _mm256_add_ps(_mm256_loadu_ps(y), _mm256_add_ps(s[0][i][v], s[1][i][v])));
			}
	}
}

#define BF16_CASE(n) \
	case n: bf16_rows(c + j, a, b + j, k, n); break;

TARGET static void
bf16(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	if (!add)
		for (size_t i = 0; i < m * TILE_N; i += 8)
			_mm256_storeu_ps(c + i, _mm256_setzero_ps());
	for (; m; a += BF16_ROWS * TILE_ROW, c += BF16_ROWS * TILE_N) {
		size_t rows = m < BF16_ROWS ? m : BF16_ROWS;

		for (size_t j = 0; j < TILE_N; j += WIDE)
			/* clang-format off */
			switch (rows) {
			BF16_CASE(1) BF16_CASE(2) BF16_CASE(3)
			}
		/* clang-format on */
		m -= rows;
	}
}

/* 8 x 8 at d from 8 source rows, contiguous along x. */
INLINE void
turn(float *d, size_t to, const float *s, size_t stride)
{
	__m256 r[8], t[8];

#pragma GCC unroll 8
	for (size_t y = 0; y < 8; y++)
		r[y] = _mm256_loadu_ps(s + y * stride);
#pragma GCC unroll 4
	for (int i = 0; i < 8; i += 2) {
		t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
		t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
	}
#pragma GCC unroll 2
	for (int i = 0; i < 8; i += 4) {
		r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
		r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
		r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
		r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		_mm256_storeu_ps(d + (size_t)i * to, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
		_mm256_storeu_ps(d + (size_t)(i + 4) * to, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
	}
}

/* n elements in a row as they are multiplied; a bf16 subnormal is the processor's to ignore. */
static void
line(float *to, const struct maas_matrix *s, size_t at, size_t n, int round)
{
	maas_bf16 half[LINE];

	if (s->type == MAAS_BF16) {
		maas_from_bf16(to, (const maas_bf16 *)s->p + at, n);
	} else if (round) {
		maas_to_bf16(half, (const float *)s->p + at, n);
		maas_from_bf16(to, half, n);
	} else {
		memcpy(to, (const float *)s->p + at, n * sizeof *to);
	}
}

/* Eight source rows are made f32 first, then turned in squares. */
TARGET static void
turn_rows(float *d, size_t to, const struct maas_matrix *s, size_t at, size_t nx, int round)
{
	float rows[8 * LINE];
	size_t even = nx / 8 * 8;

	for (size_t y = 0; y < 8; y++)
		line(rows + y * LINE, s, at + y * s->col, nx, round);
	for (size_t x = 0; x < even; x += 8)
		turn(d + x * to, to, rows + x, LINE);
	for (size_t x = even; x < nx; x++)
		for (size_t y = 0; y < 8; y++)
			d[x * to + y] = rows[y * LINE + x];
}

TARGET static void
pack(float *d, size_t to, const struct maas_matrix *s, size_t nx, size_t ny, int round)
{
	size_t even = s->row == 1 ? ny / 8 * 8 : 0;

	if (s->col == 1) {
		for (size_t x = 0; x < nx; x++)
			for (size_t y = 0; y < ny; y += LINE)
				line(d + x * to + y, s, x * s->row + y, ny - y < LINE ? ny - y : LINE, round);
		return;
	}
	for (size_t y = 0; y < even; y += 8)
		for (size_t x = 0; x < nx; x += LINE)
			turn_rows(d + x * to + y, to, s, x + y * s->col, nx - x < LINE ? nx - x : LINE, round);
	for (size_t x = 0; x < nx; x++)
		for (size_t y = even; y < ny; y++)
			d[x * to + y] = tile_operand(s, x * s->row + y * s->col, round);
}

static void
pack_a(float *d, const struct maas_matrix *s, size_t m, size_t k)
{
	tile_words_a(pack, d, s, m, k);
}

static void
pack_b(float *d, const struct maas_matrix *s, size_t n, size_t k)
{
	tile_words_b(pack, d, s, n, k);
}

const struct maas_tile maas_tile_avx2 = {
	.rows_f32 = F32_ROWS,
	.rows_bf16 = BF16_ROWS,
	.pair = 1,
	.f32 = f32,
	.bf16 = bf16,
	.pack = pack,
	.pack_a = pack_a,
	.pack_b = pack_b,
};
#endif
