/* half.c -- IEEE 754's half precision (F16), as files of weights have it. */
#include <string.h>

#include "maas/num.h"

#define TIER_FILE "half.inc"
#include "tier.h"

void
maas_from_f16(float *y, const uint16_t *x, size_t n)
{
	PICK(from_f16)(y, x, n);
}

void
maas_to_f16(uint16_t *y, const float *x, size_t n)
{
	PICK(to_f16)(y, x, n);
}
