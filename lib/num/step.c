/* What a step of training does to every element: dropout's draw and the optimiser's update. */
#include <math.h>
#include <string.h>

#include "tile.h"

enum { REST = 64 }; /* elements that go through their steps together */

#define TIER_FILE "step.inc"
#include "tier.h"

void
maas_drop(float *y, const float *x, size_t n, float p, uint64_t seed, uint64_t stream, uint64_t at)
{
	double below = p * 4294967296.0;

	PICK(drop)(y, x, n, below < 4294967295.0 ? (uint32_t)below : 0xffffffffu, 1.0f / (1.0f - p), seed, stream, at);
}

/* Parts small enough that the new values are still near when their bf16 copy is made. */
enum { PART = 1024 };

/* The next to read that copy is the next step: it passes the caches by. */
static void
copy(maas_bf16 *half, const float *p, size_t n)
{
	_Alignas(64) maas_bf16 aside[PART];

	maas_to_bf16(aside, p, n);
	tile_put_later(half, aside, n * sizeof *half);
}

void
maas_adam_kernel(
    float *p, float *m, float *v, maas_bf16 *half, const float *g, size_t n, const struct maas_adam_rates *s)
{
	for (size_t i = 0; i < n; i += PART) {
		size_t now = n - i < PART ? n - i : PART;

		PICK(adam)(p + i, m + i, v + i, g + i, now, s);
		if (half)
			copy(half + i, p + i, now);
	}
	tile_put_end();
}

void
maas_adam_idle(float *p, float *m, float *v, size_t n, const struct maas_adam_rates *s, size_t steps)
{
	PICK(adam_idle)(p, m, v, n, s, steps);
}

void
maas_sgd_kernel(float *p, float *m, maas_bf16 *half, const float *g, size_t n, const struct maas_sgd_rates *s)
{
	for (size_t i = 0; i < n; i += PART) {
		size_t now = n - i < PART ? n - i : PART;

		if (m)
			PICK(momentum)(p + i, m + i, g + i, now, s);
		else
			PICK(sgd)(p + i, g + i, now, s);
		if (half)
			copy(half + i, p + i, now);
	}
	tile_put_end();
}
