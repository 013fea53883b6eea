/* Rows rounded for products with weights of few bits: one source for the tiers that have no version of their own. */
#include <math.h>
#include <string.h>

#include "q8.h"

#define TIER_FILE "q8_round.inc"
#include "tier.h"

void
maas_q8_round_plain(
    int8_t *q, float *scale, int32_t *shifted, const float *x, size_t ldx, size_t rows, size_t k, size_t group)
{
	PICK(round)(q, scale, shifted, x, ldx, rows, k, group);
}
