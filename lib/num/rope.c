/* Rotary positions (Su et al. 2021), pairs made of the halves of a head as transformers' rotate_half has them. */
#include <math.h>

#include "maas/num.h"

#define TIER_FILE "rope.inc"
#include "tier.h"

/* Llama 3.1's stretching of slow turns: those below low are factor times slower, those above high stay, and between
 * them it goes over evenly. */
static double
stretched(double f, const struct maas_rope *how)
{
	double turns = how->original * f / (2 * 3.14159265358979323846); /* within the context it was trained with */
	double stay = (turns - how->low) / (how->high - how->low);

	if (turns > how->high)
		return f;
	if (turns < how->low)
		return f / how->factor;
	return (1 - stay) * f / how->factor + stay * f;
}

void
maas_rope_speeds(double *speed, size_t hd, const struct maas_rope *how)
{
	for (size_t i = 0; i < hd / 2; i++) {
		double f = pow(how->theta, -2.0 * (double)i / (double)hd);

		speed[i] = how->factor > 1 ? stretched(f, how) : f;
	}
}

void
maas_rope_turns(float *turn, const double *speed, size_t hd, size_t at)
{
	for (size_t i = 0; i < hd / 2; i++) {
		turn[i] = (float)cos((double)at * speed[i]);
		turn[hd / 2 + i] = (float)sin((double)at * speed[i]);
	}
}

void
maas_rope_fwd(float *y, const float *x, const float *turn, size_t heads, size_t hd)
{
	for (size_t h = 0; h < heads; h++)
		PICK(turn)(y + h * hd, x + h * hd, turn, turn + hd / 2, hd / 2);
}

void
maas_rope_bwd(float *dx, const float *dy, const float *turn, size_t heads, size_t hd, int add)
{
	for (size_t h = 0; h < heads; h++)
		PICK(turn_back)(dx + h * hd, dy + h * hd, turn, turn + hd / 2, hd / 2, add);
}
