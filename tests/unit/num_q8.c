/*
 * Products with 8-bit weights against the sentences that define them, byte for byte, in every tier the machine
 * has: odd sizes, few rows and many, weights of -128, the team and one thread, rounding, numbers that are none.
 */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/num.h"
#include "../test.h"

enum { SPACE = 400000 };

static float a[SPACE], want[SPACE], got[SPACE], bias[2000], scale[SPACE], x_scale[2000];
static int8_t w[SPACE], q[4000];

static const struct {
	size_t m, n, k;
} sizes[] = {
	{ 1, 1, 1 },
	{ 1, 17, 64 },
	{ 2, 65, 63 },
	{ 3, 16, 65 },
	{ 4, 33, 768 },
	{ 5, 31, 128 },
	{ 8, 48, 200 },
	{ 13, 129, 130 },
	{ 16, 64, 256 },
	{ 31, 20, 70 },
	{ 70, 80, 320 },
	{ 1, 2000, 192 },
};

static void
fill(size_t n, size_t k)
{
	uint32_t h = 7;

	for (size_t i = 0; i < n * k; i++) {
		h = h * 1664525 + 1013904223;
		w[i] = (int8_t)(h >> 24);
	}
	w[n * k / 2] = -128;
	for (size_t i = 0; i < n * maas_q8_groups(k); i++)
		scale[i] = 0.003f + (float)(i % 11) / 1000;
}

/* The definition in num.h, read aloud. */
static float
chain(const float *row, size_t j, size_t n, size_t k)
{
	float acc = 0;

	for (size_t g = 0; g < maas_q8_groups(k); g++) {
		size_t end = (g + 1) * MAAS_GROUP < k ? (g + 1) * MAAS_GROUP : k;
		float most = 0;
		int sum = 0;

		for (size_t l = g * MAAS_GROUP; l < end; l++)
			most = fabsf(row[l]) > most ? fabsf(row[l]) : most;
		for (size_t l = g * MAAS_GROUP; l < end; l++)
			sum += (int)rintf(row[l] * (127 / most)) * w[j * k + l];
		acc = fmaf((float)sum * (most / 127), scale[g * n + j], acc);
	}
	return acc;
}

static void
check(const char *tier, struct maas_team *team)
{
	for (size_t s = 0; s < MAAS_COUNT(sizes); s++) {
		size_t m = sizes[s].m, n = sizes[s].n, k = sizes[s].k, ld = n + 3, bad = 0, wrong = 0;
		void *scratch = aligned_alloc(64, (maas_product_q8_scratch(m, k, maas_team_size(team)) + 63) / 64 * 64);
		struct maas_epilogue e = { .bias = bias, .act = MAAS_ACT_RELU, .add = 1 };

		fill(n, k);
		maas_fill_normal(a, m * (k + 2), 1.3, 3, s);
		for (size_t i = 0; i < m * ld; i++)
			got[i] = 42;
		maas_product_q8_team(team, got, ld, a, k + 2, (struct maas_q8){ w, scale }, m, n, k, NULL, scratch);
		for (size_t i = 0; i < m; i++)
			for (size_t j = 0; j < ld; j++) {
				float y = j < n ? chain(a + i * (k + 2), j, n, k) : 42;

				want[i * ld + j] = y;
				bad += memcmp(&y, &got[i * ld + j], sizeof y) != 0;
			}
		maas_product_q8_team(team, got, ld, a, k + 2, (struct maas_q8){ w, scale }, m, n, k, &e, scratch);
		for (size_t i = 0; i < m * ld; i++) {
			float v = want[i] + (i % ld < n ? bias[i % ld] : 0);

			wrong += i % ld < n && got[i] != want[i] + (v > 0 ? v : 0);
		}
		ok(!bad && !wrong, "%s: %zux%zux%zu by %d as defined, with what comes after: %zu, %zu differ", tier, m,
		    n, k, maas_team_size(team), bad, wrong);
		free(scratch);
	}
}

static void
check_rounding(const char *tier)
{
	const float x[] = { 0.5f, -127, 1.5f, 2.5f, -2.5f, 126.49f, 0, 1e-9f };
	const int8_t as[] = { 0, -127, 2, 2, -2, 126, 0, 0 };
	float y[200], odd[4] = { 1, NAN, 2, 3 }, tiny[2] = { 1e-31f, -1e-40f }, inf[2] = { -INFINITY, 0 };
	double worst = 0;

	maas_q8_round(q, x_scale, 1, x, 8);
	ok(!memcmp(q, as, 8) && x_scale[0] == 1, "%s: to the nearest, ties to even", tier);
	maas_fill_normal(a, 200, 3, 1, 1);
	maas_q8_round(q, x_scale, 2, a, 200);
	for (size_t g = 0; g < 4; g++)
		scale[g] = x_scale[2 * g];
	maas_q8_row(y, (struct maas_q8){ q, scale }, 0, 1, 200);
	for (size_t i = 0; i < 200; i++)
		worst = fmax(worst, fabs(y[i] - a[i]) / scale[i / MAAS_GROUP]);
	ok(worst > 0.4 && worst < 0.5001, "%s: and back, within %.4f of a step", tier, worst);
	maas_q8_round(q, x_scale, 1, odd, 4);
	ok(isnan(x_scale[0]), "%s: what is no number stays none", tier);
	maas_q8_round(q, x_scale, 1, inf, 2);
	ok(isnan(x_scale[0]), "%s: nor is infinity", tier);
	maas_q8_round(q, x_scale, 1, tiny, 2);
	ok(x_scale[0] == 0 && q[0] == 0 && q[1] == 0, "%s: next to nothing is nothing", tier);
}

int
main(void)
{
	struct maas_team *one = maas_team_new(1), *three = maas_team_new(3);

	maas_fill_normal(bias, 2000, 1, 5, 5);
	for (int i = (int)maas_isa_best(); i >= 0; i--) {
		maas_isa_force((enum maas_isa)i);
		check(maas_isa_name(maas_isa()), one);
		check(maas_isa_name(maas_isa()), three);
		check_rounding(maas_isa_name(maas_isa()));
	}
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
