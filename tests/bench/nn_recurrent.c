/*
 * The fastest step of a recurrent classifier, and where its time goes: embedding, cell, last state, head, loss, AdamW.
 *	nn_recurrent [rnn|lstm|gru [THREADS [STEPS [BATCH [LENGTH [WORDS [f32|bf16]]]]]]]
 * 128 wide, 128 units, 10 labels.  All texts are of the same length.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"
#include "maas/nn.h"

enum { WIDE = 128, UNITS = 128, LABELS = 10 };

static size_t batch = 32, time_of = 40, words = 20000;
static const char *const names[] = { "rnn", "lstm", "gru" };
static const size_t gates[] = { 1, 4, 3 };

static struct maas_node *
param(struct maas_tape *t, size_t rows, size_t cols)
{
	return maas_param(t, "w", cols ? 2 : 1, (size_t[]){ rows, cols }, cols > 0);
}

struct part {
	const char *name;
	double seconds, least;
};
enum { EMBED, CELL, REST, BACK_REST, BACK_CELL, BACK_EMBED, NORM, UPDATE, PARTS };
static struct part parts[PARTS] = { { "embedding, forward", 0, 0 }, { "cell, forward", 0, 0 },
	{ "head, forward", 0, 0 }, { "head, backward", 0, 0 }, { "cell, backward", 0, 0 },
	{ "embedding, backward", 0, 0 }, { "norm", 0, 0 }, { "adamw", 0, 0 } };

struct net {
	struct maas_tape *t;
	struct maas_node *embed, *cell, *loss;
	const struct maas_op *plain[2];
	struct maas_op timed[2];
};
static struct net net;

static void
network(enum maas_cell cell)
{
	size_t rows = batch * time_of, wide = gates[cell] * UNITS;
	struct maas_tape *t = net.t;
	struct maas_node *ids = maas_input(t, "ids", MAAS_I32, 1, &rows), *x;
	struct maas_node *lengths = maas_input(t, "lengths", MAAS_I32, 1, &batch);
	struct maas_node *labels = maas_input(t, "labels", MAAS_I32, 1, &batch), *head;
	struct maas_cell_params p;

	net.embed = maas_embed(t, ids, param(t, words, WIDE), NULL);
	p = (struct maas_cell_params){ param(t, wide, WIDE), param(t, wide, UNITS), param(t, wide, 0),
		param(t, wide, 0) };
	net.cell = maas_recurrent(t, net.embed, lengths, &p, time_of, cell, 0);
	x = maas_last(t, net.cell, lengths, time_of);
	head = param(t, LABELS, UNITS);
	x = maas_linear(t, x, head, param(t, LABELS, 0), NULL, MAAS_ACT_NONE);
	net.loss = maas_class_loss(t, x, labels, NULL);
}

static double began;

static void
lap(int part)
{
	double now = maas_clock();

	parts[part].seconds += now - began;
	began = now;
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	int cell = y == net.cell;

	net.plain[cell]->fwd(y, run);
	lap(cell ? CELL : EMBED);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	int cell = y == net.cell;

	if (cell)
		lap(BACK_REST);
	net.plain[cell]->bwd(y, run, first);
	lap(cell ? BACK_CELL : BACK_EMBED);
}

static void
watch(int which, struct maas_node *y)
{
	net.plain[which] = y->op;
	net.timed[which] = *y->op;
	net.timed[which].fwd = fwd;
	net.timed[which].bwd = bwd;
	y->op = &net.timed[which];
}

static void
fill(uint64_t step)
{
	int32_t *id = maas_tape_input(net.t, "ids")->val, *length = maas_tape_input(net.t, "lengths")->val;
	int32_t *label = maas_tape_input(net.t, "labels")->val;

	for (size_t i = 0; i < batch * time_of; i++)
		id[i] = (int32_t)(maas_uniform(1, step, i) * (double)words);
	for (size_t i = 0; i < batch; i++) {
		length[i] = (int32_t)time_of;
		label[i] = (int32_t)(i % LABELS);
	}
}

static double
one_step(struct maas_run *run, float *const moment[2], uint64_t number)
{
	const struct maas_params *p = maas_tape_params(net.t);
	const struct maas_update how = { MAAS_ADAMW, 1e-3f, 0, 0.9f, 0.999f, 1e-8f, 0.01f, 0, 0 };
	double start, norm;

	fill(number);
	for (int i = 0; i < PARTS; i++)
		parts[i].seconds = 0;
	start = began = maas_clock();
	maas_forward(net.t, run);
	lap(REST);
	maas_backward(net.t, run, 0);
	norm = maas_grad_norm(run->team, p);
	lap(NORM);
	maas_update_step(run->team, p, moment, (float)(1 / (1 + norm)), &how, number);
	lap(UPDATE);
	return maas_clock() - start;
}

static void
print(const char *name, const struct maas_run *run, double best)
{
	/* Of a cell three times two products. */
	double rows = (double)(batch * time_of);
	double work = rows * 12 * (double)net.cell->in[3]->dim[0] * UNITS;

	printf("%s, step of %zu x %zu, %zu words\t%.2f\tms\t%d threads\n", name, batch, time_of, words, best * 1e3,
	    maas_team_size(run->team));
	for (int i = 0; i < PARTS; i++)
		printf("%s, %s\t%.3f\tms\n", name, parts[i].name, parts[i].least * 1e3);
	printf("%s, products\t%.0f\tGFLOP/s\n", name, work / (parts[CELL].least + parts[BACK_CELL].least) * 1e-9);
}

