/*
 * Attention of one row over a cache whose keys are turned: the chains of fma that attend.c makes of many rows, straight
 * from where keys and values lie.
 */
#include <math.h>

#include "attend.h"
#include "chain.h"

#define TIER_FILE "online.inc"
#include "tier.h"

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void
attend_row(float *y, float *lse, const float *q, size_t at, const struct maas_keys *keys, size_t hd)
{
	float score[MAAS_KEYS], p[MAAS_KEYS], sum[MAAS_HEAD] = { 0 }, part[MAAS_HEAD];
	float state[2] = { -INFINITY, 0 }, scale = 1.0f / sqrtf((float)hd);

	for (size_t b = 0; b * MAAS_KEYS <= at; b++) {
		size_t n = least(at + 1 - b * MAAS_KEYS, MAAS_KEYS);
		struct chain key = { keys->type, keys->k[b], MAAS_KEYS, keys->v[b] },
			     value = { keys->type, keys->v[b], keys->row, NULL };

		if ((b + 1) * MAAS_KEYS <= at)
			value.soon = keys->k[b + 1];
		maas_chain(score, q, &key, hd, MAAS_KEYS);
		float less = PICK(online)(p, score, score + TILE_N, n, scale, state);

		maas_chain(b ? part : sum, p, &value, n, hd);
		for (size_t c = 0; b && c < hd; c += TILE_N) {
			PICK(shrink)(sum + c, less);
			maas_add(sum + c, part + c, least(hd - c, TILE_N));
		}
	}
	PICK(divide)(y, sum, hd, state[1]);
	if (lse)
		*lse = state[0] + logf(state[1]);
}
