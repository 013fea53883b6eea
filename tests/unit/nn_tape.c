/* The tape as a whole: places of memory, training without taking any, views. */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/nn.h"
#include "../counted.h"
#include "../test.h"

enum { ROWS = 96, TIME = 24, C = 20, VOCAB = 17, LAYERS = 3 };

struct net {
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *ids, *targets, *loss;
	struct maas_run run;
	float *m, *v;
};

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
	h = maas_attention(t, h, TIME, 2, 2);
	x = maas_dropout(t, maas_linear(t, h, param(t, C, C), NULL, NULL, MAAS_ACT_NONE), x, 0.1f);
	h = maas_layernorm(t, x, param(t, C, 0), param(t, C, 0), 1e-5f);
	h = maas_linear(t, h, param(t, 4 * C, C), param(t, 4 * C, 0), NULL, MAAS_ACT_GELU_TANH);
	return maas_linear(t, h, param(t, C, 4 * C), param(t, C, 0), x, MAAS_ACT_NONE);
}

static int
build(struct net *n, struct maas_team *team, int flags)
{
	const size_t rows = ROWS;
	struct maas_node *table, *x;

	memset(n, 0, sizeof *n);
	n->arena = maas_arena_new(1 << 20);
	n->tape = maas_tape_new(n->arena);
	n->ids = maas_input(n->tape, "ids", MAAS_I32, 1, &rows);
	n->targets = maas_input(n->tape, "targets", MAAS_I32, 1, &rows);
	table = param(n->tape, VOCAB, C);
	x = maas_embed(n->tape, n->ids, table, param(n->tape, TIME, C));
	for (int i = 0; i < LAYERS; i++)
		x = layer(n->tape, x);
	n->loss = maas_head_loss(n->tape, x, table, n->targets);
	if (!n->loss || maas_tape_plan(n->tape, n->loss, flags) < 0)
		return -1;
	size_t stride = (maas_tape_scratch(n->tape) + 63) / 64 * 64, all = maas_tape_params(n->tape)->n;

	n->run = (struct maas_run){ .team = team,
		.stride = stride,
		.seed = 3,
		.train = 1,
		.scratch = maas_take(n->arena, (size_t)maas_team_size(team), stride) };
	n->m = maas_take(n->arena, all, sizeof *n->m);
	n->v = maas_take(n->arena, all, sizeof *n->v);
	maas_fill_normal(maas_tape_params(n->tape)->val, all, 0.1, 5, 1);
	return 0;
}

static float
step(struct net *n, uint64_t number)
{
	const struct maas_params *p = maas_tape_params(n->tape);
	struct maas_update how = { MAAS_ADAMW, 3e-3f, 0, 0.9f, 0.99f, 1e-8f, 0.01f, 0, 0 };

	for (int i = 0; i < ROWS; i++) {
		((int32_t *)n->ids->val)[i] = (i * 7 + (int)number) % VOCAB;
		((int32_t *)n->targets->val)[i] = (i * 7 + (int)number + 7) % VOCAB;
	}
	n->run.step = number;
	maas_forward(n->tape, &n->run);
	maas_backward(n->tape, &n->run, 0);
	maas_update_step(n->run.team, p, (float *[]){ n->m, n->v },
	    (float)(1 / fmax(1, maas_grad_norm(n->run.team, p))), &how, number);
	return *(float *)n->loss->val;
}

static void
check_training(struct maas_team *one, struct maas_team *two, enum maas_dtype precision)
{
	struct net a, b;
	float first = 0, last = 0;
	const char *name = precision == MAAS_BF16 ? "bf16" : "f32";

	if (build(&a, one, MAAS_TRAIN) < 0 ||
	    build(&b, two, MAAS_TRAIN | MAAS_HALF | (precision == MAAS_BF16 ? MAAS_ROUNDED : 0)) < 0) {
		ok(0, "%s: %s", name, maas_error());
		return;
	}
	const struct maas_params *p = maas_tape_params(a.tape), *q = maas_tape_params(b.tape);

	maas_to_bf16(q->half, q->val, q->n);
	a.run.precision = b.run.precision = precision;
	for (uint64_t i = 1; i <= 25; i++) {
		long before = taken;
		float loss = step(&a, i);
		long more = taken - before;

		if (i == 1)
			first = loss;
		last = loss;
		step(&b, i);
		if (i == 3 && COUNTED)
			ok(!more, "%s: a warm step takes no memory: %ld times", name, more);
	}
	ok(first > 2 && last < 0.85f * first, "%s: the loss falls from %g to %g", name, (double)first, (double)last);
	ok(!memcmp(p->val, q->val, p->n * sizeof *p->val), "%s: after 25 steps the same bytes by one thread and by two",
	    name);
	maas_arena_free(a.arena);
	maas_arena_free(b.arena);
}

static double
loss_at(struct net *n, const float *from, const float *along, float by)
{
	const struct maas_params *p = maas_tape_params(n->tape);

	for (size_t i = 0; i < p->n; i++)
		p->val[i] = from[i] + by * along[i];
	maas_forward(n->tape, &n->run);
	return *(float *)n->loss->val;
}

