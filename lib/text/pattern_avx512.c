/* Where pieces begin, with AVX-512. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "pattern_starts.h"

#define TARGET __attribute__((target("avx512f,avx512bw")))

TARGET static inline void
see5(struct window *w, const unsigned char *s)
{
	__m512i v = _mm512_loadu_si512(s);
	__m512i l = _mm512_sub_epi8(_mm512_or_si512(v, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
	__m512i n = _mm512_sub_epi8(v, _mm512_set1_epi8('0')), t = _mm512_sub_epi8(v, _mm512_set1_epi8('\t'));

	w->letter = _mm512_cmple_epu8_mask(l, _mm512_set1_epi8(25));
	w->number = _mm512_cmple_epu8_mask(n, _mm512_set1_epi8(9));
	w->blank = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(' '));
	w->space = _mm512_cmple_epu8_mask(t, _mm512_set1_epi8(4)) | w->blank;
	w->quote = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\''));
	w->high = _mm512_movepi8_mask(v);
}

TARGET static void
look_avx512(struct window *w, const unsigned char *s)
{
	see5(w, s);
}

TARGET static size_t
run_avx512(uint64_t *mask, const unsigned char *s, size_t n)
{
	struct window w;
	size_t i;

	for (i = 0; i < n; i++, s += WINDOW_STEP) {
		see5(&w, s);
		if (w.high)
			break;
		mask[i] = begins(&w, s);
	}
	return i;
}

const struct starts starts_avx512 = { look_avx512, run_avx512 };
#endif
