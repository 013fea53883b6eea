/*
 * Products with 8-bit and 4-bit weights against the sentences that define them, byte for byte, in every tier the
 * machine has: odd sizes, few rows and many, weights of -128, the team and one thread, rounding, numbers that are none.
 */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/num.h"
#include "../test.h"

enum { SPACE = 400000 };

static float a[SPACE], want[SPACE], got[SPACE], bias[2000], back[2 * SPACE];
static uint8_t w[2 * SPACE];
static maas_bf16 scale[SPACE];

static const struct {
	size_t m, n, k;
} sizes[] = {
	{ 1, 1, 1 },
	{ 1, 17, 64 },
	{ 2, 65, 63 },
	{ 3, 16, 65 },
	{ 4, 33, 768 },
	{ 5, 31, 128 },
	{ 7, 40, 97 },
	{ 8, 48, 200 },
	{ 9, 20, 2100 },
	{ 13, 129, 130 },
	{ 16, 64, 1056 },
	{ 31, 20, 70 },
	{ 70, 80, 320 },
	{ 1, 2000, 192 },
};
static const struct {
	enum maas_dtype type;
	const char *name;
} types[] = { { MAAS_I8, "q8" }, { MAAS_U8, "q4" } };

/* Any bytes are weights. */
static void
fill(enum maas_dtype type, size_t n, size_t k)
{
	size_t bytes = maas_quant_panels(n) * maas_quant_panel_bytes(type, k);
	uint32_t h = 7;

	for (size_t i = 0; i < bytes; i++) {
		h = h * 1664525 + 1013904223;
		w[i] = (uint8_t)(h >> 24);
	}
	w[bytes / 2] = 0x80;
	for (size_t i = 0; i < maas_quant_panels(n) * maas_quant_groups(type, k) * MAAS_PANEL; i++) {
		float s = (type == MAAS_U8 && i % 3 == 0 ? -1.f : 1.f) * (0.003f + (float)(i % 11) / 1000);

		maas_to_bf16(&scale[i], &s, 1);
	}
}

/* The place of a weight, its integer and its scale, as num.h has them. */
static int
integer(enum maas_dtype type, size_t j, size_t l, size_t k)
{
	static const int level[] = { -127, -100, -79, -62, -47, -34, -21, -9, 2, 13, 25, 37, 50, 65, 83, 106 };
	size_t group = type == MAAS_I8 ? 64 : 32, groups = (k + group - 1) / group, g = j / 16 * groups + l / group, at;

	l %= group;
	if (type == MAAS_I8)
		return (int8_t)w[g * 1024 + l / 4 * 64 + j % 16 * 4 + l % 4];
	at = g * 256 + l % 16 / 4 * 64 + j % 16 * 4 + l % 4;
	return level[l < 16 ? w[at] & 15 : w[at] >> 4];
}

static float
scale_of(enum maas_dtype type, size_t j, size_t l, size_t k)
{
	size_t group = type == MAAS_I8 ? 64 : 32, groups = (k + group - 1) / group;
	float s;

	maas_from_bf16(&s, &scale[(j / 16 * groups + l / group) * 16 + j % 16], 1);
	return s;
}

/* The definition in num.h, read aloud. */
static float
chain(enum maas_dtype type, const float *row, size_t j, size_t k)
{
	size_t group = type == MAAS_I8 ? 64 : 32;
	float acc = 0;

	for (size_t from = 0; from < k; from += group) {
		size_t end = from + group < k ? from + group : k;
		float most = 0;
		int sum = 0;

		for (size_t l = from; l < end; l++)
			most = fabsf(row[l]) > most ? fabsf(row[l]) : most;
		for (size_t l = from; l < end && most >= 1e-30f; l++)
			sum += (int)rintf(row[l] * (127 / most)) * integer(type, j, l, k);
		acc = fmaf((float)sum * (most < 1e-30f ? 0 : most / 127), scale_of(type, j, from, k), acc);
	}
	return acc;
}