static int
kind_of(const char *name)
{
	for (int i = 0; i < (int)MAAS_COUNT(names); i++)
		if (!strcmp(name, names[i]))
			return i;
	return MAAS_CELL_LSTM;
}

int
main(int argc, char **argv)
{
	int cell = kind_of(argc > 1 ? argv[1] : "lstm"), count = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 50;
	struct maas_team *team = maas_team_new(argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0);
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_run run = { .team = team, .precision = MAAS_F32, .train = 1 };
	double best = 1e9, took;
	size_t n;

	batch = argc > 4 ? strtoul(argv[4], NULL, 10) : batch;
	time_of = argc > 5 ? strtoul(argv[5], NULL, 10) : time_of;
	words = argc > 6 ? strtoul(argv[6], NULL, 10) : words;
	run.precision = argc > 7 && !strcmp(argv[7], "bf16") ? MAAS_BF16 : MAAS_F32;
	net.t = maas_tape_new(a);
	network((enum maas_cell)cell);
	if (!team || !net.loss ||
	    maas_tape_plan(net.t, net.loss, MAAS_TRAIN | MAAS_LATE | (run.precision ? MAAS_HALF | MAAS_ROUNDED : 0)) <
		0) {
		fprintf(stderr, "%s\n", maas_error());
		return 1;
	}
	n = maas_tape_params(net.t)->n;
	float *const moment[2] = { maas_take(a, n, sizeof(float)), maas_take(a, n, sizeof(float)) };

	run.stride = (maas_tape_scratch(net.t) + 63) / 64 * 64;
	run.scratch = maas_take(a, (size_t)maas_team_size(team), run.stride + 64);
	if (!moment[0] || !moment[1] || !run.scratch)
		return 1;
	watch(0, net.embed);
	watch(1, net.cell);
	maas_flush_subnormals();
	maas_fill_uniform(maas_tape_params(net.t)->val, n, -0.088, 0.088, 1, 1);
	for (int i = 0; i < count + 2; i++) {
		took = one_step(&run, moment, (uint64_t)i + 1);
		if (i < 2 || took >= best)
			continue;
		best = took;
		for (int k = 0; k < PARTS; k++)
			parts[k].least = parts[k].seconds;
	}
	print(names[cell], &run, best);
	maas_arena_free(a);
	maas_team_free(team);
	return 0;
}
