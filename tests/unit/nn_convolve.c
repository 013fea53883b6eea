/* A small network of convolutions, held to PyTorch in float64 (scripts/make-golden-conv), and what is refused. */
#include <math.h>
#include <stdlib.h>

#include "maas/nn.h"
#include "../test.h"

enum { PICTURES = 6, HIGH = 9, WIDE = 13, COLOURS = 3, LABELS = 4 };

static struct maas_tape *tape;
static struct maas_arena *arena;

static struct maas_node *
param(const char *name, int ndim, const size_t *dim)
{
	return maas_param(tape, name, ndim, dim, 0);
}

static struct maas_node *
layer(struct maas_node *x, const char *weight, const char *bias, const size_t dim[4], int same)
{
	struct maas_node *w = param(weight, 4, dim);

	x = maas_convolve(tape, x, w, param(bias, 1, dim), same, same);
	return same ? maas_maxpool(tape, x, 2) : x;
}

/* The logits; *loss gets theirs. */
static struct maas_node *
network(struct maas_node **loss)
{
	size_t rows = PICTURES;
	struct maas_node *y = param("x", 3, (size_t[]){ PICTURES, COLOURS, HIGH * WIDE }), *w;

	y = maas_view(tape, maas_planes(tape, y), 4, (size_t[]){ PICTURES, HIGH, WIDE, COLOURS });
	y = layer(y, "conv1.weight", "conv1.bias", (size_t[]){ 5, 3, 3, 3 }, 1);
	y = layer(y, "conv2.weight", "conv2.bias", (size_t[]){ 4, 5, 2, 3 }, 1);
	y = layer(y, "conv3.weight", "conv3.bias", (size_t[]){ 3, 4, 1, 2 }, 0);
	y = maas_planes(tape, maas_view(tape, y, 3, (size_t[]){ PICTURES, 4, 3 }));
	y = maas_view(tape, y, 2, (size_t[]){ PICTURES, 12 });
	w = param("fc.weight", 2, (size_t[]){ LABELS, 12 });
	y = maas_linear(tape, y, w, param("fc.bias", 1, (size_t[]){ LABELS }), NULL, MAAS_ACT_NONE);
	*loss = maas_class_loss(tape, y, maas_input(tape, "labels", MAAS_I32, 1, &rows), NULL);
	return y;
}

static void
fill(void)
{
	static const double phase[] = { 0.3, 0, 3, 1, 4, 2, 5, 6, 7 };
	const struct maas_params *p = maas_tape_params(tape);
	int32_t *label = maas_tape_input(tape, "labels")->val;

	for (size_t i = 0; i < p->count; i++)
		for (size_t j = 0; j < maas_len(p->node[i]); j++)
			((float *)p->node[i]->val)[j] = (float)((i ? 0.5 : 1) * sin(0.7 * (double)j + phase[i]));
	for (int i = 0; i < PICTURES; i++)
		label[i] = i * 7 % LABELS;
}

/* The largest difference of a line's numbers, by the largest of them. */
static double
differs(char *line, const float *got, size_t n)
{
	double worst = 0, size = 1e-9;

	for (size_t i = 0; i < n; i++) {
		double want = strtod(line, &line);

		size = fmax(size, fabs(want));
		worst = fmax(worst, fabs(want - (double)got[i]));
	}
	return *line == '\n' ? worst / size : INFINITY;
}

static void
check_golden(struct maas_team *team)
{
	struct maas_node *loss, *y = network(&loss);
	const char *data = getenv("DATA");
	static char path[4096], line[65536];
	struct maas_run run = { .team = team, .train = 1 };
	size_t lines = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/conv.tsv", data ? data : "tests/data");
	f = fopen(path, "r");
	if (!f || !y || maas_tape_plan(tape, loss, MAAS_TRAIN) < 0) {
		ok(0, "%s: %s", path, f ? maas_error() : "no golden numbers");
		return;
	}
	fill();
	run.stride = (maas_tape_scratch(tape) + 63) / 64 * 64;
	run.scratch = maas_take(arena, 3, run.stride);
	maas_forward(tape, &run);
	for (; fgets(line, sizeof line, f); lines++) {
		const struct maas_params *p = maas_tape_params(tape);
		char *rest = strchr(line, '\t');
		const float *got = lines == 0 ? y->val : loss->val;
		size_t n = lines == 0 ? maas_len(y) : 1;

		if (lines == 2)
			maas_backward(tape, &run, 0);
		*rest++ = 0;
		if (lines > 1) {
			got = p->node[lines - 2]->grad;
			n = maas_len(p->node[lines - 2]);
		}
		ok(differs(rest, got, n) < 2e-6, "%s is PyTorch's", line);
	}
	fclose(f);
	ok(lines == 11, "%zu lines", lines);
}

static struct maas_node *
again(int ndim, const size_t *dim)
{
	tape = maas_tape_new(arena);
	return param("x", ndim, dim);
}

static void
check_refusals(void)
{
	struct maas_node *x = again(4, (size_t[]){ 2, 5, 6, 3 });

	ok(!maas_convolve(tape, x, param("w", 4, (size_t[]){ 8, 4, 3, 3 }), NULL, 1, 0), "%s", maas_error());
	is_str(maas_error(), "convolve: pictures of 3 channels, weights for 4");
	x = again(4, (size_t[]){ 2, 5, 6, 3 });
	ok(!maas_convolve(tape, x, param("w", 4, (size_t[]){ 8, 3, 6, 3 }), NULL, 0, 0), "%s", maas_error());
	is_str(maas_error(), "convolve: a kernel of 6 x 3 over pictures of 5 x 6");
	x = again(4, (size_t[]){ 2, 5, 6, 3 });
	ok(!maas_maxpool(tape, x, 6), "%s", maas_error());
	x = again(3, (size_t[]){ 2, 5, 6 });
	ok(!maas_maxpool(tape, x, 2), "%s", maas_error());
	x = again(2, (size_t[]){ 2, 5 });
	ok(!maas_planes(tape, x), "%s", maas_error());
}

int
main(void)
{
	struct maas_team *team = maas_team_new(3);

	arena = maas_arena_new(1 << 20);
	tape = maas_tape_new(arena);
	check_golden(team);
	check_refusals();
	maas_arena_free(arena);
	maas_team_free(team);
	return done();
}
