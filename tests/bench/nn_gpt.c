/*
 * The fastest step of a GPT: tokens a second, and where the time goes.
 *	nn_gpt [SEQUENCES [THREADS [f32|bf16 [char|gpt2 [CONTEXT [STEPS]]]]]]
 * char: 6 layers, 6 heads, 384 wide, 65 ids, context 256.  gpt2: 12 layers, 12 heads, 768 wide, 50257 ids.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"
#include "maas/nn.h"

struct shape {
	const char *name;
	size_t layers, heads, c, vocab, time;
};

static struct shape shape = { "char", 6, 6, 384, 65, 256 };
static const struct shape gpt2 = { "gpt2", 12, 12, 768, 50257, 1024 };

static double spent[32][2], least[32][2]; /* by op, forward and backward; in the fastest step */

static struct maas_node *
param(struct maas_tape *t, size_t rows, size_t cols)
{
	return maas_param(t, "w", cols ? 2 : 1, (size_t[]){ rows, cols }, cols > 0);
}

static struct maas_node *
layer(struct maas_tape *t, struct maas_node *x)
{
	size_t C = shape.c;
	struct maas_node *h = maas_layernorm(t, x, param(t, C, 0), param(t, C, 0), 1e-5f);

	h = maas_linear(t, h, param(t, 3 * C, C), param(t, 3 * C, 0), NULL, MAAS_ACT_NONE);
	h = maas_attention(t, h, shape.time, (int)shape.heads, (int)shape.heads);
	x = maas_linear(t, h, param(t, C, C), param(t, C, 0), x, MAAS_ACT_NONE);
	h = maas_layernorm(t, x, param(t, C, 0), param(t, C, 0), 1e-5f);
	h = maas_linear(t, h, param(t, 4 * C, C), param(t, 4 * C, 0), NULL, MAAS_ACT_GELU_TANH);
	return maas_linear(t, h, param(t, C, 4 * C), param(t, C, 0), x, MAAS_ACT_NONE);
}

/* Ops with a stop-watch in front of each. */
static struct maas_op timed[32];
static const struct maas_op *plain[32];

static size_t
which(const struct maas_op *op)
{
	return (size_t)(op - timed);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	double start = maas_clock();

	plain[which(y->op)]->fwd(y, run);
	spent[which(y->op)][0] += maas_clock() - start;
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	double start = maas_clock();

	plain[which(y->op)]->bwd(y, run, first);
	spent[which(y->op)][1] += maas_clock() - start;
}

static void
watch(struct maas_node *y)
{
	size_t i = 0;

	while (maas_ops[i] != y->op)
		i++;
	plain[i] = y->op;
	timed[i] = *y->op;
	timed[i].fwd = fwd;
	timed[i].bwd = bwd;
	y->op = &timed[i];
}

static struct maas_node *
network(struct maas_tape *t, size_t rows)
{
	struct maas_node *ids = maas_input(t, "ids", MAAS_I32, 1, &rows);
	struct maas_node *targets = maas_input(t, "targets", MAAS_I32, 1, &rows);
	struct maas_node *table = param(t, shape.vocab, shape.c), *x;

	x = maas_embed(t, ids, table, param(t, shape.time, shape.c));
	for (size_t i = 0; i < shape.layers; i++)
		x = layer(t, x);
	x = maas_layernorm(t, x, param(t, shape.c, 0), param(t, shape.c, 0), 1e-5f);
	return maas_head_loss(t, x, table, targets);
}

static void
watch_all(struct maas_node *x)
{
	struct maas_node *all[256];
	size_t n = 0;

	for (; x && n < MAAS_COUNT(all); x = x->in[0])
		if (x->op)
			all[n++] = x;
	while (n)
		watch(all[--n]);
}

static void
fill(struct maas_tape *t, size_t rows)
{
	const struct maas_params *p = maas_tape_params(t);
	int32_t *id = maas_tape_input(t, "ids")->val, *target = maas_tape_input(t, "targets")->val;

	maas_fill_normal(p->val, p->n, 0.02, 1, 1);
	if (p->half)
		maas_to_bf16(p->half, p->val, p->n);
	for (size_t i = 0; i < rows; i++) {
		id[i] = (int32_t)(i * 7919 % shape.vocab);
		target[i] = (int32_t)((i + 1) * 7919 % shape.vocab);
	}
}

/* Seconds of the fastest step, its norm and its update. */
struct step {
	double all, norm, update;
};

