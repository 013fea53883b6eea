/* Where pieces begin, with AVX2. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "pattern_starts.h"

#define TARGET __attribute__((target("avx2")))

/* Bytes of v in [lo, lo + n], as a mask: unsigned compare by a minimum. */
TARGET static inline uint64_t
within2(__m256i a, __m256i b, char lo, char n)
{
	__m256i l = _mm256_set1_epi8(lo), m = _mm256_set1_epi8(n);

	a = _mm256_sub_epi8(a, l);
	b = _mm256_sub_epi8(b, l);
	a = _mm256_cmpeq_epi8(_mm256_min_epu8(a, m), a);
	b = _mm256_cmpeq_epi8(_mm256_min_epu8(b, m), b);
	return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

TARGET static inline void
see2(struct window *w, const unsigned char *s)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)s);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(s + 32));
	__m256i up = _mm256_set1_epi8(0x20);

	w->letter = within2(_mm256_or_si256(a, up), _mm256_or_si256(b, up), 'a', 25);
	w->number = within2(a, b, '0', 9);
	w->blank = within2(a, b, ' ', 0);
	w->space = within2(a, b, '\t', 4) | w->blank;
	w->quote = within2(a, b, '\'', 0);
	w->high = (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

TARGET static void
look_avx2(struct window *w, const unsigned char *s)
{
	see2(w, s);
}

TARGET static size_t
run_avx2(uint64_t *mask, const unsigned char *s, size_t n)
{
	struct window w;
	size_t i;

	for (i = 0; i < n; i++, s += WINDOW_STEP) {
		see2(&w, s);
		if (w.high)
			break;
		mask[i] = begins(&w, s);
	}
	return i;
}

const struct starts starts_avx2 = { look_avx2, run_avx2 };
#endif