/* Room for a product, of the size said and no byte more. */
static void *
room(size_t m, size_t k, struct maas_team *team)
{
	return aligned_alloc(64, (maas_product_quant_scratch(m, k, maas_team_size(team)) + 63) / 64 * 64);
}

static void
check(enum maas_dtype type, const char *what, const char *tier, struct maas_team *team)
{
	for (size_t s = 0; s < MAAS_COUNT(sizes); s++) {
		size_t m = sizes[s].m, n = sizes[s].n, k = sizes[s].k, ld = n + 3, bad = 0, wrong = 0;
		void *scratch = room(m, k, team);
		struct maas_epilogue e = { .bias = bias, .act = MAAS_ACT_RELU, .add = 1 };
		struct maas_quant b = { type, w, scale };

		fill(type, n, k);
		maas_fill_normal(a, m * (k + 2), 1.3, 3, s);
		a[k - 1] = 2.5f; /* halves of a step: ties */
		a[0] = 127;
		for (size_t l = 0; l < 20 && s % 2 && k > 100; l++)
			a[64 + l] = (l % 2 ? -1.f : 1.f) * (l ? (float)l - 0.5f : 127);
		for (size_t i = 0; i < m * ld; i++)
			got[i] = 42;
		maas_product_quant_team(team, got, ld, a, k + 2, b, m, n, k, NULL, scratch);
		for (size_t i = 0; i < m; i++)
			for (size_t j = 0; j < ld; j++) {
				float y = j < n ? chain(type, a + i * (k + 2), j, k) : 42;

				want[i * ld + j] = y;
				bad += memcmp(&y, &got[i * ld + j], sizeof y) != 0;
			}
		memset(scratch, 0x5a, maas_product_quant_scratch(m, k, maas_team_size(team)));
		for (size_t i = (m - 1) / 8 * 8 + 8; (i -= 8) < m;) /* rounded by itself, the last rows first */
			maas_product_quant_round(scratch, type, a + i * (k + 2), k + 2, i, m - i < 8 ? m - i : 8, m, k);
		maas_product_quant_team(team, got, ld, NULL, 0, b, m, n, k, &e, scratch);
		for (size_t i = 0; i < m * ld; i++) {
			float v = want[i] + (i % ld < n ? bias[i % ld] : 0);

			wrong += i % ld < n && got[i] != want[i] + (v > 0 ? v : 0);
		}
		ok(!bad && !wrong, "%s %s: %zux%zux%zu by %d as defined, with what comes after: %zu, %zu differ", tier,
		    what, m, n, k, maas_team_size(team), bad, wrong);
		free(scratch);
	}
}

/* What is no number stays none; next to nothing is nothing. */
static void
check_odd(enum maas_dtype type, const char *what, const char *tier, struct maas_team *one)
{
	const float odd[] = { NAN, INFINITY, -INFINITY };
	void *scratch = room(3, 100, one);
	size_t none = 0, tiny = 0;

	fill(type, 40, 100);
	maas_fill_normal(a, 300, 1, 1, 1);
	for (size_t i = 0; i < 3; i++)
		a[i * 100 + 31 * i] = odd[i];
	maas_product_quant_team(one, got, 40, a, 100, (struct maas_quant){ type, w, scale }, 3, 40, 100, NULL, scratch);
	for (size_t i = 0; i < 120; i++)
		none += isnan(got[i]) != 0;
	for (size_t i = 0; i < 300; i++)
		a[i] = i % 2 ? 9e-31f : -1e-40f;
	maas_product_quant_team(one, got, 40, a, 100, (struct maas_quant){ type, w, scale }, 3, 40, 100, NULL, scratch);
	for (size_t i = 0; i < 120; i++)
		tiny += got[i] == 0;
	ok(none == 120 && tiny == 120, "%s %s: of no numbers none, %zu; of next to nothing 0, %zu", tier, what, none,
	    tiny);
	free(scratch);
}