/* The whole network's gradient against differences, along itself and along a direction of chance: what one
 * node left in another's place would show. */
static void
check_gradient(struct maas_team *two)
{
	struct net n;

	if (build(&n, two, MAAS_TRAIN) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	const struct maas_params *p = maas_tape_params(n.tape);
	float *from = maas_take(n.arena, p->n, sizeof *from), *along = maas_take(n.arena, p->n, sizeof *along);

	for (uint64_t i = 1; i <= 5; i++)
		step(&n, i);
	maas_forward(n.tape, &n.run);
	maas_backward(n.tape, &n.run, 0);
	memcpy(from, p->val, p->n * sizeof *from);
	double norm = maas_grad_norm(two, p);

	for (int chance = 0; chance < 2; chance++) {
		double slope, size = 0;

		for (size_t i = 0; i < p->n; i++)
			along[i] = (float)(p->grad[i] / norm);
		if (chance)
			for (size_t i = 0; i < p->n; i++) {
				float was = along[i];

				maas_fill_normal(along + i, 1, 1 / sqrt((double)p->n), 9, i);
				along[i] += was;
			}
		slope = maas_dot(along, p->grad, p->n);
		size = (loss_at(&n, from, along, 3e-3f) - loss_at(&n, from, along, -3e-3f)) / 6e-3;
		ok(fabs(size - slope) < 1e-3 * norm, "the network's slope %s: %.6g, by differences %.6g",
		    chance ? "by chance" : "at its steepest", slope, size);
	}
	maas_arena_free(n.arena);
}

static void
check_plan(struct maas_team *one)
{
	struct net train, apply;
	size_t all = 0;

	if (build(&train, one, MAAS_TRAIN) < 0 || build(&apply, one, 0) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	/* Values of a layer: 13 C wide with its branches; gradients as many. */
	all = (size_t)ROWS * LAYERS * (1 + 3 + 1 + 1 + 1 + 1 + 4 + 1) * C * sizeof(float);
	ok(maas_tape_bytes(train.tape) < 2 * all, "gradients share their places: %zu bytes of %zu",
	    maas_tape_bytes(train.tape), 2 * all);
	ok(maas_tape_bytes(apply.tape) < all * 2 / 3, "without training, values too: %zu of %zu",
	    maas_tape_bytes(apply.tape), all);
	apply.run.train = train.run.train = 0;
	for (int i = 0; i < ROWS; i++) {
		((int32_t *)apply.ids->val)[i] = ((int32_t *)train.ids->val)[i] = i % VOCAB;
		((int32_t *)apply.targets->val)[i] = ((int32_t *)train.targets->val)[i] = i * i % VOCAB;
	}
	maas_forward(train.tape, &train.run);
	maas_forward(apply.tape, &apply.run);
	ok(*(float *)train.loss->val == *(float *)apply.loss->val, "the same loss either way: %g",
	    (double)*(float *)apply.loss->val);
	float whole = *(float *)apply.loss->val;

	for (int i = TIME; i < ROWS; i++)
		((int32_t *)apply.targets->val)[i] = -1;
	maas_forward(apply.tape, &apply.run);
	float masked = *(float *)apply.loss->val;

	for (int i = TIME; i < ROWS; i++)
		((int32_t *)apply.ids->val)[i] = -5;
	apply.run.rows = TIME;
	maas_forward(apply.tape, &apply.run);
	ok(*(float *)apply.loss->val == masked && masked != whole,
	    "one sequence of four in use: the rest is not looked at");
	((int32_t *)apply.ids->val)[3] = VOCAB;
	maas_forward(apply.tape, &apply.run);
	ok(isnan(*(float *)apply.loss->val), "an id out of range is NaN, not a crash");
	maas_arena_free(train.arena);
	maas_arena_free(apply.arena);
}

/* x [2,6] seen as [4,3]: gradients arrive through both. */
static void
check_view(struct maas_team *one)
{
	struct maas_arena *a = maas_arena_new(1 << 16);
	struct maas_tape *t = maas_tape_new(a);
	int32_t none[] = { 0, 1, 1, 0 };
	struct maas_node *x = maas_param(t, "x", 2, (size_t[]){ 2, 6 }, 0),
			 *w = maas_param(t, "w", 2, (size_t[]){ 2, 3 }, 0);
	struct maas_node *target = maas_input(t, "targets", MAAS_I32, 1, (size_t[]){ 4 });
	struct maas_node *h = maas_sum(t, x, x), *v = maas_view(t, h, 2, (size_t[]){ 4, 3 });
	struct maas_node *loss = maas_head_loss(t, v, w, target);
	struct maas_run run = { .team = one };

	if (!loss || maas_tape_plan(t, loss, MAAS_TRAIN) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	run.stride = (maas_tape_scratch(t) + 63) / 64 * 64;
	run.scratch = maas_take(a, 1, run.stride);
	memcpy(target->val, none, sizeof none);
	maas_fill_normal(x->val, 12, 1, 1, 1);
	maas_fill_normal(w->val, 6, 1, 1, 2);
	maas_forward(t, &run);
	maas_backward(t, &run, 0);
	float *xs = x->val, at = *(float *)loss->val, slope = x->grad[7];

	xs[7] += 1e-2f;
	maas_forward(t, &run);
	ok(v->val == h->val && fabsf((*(float *)loss->val - at) / 1e-2f - slope) < 1e-2f * (1 + fabsf(slope)),
	    "a gradient through a view and twice into one node");
	ok(!maas_view(t, h, 2, (size_t[]){ 4, 4 }), "a view of another size: %s", maas_error());
	maas_arena_free(a);
}

/* A pass that is told to end computes nothing more, and what it costs is known from shapes alone. */
static void
check_halt(struct maas_team *one)
{
	struct maas_arena *a = maas_arena_new(1 << 16);
	struct maas_tape *t = maas_tape_new(a);
	volatile sig_atomic_t halt = 0;
	struct maas_node *x = maas_param(t, "x", 2, (size_t[]){ 2, 6 }, 0),
			 *w = maas_param(t, "w", 2, (size_t[]){ 5, 6 }, 0),
			 *head = maas_param(t, "head", 2, (size_t[]){ 3, 5 }, 0);
	struct maas_node *target = maas_input(t, "targets", MAAS_I32, 1, (size_t[]){ 2 });
	struct maas_node *loss = maas_head_loss(t, maas_linear(t, x, w, NULL, NULL, MAAS_ACT_NONE), head, target);
	struct maas_run run = { .team = one, .halt = &halt };

	if (!loss || maas_tape_plan(t, loss, MAAS_TRAIN) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(maas_tape_products(t) == 2 * 5 * 6 + 2 * 3 * 5, "%g multiply-adds", maas_tape_products(t));
	run.stride = (maas_tape_scratch(t) + 63) / 64 * 64;
	run.scratch = maas_take(a, 1, run.stride);
	maas_fill_normal(x->val, 12, 1, 1, 1);
	maas_fill_normal(w->val, 30, 1, 1, 2);
	maas_fill_normal(head->val, 15, 1, 1, 3);
	maas_forward(t, &run);
	maas_backward(t, &run, 0);
	float was = *(float *)loss->val, slope = x->grad[7];

	((float *)x->val)[7] += 0.5f;
	halt = 1;
	maas_forward(t, &run);
	maas_backward(t, &run, 0);
	ok(*(float *)loss->val == was && x->grad[7] == slope, "halted: nothing is computed");
	halt = 0;
	maas_forward(t, &run);
	maas_backward(t, &run, 0);
	ok(*(float *)loss->val != was && x->grad[7] != slope, "and else it is");
	maas_arena_free(a);
}

/* Shapes that an op does not take are told, with what it wants; a tape keeps its first fault. */
static void
check_refusals(void)
{
	static const char *const why[] = { "linear: the weight is I32 of 2 dimensions, expected F32",
		"linear: the bias has 4 elements, expected 5", "linear: the input is I32 of 1 dimensions, expected F32",
		"last: lengths are I32 of 2 dimensions", "last: 6 rows are no 2 sequences of 4",
		"dropout: the residual has another shape", "dropout: the residual has another shape",
		"linear: the bias is I32, expected F32" };

	for (size_t i = 0; i < MAAS_COUNT(why); i++) {
		struct maas_arena *a = maas_arena_new(1 << 16);
		struct maas_tape *t = maas_tape_new(a);
		struct maas_node *x = maas_param(t, "x", 2, (size_t[]){ 6, 4 }, 0);
		struct maas_node *w = maas_param(t, "w", 2, (size_t[]){ 5, 4 }, 0);
		struct maas_node *four = maas_param(t, "b", 1, (size_t[]){ 4 }, 0);
		struct maas_node *ids = maas_input(t, "ids", MAAS_I32, 1, (size_t[]){ 2 });
		struct maas_node *pairs = maas_input(t, "pairs", MAAS_I32, 2, (size_t[]){ 2, 4 }), *y = NULL;

		switch (i) {
		case 0: y = maas_linear(t, x, pairs, NULL, NULL, MAAS_ACT_NONE); break;
		case 1: y = maas_linear(t, x, w, four, NULL, MAAS_ACT_NONE); break;
		case 2: y = maas_linear(t, ids, w, NULL, NULL, MAAS_ACT_NONE); break;
		case 3: y = maas_last(t, x, pairs, 3); break;
		case 4: y = maas_last(t, x, ids, 4); break;
		case 5: y = maas_dropout(t, x, w, 0.5f); break;
		case 6: y = maas_dropout(t, x, four, 0.5f); break;
		case 7: y = maas_linear(t, x, w, ids, NULL, MAAS_ACT_NONE); break;
		}
		ok(!y && !strncmp(maas_error(), why[i], strlen(why[i])), "%s", maas_error());
		maas_arena_free(a);
	}
}

int
main(void)
{
	struct maas_team *one = maas_team_new(1), *two = maas_team_new(2);

	check_training(one, two, MAAS_F32);
	check_training(one, two, MAAS_BF16);
	check_gradient(two);
	check_plan(one);
	check_view(one);
	check_halt(one);
	check_refusals();
	maas_team_free(one);
	maas_team_free(two);
	return done();
}
