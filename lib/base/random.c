#include <math.h>

#include "maas/base.h"

#define PAIRS 4096 /* that a member makes at a time */

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

struct normal {
	float *x;
	size_t n;
	double sd;
	uint64_t seed, stream;
};

/* Pairs of x (Box and Muller 1958), each from its own block. */
static void
normal_pairs(void *arg, size_t begin, size_t end, int member)
{
	const struct normal *f = arg;
	uint32_t r[4];

	(void)member;
	for (size_t i = begin; i < end; i++) {
		maas_philox(r, f->seed, f->stream, i);
		double radius = f->sd * sqrt(-2 * log(1 - unit(r[0], r[1])));
		double angle = 6.283185307179586 * unit(r[2], r[3]);

		f->x[2 * i] = (float)(radius * cos(angle));
		if (2 * i + 1 < f->n)
			f->x[2 * i + 1] = (float)(radius * sin(angle));
	}
}

void
maas_fill_normal(float *x, size_t n, double sd, uint64_t seed, uint64_t stream)
{
	normal_pairs(&(struct normal){ x, n, sd, seed, stream }, 0, (n + 1) / 2, 0);
}

void
maas_fill_normal_team(struct maas_team *team, float *x, size_t n, double sd, uint64_t seed, uint64_t stream)
{
	maas_team_run(team, (n + 1) / 2, PAIRS, normal_pairs, &(struct normal){ x, n, sd, seed, stream });
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
