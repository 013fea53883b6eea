/* Steps of a char-size GPT (6 layers, 6 heads, 384 wide, context 256): tokens a second and where the time goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"
#include "maas/nn.h"

enum { TIME = 256, C = 384, HEADS = 6, LAYERS = 6, VOCAB = 65 };

static double spent[32][2]; /* by op, forward and backward */

static struct maas_node *
param(struct maas_tape *t, size_t rows, size_t cols)
{
	return maas_param(t, "w", cols ? 2 : 1, (size_t[]){ rows, cols }, cols > 0);
}

static struct maas_node *
layer(struct maas_tape *t, struct maas_node *x)
{
	struct maas_node *h = maas_layernorm(t, x, param(t, C, 0), param(t, C, 0), 1e-5f);

	h = maas_linear(t, h, param(t, 3 * C, C), param(t, 3 * C, 0), NULL, MAAS_ACT_NONE);
	h = maas_attention(t, h, TIME, HEADS, HEADS);
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

int
main(int argc, char **argv)
{
	size_t sequences = argc > 1 ? strtoul(argv[1], NULL, 10) : 8, rows = sequences * TIME;
	int threads = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0, half = argc > 3, steps = 3;
	struct maas_team *team = maas_team_new(threads);
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_tape *t = maas_tape_new(a);
	struct maas_node *ids = maas_input(t, "ids", MAAS_I32, 1, &rows),
			 *targets = maas_input(t, "targets", MAAS_I32, 1, &rows);
	struct maas_node *table = param(t, VOCAB, C), *x = maas_embed(t, ids, table, param(t, TIME, C)), *all[64];
	size_t n = 0;

	for (int i = 0; i < LAYERS; i++)
		x = layer(t, x);
	x = maas_head_loss(t, maas_layernorm(t, x, param(t, C, 0), param(t, C, 0), 1e-5f), table, targets);
	if (!team || !x || maas_tape_plan(t, x, MAAS_TRAIN | (half ? MAAS_HALF : 0)) < 0) {
		fprintf(stderr, "%s\n", maas_error());
		return 1;
	}
	for (struct maas_node *y = x; y && n < 64; y = y->in[0])
		if (y->op)
			all[n++] = y;
	for (size_t i = 0; i < n; i++)
		watch(all[i]);
	const struct maas_params *p = maas_tape_params(t);
	struct maas_run run = { .team = team, .precision = half ? MAAS_BF16 : MAAS_F32, .train = 1 };
	float *m = maas_take(a, p->n, sizeof *m), *v = maas_take(a, p->n, sizeof *v);
	struct maas_update how = { MAAS_ADAMW, 1e-3f, 0, 0.9f, 0.95f, 1e-8f, 0.1f, 0, 0 };
	double start = 0, optimiser = 0;

	run.stride = (maas_tape_scratch(t) + 63) / 64 * 64;
	run.scratch = maas_take(a, (size_t)maas_team_size(team), run.stride);
	maas_fill_normal(p->val, p->n, 0.02, 1, 1);
	for (size_t i = 0; i < rows; i++)
		((int32_t *)ids->val)[i] = ((int32_t *)targets->val)[i] = (int32_t)(i * 7919 % VOCAB);
	for (int s = 0; s <= steps; s++) {
		if (s == 1) {
			start = maas_clock();
			memset(spent, 0, sizeof spent);
			optimiser = 0;
		}
		maas_forward(t, &run);
		maas_backward(t, &run, 0);
		double before = maas_clock();

		maas_update_step(
		    team, p, (float *[]){ m, v }, (float)(1 / (1 + maas_grad_norm(team, p))), &how, (uint64_t)s + 1);
		optimiser += maas_clock() - before;
	}
	double took = (maas_clock() - start) / steps;

	printf("gpt, step of %zu sequences, %s\t%.0f\ttokens/s\t%.0f MB\t%d threads\n", sequences,
	    half ? "bf16" : "f32", (double)rows / took, (double)maas_tape_bytes(t) * 1e-6, maas_team_size(team));
	for (size_t i = 0; maas_ops[i]; i++)
		for (int back = 0; plain[i] && back < 2; back++)
			printf("gpt, %s, %s\t%.1f\tms\n", plain[i]->name, back ? "backward" : "forward",
			    spent[i][back] / steps * 1e3);
	printf("gpt, adamw\t%.1f\tms\n", optimiser / steps * 1e3);
	maas_arena_free(a);
	maas_team_free(team);
	return 0;
}
