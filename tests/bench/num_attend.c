/* Causal attention at real models' shapes: rates of what is under the diagonal, the fastest of some. */
#include "maas/nn.h"

#include "../roof.h"

struct form {
	const char *what;
	size_t sequences, time, heads, kv_heads, hd;
};

static const struct form forms[] = {
	{ "gpt2 T=256", 4, 256, 12, 12, 64 },
	{ "gpt2 T=1024", 4, 1024, 12, 12, 64 },
	{ "char T=256", 8, 256, 6, 6, 64 },
	{ "llama T=2048", 1, 2048, 32, 4, 64 },
	{ "wide heads T=1024", 1, 1024, 8, 8, 128 },
};

static int turns = 15;

/* Multiplications and additions of one product of the causal half, of all heads. */
static double
work(const struct form *f)
{
	return (double)(f->sequences * f->heads) * (double)f->time * (double)(f->time + 1) * (double)f->hd;
}

static void
tell(struct maas_team *team, const struct form *f, enum maas_dtype type, const char *way, double products, double s)
{
	struct roof_work w = { .ops = products * work(f), .unit = type == MAAS_BF16 ? ROOF_BF16 : ROOF_F32 };
	char what[80];

	snprintf(what, sizeof what, "attention %s %s %s", f->what, type == MAAS_BF16 ? "bf16" : "f32", way);
	roof_tell(team, maas_isa(), what, w, s);
}

static void
least(double *best, double start)
{
	double took = maas_clock() - start;

	*best = took < *best ? took : *best;
}

static int
time_form(const struct form *f, struct maas_team *team, enum maas_dtype precision)
{
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_tape *t = maas_tape_new(a);
	struct maas_node *x =
	    maas_param(t, "x", 2, (size_t[]){ f->sequences * f->time, (f->heads + 2 * f->kv_heads) * f->hd }, 0);
	struct maas_node *y = maas_attention(t, x, f->time, (int)f->heads, (int)f->kv_heads);
	struct maas_node *loss = maas_square_loss(t, y, maas_input(t, "t", MAAS_F32, 2, y ? y->dim : NULL), NULL);
	struct maas_run run = { .team = team, .precision = precision, .train = 1 };
	double fwd = 1e9, bwd = 1e9;

	if (!loss || maas_tape_plan(t, loss, MAAS_TRAIN) < 0)
		return -1;
	run.stride = (maas_tape_scratch(t) + 63) / 64 * 64;
	if (!(run.scratch = maas_take(a, (size_t)maas_team_size(team), run.stride + 64)))
		return -1;
	maas_fill_normal(x->val, maas_len(x), 1, 1, 1);
	maas_fill_normal(y->grad, maas_len(y), 1, 1, 2);
	for (int i = 0; i < turns; i++) {
		double start = maas_clock();

		y->op->fwd(y, &run);
		least(&fwd, start);
		start = maas_clock();
		y->op->bwd(y, &run, (const unsigned char[]){ 1 });
		least(&bwd, start);
	}
	tell(team, f, precision, "forward", 2, fwd);
	tell(team, f, precision, "backward", 5, bwd);
	maas_arena_free(a);
	return 0;
}

/* A prompt against the cache that it fills: 512 rows of the 12 heads of a GPT-2. */
struct prompt {
	struct maas_keys keys;
	const float *q;
	float *y;
	char *scratch;
};

enum { ROWS = 512, HEADS = 12, HD = 64 };

static void
ask(void *arg, size_t begin, size_t end, int member)
{
	const struct prompt *p = arg;

	for (size_t h = begin; h < end; h++)
		maas_attend_fwd(p->y + h * HD, HEADS * HD, NULL, p->q + h * HD, HEADS * HD, ROWS, 0, &p->keys, HD,
		    p->scratch + (size_t)member * maas_attend_scratch());
}

static int
time_prompt(struct maas_team *team, enum maas_dtype type)
{
	static const struct form form = { "prompt of 512, cached keys", 1, ROWS, HEADS, HEADS, HD };
	const void *k[ROWS / MAAS_KEYS], *v[ROWS / MAAS_KEYS];
	struct maas_arena *a = maas_arena_new(1 << 20);
	float *q = maas_take(a, ROWS * HEADS * HD, sizeof *q), *x = maas_take(a, 2 * ROWS * HD, sizeof *x);
	maas_bf16 *half = maas_take(a, 2 * ROWS * HD, sizeof *half);
	struct prompt p = { { .type = type, .k = k, .v = v, .row = HD, .turned = 1 }, q,
		maas_take(a, ROWS * HEADS * HD, sizeof *q),
		maas_take(a, (size_t)maas_team_size(team), maas_attend_scratch()) };
	double best = 1e9;

	if (!q || !x || !half || !p.y || !p.scratch)
		return -1;
	maas_fill_normal(q, ROWS * HEADS * HD, 1, 1, 1);
	maas_fill_normal(x, 2 * ROWS * HD, 1, 1, 2);
	maas_to_bf16(half, x, 2 * ROWS * HD);
	for (size_t b = 0; b < ROWS / MAAS_KEYS; b++) {
		size_t at = b * MAAS_KEYS * HD;

		k[b] = type == MAAS_BF16 ? (const void *)(half + at) : x + at;
		v[b] = type == MAAS_BF16 ? (const void *)(half + ROWS * HD + at) : x + ROWS * HD + at;
	}
	for (int i = 0; i < turns; i++) {
		double start = maas_clock();

		maas_team_run(team, HEADS, 1, ask, &p);
		least(&best, start);
	}
	tell(team, &form, type, "forward", 2, best);
	maas_arena_free(a);
	return 0;
}

int
main(int argc, char **argv)
{
	struct roof_args a;
	int bad = 0;

	if (roof_parse(&a, argc, argv) < 0)
		return 64;
	for (int tier = maas_isa(); tier >= MAAS_AVX2 && !bad; tier--) {
		maas_isa_force((enum maas_isa)tier);
		for (size_t i = 0; !bad && i < MAAS_COUNT(forms); i++)
			if (roof_wanted(&a, forms[i].what, (enum maas_isa)tier))
				bad = time_form(&forms[i], a.team, MAAS_F32) < 0 ||
				    time_form(&forms[i], a.team, MAAS_BF16) < 0;
		if (!bad && roof_wanted(&a, "prompt of 512, cached keys", (enum maas_isa)tier))
			bad = time_prompt(a.team, MAAS_F32) < 0 || time_prompt(a.team, MAAS_BF16) < 0;
	}
	if (bad)
		fprintf(stderr, "num_attend: %s\n", maas_error());
	maas_team_free(a.team);
	return bad ? 71 : 0;
}
