/*
 * Recurrent layers: held to PyTorch in float64 (scripts/make-golden-cells), in one direction and in both; what is past
 * a sequence's length changes nothing, nor what else is in the batch; a sequence of no steps; a warm pass takes no
 * memory.
 */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/nn.h"
#include "../counted.h"
#include "../test.h"

enum { CHANNELS = 4, UNITS = 3, TIME = 5, LAYERS = 2, GOLDEN = 10 };
static const int32_t golden_lengths[GOLDEN] = { 5, 1, 3, 5, 2, 4, 1, 5, 3, 2 };
static const char *const kinds[] = { "rnn", "lstm", "gru" };
static const size_t gates[] = { 1, 4, 3 };
static struct maas_team *one, *three;

static double
formula(size_t i, double scale, double a, double b)
{
	return scale * sin(a + b * (double)i);
}

static float *slope; /* the gradient of the output */

static int
scalar_shape(struct maas_node *y)
{
	y->ndim = 1;
	y->dim[0] = 1;
	return 0;
}

static void
scalar_fwd(struct maas_node *y, const struct maas_run *run)
{
	(void)run;
	*(float *)y->val = (float)maas_dot(slope, y->in[0]->val, maas_len(y->in[0]));
}

static void
scalar_bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	size_t n = maas_len(y->in[0]);

	(void)first;
	memcpy(y->in[0]->grad, slope, (run->rows ? run->rows * (n / y->in[0]->dim[0]) : n) * sizeof *slope);
}

static const struct maas_op op_scalar = {
	.name = "scalar", .shape = scalar_shape, .fwd = scalar_fwd, .bwd = scalar_bwd
};

struct net {
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *x, *lengths, *y;
	struct maas_run run;
};

static struct maas_node *
layer(struct net *n, struct maas_node *x, size_t in, int number, enum maas_cell cell, int reverse, size_t units)
{
	static const char *const part[] = { "weight_ih", "weight_hh", "bias_ih", "bias_hh" };
	const size_t cols[] = { in, units, 0, 0 };
	struct maas_node *p[4];
	char name[60];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "%s_l%d%s", part[i], number, reverse ? "_reverse" : "");
		p[i] =
		    maas_param(n->tape, name, cols[i] ? 2 : 1, (size_t[]){ gates[cell] * units, cols[i] }, cols[i] > 0);
	}
	const struct maas_cell_params all = { p[0], p[1], p[2], p[3] };

	return maas_recurrent(n->tape, x, n->lengths, &all, TIME, cell, reverse);
}

static void
fill(const struct net *n)
{
	const struct maas_params *p = maas_tape_params(n->tape);
	float *x = n->x->val;

	for (size_t k = 1; k < p->count; k++)
		for (size_t i = 0; i < maas_len(p->node[k]); i++)
			((float *)p->node[k]->val)[i] = (float)formula(i, 0.7, (double)k - 1, 0.9);
	for (size_t i = 0; i < maas_len(n->x); i++)
		x[i] = (float)formula(i, 1.3, 1, 0.37);
	for (size_t i = 0; i < maas_len(n->y); i++)
		slope[i] = (float)formula(i, 1, 2, 0.53);
	for (size_t i = 0; i < n->lengths->dim[0]; i++)
		((int32_t *)n->lengths->val)[i] = golden_lengths[i % GOLDEN];
}

static int
build(struct net *n, size_t rows, enum maas_cell cell, int both, struct maas_team *team)
{
	size_t in = CHANNELS;
	struct maas_node *loss, *h;

	memset(n, 0, sizeof *n);
	n->arena = maas_arena_new(1 << 20);
	n->tape = maas_tape_new(n->arena);
	n->x = maas_param(n->tape, "x", 2, (size_t[]){ rows * TIME, in }, 0);
	n->lengths = maas_input(n->tape, "lengths", MAAS_I32, 1, &rows);
	h = n->x;
	for (int i = 0; i < LAYERS; i++) {
		struct maas_node *y = layer(n, h, in, i, cell, 0, UNITS);

		h = both ? maas_join(n->tape, y, layer(n, h, in, i, cell, 1, UNITS)) : y;
		in = both ? 2 * UNITS : UNITS;
	}
	n->y = h;
	if (h)
		h->flags |= MAAS_KEEP;
	loss = maas_apply(n->tape, &op_scalar, &n->y, 1, NULL, 0);
	if (!loss || maas_tape_plan(n->tape, loss, MAAS_TRAIN) < 0)
		return -1;
	slope = maas_take(n->arena, maas_len(h), sizeof *slope);
	n->run = (struct maas_run){ .team = team, .precision = MAAS_F32, .train = 1 };
	n->run.stride = (maas_tape_scratch(n->tape) + 63) / 64 * 64;
	n->run.scratch = maas_take(n->arena, (size_t)maas_team_size(team), n->run.stride + 64);
	fill(n);
	return 0;
}

