/* num_choose.c -- passes over scores: what they say against a plain loop, and the same bytes on every tier. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "maas/num.h"

#define N 1237 /* no whole number of chunks, nor of lanes */

struct all {
	float peak[maas_chunks(N) * MAAS_LANES], weight[N];
	double sum[maas_chunks(N)], mass;
	uint32_t pick[N];
	size_t bad, count, gathered;
};

static void
scores(float *x)
{
	for (size_t i = 0; i < N; i++)
		x[i] = (float)(9 * maas_uniform(5, 1, i) - 4);
	x[700] = -INFINITY;
}

static void
everything(struct all *a, const float *x, const struct maas_stay *stay)
{
	memset(a, 0, sizeof *a);
	a->bad = maas_peaks(a->peak, x, N, 1e28f);
	maas_weigh(a->weight, a->sum, x, N, stay);
	a->mass = maas_mass_from(&a->count, a->weight, x, a->peak, N, 4.2f);
	a->gathered = maas_gather_between(a->pick, N, x, a->peak, N, 4.1f, 4.3f);
}

static void
plain(const struct all *a, const float *x, const struct maas_stay *stay)
{
	size_t wrong = 0, count = 0, gathered = 0;
	double worst = 0, mass = 0;

	for (size_t c = 0; c < maas_chunks(N); c++)
		for (size_t l = 0; l < MAAS_LANES; l++) {
			float most = -INFINITY;

			for (size_t i = c * MAAS_CHUNK + l; i < N && i < (c + 1) * MAAS_CHUNK; i += MAAS_LANES)
				most = fmaxf(most, x[i]);
			wrong += a->peak[c * MAAS_LANES + l] != most;
		}
	ok(!wrong && !a->bad, "peaks");
	for (size_t i = 0; i < N; i++) {
		double w = x[i] >= stay->from && x[i] / stay->heat >= stay->least
		    ? exp((double)x[i] / stay->heat - stay->shift)
		    : 0;

		worst = fmax(worst, fabs(a->weight[i] - w) / fmax(w, 1e-30));
		mass += x[i] >= 4.2f ? w : 0;
		count += x[i] >= 4.2f;
		if (x[i] >= 4.1f && x[i] < 4.3f)
			wrong += a->pick[gathered++] != i;
	}
	ok(worst < 1e-6, "weights, to %.2g", worst);
	ok(fabs(a->mass - mass) < 1e-6 * mass && a->count == count && count > 9, "%zu hold %g", count, mass);
	ok(!wrong && a->gathered == gathered && gathered > 9, "%zu gathered", gathered);
	ok(maas_count_from(x, N, 4.2f) == count, "counted");
}

int
main(void)
{
	static const struct maas_stay stay = { 0.7f, 7.1f, -3.5f, -4.4f };
	static struct all first, now;
	static float x[N];
	uint32_t few[3];

	scores(x);
	for (int i = 0; i <= (int)maas_isa_best(); i++) {
		maas_isa_force((enum maas_isa)i);
		printf("# %s\n", maas_isa_name(maas_isa()));
		everything(i ? &now : &first, x, &stay);
		plain(i ? &now : &first, x, &stay);
		ok(!i || !memcmp(&now, &first, sizeof now), "the same bytes as in portable C");
		ok(maas_gather_between(few, 3, x, first.peak, N, -2, 2) == 3 && few[2] < 20,
		    "no more than there is room");
	}
	x[900] = NAN;
	x[901] = INFINITY;
	ok(maas_peaks(now.peak, x, N, 1e28f) == 2, "NaN and infinity are seen");
	return done();
}
