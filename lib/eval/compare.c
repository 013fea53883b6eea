/* Is one model better than another?  Tests of answers to the same rows. */
#include <math.h>
#include <stdlib.h>

#include "maas/eval.h"

/* log n!, exact enough: the sum itself is of terms within a factor of each other. */
static double
log_factorial(double n)
{
	return lgamma(n + 1);
}

double
maas_mcnemar(size_t a_alone, size_t b_alone)
{
	double n = (double)a_alone + (double)b_alone, k = (double)(a_alone < b_alone ? a_alone : b_alone), term,
	       sum = 0;

	if (a_alone == b_alone)
		return 1;
	/* P(X <= k) of Binomial(n, 1/2), from its largest term down until nothing is added. */
	term = exp(log_factorial(n) - log_factorial(k) - log_factorial(n - k) - n * log(2));
	for (double i = k; i >= 0 && term > sum * 1e-18; i--) {
		sum += term;
		term *= i / (n - i + 1);
	}
	return fmin(1, 2 * sum);
}

struct boot {
	const double *sum, *size; /* [n] of a group of rows */
	size_t n;
	uint64_t seed;
	double *mean; /* [draws] */
};

/* Group `at` of a draw: 32 random bits times n, a bias below n / 2^32. */
static void
resample(void *arg, size_t begin, size_t end, int member)
{
	const struct boot *b = arg;

	(void)member;
	for (size_t d = begin; d < end; d++) {
		double sum = 0, size = 0;
		uint32_t r[4];

		for (size_t i = 0; i < b->n; i++) {
			size_t at;

			if (i % 4 == 0)
				maas_philox(r, b->seed, d, i / 4);
			at = (size_t)((uint64_t)r[i % 4] * b->n >> 32);
			sum += b->sum[at];
			size += b->size[at];
		}
		b->mean[d] = sum / size;
	}
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value below which a share q of sorted v lies, straight between neighbours (numpy's percentile). */
static double
quantile(const double *v, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t i = (size_t)at;

	return i + 1 < n ? v[i] + (v[i + 1] - v[i]) * (at - (double)i) : v[n - 1];
}

static void
conclude(struct maas_boot *to, double *mean, size_t draws, double alpha)
{
	size_t above = 0, below = 0;

	qsort(mean, draws, sizeof *mean, ascending);
	for (size_t i = 0; i < draws; i++) {
		above += mean[i] >= 0;
		below += mean[i] <= 0;
	}
	to->low = quantile(mean, draws, alpha / 2);
	to->high = quantile(mean, draws, 1 - alpha / 2);
	to->p = fmin(1, 2 * (double)((above < below ? above : below) + 1) / (double)(draws + 1));
}

int
maas_bootstrap(
    struct maas_boot *to, const double *d, size_t n, size_t draws, double alpha, uint64_t seed, struct maas_team *team)
{
	size_t groups = n < MAAS_BOOT_ROWS ? n : MAAS_BOOT_ROWS;
	double *sum = maas_alloc(groups, 2 * sizeof *sum), *mean = maas_alloc(draws, sizeof *mean), total = 0;

	if (!n || !draws || !sum || !mean) {
		free(sum);
		free(mean);
		return n && draws ? -1 : maas_fail("nothing to draw from");
	}
	for (size_t i = 0; i < n; i++) {
		sum[i % groups] += d[i];
		sum[groups + i % groups]++;
		total += d[i];
	}
	to->mean = total / (double)n;
	maas_team_run(team, draws, 64, resample, &(struct boot){ sum, sum + groups, groups, seed, mean });
	conclude(to, mean, draws, alpha);
	free(sum);
	free(mean);
	return 0;
}