static struct step
one_step(struct maas_tape *t, struct maas_run *run, float *const moment[2], int number)
{
	const struct maas_params *p = maas_tape_params(t);
	const struct maas_update how = { MAAS_ADAMW, 1e-3f, 0, 0.9f, 0.95f, 1e-8f, 0.1f, 0, 0 };
	double start = maas_clock(), before, norm;
	struct step s;

	memset(spent, 0, sizeof spent);
	maas_forward(t, run);
	maas_backward(t, run, 0);
	before = maas_clock();
	norm = maas_grad_norm(run->team, p);
	s.norm = maas_clock() - before;
	before = maas_clock();
	maas_update_step(run->team, p, moment, (float)(1 / (1 + norm)), &how, (uint64_t)number);
	s.update = maas_clock() - before;
	s.all = maas_clock() - start;
	return s;
}

/* The first touches memory and does not count. */
static struct step
steps(struct maas_tape *t, struct maas_run *run, float *const moment[2], int count)
{
	struct step best = { 1e9, 0, 0 };

	one_step(t, run, moment, 1);
	for (int i = 0; i < count; i++) {
		struct step s = one_step(t, run, moment, i + 2);

		if (s.all < best.all) {
			best = s;
			memcpy(least, spent, sizeof least);
		}
	}
	return best;
}

static void
print(struct maas_tape *t, const struct maas_run *run, size_t rows, struct step s)
{
	const struct maas_params *p = maas_tape_params(t);
	/* 6 a weight and token; attention: two products, half of them masked, three times. */
	double work = (double)rows * 6 * ((double)p->n + (double)(shape.layers * shape.time * shape.c));
	double bytes = (double)p->n * (28 + (p->half ? 2 : 0));

	printf("gpt %s, step of %zu x %zu, %s\t%.0f\ttokens/s\t%d threads\n", shape.name, rows / shape.time, shape.time,
	    p->half ? "bf16" : "f32", (double)rows / s.all, maas_team_size(run->team));
	printf("gpt %s, of a step\t%.0f\tGFLOP/s\t%.0f ms\n", shape.name, work / s.all * 1e-9, s.all * 1e3);
	printf("gpt %s, activations and gradients\t%.0f\tMB\n", shape.name, (double)maas_tape_bytes(t) * 1e-6);
	for (size_t i = 0; maas_ops[i]; i++)
		for (int back = 0; plain[i] && back < 2; back++)
			printf("gpt %s, %s, %s\t%.1f\tms\n", shape.name, plain[i]->name, back ? "backward" : "forward",
			    least[i][back] * 1e3);
	printf("gpt %s, norm\t%.1f\tms\t%.1f GB/s\n", shape.name, s.norm * 1e3, (double)p->n * 4e-9 / s.norm);
	printf("gpt %s, adamw\t%.1f\tms\t%.1f GB/s\n", shape.name, s.update * 1e3, bytes * 1e-9 / s.update);
}

int
main(int argc, char **argv)
{
	size_t sequences = argc > 1 ? strtoul(argv[1], NULL, 10) : 8, rows;
	int threads = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0, half = argc > 3 && !strcmp(argv[3], "bf16");
	int count = argc > 6 ? (int)strtol(argv[6], NULL, 10) : 3;
	struct maas_team *team = maas_team_new(threads);
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_tape *t = maas_tape_new(a);
	struct maas_run run = { .team = team, .precision = half ? MAAS_BF16 : MAAS_F32, .train = 1 };
	struct maas_node *loss;

	if (argc > 4 && !strcmp(argv[4], gpt2.name))
		shape = gpt2;
	if (argc > 5)
		shape.time = strtoul(argv[5], NULL, 10);
	rows = sequences * shape.time;
	loss = network(t, rows);
	if (!team || !loss || maas_tape_plan(t, loss, MAAS_TRAIN | (half ? MAAS_HALF | MAAS_ROUNDED : 0)) < 0) {
		fprintf(stderr, "%s\n", maas_error());
		return 1;
	}
	watch_all(loss);
	size_t n = maas_tape_params(t)->n;
	float *const moment[2] = { maas_take(a, n, sizeof(float)), maas_take(a, n, sizeof(float)) };

	run.stride = (maas_tape_scratch(t) + 63) / 64 * 64;
	run.scratch = maas_take(a, (size_t)maas_team_size(team), run.stride);
	if (!moment[0] || !moment[1] || !run.scratch || !rows || count < 1) {
		fprintf(stderr, "%s\n", maas_error());
		return 1;
	}
	fill(t, rows);
	print(t, &run, rows, steps(t, &run, moment, count));
	maas_arena_free(a);
	maas_team_free(team);
	return 0;
}
