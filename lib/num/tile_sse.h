/* tile_sse.h -- the mode of a thread's arithmetic and stores past the caches, which every x86-64 has; elsewhere
 * stand-ins. */
#ifndef MAAS_TILE_SSE_H
#define MAAS_TILE_SSE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>

/* Subnormal numbers off while bf16 is multiplied; returns what to give back. */
static inline unsigned
tile_subnormals_off(void)
{
	unsigned was = __builtin_ia32_stmxcsr();

	__builtin_ia32_ldmxcsr(was | 0x8040); /* flush to zero, denormals are zero */
	return was;
}

static inline void
tile_subnormals_back(unsigned was)
{
	__builtin_ia32_ldmxcsr(was);
}

/* The bytes of x to y past the caches, as far as y has whole lines: for what nobody reads soon.  A thread says
 * tile_put_end() behind all. */
static inline void
tile_put_later(void *y, const void *x, size_t bytes)
{
	size_t i = 0;

	for (; (uintptr_t)y % 64 == 0 && i + 64 <= bytes; i += 64)
		for (size_t l = i; l < i + 64; l += 16)
			_mm_stream_si128(
			    (__m128i *)((char *)y + l), _mm_loadu_si128((const __m128i *)((const char *)x + l)));
	__builtin_memcpy((char *)y + i, (const char *)x + i, bytes - i);
}

static inline void
tile_put_end(void)
{
	_mm_sfence();
}
#else
#define tile_subnormals_off()         0u
#define tile_subnormals_back(was)     ((void)(was))
#define tile_put_later(y, x, bytes)   __builtin_memcpy(y, x, bytes)
#define tile_put_end()                ((void)0)
#endif

#endif
