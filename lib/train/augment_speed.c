/* --augment speed=X: sounds played up to X faster or slower, and so higher or lower. */
#include "augment.h"
#include "maas/media.h"

static void
sound(const struct change *c, struct augment_clip *clip)
{
	double speed = 1 + c->amount * (2 * change_draw(c, 0) - 1);
	float *to = clip->spare;

	clip->n = maas_player_run(clip->player, to, clip->room, clip->x, clip->n, speed);
	clip->spare = clip->x;
	clip->x = to;
}

const struct augment augment_speed = {
	.name = "speed",
	.range = "a share, from 0.001 to 0.5",
	.least = 0.001,
	.most = 0.5,
	.suits = augment_suits_sounds,
	.sound = sound,
	.stretches = 1,
};
