/*
 * cross with AVX-512 and VNNI: doubles eight columns by twenty-four, bytes eight by forty-eight, four rows at a time.
 * The instruction for bytes takes one operand with a sign: column i less 128.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "cross.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE void
doubles_by(double *c, size_t ldc, const double *a, const double *b, size_t ld, size_t rows, const int wide)
{
	__m512d s[CROSS_PANEL][3];

#pragma GCC unroll 8
	for (int i = 0; i < CROSS_PANEL; i++)
#pragma GCC unroll 3
		for (int j = 0; j < wide; j++)
			s[i][j] = _mm512_setzero_pd();
	for (size_t r = 0; r < rows; r++, a += ld, b += ld) {
		__m512d v[3];

#pragma GCC unroll 3
		for (int j = 0; j < wide; j++)
			v[j] = _mm512_loadu_pd(b + 8 * j);
#pragma GCC unroll 8
		for (int i = 0; i < CROSS_PANEL; i++) {
			__m512d x = _mm512_set1_pd(a[i]);

#pragma GCC unroll 3
			for (int j = 0; j < wide; j++)
				s[i][j] = _mm512_fmadd_pd(x, v[j], s[i][j]);
		}
	}
#pragma GCC unroll 8
	for (int i = 0; i < CROSS_PANEL; i++)
#pragma GCC unroll 3
		for (int j = 0; j < wide; j++) {
			double *to = c + (size_t)i * ldc + 8 * j;

			_mm512_storeu_pd(to, _mm512_add_pd(_mm512_loadu_pd(to), s[i][j]));
		}
}

TARGET static void
doubles(double *c, size_t ldc, const double *x, size_t ldx, size_t rows, size_t i, size_t from, size_t to)
{
	size_t j = from;

	for (; to - j >= 24; j += 24)
		doubles_by(c + i * ldc + j, ldc, x + i, x + j, ldx, rows, 3);
	if (to - j == 16)
		doubles_by(c + i * ldc + j, ldc, x + i, x + j, ldx, rows, 2);
	else if (to - j == 8)
		doubles_by(c + i * ldc + j, ldc, x + i, x + j, ldx, rows, 1);
}

/* [columns, 4] of the bytes, then of the same less 128. */
TARGET static void
pack(unsigned char *to, size_t columns, const unsigned char *x, size_t rows, size_t n)
{
	static const unsigned char none[CROSS_LANES];
	const __m512i shift = _mm512_set1_epi8((char)0x80);

	for (size_t j = 0; j < columns; j += CROSS_LANES) {
		__mmask16 there = n - j >= 16 ? 0xffff : (__mmask16)((1u << (n - j)) - 1);
		__m128i r[CROSS_GROUP];

#pragma GCC unroll 4
		for (size_t i = 0; i < CROSS_GROUP; i++)
			r[i] =
			    i < rows ? _mm_maskz_loadu_epi8(there, x + i * n + j) : _mm_loadu_si128((const void *)none);
		__m128i low = _mm_unpacklo_epi8(r[0], r[1]), high = _mm_unpackhi_epi8(r[0], r[1]);
		__m128i low2 = _mm_unpacklo_epi8(r[2], r[3]), high2 = _mm_unpackhi_epi8(r[2], r[3]);
		__m512i v = _mm512_castsi128_si512(_mm_unpacklo_epi16(low, low2));

		v = _mm512_inserti32x4(v, _mm_unpackhi_epi16(low, low2), 1);
		v = _mm512_inserti32x4(v, _mm_unpacklo_epi16(high, high2), 2);
		v = _mm512_inserti32x4(v, _mm_unpackhi_epi16(high, high2), 3);
		_mm512_storeu_si512(to + 4 * j, v);
		_mm512_storeu_si512(to + 4 * (columns + j), _mm512_xor_si512(v, shift));
	}
}

/* a and b: columns i (less 128) and j of the first group; the next is 8 `columns` bytes on. */
INLINE void
bytes_by(int32_t *c, size_t ldc, const unsigned char *a, const unsigned char *b, size_t columns, size_t groups,
    const int wide)
{
	__m512i s[CROSS_PANEL][3];

#pragma GCC unroll 8
	for (int i = 0; i < CROSS_PANEL; i++)
#pragma GCC unroll 3
		for (int j = 0; j < wide; j++)
			s[i][j] = _mm512_loadu_si512(c + (size_t)i * ldc + 16 * j);
	for (size_t g = 0; g < groups; g++, a += 8 * columns, b += 8 * columns) {
		__m512i v[3];

#pragma GCC unroll 3
		for (int j = 0; j < wide; j++)
			v[j] = _mm512_loadu_si512(b + 64 * j);
#pragma GCC unroll 8
		for (int i = 0; i < CROSS_PANEL; i++) {
			int32_t four;
			__m512i x;

			memcpy(&four, a + 4 * i, sizeof four);
			x = _mm512_set1_epi32(four);
#pragma GCC unroll 3
			for (int j = 0; j < wide; j++)
				s[i][j] = _mm512_dpbusd_epi32(s[i][j], v[j], x);
		}
	}
#pragma GCC unroll 8
	for (int i = 0; i < CROSS_PANEL; i++)
#pragma GCC unroll 3
		for (int j = 0; j < wide; j++)
			_mm512_storeu_si512(c + (size_t)i * ldc + 16 * j, s[i][j]);
}

TARGET static void
bytes(int32_t *c, size_t ldc, const unsigned char *packed, size_t columns, size_t groups, size_t i, size_t from,
    size_t to)
{
	const unsigned char *a = packed + 4 * (columns + i);
	size_t j = from;

	for (; to - j >= 48; j += 48)
		bytes_by(c + i * ldc + j, ldc, a, packed + 4 * j, columns, groups, 3);
	if (to - j == 32)
		bytes_by(c + i * ldc + j, ldc, a, packed + 4 * j, columns, groups, 2);
	else if (to - j == 16)
		bytes_by(c + i * ldc + j, ldc, a, packed + 4 * j, columns, groups, 1);
}

const struct cross_tier cross_avx512 = { doubles, pack, bytes, 128 };
#endif