static void
pass(struct net *n)
{
	maas_forward(n->tape, &n->run);
	maas_backward(n->tape, &n->run, 0);
}

/* The largest difference of a line of golden numbers. */
static double
off(const struct net *n, const char *tensor, char *numbers)
{
	const struct maas_params *p = maas_tape_params(n->tape);
	const float *got = strcmp(tensor, "y") ? NULL : n->y->val;
	double worst = 0;
	size_t i = 0;

	for (size_t k = 0; k < p->count; k++)
		if (!strcmp(p->node[k]->name, tensor))
			got = p->node[k]->grad;
	for (char *word; got && (word = strsep(&numbers, " \n")) && *word; i++) {
		double want = strtod(word, NULL);

		worst = fmax(worst, fabs(got[i] - want) / (1 + fabs(want)));
	}
	return i ? worst : INFINITY;
}

/* Lines of a case, and the largest difference of them all. */
static int
compare(const struct net *n, const char *name, double *worst)
{
	const char *data = getenv("DATA");
	char line[8192];
	int lines = 0;
	FILE *f;

	*worst = 0;
	snprintf(line, sizeof line, "%s/cells.tsv", data ? data : "tests/data");
	if (!(f = fopen(line, "r")))
		return 0;
	while (fgets(line, sizeof line, f)) {
		char *rest = line, *which = strsep(&rest, "\t"), *tensor = strsep(&rest, "\t");

		if (strcmp(which, name) != 0)
			continue;
		*worst = fmax(*worst, off(n, tensor, rest));
		lines++;
	}
	fclose(f);
	return lines;
}

static void
check_golden(enum maas_cell cell, int both)
{
	struct net n;
	double worst;
	char name[20];
	int lines;

	snprintf(name, sizeof name, "%s%s", kinds[cell], both ? "-both" : "");
	if (build(&n, GOLDEN, cell, both, one) < 0) {
		ok(0, "%s: %s", name, maas_error());
		return;
	}
	pass(&n);
	lines = compare(&n, name, &worst);
	ok(lines == 2 + 4 * LAYERS * (1 + both) && worst < 2e-6, "%s: %d tensors, off by %.2g at most", name, lines,
	    worst);
	maas_arena_free(n.arena);
}

/* One unit, one sequence, numbers that can be checked by hand. */
static void
check_known(enum maas_cell cell)
{
	static const float x[TIME] = { 1, -2, 0.5f };
	static const float from[] = { 0.1f, 0.5f, 0.01f, 0.05f }, by[] = { 0.1f, 0.1f, 0.01f, 0.01f };
	struct net n = { .arena = maas_arena_new(1 << 16) };
	size_t rows = 1;
	double worst = 1;
	char name[20];

	n.tape = maas_tape_new(n.arena);
	n.x = maas_input(n.tape, "x", MAAS_F32, 2, (size_t[]){ TIME, 1 });
	n.lengths = maas_input(n.tape, "lengths", MAAS_I32, 1, &rows);
	n.y = layer(&n, n.x, 1, 0, cell, 0, 1);
	n.run = (struct maas_run){ .team = one, .precision = MAAS_F32 };
	snprintf(name, sizeof name, "known-%s", kinds[cell]);
	if (n.y && !maas_tape_plan(n.tape, n.y, 0)) {
		const struct maas_params *p = maas_tape_params(n.tape);

		n.run.stride = (maas_tape_scratch(n.tape) + 63) / 64 * 64;
		n.run.scratch = maas_take(n.arena, 1, n.run.stride + 64);
		for (size_t k = 0; k < p->count; k++)
			for (size_t i = 0; i < maas_len(p->node[k]); i++)
				((float *)p->node[k]->val)[i] = from[k] + by[k] * (float)i;
		memcpy(n.x->val, x, sizeof x);
		*(int32_t *)n.lengths->val = 3;
		maas_forward(n.tape, &n.run);
		ok(compare(&n, name, &worst) == 1 && worst < 1e-6, "%s: off by %.2g", name, worst);
	} else {
		ok(0, "%s: %s", name, maas_error());
	}
	maas_arena_free(n.arena);
}

static uint64_t
digest(const struct net *n)
{
	const struct maas_params *p = maas_tape_params(n->tape);
	uint64_t h = maas_hash(n->y->val, maas_len(n->y) * sizeof(float), 1);

	return maas_hash(p->grad, p->n * sizeof(float), h);
}

