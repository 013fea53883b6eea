/* Rates of passes over rows and over parameters, by tier, as shares of what memory gives: see roof.h. */
#include "../roof.h"

enum { ROWS = 2048, WIDE = 3072, GRAIN = 64, PARAMS = 32 << 20, PART = 16384 };

static struct {
	float *x, *dy, *y, *gain, *stat; /* [ROWS, WIDE], of which a pass has the beginning; stat [ROWS, 2] */
	float *p, *m, *v, *g;            /* [PARAMS] */
	maas_bf16 *half;
	size_t n; /* of a row */
} at;

static void
layernorm(void *arg, size_t b, size_t e, int member)
{
	(void)arg, (void)member;
	maas_layernorm_fwd(at.y + b * at.n, at.stat + 2 * b, at.x + b * at.n, at.gain, at.gain, e - b, at.n, 1e-5f);
}

static void
layernorm_dx(void *arg, size_t b, size_t e, int member)
{
	(void)arg, (void)member;
	maas_layernorm_dx(at.y + b * at.n, at.dy + b * at.n, at.x + b * at.n, at.stat + 2 * b, at.gain, e - b, at.n, 0);
}

static void
rmsnorm(void *arg, size_t b, size_t e, int member)
{
	(void)arg, (void)member;
	maas_rmsnorm_fwd(at.y + b * at.n, at.stat + b, at.x + b * at.n, at.gain, e - b, at.n, 1e-5f);
}

static void
softmax(void *arg, size_t b, size_t e, int member)
{
	(void)arg, (void)member;
	for (; b < e; b++)
		maas_softmax(at.y + b * at.n, at.x + b * at.n, at.n);
}

static void
gelu(void *arg, size_t b, size_t e, int member)
{
	(void)arg, (void)member;
	maas_act_fwd(at.y + b * at.n, at.x + b * at.n, (e - b) * at.n, MAAS_ACT_GELU_TANH);
}

static void
gelu_dx(void *arg, size_t b, size_t e, int member)
{
	(void)arg, (void)member;
	maas_act_bwd(at.y + b * at.n, at.dy + b * at.n, at.x + b * at.n, (e - b) * at.n, MAAS_ACT_GELU_TANH);
}

static void
swiglu(void *arg, size_t b, size_t e, int member)
{
	(void)arg, (void)member;
	maas_swiglu_fwd(at.y + b * at.n, at.dy + b * at.n, at.x + b * at.n, (e - b) * at.n);
}

static void
to_bf16(void *arg, size_t b, size_t e, int member)
{
	(void)arg, (void)member;
	maas_to_bf16(at.half + b * at.n, at.x + b * at.n, (e - b) * at.n);
}

static void
adamw(void *arg, size_t b, size_t e, int member)
{
	static const struct maas_adam_rates rates = {
		.scale = 0.7f, .beta1 = 0.9f, .beta2 = 0.95f, .eps = 1e-8f, .keep = 0.9999f, .rate = 1e-3f, .fix = 1.3f
	};

	(void)arg, (void)member;
	maas_adam_kernel(at.p + b, at.m + b, at.v + b, at.half + b, at.g + b, e - b, &rates);
}

static const struct pass {
	const char *what;
	maas_work *work;
	size_t rows, n, grain;
	double bytes; /* read and written, an element */
} passes[] = {
	{ "layernorm forward 2048x768", layernorm, ROWS, 768, GRAIN, 8 },
	{ "layernorm dx 2048x768", layernorm_dx, ROWS, 768, GRAIN, 12 },
	{ "rmsnorm forward 2048x768", rmsnorm, ROWS, 768, GRAIN, 8 },
	{ "softmax 2048x1024", softmax, ROWS, 1024, GRAIN, 8 },
	{ "gelu forward 2048x3072", gelu, ROWS, 3072, GRAIN, 8 },
	{ "gelu dx 2048x3072", gelu_dx, ROWS, 3072, GRAIN, 12 },
	{ "swiglu forward 2048x3072", swiglu, ROWS, 3072, GRAIN, 12 },
	{ "to bf16 2048x3072", to_bf16, ROWS, 3072, GRAIN, 6 },
	{ "adamw 33554432 with a bf16 copy", adamw, PARAMS, 1, PART, 30 },
};

static int
make(void)
{
	float **rows[] = { &at.x, &at.dy, &at.y }, **params[] = { &at.p, &at.m, &at.v, &at.g };

	for (size_t i = 0; i < MAAS_COUNT(rows); i++) {
		if (!(*rows[i] = maas_pages_take((size_t)ROWS * WIDE, sizeof(float))))
			return -1;
		maas_fill_normal(*rows[i], (size_t)ROWS * WIDE, 1, 1, i);
	}
	for (size_t i = 0; i < MAAS_COUNT(params); i++) {
		if (!(*params[i] = maas_pages_take(PARAMS, sizeof(float))))
			return -1;
		maas_fill_uniform(*params[i], PARAMS, 1e-3, 2, 1, 8 + i);
	}
	at.gain = maas_pages_take(WIDE, sizeof(float));
	at.stat = maas_pages_take((size_t)2 * ROWS, sizeof(float));
	at.half = maas_pages_take(PARAMS, sizeof(maas_bf16));
	if (!at.gain || !at.stat || !at.half)
		return -1;
	maas_fill_normal(at.gain, WIDE, 1, 1, 20);
	maas_fill_uniform(at.stat, (size_t)2 * ROWS, 0.5, 1.5, 1, 21);
	return 0;
}

static double
seconds(struct maas_team *team, const struct pass *p)
{
	double begin = maas_clock(), best = 1e9;

	at.n = p->n;
	for (int i = 0; i < 5 || maas_clock() - begin < 0.05; i++) {
		double start = maas_clock();

		maas_team_run(team, p->rows, p->grain, p->work, NULL);
		best = maas_clock() - start < best ? maas_clock() - start : best;
	}
	return best;
}

int
main(int argc, char **argv)
{
	struct roof_args a;

	if (roof_parse(&a, argc, argv) < 0)
		return 64;
	if (make() < 0) {
		fprintf(stderr, "num_passes: %s\n", maas_error());
		return 71;
	}
	for (int tier = maas_isa(); tier >= MAAS_PORTABLE; tier--) {
		maas_isa_force((enum maas_isa)tier);
		for (size_t i = 0; i < MAAS_COUNT(passes); i++)
			if (roof_wanted(&a, passes[i].what, (enum maas_isa)tier))
				roof_tell(a.team, (enum maas_isa)tier, passes[i].what,
				    (struct roof_work){
					.bytes = passes[i].bytes * (double)passes[i].rows * (double)passes[i].n,
					.writes = 1 },
				    seconds(a.team, &passes[i]));
	}
	maas_team_free(a.team);
	return 0;
}
