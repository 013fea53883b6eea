/*
 * Products with 8-bit and 4-bit weights, AVX2.  Eight columns are in a register, four steps of k of each.  A product of
 * two signed bytes is one of |w| and of a with w's sign; pairs of those stay within 16 bits, since |a| is at most 127.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "q8.h"

#define TARGET __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* Four steps of all columns met by some rows, whose numbers are side by side. */
INLINE void
meet(__m256i s[8], __m256i w0, __m256i w1, const int8_t *x, const int rows)
{
	const __m256i one = _mm256_set1_epi16(1);
	__m256i u0 = _mm256_abs_epi8(w0), u1 = _mm256_abs_epi8(w1);

#pragma GCC unroll 4
	for (int h = 0; h < rows; h++) {
		int32_t four;

		memcpy(&four, x + 4 * h, sizeof four);
		__m256i v = _mm256_set1_epi32(four);
		__m256i p0 = _mm256_maddubs_epi16(u0, _mm256_sign_epi8(v, w0));
		__m256i p1 = _mm256_maddubs_epi16(u1, _mm256_sign_epi8(v, w1));

		s[2 * h] = _mm256_add_epi32(s[2 * h], _mm256_madd_epi16(p0, one));
		s[2 * h + 1] = _mm256_add_epi32(s[2 * h + 1], _mm256_madd_epi16(p1, one));
	}
}

INLINE __m256i
load(const void *p)
{
	return _mm256_loadu_si256(p);
}

/* The sums of a group, whose weights are at w; of a stack of so many rows. */
INLINE void
group(__m256i s[8], const uint8_t *w, const int8_t *x, const size_t stack, size_t n, const int rows, const int four)
{
	const __m256i low = _mm256_set1_epi8(15);
	const __m256i level = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)maas_q4_level));

	if (!four) {
		for (size_t l = 0; l < n; l += 4, w += 64)
			meet(s, load(w), load(w + 32), x + l * stack, rows);
		return;
	}
	for (size_t l = 0; l < n / 2; l += 4, w += 64) {
		__m256i a = load(w), b = load(w + 32);

		meet(s, _mm256_shuffle_epi8(level, _mm256_and_si256(a, low)),
		    _mm256_shuffle_epi8(level, _mm256_and_si256(b, low)), x + l * stack, rows);
		a = _mm256_and_si256(_mm256_srli_epi16(a, 4), low);
		b = _mm256_and_si256(_mm256_srli_epi16(b, 4), low);
		meet(s, _mm256_shuffle_epi8(level, a), _mm256_shuffle_epi8(level, b), x + (n / 2 + l) * stack, rows);
	}
}

INLINE void
finish(float *c, const __m256i s[2], float by, const maas_bf16 *scale, int add)
{
	for (int h = 0; h < 2; h++) {
		__m256i half = _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)(scale + 8 * h)));
		__m256 v = _mm256_mul_ps(_mm256_cvtepi32_ps(s[h]), _mm256_set1_ps(by));
		__m256 was = add ? _mm256_loadu_ps(c + 8 * h) : _mm256_setzero_ps();

		_mm256_storeu_ps(c + 8 * h, _mm256_fmadd_ps(v, _mm256_castsi256_ps(_mm256_slli_epi32(half, 16)), was));
	}
}

/* Rows of a stack, the first of them `skip`, over the whole part. */
INLINE void
pass(float *c, const struct q8_rows *a, const struct q8_part *b, size_t i, size_t skip, size_t m, const size_t n,
    const size_t stack, const int four)
{
	enum { MOST = 4 };
	const int rows = stack < MOST ? (int)stack : MOST;
	size_t at = i * a->groups + b->first * stack, from, to;
	const uint8_t *w = b->w;

	q8_share(&from, &to, b->bytes, i, m);
	for (size_t g = 0; g < b->groups; g++, at += stack, w += n * Q8_PANEL / (four ? 2 : 1)) {
		__m256i s[2 * MOST] = { { 0 } };

		for (size_t t = from; t < to && !skip; t += 64)
			_mm_prefetch(b->soon + g * b->bytes + t, _MM_HINT_T0);
		group(s, w, a->p + at * n + 4 * skip, stack, n, rows, four);
		for (int h = 0; h < rows; h++)
			finish(c + (i + skip + (size_t)h) * Q8_LD, s + 2 * h, a->scale[at + skip + (size_t)h],
			    b->scale + g * Q8_PANEL, b->first + g > 0);
	}
}

INLINE void
passes(float *c, const struct q8_rows *a, const struct q8_part *b, size_t m, const size_t n, const int four)
{
	size_t i = 0;

	for (; i + 8 <= m; i += 8) {
		pass(c, a, b, i, 0, m, n, 8, four);
		pass(c, a, b, i, 4, m, n, 8, four);
	}
	if (i + 4 <= m) {
		pass(c, a, b, i, 0, m, n, 4, four);
		i += 4;
	}
	if (i + 2 <= m) {
		pass(c, a, b, i, 0, m, n, 2, four);
		i += 2;
	}
	if (i < m)
		pass(c, a, b, i, 0, m, n, 1, four);
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

TARGET static void
widen(int8_t *to, const uint8_t *w, size_t groups)
{
	const __m256i low = _mm256_set1_epi8(15);
	const __m256i level = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)maas_q4_level));
	size_t half = MAAS_Q4_GROUP / 2 * Q8_PANEL;

	for (size_t g = 0; g < groups; g++, w += half, to += 2 * half)
		for (size_t i = 0; i < half; i += 32) {
			__m256i v = load(w + i), high = _mm256_srli_epi16(v, 4);

			v = _mm256_shuffle_epi8(level, _mm256_and_si256(v, low));
			_mm256_storeu_si256((void *)(to + i), v);
			v = _mm256_shuffle_epi8(level, _mm256_and_si256(high, low));
			_mm256_storeu_si256((void *)(to + half + i), v);
		}
}

const struct maas_q8_tier maas_q8_avx2 = { maas_q8_round_plain, bytes, nibbles, NULL, widen };
#endif
