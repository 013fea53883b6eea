/* pattern_starts.h -- where pieces begin in a window whose classes are known; windows are looked at by one file a
 * tier. */
#ifndef MAAS_PATTERN_STARTS_H
#define MAAS_PATTERN_STARTS_H

#include "bpe.h"

#if defined(__x86_64__)
extern const struct starts starts_avx2, starts_avx512;
#endif

static inline uint64_t
begins(const struct window *w, const unsigned char *s)
{
	uint64_t l = w->letter, n = w->number, b = w->space, o = ~(l | n | b), after = w->blank << 1;
	uint64_t m = ((l & ~(l << 1)) | (n & ~(n << 1)) | (o & ~(o << 1))) & ~after;
	uint64_t quote = w->quote & ~(o << 1) & ~after & (((uint64_t)1 << 60) - 1);

	/* White space: where it begins, and its last character, that goes with what follows. */
	m |= b & (~(b << 1) | ~(b >> 1));
	for (; quote; quote &= quote - 1) {
		int k = __builtin_ctzll(quote);
		size_t len = maas_contraction(s + k, WINDOW - (size_t)k);

		if (len)
			m = (m & ~((uint64_t)2 << k)) | (uint64_t)1 << (k + (int)len);
	}
	return m & WINDOW_MASK;
}

#endif
