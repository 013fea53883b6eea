/* Sums of one row of coefficients over rows of a cache, where attend_row_avx512.c has no kernel. */
#include <math.h>

#include "chain.h"

#define TIER_FILE "chain.inc"
#include "tier.h"

void
maas_chain(float *y, const float *by, const struct chain *x, size_t steps, size_t width)
{
	size_t j = 0;

#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX512 && x->type == MAAS_BF16)
		j = maas_chain_avx512(y, by, x, steps, width);
#endif
	if (j < width && x->type == MAAS_BF16)
		PICK(bf16)(y + j, by, (const maas_bf16 *)x->p + j, x->row, steps, width - j);
	else if (j < width && x->type == MAAS_I8)
		PICK(i8)(y + j, by, (const int8_t *)x->p + j, x->row, steps, width - j);
	else if (j < width)
		PICK(f32)(y + j, by, (const float *)x->p + j, x->row, steps, width - j);
}
