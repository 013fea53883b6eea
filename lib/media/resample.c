/*
 * resample -- a sound at another rate: band-limited interpolation (J. O. Smith, Digital Audio
 * Resampling, part "Theory of Operation"), the kernel by a table with straight lines between
 * its entries, which is right to 5e-6 of full scale.
 */
#include <math.h>
#include <stdlib.h>

#include "maas/media.h"

#define PI     3.14159265358979323846
#define ZEROS  32   /* of the sinc, on each side */
#define GRID   512  /* entries between two of them */
#define BETA   8.6  /* Kaiser's: 90 dB below */
#define NEAR   8    /* zeros where speed matters more than the last decibels */
#define CUTOFF 0.91 /* of half the lower rate: where the window has done its work at that half */

/* The modified Bessel function of order 0 (Abramowitz and Stegun 9.6.12). */
static double
bessel0(double x)
{
	double sum = 1, term = 1;

	for (int k = 1; term > 1e-17 * sum; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

/* kernel[i] at i / GRID zeros from the middle, so many of them; one more entry than is asked for, which is 0. */
static void
fill_kernel(double *kernel, int zeros)
{
	double at = bessel0(BETA);

	for (int i = 0; i < zeros * GRID; i++) {
		double u = (double)i / GRID, r = u / zeros;

		kernel[i] = (i ? sin(PI * u) / (PI * u) : 1) * bessel0(BETA * sqrt(1 - r * r)) / at;
	}
	kernel[zeros * GRID] = kernel[zeros * GRID + 1] = 0;
}

/* The sound at `at` samples + `part` of one, scale: zeros of the kernel a sample. */
static float
between(const double *kernel, int zeros, const float *x, size_t n, size_t at, double part, double scale)
{
	double reach = zeros / scale, sum = 0;
	double first = ceil((double)at + part - reach), last = floor((double)at + part + reach);
	size_t k = first > 0 ? (size_t)first : 0;

	for (; k < n && (double)k <= last; k++) {
		double u = fabs((double)at - (double)k + part) * scale * GRID;
		size_t i = (size_t)u;

		if (i <= (size_t)zeros * GRID)
			sum += x[k] * (kernel[i] + (u - (double)i) * (kernel[i + 1] - kernel[i]));
	}
	return (float)(sum * scale);
}

int
maas_sound_resample(struct maas_sound *s, long rate)
{
	size_t n = (size_t)(((double)s->n * (double)rate) / (double)s->rate) + 1;
	double *kernel = maas_alloc(ZEROS * GRID + 2, sizeof *kernel), scale;
	float *to = maas_alloc(n, sizeof *to);

	if (!kernel || !to || rate == s->rate) {
		free(kernel);
		free(to);
		return rate == s->rate ? 0 : -1;
	}
	fill_kernel(kernel, ZEROS);
	scale = CUTOFF * (rate < s->rate ? (double)rate / (double)s->rate : 1);
	n = (size_t)(((uint64_t)s->n * (uint64_t)rate + (uint64_t)s->rate - 1) / (uint64_t)s->rate);
	for (size_t i = 0; i < n; i++) {
		uint64_t at = (uint64_t)i * (uint64_t)s->rate;

		to[i] = between(kernel, ZEROS, s->sample, s->n, (size_t)(at / (uint64_t)rate),
		    (double)(at % (uint64_t)rate) / (double)rate, scale);
	}
	free(kernel);
	free(s->sample);
	s->rate = rate;
	s->n = n;
	s->sample = to;
	return 0;
}

struct maas_player {
	double kernel[NEAR * GRID + 2];
};

struct maas_player *
maas_player_new(void)
{
	struct maas_player *p = maas_alloc(1, sizeof *p);

	if (p)
		fill_kernel(p->kernel, NEAR);
	return p;
}

size_t
maas_player_run(const struct maas_player *p, float *to, size_t room, const float *x, size_t n, double speed)
{
	double scale = CUTOFF * (speed > 1 ? 1 / speed : 1);
	size_t i, at;

	for (i = 0; i < room && (at = (size_t)((double)i * speed)) < n; i++)
		to[i] = between(p->kernel, NEAR, x, n, at, (double)i * speed - (double)at, scale);
	return i;
}

void
maas_player_free(struct maas_player *p)
{
	free(p);
}
