/* SHA-256 by the instructions that x86-64 has for it. */
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include "digest.h"

/* Four rounds a turn; w holds the last sixteen words of the schedule.  The state lies as the instructions want it: a b
 * e f and c d g h, the first highest. */
__attribute__((target("sha,sse4.1,ssse3"))) void
sha256_blocks_ni(uint32_t h[8], const unsigned char *p, size_t blocks)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i lo = _mm_shuffle_epi32(_mm_loadu_si128((const void *)h), 0xb1);
	__m128i hi = _mm_shuffle_epi32(_mm_loadu_si128((const void *)(h + 4)), 0x1b);
	__m128i abef = _mm_alignr_epi8(lo, hi, 8), cdgh = _mm_blend_epi16(hi, lo, 0xf0);

	for (; blocks; blocks--, p += 64) {
		const __m128i abef_was = abef, cdgh_was = cdgh;
		__m128i w[4];

#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			__m128i *x = &w[i & 3], k;

			if (i < 4)
				*x = _mm_shuffle_epi8(_mm_loadu_si128((const void *)(p + 16 * i)), swap);
			else
				*x = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(*x, w[(i + 1) & 3]),
							      _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4)),
				    w[(i + 3) & 3]);
			k = _mm_add_epi32(*x, _mm_loadu_si128((const void *)(sha256_key + 4 * i)));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0e));
		}
		abef = _mm_add_epi32(abef, abef_was);
		cdgh = _mm_add_epi32(cdgh, cdgh_was);
	}
	lo = _mm_shuffle_epi32(abef, 0x1b);
	hi = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((void *)h, _mm_blend_epi16(lo, hi, 0xf0));
	_mm_storeu_si128((void *)(h + 4), _mm_alignr_epi8(hi, lo, 8));
}

/* Leaf 7: EBX bit 29 is SHA.  Every machine of that has SSE4.1. */
int
sha256_has_ni(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}
#endif
