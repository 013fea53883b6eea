/* Passes over many scores of which few, or one, will be chosen. */
#include <math.h>
#include <string.h>

#include "maas/num.h"

#define TIER_FILE "choose.inc"
#include "tier.h"

size_t
maas_peaks(float *peak, const float *x, size_t n, float most)
{
	return PICK(peaks)(peak, x, n, most);
}

size_t
maas_count_from(const float *x, size_t n, float least)
{
	return PICK(count_from)(x, n, least);
}

size_t
maas_gather_between(uint32_t *to, size_t room, const float *x, const float *peak, size_t n, float least, float below)
{
	return PICK(gather)(to, room, x, peak, n, least, below);
}

void
maas_weigh(float *w, double *sum, const float *x, size_t n, const struct maas_stay *k)
{
	PICK(weigh)(w, sum, x, n, k);
}

double
maas_mass_from(size_t *count, const float *w, const float *x, const float *peak, size_t n, float least)
{
	return PICK(mass)(count, w, x, peak, n, least);
}
