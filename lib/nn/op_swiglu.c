/* silu(gate) x: the middle of a gated perceptron.  Shazeer 2020. */
#include "op.h"

enum { GATE, X };

static int
shape(struct maas_node *y)
{
	if (op_rows(y->in[GATE], "the gate") < 0 || op_rows(y->in[X], "the input") < 0)
		return -1;
	if (!op_equal(y->in[GATE], y->in[X]))
		return maas_fail("the gate has %zu elements, the input %zu", maas_len(y->in[GATE]), maas_len(y->in[X]));
	return op_same(y, y->in[X]);
}

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	struct maas_node *y = arg;
	size_t n = op_last(y), last = end * n, now;
	const float *gate = y->in[GATE]->val, *x = y->in[X]->val;
	float aside[1024];

	(void)member;
	if (y->type != MAAS_BF16) {
		maas_swiglu_fwd((float *)y->val + begin * n, gate + begin * n, x + begin * n, last - begin * n);
		return;
	}
	for (size_t at = begin * n; at < last; at += now) {
		now = last - at < MAAS_COUNT(aside) ? last - at : MAAS_COUNT(aside);
		maas_swiglu_fwd(aside, gate + at, x + at, now);
		maas_to_bf16((maas_bf16 *)y->val + at, aside, now);
	}
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	maas_team_run(run->team, maas_rows(y, run), op_grain(op_last(y)), rows, y);
}

struct back {
	struct maas_node *y;
	const unsigned char *first;
};

static void
back_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	struct maas_node *y = b->y, *gate = y->in[GATE], *x = y->in[X];
	size_t n = op_last(y), at = begin * n, all = (end - begin) * n;
	const float *g = (const float *)gate->val + at, *v = (const float *)x->val + at;

	(void)member;
	if (op_wants(gate))
		maas_swiglu_dgate(gate->grad + at, y->grad + at, g, v, all, !b->first[GATE]);
	if (op_wants(x))
		maas_swiglu_dx(x->grad + at, y->grad + at, g, all, !b->first[X]);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct back b = { y, first };

	maas_team_run(run->team, maas_rows(y, run), op_grain(op_last(y)), back_rows, &b);
}

const struct maas_op maas_op_swiglu = {
	.name = "swiglu",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << GATE | 1u << X,
	.rounds = MAAS_NEEDS_OUT,
};

struct maas_node *
maas_swiglu(struct maas_tape *t, struct maas_node *gate, struct maas_node *x)
{
	return maas_apply(t, &maas_op_swiglu, (struct maas_node *[]){ gate, x }, 2, NULL, 0);
}
