/*
 * cross with AVX2: doubles four columns by twelve; bytes as pairs of rows of 16 bits, four by twenty-four, by vpmaddwd,
 * whose two products are added exactly.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "cross.h"

#define TARGET __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define ROWS   4 /* columns i of a tile */

INLINE void
doubles_by(double *c, size_t ldc, const double *a, const double *b, size_t ld, size_t rows, const int wide)
{
	__m256d s[ROWS][3];

#pragma GCC unroll 4
	for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 3
		for (int j = 0; j < wide; j++)
			s[i][j] = _mm256_setzero_pd();
	for (size_t r = 0; r < rows; r++, a += ld, b += ld) {
		__m256d v[3];

#pragma GCC unroll 3
		for (int j = 0; j < wide; j++)
			v[j] = _mm256_loadu_pd(b + 4 * j);
#pragma GCC unroll 4
		for (int i = 0; i < ROWS; i++) {
			__m256d x = _mm256_set1_pd(a[i]);

#pragma GCC unroll 3
			for (int j = 0; j < wide; j++)
				s[i][j] = _mm256_fmadd_pd(x, v[j], s[i][j]);
		}
	}
#pragma GCC unroll 4
	for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 3
		for (int j = 0; j < wide; j++) {
			double *to = c + (size_t)i * ldc + 4 * j;

			_mm256_storeu_pd(to, _mm256_add_pd(_mm256_loadu_pd(to), s[i][j]));
		}
}

TARGET static void
doubles(double *c, size_t ldc, const double *x, size_t ldx, size_t rows, size_t i, size_t from, size_t to)
{
	for (size_t end = i + CROSS_PANEL; i < end; i += ROWS) {
		size_t j = from;

		for (; to - j >= 12; j += 12)
			doubles_by(c + i * ldc + j, ldc, x + i, x + j, ldx, rows, 3);
		for (; j < to; j += 4)
			doubles_by(c + i * ldc + j, ldc, x + i, x + j, ldx, rows, 1);
	}
}

/* Two pairs of rows: of each [columns, 2] of 16 bits. */
TARGET static void
pack(unsigned char *to, size_t columns, const unsigned char *x, size_t rows, size_t n)
{
	for (size_t p = 0; p < CROSS_GROUP; p += 2) {
		uint16_t *pair = (uint16_t *)(void *)(to + p * columns * 2);

		for (size_t j = 0; j < columns; j++) {
			pair[2 * j] = j < n && p < rows ? x[p * n + j] : 0;
			pair[2 * j + 1] = j < n && p + 1 < rows ? x[(p + 1) * n + j] : 0;
		}
	}
}

/* a and b: columns i and j of the first pair of rows, the next `columns` * 4 bytes on. */
INLINE void
bytes_by(int32_t *c, size_t ldc, const unsigned char *a, const unsigned char *b, size_t columns, size_t pairs,
    const int wide)
{
	__m256i s[ROWS][2];

#pragma GCC unroll 4
	for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 2
		for (int j = 0; j < wide; j++)
			s[i][j] = _mm256_loadu_si256((const void *)(c + (size_t)i * ldc + 8 * j));
	for (size_t p = 0; p < pairs; p++, a += 4 * columns, b += 4 * columns) {
		__m256i v[2];

#pragma GCC unroll 2
		for (int j = 0; j < wide; j++)
			v[j] = _mm256_loadu_si256((const void *)(b + 32 * j));
#pragma GCC unroll 4
		for (int i = 0; i < ROWS; i++) {
			int32_t two;

			memcpy(&two, a + 4 * i, sizeof two);
#pragma GCC unroll 2
			for (int j = 0; j < wide; j++)
				s[i][j] = _mm256_add_epi32(s[i][j], _mm256_madd_epi16(_mm256_set1_epi32(two), v[j]));
		}
	}
#pragma GCC unroll 4
	for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 2
		for (int j = 0; j < wide; j++)
			_mm256_storeu_si256((void *)(c + (size_t)i * ldc + 8 * j), s[i][j]);
}

TARGET static void
bytes(int32_t *c, size_t ldc, const unsigned char *packed, size_t columns, size_t groups, size_t i, size_t from,
    size_t to)
{
	for (size_t end = i + CROSS_PANEL; i < end; i += ROWS)
		for (size_t j = from; j < to; j += CROSS_LANES)
			bytes_by(c + i * ldc + j, ldc, packed + 4 * i, packed + 4 * j, columns, 2 * groups, 2);
}

const struct cross_tier cross_avx2 = { doubles, pack, bytes, 0 };
#endif
