/* The softmax of attention, on panels of scores that stay in the first cache. */
#include <math.h>

#include "attend.h"

#define TIER_FILE "attend.inc"
#include "tier.h"

int
attend_online(float *s, size_t n, int sees, float scale, float *state, float *less)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX512)
		return attend_online_avx512(s, n, sees, scale, state, less);
#endif
	return PICK(online)(s, n, sees, scale, state, less);
}

void
attend_slope(float *s, float *dp, size_t n, int sees, float scale, const float *lse, const float *d)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX512) {
		attend_slope_avx512(s, dp, n, sees, scale, lse, d);
		return;
	}
#endif
	PICK(slope)(s, dp, n, sees, scale, lse, d);
}

void
attend_shrink(float *c, const float *less, size_t rows)
{
	PICK(shrink)(c, less, rows);
}

void
attend_scale(float *c, const float *by, size_t rows)
{
	PICK(scale)(c, by, rows);
}

void
attend_widen(float *y, const int8_t *x, size_t n)
{
	PICK(widen)(y, x, n);
}

void
attend_divide(float *c, const float *total, size_t rows)
{
	PICK(divide)(c, total, rows);
}

float
attend_inner(const float *a, const float *b, size_t n)
{
	return PICK(inner)(a, b, n);
}
