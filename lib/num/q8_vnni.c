/*
 * Products with 8-bit and 4-bit weights, AVX-512 with VNNI.  Sixteen columns are in a register, four steps of k of
 * each, as they are in memory.  The instruction takes one operand without a sign: weights are shifted by 128, and the
 * sums begin with what that adds, taken off.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "q8.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

struct sums {
	__m512i s[16]; /* of a group: rows, each in some chains */
	__m512 acc[8]; /* of the groups before */
};

/* Four steps of all columns met by a stack of rows; chain: which of each row's. */
INLINE void
meet(struct sums *t, __m512i w, const int8_t *x, int chain, const int rows, const int chains)
{
#pragma GCC unroll 8
	for (int h = 0; h < rows; h++) {
		int32_t four;

		memcpy(&four, x + 4 * h, sizeof four);
		t->s[h * chains + chain] = _mm512_dpbusd_epi32(t->s[h * chains + chain], w, _mm512_set1_epi32(four));
	}
}

INLINE void
group(
    struct sums *t, const uint8_t *w, const int8_t *x, const size_t n, const int rows, const int chains, const int four)
{
	const __m512i shift = _mm512_set1_epi8((char)0x80), low = _mm512_set1_epi8(15);
	const __m512i level =
	    _mm512_xor_si512(_mm512_broadcast_i32x4(_mm_loadu_si128((const void *)maas_q4_level)), shift);

	if (!four) {
#pragma GCC unroll 16
		for (size_t l = 0; l < n; l += 4)
			meet(t, _mm512_xor_si512(_mm512_loadu_si512(w + l * 16), shift), x + l * (size_t)rows,
			    (int)(l / 4) % chains, rows, chains);
		return;
	}
#pragma GCC unroll 4
	for (size_t l = 0; l < n / 2; l += 4) {
		__m512i v = _mm512_loadu_si512(w + l * 16), high = _mm512_srli_epi16(v, 4);

		meet(t, _mm512_shuffle_epi8(level, _mm512_and_si512(v, low)), x + l * (size_t)rows,
		    (int)(l / 2) % chains, rows, chains);
		meet(t, _mm512_shuffle_epi8(level, _mm512_and_si512(high, low)), x + (n / 2 + l) * (size_t)rows,
		    (int)(l / 2 + 1) % chains, rows, chains);
	}
}

INLINE void
begin(struct sums *t, const int32_t *shifted, const int rows, const int chains)
{
#pragma GCC unroll 16
	for (int h = 0; h < rows * chains; h++)
		t->s[h] = h % chains ? _mm512_setzero_si512() : _mm512_set1_epi32(shifted[h / chains]);
}

INLINE void
finish(struct sums *t, const float *by, __m512 scale, const int rows, const int chains)
{
#pragma GCC unroll 8
	for (int h = 0; h < rows; h++) {
		__m512i sum = t->s[h * chains];

#pragma GCC unroll 4
		for (int i = 1; i < chains; i++)
			sum = _mm512_add_epi32(sum, t->s[h * chains + i]);
		t->acc[h] =
		    _mm512_fmadd_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_set1_ps(by[h])), scale, t->acc[h]);
	}
}

/* A stack of rows, from row i on, over the whole part. */
INLINE void
pass(float *c, const struct q8_rows *a, const struct q8_part *b, size_t i, size_t m, const size_t n, const int rows,
    const int chains, const int four)
{
	size_t at = i * a->groups + b->first * (size_t)rows, from, to;
	const int8_t *x = a->p + at * n;
	const float *by = a->scale + at;
	const int32_t *shifted = a->shifted + at;
	const uint8_t *w = b->w;
	const maas_bf16 *scale = b->scale, *end = scale + b->groups * Q8_PANEL;
	const char *soon = b->soon;
	struct sums t;

	q8_share(&from, &to, b->bytes, i, m);
#pragma GCC unroll 8
	for (int h = 0; h < rows; h++)
		t.acc[h] = b->first ? _mm512_loadu_ps(c + (i + (size_t)h) * Q8_LD) : _mm512_setzero_ps();
	for (; scale < end; scale += Q8_PANEL) {
		__m512i half = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)scale));

		for (size_t l = from; l < to; l += 64)
			_mm_prefetch(soon + l, _MM_HINT_T0);
		begin(&t, shifted, rows, chains);
		group(&t, w, x, n, rows, chains, four);
		finish(&t, by, _mm512_castsi512_ps(_mm512_slli_epi32(half, 16)), rows, chains);
		soon += b->bytes;
		shifted += rows;
		by += rows;
		x += (size_t)rows * n;
		w += n * Q8_PANEL / (four ? 2 : 1);
	}
