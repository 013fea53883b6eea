#include <math.h>

#include "maas/base.h"

void
maas_philox(uint32_t out[4], uint64_t seed, uint64_t stream, uint64_t index)
{
	uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
	uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32), c2 = (uint32_t)stream,
		 c3 = (uint32_t)(stream >> 32);

	for (int i = 0; i < 10; i++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;

		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

static double
unit(uint32_t hi, uint32_t lo)
{
	return (double)(((uint64_t)hi << 32 | lo) >> 11) * 0x1p-53;
}

double
maas_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
	uint32_t r[4];

	maas_philox(r, seed, stream, index);
	return unit(r[0], r[1]);
}

/* Box and Muller 1958, one pair a block. */
void
maas_fill_normal(float *x, size_t n, double sd, uint64_t seed, uint64_t stream)
{
	uint32_t r[4];

	for (size_t i = 0; i < n; i += 2) {
		maas_philox(r, seed, stream, i / 2);
		double radius = sd * sqrt(-2 * log(1 - unit(r[0], r[1])));
		double angle = 6.283185307179586 * unit(r[2], r[3]);

		x[i] = (float)(radius * cos(angle));
		if (i + 1 < n)
			x[i + 1] = (float)(radius * sin(angle));
	}
}

void
maas_fill_uniform(float *x, size_t n, double lo, double hi, uint64_t seed, uint64_t stream)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(lo + (hi - lo) * maas_uniform(seed, stream, i));
}

/* Fisher and Yates, from the back (Durstenfeld 1964). */
void
maas_shuffle(uint32_t *item, size_t n, uint64_t seed, uint64_t stream)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)(maas_uniform(seed, stream, i) * (double)i);
		uint32_t keep = item[i - 1];

		item[i - 1] = item[j];
		item[j] = keep;
	}
}
