/*
 * The fastest step of networks of digits, forward, backward, norm and Adam: a perceptron 784-128-128-10, batch 32, and
 * convolutions 32x3, 64x3 with a pool behind each and a layer of 128, batch 64.
 *	nn_digits [THREADS [STEPS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"
#include "maas/nn.h"

enum { SIDE = 28, LABELS = 10 };

static struct maas_node *
layer(struct maas_tape *t, struct maas_node *x, size_t out, enum maas_act act)
{
	struct maas_node *w = maas_param(t, "w", 2, (size_t[]){ out, x ? x->dim[1] : 1 }, 1);

	return maas_linear(t, x, w, maas_param(t, "b", 1, &out, 0), NULL, act);
}

static struct maas_node *
convolution(struct maas_tape *t, struct maas_node *x, size_t out)
{
	struct maas_node *w = maas_param(t, "w", 4, (size_t[]){ out, x ? x->dim[3] : 1, 3, 3 }, 1);

	return maas_maxpool(t, maas_convolve(t, x, w, maas_param(t, "b", 1, &out, 0), 1, 1), 2);
}

static struct maas_node *
perceptron(struct maas_tape *t, size_t n)
{
	struct maas_node *x = maas_input(t, "x", MAAS_F32, 2, (size_t[]){ n, SIDE * SIDE });

	x = layer(t, layer(t, x, 128, MAAS_ACT_RELU), 128, MAAS_ACT_RELU);
	return maas_class_loss(t, layer(t, x, LABELS, MAAS_ACT_NONE), maas_input(t, "y", MAAS_I32, 1, &n), NULL);
}

static struct maas_node *
convolutions(struct maas_tape *t, size_t n)
{
	struct maas_node *x = maas_input(t, "x", MAAS_F32, 4, (size_t[]){ n, SIDE, SIDE, 1 });

	x = convolution(t, convolution(t, x, 32), 64);
	x = maas_view(t, x, 2, (size_t[]){ n, SIDE / 4 * (SIDE / 4) * 64 });
	x = layer(t, layer(t, x, 128, MAAS_ACT_RELU), LABELS, MAAS_ACT_NONE);
	return maas_class_loss(t, x, maas_input(t, "y", MAAS_I32, 1, &n), NULL);
}

static const struct {
	const char *name;
	struct maas_node *(*build)(struct maas_tape *, size_t);
	size_t batch;
	double work; /* multiplications a picture, forward; backward twice that, but for the first layer's input */
} nets[] = {
	{ "mlp, step of 32", perceptron, 32, 3.0 * (784 * 128 + 128 * 128 + 1280) - 784 * 128 },
	{ "cnn, step of 64", convolutions, 64,
	    3.0 * (784 * 9 * 32 + 196.0 * 9 * 32 * 64 + 3136 * 128 + 1280) - 784 * 9 * 32 },
};

static double
one_step(struct maas_tape *t, struct maas_run *run, float *const moment[2], uint64_t number)
{
	const struct maas_update how = { MAAS_ADAM, 1e-3f, 0, 0.9f, 0.999f, 1e-8f, 0, 0, 0 };
	double start = maas_clock(), norm;

	maas_forward(t, run);
	maas_backward(t, run, 0);
	norm = maas_grad_norm(run->team, maas_tape_params(t));
	maas_update_step(run->team, maas_tape_params(t), moment, (float)(1 / (1 + norm)), &how, number);
	return maas_clock() - start;
}

static int
bench(size_t which, struct maas_team *team, int count)
{
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_tape *t = maas_tape_new(a);
	struct maas_node *loss = nets[which].build(t, nets[which].batch), *x;
	struct maas_run run = { .team = team, .train = 1 };
	double best = 1e9;

	if (!loss || maas_tape_plan(t, loss, MAAS_TRAIN) < 0)
		return -1;
	size_t n = maas_tape_params(t)->n;
	float *const moment[2] = { maas_take(a, n, sizeof(float)), maas_take(a, n, sizeof(float)) };

	run.stride = (maas_tape_scratch(t) + 127) / 64 * 64;
	run.scratch = maas_take(a, (size_t)maas_team_size(team), run.stride);
	if (!moment[0] || !moment[1] || !run.scratch)
		return -1;
	x = maas_tape_input(t, "x");
	maas_fill_uniform(x->val, maas_len(x), 0, 1, 2, 1);
	for (size_t i = 0; i < nets[which].batch; i++)
		((int32_t *)maas_tape_input(t, "y")->val)[i] = (int32_t)(i % LABELS);
	maas_fill_uniform(maas_tape_params(t)->val, n, -0.05, 0.05, 1, 1);
	for (int i = 0; i < count + 2; i++) {
		double took = one_step(t, &run, moment, (uint64_t)i + 1);

		best = i >= 2 && took < best ? took : best;
	}
	printf("%s\t%.3f\tms\t%d threads\n", nets[which].name, best * 1e3, maas_team_size(team));
	printf("%s, products\t%.0f\tGFLOP/s\n", nets[which].name,
	    2e-9 * nets[which].work * (double)nets[which].batch / best);
	maas_arena_free(a);
	return 0;
}

int
main(int argc, char **argv)
{
	struct maas_team *team = maas_team_new(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);
	int count = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 60;

	maas_flush_subnormals();
	for (size_t i = 0; i < MAAS_COUNT(nets); i++)
		if (!team || bench(i, team, count) < 0) {
			fprintf(stderr, "%s\n", maas_error());
			return 1;
		}
	maas_team_free(team);
	return 0;
}