#pragma GCC unroll 8
	for (int h = 0; h < rows; h++)
		_mm512_storeu_ps(c + (i + (size_t)h) * Q8_LD, t.acc[h]);
}

INLINE void
passes(float *c, const struct q8_rows *a, const struct q8_part *b, size_t m, const size_t n, const int four)
{
	size_t i = 0;

	for (; i + 8 <= m; i += 8)
		pass(c, a, b, i, m, n, 8, 1, four);
	if (i + 4 <= m) {
		pass(c, a, b, i, m, n, 4, 2, four);
		i += 4;
	}
	if (i + 2 <= m) {
		pass(c, a, b, i, m, n, 2, 4, four);
		i += 2;
	}
	if (i < m)
		pass(c, a, b, i, m, n, 1, 4, four);
}

TARGET static void
bytes(float *c, const struct q8_rows *a, const struct q8_part *b, size_t m)
{
	if (a->group == MAAS_Q8_GROUP)
		passes(c, a, b, m, MAAS_Q8_GROUP, 0);
	else
		passes(c, a, b, m, MAAS_Q4_GROUP, 0);
}

TARGET static void
nibbles(float *c, const struct q8_rows *a, const struct q8_part *b, size_t m)
{
	passes(c, a, b, m, MAAS_Q4_GROUP, 1);
}

#define MAGIC 0x1.8p23f /* a float this large has no fraction */

/* 16 n numbers, those of each register that are in, to integers; see q8_round.inc, whose operations these are. */
INLINE float
round_group(int8_t *q, int32_t *shifted, const float *x, const __mmask16 in[4], const int n)
{
	const __m512i size = _mm512_set1_epi32(0x7fffffff), magic = _mm512_castps_si512(_mm512_set1_ps(MAGIC));
	__m512i most = _mm512_setzero_si512(), sum = _mm512_setzero_si512();
	__m512 v[4];
	uint32_t bits;
	float largest;

#pragma GCC unroll 4
	for (int i = 0; i < n; i++) {
		v[i] = _mm512_maskz_loadu_ps(in[i], x + 16 * i);
		most = _mm512_max_epu32(most, _mm512_and_si512(_mm512_castps_si512(v[i]), size));
	}
	bits = _mm512_reduce_max_epu32(most);
	memcpy(&largest, &bits, sizeof largest);
	if (bits >= 0x7f800000 || largest < 1e-30f) {
		memset(q, 0, 16 * (size_t)n);
		*shifted = 0;
		return bits >= 0x7f800000 ? NAN : 0;
	}
	__m512 by = _mm512_set1_ps(127 / largest);

#pragma GCC unroll 4
	for (int i = 0; i < n; i++) {
		__m512 y = _mm512_add_ps(_mm512_mul_ps(v[i], by), _mm512_set1_ps(MAGIC));
		__m512i whole = _mm512_sub_epi32(_mm512_castps_si512(y), magic);

		sum = _mm512_add_epi32(sum, whole);
		_mm_storeu_si128((void *)(q + 16 * i), _mm512_cvtepi32_epi8(whole));
	}
	*shifted = -128 * _mm512_reduce_add_epi32(sum);
	return largest / 127;
}

