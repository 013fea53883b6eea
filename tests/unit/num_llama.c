/* num_llama.c -- RMSNorm, rotary positions and SwiGLU against double, within the errors that num.h states, in every
 * tier. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "maas/num.h"

enum { N = 1003, HEADS = 3, HD = 22 };

static float x[N], gate[N], gain[N], y[N], first[N], stat[2];

/* |got - want| in units of the last place of `size`. */
static double
off(double got, double want, double size)
{
	return fabs(got - want) / (ldexp(1, -23) * exp2(floor(log2(fabs(size) + 1e-300))));
}

static void
check_rmsnorm(void)
{
	double square = 0, worst = 0;

	for (size_t i = 0; i < N; i++)
		square += (double)x[i] * x[i] / N;
	maas_rmsnorm_fwd(y, stat, x, gain, 1, N, 1e-5f);
	for (size_t i = 0; i < N; i++)
		worst = fmax(worst, off(y[i], x[i] / sqrt(square + 1e-5) * gain[i], y[i]));
	ok(worst < 8 && stat[0] == 0, "rmsnorm is off by %.2f units", worst);
	ok(off(stat[1], 1 / sqrt(square + 1e-5), stat[1]) < 4, "what it divides by");
	maas_rmsnorm_fwd(first, NULL, x, NULL, 1, 7, 1e-5f);
	square = 0;
	for (size_t i = 0; i < 7; i++)
		square += (double)x[i] * x[i] / 7;
	ok(off(first[6], x[6] / sqrt(square + 1e-5), first[6]) < 4, "rmsnorm without gain");
	memcpy(first, x, sizeof first);
	maas_rmsnorm_fwd(first, NULL, first, gain, 1, N, 1e-5f);
	ok(!memcmp(first, y, sizeof y), "rmsnorm in place");
	memset(first, 0, sizeof first);
	maas_rmsnorm_fwd(first, NULL, first, gain, 1, N, 1e-5f);
	ok(first[3] == 0, "rmsnorm of zeros");
	first[5] = NAN;
	maas_rmsnorm_fwd(first, NULL, first, gain, 1, N, 1e-5f);
	ok(isnan(first[5]) && isnan(first[900]), "rmsnorm of what is no number");
}

static void
check_rope(void)
{
	const struct maas_rope how = { .theta = 10000, .factor = 1 };
	double speed[HD / 2], worst = 0, longest = 0;
	float turn[HD], back[HEADS * HD];

	maas_rope_speeds(speed, HD, &how);
	maas_rope_turns(turn, speed, HD, 8191);
	maas_rope_fwd(y, x, turn, HEADS, HD);
	for (size_t h = 0; h < HEADS; h++)
		for (size_t i = 0; i < HD / 2; i++) {
			double a = x[h * HD + i], b = x[h * HD + HD / 2 + i],
			       angle = 8191 * pow(10000, -2.0 * (double)i / HD);
			double u = a * cos(angle) - b * sin(angle), v = b * cos(angle) + a * sin(angle);

			worst = fmax(worst, off(y[h * HD + i], u, hypot(a, b)));
			worst = fmax(worst, off(y[h * HD + HD / 2 + i], v, hypot(a, b)));
			longest = fmax(longest, hypot(a, b));
		}
	ok(worst < 2, "turned, and off by %.2f units", worst);
	maas_rope_bwd(back, y, turn, HEADS, HD, 0);
	worst = 0;
	for (size_t i = 0; i < HEADS * HD; i++)
		worst = fmax(worst, fabs((double)back[i] - x[i]));
	ok(worst < 1e-6 * longest, "and turned back");
	maas_rope_bwd(back, y, turn, HEADS, HD, 1);
	ok(fabsf(back[HD] - 2 * x[HD]) < 1e-6f * (float)longest, "and added");
	maas_rope_turns(turn, speed, HD, 0);
	ok(turn[0] == 1 && turn[HD / 2 - 1] == 1 && turn[HD - 1] == 0, "nothing turns at the beginning");
}

static void
check_swiglu(void)
{
	double worst = 0, dx = 0, dgate = 0;

	maas_swiglu_fwd(y, gate, x, N);
	for (size_t i = 0; i < N; i++)
		worst = fmax(worst, off(y[i], gate[i] / (1 + exp(-(double)gate[i])) * x[i], y[i]));
	ok(worst < 4, "swiglu is off by %.2f units", worst);
	maas_swiglu_dx(first, gain, gate, N, 0);
	for (size_t i = 0; i < N; i++)
		dx = fmax(dx, off(first[i], gate[i] / (1 + exp(-(double)gate[i])) * gain[i], first[i]));
	maas_swiglu_dgate(first, gain, gate, x, N, 0);
	for (size_t i = 0; i < N; i++) {
		double s = 1 / (1 + exp(-(double)gate[i])), size = (double)gain[i] * x[i];

		dgate = fmax(dgate, off(first[i], size * (s + gate[i] * s * (1 - s)), size));
	}
	ok(dx < 4 && dgate < 8, "its gradients are off by %.2f and %.2f units", dx, dgate);
	memcpy(first, gate, sizeof first);
	maas_swiglu_fwd(first, first, x, N);
	ok(!memcmp(first, y, sizeof y), "swiglu in place of its gate");
	first[0] = -200;
	first[1] = INFINITY;
	first[2] = NAN;
	first[3] = 0;
	maas_swiglu_fwd(first, first, x, 4);
	ok(first[0] == 0 && isinf(first[1]) && isnan(first[2]) && first[3] == 0, "far out, and no number");
}

/* A product that ends with a gate, whose row is where the answer goes. */
static void
check_epilogue(void)
{
	static float a[2 * 40], b[33 * 40], c[2 * 33], both[2 * 33], want[2 * 33];
	void *scratch = aligned_alloc(64, maas_product_scratch());
	struct maas_matrix left = { a, MAAS_F32, 40, 1 }, right = { b, MAAS_F32, 40, 1 };
	struct maas_epilogue e = { .bias = x, .gate = both };

	if (!scratch)
		exit(71);
	maas_fill_normal(a, 2 * 40, 1, 5, 1);
	maas_fill_normal(b, 33 * 40, 1, 5, 2);
	maas_fill_normal(both, 2 * 33, 1, 5, 3);
	maas_product(c, 33, left, right, 2, 33, 40, MAAS_F32, &(struct maas_epilogue){ .bias = x }, scratch);
	maas_swiglu_fwd(want, both, c, 2 * 33);
	maas_product(both, 33, left, right, 2, 33, 40, MAAS_F32, &e, scratch);
	ok(!memcmp(want, both, sizeof want), "a product behind a gate, in its place");
	free(scratch);
}

int
main(void)
{
	static float kept[N], now[N];
	const enum maas_isa best = maas_isa_best();

	maas_fill_normal(x, N, 1.3, 7, 1);
	maas_fill_normal(gate, N, 2.5, 7, 2);
	maas_fill_normal(gain, N, 0.7, 7, 3);
	for (enum maas_isa isa = MAAS_PORTABLE; isa <= best; isa++) {
		maas_isa_force(isa);
		check_rmsnorm();
		check_rope();
		check_swiglu();
		check_epilogue();
		maas_swiglu_fwd(now, gate, x, N);
		maas_rmsnorm_fwd(now, NULL, now, gain, 1, N, 1e-5f);
		if (isa == MAAS_PORTABLE)
			memcpy(kept, now, sizeof kept);
		ok(!memcmp(kept, now, sizeof now), "%s: the same bytes", maas_isa_name(isa));
	}
	return done();
}
