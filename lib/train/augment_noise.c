/*
 * --augment noise=X: normal noise laid over sounds, of up to X times a sound's own level (its root mean square): at
 * most a signal-to-noise ratio of -20 log10 X dB, and often next to none, as sounds to be told will have.  Silence
 * stays silence.
 */
#include <math.h>

#include "augment.h"

#define LEVEL ((uint64_t)1 << 40) /* number of the draw: past those of samples */

static void
sound(const struct change *c, struct augment_clip *clip)
{
	double power = 0;

	for (size_t i = 0; i < clip->n; i++)
		power += (double)clip->x[i] * (double)clip->x[i];
	if (!(power > 0))
		return;
	maas_fill_normal(clip->spare, clip->n, c->amount * change_draw(c, LEVEL) * sqrt(power / (double)clip->n),
	    c->seed, c->epoch << 32 | c->row);
	for (size_t i = 0; i < clip->n; i++)
		clip->x[i] += clip->spare[i];
}

const struct augment augment_noise = {
	.name = "noise",
	.range = "of a sound's own level, from 0.000001 to 10",
	.least = 1e-6,
	.most = 10,
	.suits = augment_suits_sounds,
	.sound = sound,
};