/* NaN past the lengths; more and longer sequences than the tape uses; a sequence alone; none at all. */
static void
check_past(enum maas_cell cell)
{
	enum { MANY = 37 };
	struct net n, alone;
	float *x;
	size_t each = TIME * UNITS * 2;
	int bad = 0;
	uint64_t want;

	if (build(&n, MANY, cell, 1, three) < 0 || build(&alone, 1, cell, 1, one) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	pass(&n);
	want = digest(&n);
	x = n.x->val;
	for (size_t i = 0; i < MANY; i++)
		for (size_t at = (size_t)golden_lengths[i % GOLDEN] * CHANNELS; at < TIME * CHANNELS; at++)
			x[i * TIME * CHANNELS + at] = NAN;
	pass(&n);
	ok(digest(&n) == want, "%s: what is past a length is not read", kinds[cell]);
	for (size_t i = 0; i < MANY; i++) {
		memcpy(alone.x->val, x + i * TIME * CHANNELS, TIME * CHANNELS * sizeof *x);
		memcpy(alone.lengths->val, (int32_t *)n.lengths->val + i, sizeof(int32_t));
		maas_forward(alone.tape, &alone.run);
		bad += memcmp(alone.y->val, (float *)n.y->val + i * each, each * sizeof(float)) != 0;
	}
	ok(!bad, "%s: a sequence answers alone as among others", kinds[cell]);
	for (size_t i = 0; i < MANY; i++)
		((int32_t *)n.lengths->val)[i] = i % 2 ? 0 : -7;
	pass(&n);
	bad = 0;
	for (size_t i = 0; i < maas_len(n.y); i++)
		bad += ((float *)n.y->val)[i] != 0;
	for (size_t i = 0; i < maas_tape_params(n.tape)->n; i++)
		bad += maas_tape_params(n.tape)->grad[i] != 0;
	ok(!bad, "%s: sequences of no steps give 0, and learn nothing", kinds[cell]);
	maas_arena_free(n.arena);
	maas_arena_free(alone.arena);
}

/* A run of 2 sequences of 3 steps on a tape for 10 of 5 is one on its own. */
static void
check_fewer(enum maas_cell cell)
{
	struct net n;
	static float want[6 * UNITS];
	static const int32_t lengths[] = { 3, 2 };
	long before;

	if (build(&n, GOLDEN, cell, 0, one) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	memmove((float *)n.x->val + TIME * CHANNELS, (float *)n.x->val + 3 * CHANNELS, 3 * CHANNELS * sizeof(float));
	memcpy(n.lengths->val, lengths, sizeof lengths);
	maas_forward(n.tape, &n.run);
	memcpy(want, n.y->val, 3 * UNITS * sizeof *want);
	memcpy(want + 3 * UNITS, (float *)n.y->val + TIME * UNITS, 3 * UNITS * sizeof *want);
	memmove((float *)n.x->val + 3 * CHANNELS, (float *)n.x->val + TIME * CHANNELS, 3 * CHANNELS * sizeof(float));
	n.run.rows = 6;
	n.run.time = 3;
	pass(&n);
	ok(!memcmp(want, n.y->val, sizeof want), "%s: fewer and shorter sequences than the tape has room for",
	    kinds[cell]);
	n.run.rows = n.run.time = 0;
	before = taken;
	pass(&n);
	ok(!COUNTED || taken == before, "%s: a warm pass takes no memory", kinds[cell]);
	maas_arena_free(n.arena);
}

static void
check_refusals(void)
{
	struct maas_arena *a = maas_arena_new(1 << 16);
	struct net n = { .arena = a, .tape = maas_tape_new(a) };
	size_t rows = 3;

	n.x = maas_param(n.tape, "x", 2, (size_t[]){ 3 * TIME + 1, CHANNELS }, 0);
	n.lengths = maas_input(n.tape, "lengths", MAAS_I32, 1, &rows);
	ok(!layer(&n, n.x, CHANNELS, 0, MAAS_CELL_GRU, 0, UNITS), "rows that are no sequences");
	is_str(maas_error(), "recurrent: 16 rows are no 3 sequences of 5");
	n.tape = maas_tape_new(a);
	n.x = maas_param(n.tape, "x", 2, (size_t[]){ 3 * TIME, CHANNELS }, 0);
	n.lengths = maas_input(n.tape, "lengths", MAAS_I32, 1, &rows);
	ok(!layer(&n, n.x, CHANNELS + 1, 0, MAAS_CELL_GRU, 0, UNITS), "a weight of another width");
	is_str(maas_error(), "recurrent: weight_ih is 9 by 5, expected 9 by 4");
	maas_arena_free(a);
}

int
main(void)
{
	one = maas_team_new(1);
	three = maas_team_new(3);
	for (int cell = 0; cell < 3; cell++) {
		check_golden((enum maas_cell)cell, 0);
		check_golden((enum maas_cell)cell, 1);
		check_known((enum maas_cell)cell);
		check_past((enum maas_cell)cell);
		check_fewer((enum maas_cell)cell);
	}
	check_refusals();
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
