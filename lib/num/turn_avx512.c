/* A square of a matrix the other way round with AVX-512. */
#if defined(__x86_64__)
#include "turn.h"

__attribute__((target("avx512f,avx512dq"))) void
turn_square_avx512(uint32_t *y, size_t ldy, const uint32_t *x, size_t ldx)
{
	__m512 r[16];

	for (int i = 0; i < 16; i++)
		r[i] = _mm512_loadu_ps((const float *)(const void *)x + (size_t)i * ldx);
	turn_16(r);
	for (int i = 0; i < 16; i++)
		_mm512_storeu_ps((float *)(void *)y + (size_t)i * ldy, r[i]);
}
#endif