/* The numbers of eight rows, [8, 16, 4], side by side: [16, 8, 4]. */
INLINE void
interleave(int8_t *to, const int8_t *from)
{
	const __m512i low = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
	const __m512i high = _mm512_setr_epi32(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
	__m512i t[8], r[2][4];

#pragma GCC unroll 2
	for (int h = 0; h < 2; h++) { /* four rows: a lane has one step of each */
#pragma GCC unroll 4
		for (int i = 0; i < 4; i++)
			t[i] = _mm512_loadu_si512(from + (4 * h + i) * 64);
		t[4] = _mm512_unpacklo_epi32(t[0], t[1]);
		t[5] = _mm512_unpackhi_epi32(t[0], t[1]);
		t[6] = _mm512_unpacklo_epi32(t[2], t[3]);
		t[7] = _mm512_unpackhi_epi32(t[2], t[3]);
		r[h][0] = _mm512_unpacklo_epi64(t[4], t[6]); /* steps 0, 4, 8, 12 */
		r[h][1] = _mm512_unpackhi_epi64(t[4], t[6]); /* 1, 5, 9, 13 */
		r[h][2] = _mm512_unpacklo_epi64(t[5], t[7]);
		r[h][3] = _mm512_unpackhi_epi64(t[5], t[7]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		__m512i a = _mm512_permutex2var_epi32(r[0][i], low, r[1][i]);
		__m512i b = _mm512_permutex2var_epi32(r[0][i], high, r[1][i]);

		_mm256_storeu_si256((void *)(to + 32 * i), _mm512_castsi512_si256(a));
		_mm256_storeu_si256((void *)(to + 32 * (i + 4)), _mm512_extracti64x4_epi64(a, 1));
		_mm256_storeu_si256((void *)(to + 32 * (i + 8)), _mm512_castsi512_si256(b));
		_mm256_storeu_si256((void *)(to + 32 * (i + 12)), _mm512_extracti64x4_epi64(b, 1));
	}
}

INLINE void
round_stack(int8_t *q, float *scale, int32_t *shifted, const float *x, size_t ldx, size_t rows, size_t k, const int n)
{
	size_t group = 16 * (size_t)n;
	int8_t one[8 * 64];

	for (size_t l = 0; l < k; l += group, q += rows * group) {
		__mmask16 in[4];

		for (size_t i = 0; i < 4; i++) {
			size_t from = l + 16 * i, left = from < k ? k - from : 0;

			in[i] = left < 16 ? (__mmask16)((1u << left) - 1) : 0xffff;
		}
		for (size_t h = 0; h < rows; h++)
			*scale++ = round_group(rows == 1 ? q : one + h * group, shifted++, x + h * ldx + l, in, n);
		if (rows == 8 && n == 4)
			interleave(q, one);
		else
			for (size_t h = 0; h < rows && rows > 1; h++)
				for (size_t i = 0; i < group; i += 4)
					memcpy(q + i * rows + 4 * h, one + h * group + i, 4);
	}
}

TARGET static void
rounded(int8_t *q, float *scale, int32_t *shifted, const float *x, size_t ldx, size_t rows, size_t k, size_t group)
{
	if (group == MAAS_Q8_GROUP)
		round_stack(q, scale, shifted, x, ldx, rows, k, 4);
	else
		round_stack(q, scale, shifted, x, ldx, rows, k, 2);
}

TARGET static void
widen(int8_t *to, const uint8_t *w, size_t groups)
{
	const __m512i low = _mm512_set1_epi8(15);
	const __m512i level = _mm512_broadcast_i32x4(_mm_loadu_si128((const void *)maas_q4_level));
	size_t half = MAAS_Q4_GROUP / 2 * Q8_PANEL;

	for (size_t g = 0; g < groups; g++, w += half, to += 2 * half)
		for (size_t i = 0; i < half; i += 64) {
			__m512i v = _mm512_loadu_si512(w + i), high = _mm512_srli_epi16(v, 4);

			_mm512_storeu_si512(to + i, _mm512_shuffle_epi8(level, _mm512_and_si512(v, low)));
			_mm512_storeu_si512(to + half + i, _mm512_shuffle_epi8(level, _mm512_and_si512(high, low)));
		}
}

const struct maas_q8_tier maas_q8_vnni = { rounded, bytes, nibbles, maas_q8_two_vnni, widen };
#endif