/* Weights there and back: what is lost, as a share of what there was. */
static double
lost(enum maas_dtype type, size_t n, size_t k)
{
	size_t bytes = maas_quant_panel_bytes(type, k), groups = maas_quant_groups(type, k);
	double error = 0, all = 0;

	for (size_t p = 0; p < maas_quant_panels(n); p++)
		maas_quant_pack(w + p * bytes, scale + p * groups * MAAS_PANEL, type, a + p * MAAS_PANEL * (k + 1),
		    k + 1, n - p * MAAS_PANEL < MAAS_PANEL ? n - p * MAAS_PANEL : MAAS_PANEL, k);
	for (size_t j = 0; j < n; j++) {
		maas_quant_row(back + j * k, (struct maas_quant){ type, w, scale }, j, k);
		for (size_t l = 0; l < k; l++) {
			double x = a[j * (k + 1) + l], y = back[j * k + l];

			error += (x - y) * (x - y);
			all += x * x;
		}
	}
	return sqrt(error / all);
}

static void
check_packing(const char *tier)
{
	static uint8_t first[2][2 * SPACE];
	static maas_bf16 first_scale[2][SPACE];
	static const double least[] = { 0.004, 0.065 }, most[] = { 0.0065, 0.076 };
	static int seen;

	for (size_t t = 0; t < 2; t++) {
		enum maas_dtype type = types[t].type;
		size_t bytes = 3 * maas_quant_panel_bytes(type, 200),
		       scales = 3 * maas_quant_groups(type, 200) * MAAS_PANEL;
		double gone;

		maas_fill_normal(a, 37 * 201, 3, 1, 1);
		a[5] = 0;
		gone = lost(type, 37, 200);
		ok(gone > least[t] && gone < most[t], "%s %s: there and back, %.5f is lost", tier, types[t].name, gone);
		if (!seen) {
			memcpy(first[t], w, bytes);
			memcpy(first_scale[t], scale, scales * sizeof *scale);
		}
		ok(!memcmp(first[t], w, bytes) && !memcmp(first_scale[t], scale, scales * sizeof *scale),
		    "%s %s: packed to the same bytes", tier, types[t].name);
		for (size_t i = 0; i < 37 * 201; i++)
			a[i] *= 1e30f;
		ok(fabs(lost(type, 37, 200) / gone - 1) < 0.02, "%s %s: whatever their size", tier, types[t].name);
		for (size_t i = 0; i < 200; i++)
			a[i] = i == 70 ? -INFINITY : i == 130 ? NAN : i < 64 ? -1e-38f : 1;
		maas_quant_pack(w, scale, type, a, 200, 1, 200);
		maas_quant_row(back, (struct maas_quant){ type, w, scale }, 0, 200);
		ok(back[3] == 0 && isnan(back[70]) && isnan(back[130]) && fabs(back[199] - 1) < 0.01,
		    "%s %s: nothing, none and one: %g, %g, %g, %g", tier, types[t].name, back[3], back[70], back[130],
		    back[199]);
	}
	seen = 1;
}

int
main(void)
{
	struct maas_team *one = maas_team_new(1), *three = maas_team_new(3);

	maas_fill_normal(bias, 2000, 1, 5, 5);
	for (int i = (int)maas_isa_best(); i >= 0; i--) {
		maas_isa_force((enum maas_isa)i);
		for (size_t t = 0; t < MAAS_COUNT(types); t++) {
			check(types[t].type, types[t].name, maas_isa_name(maas_isa()), one);
			check(types[t].type, types[t].name, maas_isa_name(maas_isa()), three);
			check_odd(types[t].type, types[t].name, maas_isa_name(maas_isa()), one);
		}
		check_packing(maas_isa_name(maas_isa()));
	}
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
