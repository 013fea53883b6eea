/* --augment noise=X: normal noise laid over sounds, of deviation X, full scale being 1. */
#include "augment.h"

static void
sound(const struct change *c, struct augment_clip *clip)
{
	maas_fill_normal(clip->spare, clip->n, c->amount, c->seed, c->epoch << 32 | c->row);
	for (size_t i = 0; i < clip->n; i++)
		clip->x[i] += clip->spare[i];
}

const struct augment augment_noise = {
	.name = "noise",
	.range = "of full scale, from 0.000001 to 1",
	.least = 1e-6,
	.most = 1,
	.suits = augment_suits_sounds,
	.sound = sound,
};
