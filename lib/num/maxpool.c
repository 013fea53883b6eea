/* The largest of each square of pixels. */
#include <string.h>

#include "maas/num.h"

#define TIER_FILE "maxpool.inc"
#include "tier.h"

void
maas_maxpool_fwd(float *y, const float *x, size_t height, size_t width, size_t channels, size_t size)
{
	for (size_t i = 0; i < height / size; i++)
		for (size_t j = 0; j < width / size; j++, y += channels) {
			const float *at = x + (i * width + j) * size * channels;

			PICK(most)(y, at, channels, size, width * channels);
		}
}

void
maas_maxpool_bwd(float *dx, const float *dy, const float *y, const float *x, size_t height, size_t width,
    size_t channels, size_t size, int add)
{
	size_t high = height / size, wide = width / size;

	if (!add)
		memset(dx, 0, height * width * channels * sizeof *dx);
	for (size_t i = 0; i < high; i++)
		for (size_t j = 0; j < wide; j++, y += channels, dy += channels) {
			size_t at = (i * width + j) * size * channels;

			PICK(most_back)(dx + at, dy, y, x + at, channels, size, width * channels);
		}
}
