/*
 * Activations, softmax, layer normalisation, attention and the door to LAPACK: against double
 * arithmetic, and the same bytes in every tier the machine has.
 */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/num.h"
#include "../test.h"

enum { N = 1003, T = 150, HD = 40 };

static float x[N], y[N], first[N], dy[N];
static void *scratch;

static enum maas_isa
tier(int i)
{
	maas_isa_force((enum maas_isa)i);
	return maas_isa();
}

static double
act(double v, enum maas_act a)
{
	switch (a) {
	case MAAS_ACT_GELU: return 0.5 * v * erfc(-v / sqrt(2));
	case MAAS_ACT_GELU_TANH: return 0.5 * v * (1 + tanh(sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
	case MAAS_ACT_RELU: return v > 0 ? v : 0;
	case MAAS_ACT_TANH: return tanh(v);
	case MAAS_ACT_SIGMOID: return 1 / (1 + exp(-v));
	case MAAS_ACT_SILU: return v / (1 + exp(-v));
	case MAAS_ACT_NONE: break;
	}
	return v;
}

/* Units of the last place of a float next to want. */
static double
ulps(float got, double want)
{
	double unit = nextafterf(fabsf((float)want), INFINITY) - fabsf((float)want);

	return fabs(got - want) / unit;
}

static void
check_exp(void)
{
	double worst = 0;
	float edge[] = { NAN, INFINITY, -INFINITY, 200, -200, 0, -0.0f, 88.7f, -100 }, out[MAAS_COUNT(edge)];

	for (float lo = -103; lo < 88; lo += 0.37f) {
		for (size_t i = 0; i < N; i++)
			x[i] = lo + 0.37f * (float)i / N;
		maas_exp(y, x, N);
		for (size_t i = 0; i < N; i++)
			worst = fmax(worst, ulps(y[i], exp((double)x[i])));
	}
	ok(worst <= 1.1, "exp is within 1.1 units of the last place: %.3f", worst);
	maas_exp(out, edge, MAAS_COUNT(edge));
	ok(isnan(out[0]) && out[1] == INFINITY && out[2] == 0 && out[3] == INFINITY && out[4] == 0 && out[5] == 1 &&
		out[6] == 1,
	    "exp at the edges");
	ok(ulps(out[7], exp((double)88.7f)) < 2 && ulps(out[8], exp(-100.0)) < 2,
	    "exp next to infinity and among subnormals");
	worst = 0;
	for (size_t i = 0; i < N; i++)
		x[i] = (float)i / N * 12 - 6;
	maas_act_fwd(y, x, N, MAAS_ACT_TANH);
	for (size_t i = 0; i < N; i++)
		worst = fmax(worst, ulps(y[i], tanh((double)x[i])));
	ok(worst <= 2, "tanh is within 2 units: %.3f", worst);
}

/* The errors that num.h states: in units of the last place, or (units 0) of |x|; slopes absolutely. */
static void
check_act(enum maas_act a, double units)
{
	double worst = 0, slope = 0, h = 1e-6;

	for (int part = 0; part < 60; part++) {
		for (size_t i = 0; i < N; i++)
			x[i] = (float)(part - 30) + ((float)i + 0.3f) / N;
		maas_fill_normal(dy, N, 1, 1, 2);
		maas_act_fwd(y, x, N, a);
		for (size_t i = 0; i < N; i++) {
			double want = act(x[i], a);

			worst = fmax(worst, units > 0 ? ulps(y[i], want) : fabs(y[i] - want) / fmax(fabs(x[i]), 1e-30));
		}
		maas_act_bwd(y, dy, x, N, a);
		for (size_t i = 0; i < N; i++) {
			double want = (act(x[i] + h, a) - act(x[i] - h, a)) / (2 * h);

			slope = fmax(slope, fabs(y[i] - dy[i] * want) / fabs(dy[i]));
		}
	}
	ok(worst <= (units > 0 ? units : 3e-7) && slope <= 3e-6, "activation %d: off by %.3g, its slope by %.2g", a,
	    worst, slope);
}

static void
check_golden(void)
{
	float v[] = { -1, 0.5f, 2 }, g[3];

	maas_act_fwd(g, v, 3, MAAS_ACT_GELU);
	ok(fabsf(g[0] + 0.15865525f) < 2e-7f && fabsf(g[1] - 0.34573123f) < 2e-7f && fabsf(g[2] - 1.95449974f) < 4e-7f,
	    "gelu");
	maas_act_fwd(g, v, 3, MAAS_ACT_GELU_TANH);
	ok(fabsf(g[0] + 0.15880801f) < 2e-7f && fabsf(g[1] - 0.34571401f) < 2e-7f && fabsf(g[2] - 1.95459769f) < 4e-7f,
	    "gelu, tanh form");
	maas_act_fwd(g, v, 3, MAAS_ACT_NONE);
	ok(!memcmp(g, v, sizeof v), "none is the same");
	maas_act_bwd(g, v, v, 3, MAAS_ACT_NONE);
	maas_act_bwd(g, g, v, 3, MAAS_ACT_NONE);
	ok(!memcmp(g, v, sizeof v), "and so are its slopes, in place too");
}

static void
check_softmax(void)
{
	double sum = 0, worst = 0, lse, max = -INFINITY;

	maas_fill_normal(x, N, 5, 1, 3);
	for (size_t i = 0; i < N; i++) {
		sum += exp((double)x[i]);
		max = fmax(max, x[i]);
	}
	lse = maas_logsumexp(x, N);
	ok(fabs(lse - log(sum)) < 1e-6, "logsumexp %.9f, wanted %.9f", lse, log(sum));
	maas_softmax(y, x, N);
	for (size_t i = 0; i < N; i++)
		worst =
		    fmax(worst, fabs(y[i] - exp((double)x[i]) / sum) / (exp((double)x[i]) / sum) / (2 + max - x[i]));
	ok(worst <= 2e-7, "softmax is off by %.2g of itself", worst);
	maas_softmax(x, x, N);
	ok(!memcmp(x, y, sizeof x), "softmax in place");
	for (size_t i = 0; i < N; i++)
		x[i] = 1e30f * (float)(i % 2);
	maas_softmax(y, x, N);
	ok(y[0] == 0 && fabsf(y[1] - 2.0f / (N - 1)) < 1e-8f, "softmax of huge numbers");
}

static void
check_layernorm(void)
{
	float gain[N], bias[N], stat[2], none[N];
	double mean = 0, var = 0, worst = 0;

	maas_fill_normal(x, N, 2, 1, 4);
	maas_fill_normal(gain, N, 1, 1, 5);
	maas_fill_normal(bias, N, 1, 1, 6);
	for (size_t i = 0; i < N; i++)
		mean += x[i] / (double)N;
	for (size_t i = 0; i < N; i++)
		var += (x[i] - mean) * (x[i] - mean) / N;
	maas_layernorm_fwd(y, stat, x, gain, bias, 1, N, 1e-5f);
	for (size_t i = 0; i < N; i++) {
		double v = (x[i] - mean) / sqrt(var + 1e-5), unit = fabs(gain[i]) * (1 + fabs(v)) + fabs(bias[i]);

		worst = fmax(worst, fabs(y[i] - (v * gain[i] + bias[i])) / unit);
	}
	ok(worst <= 1e-6 && fabs(stat[1] - 1 / sqrt(var + 1e-5)) < 1e-6, "layernorm is off by %.2g", worst);
	maas_layernorm_fwd(none, NULL, x, NULL, NULL, 1, N, 1e-5f);
	ok(fabs(none[7] - (x[7] - mean) / sqrt(var + 1e-5)) < 1e-6, "layernorm without gain and bias");
}

/* All that is made of rows, one after the other, for comparing tiers. */
static void
everything(float *to)
{
	maas_fill_normal(x, N, 4, 2, 1);
	maas_fill_normal(dy, N, 1, 2, 2);
	memcpy(to, x, sizeof x);
	for (enum maas_act a = MAAS_ACT_GELU; a <= MAAS_ACT_SILU; a++) {
		float d[N], f[N];

		maas_act_bwd(d, dy, x, N, a);
		maas_act_fwd(f, x, N, a);
		maas_add(to, d, N);
		maas_add(to, f, N);
	}
	maas_layernorm_fwd(y, NULL, to, x, dy, 1, N, 1e-5f);
	maas_softmax(to, y, N);
	to[0] += (float)maas_dot(x, dy, N);
	to[1] += (float)maas_logsumexp(x, N);
}

static float q[T * HD], k[T * HD], v[T * HD], out[T * HD], alone[T * HD], lse[T];

static void
attend(float *to, float *sums, size_t rows, size_t at)
{
	const void *kb[] = { k, k + MAAS_KEYS * HD, k + 2 * MAAS_KEYS * HD },
		   *vb[] = { v, v + MAAS_KEYS * HD, v + 2 * MAAS_KEYS * HD };
	struct maas_keys keys = { .k = kb, .v = vb, .row = HD };

	maas_attend_fwd(to, HD, sums, q + at * HD, HD, rows, at, &keys, HD, scratch);
}

static double
attention(size_t t, size_t c, double *sum)
{
	double o = 0;

	*sum = 0;
	for (size_t j = 0; j <= t; j++) {
		double s = 0;

		for (size_t d = 0; d < HD; d++)
			s += (double)q[t * HD + d] * k[j * HD + d];
		*sum += exp(s / sqrt(HD));
		o += exp(s / sqrt(HD)) * v[j * HD + c];
	}
	return o / *sum;
}

static void
check_attention(void)
{
	double worst = 0, worst_sum = 0, sum;
	int bad = 0;

	maas_fill_normal(q, T * HD, 1.5, 3, 1);
	maas_fill_normal(k, T * HD, 1.5, 3, 2);
	maas_fill_normal(v, T * HD, 1, 3, 3);
	attend(out, lse, T, 0);
	for (size_t i = 0; i < T * HD; i++) {
		worst = fmax(worst, fabs(out[i] - attention(i / HD, i % HD, &sum)));
		worst_sum = fmax(worst_sum, fabs(lse[i / HD] - log(sum)));
	}
	ok(worst < 4e-6 && worst_sum < 4e-6, "attention is off by %.2g, its sums by %.2g", worst, worst_sum);
	for (size_t t = 0; t < T; t++) {
		attend(alone, NULL, 1, t);
		bad += memcmp(alone, out + t * HD, HD * sizeof *out) != 0;
	}
	ok(!bad, "a query alone as among others: %d of %d differ", bad, T);
	attend(alone, NULL, T - 37, 37);
	ok(!memcmp(alone, out + 37 * HD, (T - 37) * HD * sizeof *out), "the last %d queries as among all", T - 37);
}

/* Turned or straight, keys are the same keys. */
static void
check_turned(void)
{
	static float kt[3 * MAAS_KEYS * HD];
	const void *kb[] = { kt, kt + MAAS_KEYS * HD, kt + 2 * MAAS_KEYS * HD },
		   *vb[] = { v, v + MAAS_KEYS * HD, v + 2 * MAAS_KEYS * HD };
	struct maas_keys keys = { .k = kb, .v = vb, .row = HD, .turned = 1 };

	for (size_t t = 0; t < T; t++)
		for (size_t c = 0; c < HD; c++)
			kt[t / MAAS_KEYS * MAAS_KEYS * HD + c * MAAS_KEYS + t % MAAS_KEYS] = k[t * HD + c];
	maas_attend_fwd(alone, HD, NULL, q, HD, T, 0, &keys, HD, scratch);
	ok(!memcmp(alone, out, sizeof out), "keys turned: the same");
}

static void
check_lapack(void)
{
	double a[9], values[3], vectors[9], xs[] = { 1, 2, 3, 4, 5, 7, 8, 9, 1, -2, 0.5, 3 }, c[9] = { 0 }, u[12],
					    vt[9], sv[3];
	double worst = 0, keep[12];

	maas_gram(c, xs, 4, 3);
	memcpy(a, c, sizeof a);
	memcpy(keep, xs, sizeof xs);
	ok(maas_eigen_sym(values, vectors, a, 3) == 0 && values[0] <= values[1] && values[1] <= values[2],
	    "eigenvalues ascend");
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			double s = 0;

			for (int l = 0; l < 3; l++)
				s += c[j < l ? j * 3 + l : l * 3 + j] * vectors[i * 3 + l];
			worst = fmax(worst, fabs(s - values[i] * vectors[i * 3 + j]));
		}
	ok(worst < 1e-11, "a v = w v to %.2g", worst);
	ok(maas_svd(sv, vt, u, xs, 4, 3) == 0 && fabs(sv[0] * sv[0] - values[2]) < 1e-10, "singular values descend");
	worst = 0;
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 3; j++) {
			double s = 0;

			for (int l = 0; l < 3; l++)
				s += u[i * 3 + l] * sv[l] * vt[l * 3 + j];
			worst = fmax(worst, fabs(s - keep[i * 3 + j]));
		}
	ok(worst < 1e-12, "u s vt is the matrix, to %.2g", worst);
	memcpy(a, c, sizeof a);
	a[4] = NAN;
	ok(maas_eigen_sym(values, vectors, a, 3) < 0 && strstr(maas_error(), "row 1, column 1"), "NaN: %s",
	    maas_error());
}

int
main(void)
{
	static float attended[T * HD];

	if (!(scratch = aligned_alloc(64, maas_attend_scratch())))
		return 2;
	for (int i = 0; i <= (int)maas_isa_best(); i++) {
		printf("# %s\n", maas_isa_name(tier(i)));
		check_exp();
		check_golden();
		check_act(MAAS_ACT_GELU, 0);
		check_act(MAAS_ACT_GELU_TANH, 0);
		check_act(MAAS_ACT_RELU, 0);
		check_act(MAAS_ACT_TANH, 2);
		check_act(MAAS_ACT_SIGMOID, 3);
		check_act(MAAS_ACT_SILU, 3);
		check_softmax();
		check_layernorm();
		check_attention();
		check_turned();
		if (i == 0) {
			everything(first);
			memcpy(attended, out, sizeof out);
			continue;
		}
		float now[N];

		everything(now);
		ok(!memcmp(now, first, sizeof now), "the same bytes as in portable C");
		ok(!memcmp(out, attended, sizeof out), "attention too");
	}
	check_lapack();
	free(scratch);
	return done();
}
