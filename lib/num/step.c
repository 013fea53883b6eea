/* What a step of training does to every element: dropout's draw and the optimiser's update. */
#include <math.h>

#include "maas/num.h"

#define TIER_FILE "step.inc"
#include "tier.h"

void
maas_drop(float *y, const float *x, size_t n, float p, uint64_t seed, uint64_t stream, uint64_t at)
{
	double below = p * 4294967296.0;

	PICK(drop)(y, x, n, below < 4294967295.0 ? (uint32_t)below : 0xffffffffu, 1.0f / (1.0f - p), seed, stream, at);
}

/* Parts small enough that the new values are still near when their bf16 copy is made. */
void
maas_adamw_kernel(
    float *p, float *m, float *v, maas_bf16 *half, const float *g, size_t n, const struct maas_adamw_rates *s)
{
	const size_t part = 1024;

	for (size_t i = 0; i < n; i += part) {
		size_t now = n - i < part ? n - i : part;

		PICK(adamw)(p + i, m + i, v + i, g + i, now, s);
		if (half)
			maas_to_bf16(half + i, p + i, now);
	}
}
