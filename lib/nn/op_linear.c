/* act(x w^T + bias) + residual: one product with its finishing touches, and two products back. */
#include "op.h"

enum { X, W, BIAS, RESIDUAL };

struct attr {
	enum maas_act act;
};

static enum maas_act
act(const struct maas_node *y)
{
	return ((const struct attr *)y->attr)->act;
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X], *w = y->in[W];

	if (op_rows(x, "the input") < 0)
		return -1;
	if (w->ndim != 2 || w->type != MAAS_F32 || w->dim[1] != op_last(x))
		return maas_fail("the input has %zu channels, the weight %zu", op_last(x), w->ndim ? op_last(w) : 0);
	if (y->in[BIAS] && op_matrix(y->in[BIAS], "the bias", w->dim[0], 0) < 0)
		return -1;
	op_same(y, x);
	y->dim[y->ndim - 1] = w->dim[0];
	if (y->in[RESIDUAL] && !op_equal(y->in[RESIDUAL], y))
		return maas_fail(
		    "the residual has %zu elements, the output %zu", maas_len(y->in[RESIDUAL]), maas_len(y));
	if (act(y) != MAAS_ACT_NONE)
		y->save_bytes = maas_len(y) * sizeof(float); /* the value before the activation */
	y->scratch_bytes = maas_product_scratch();
	return 0;
}

/* A parameter's bf16 copy says the same as its value rounded, in half the bytes. */
static struct maas_matrix
weight(const struct maas_node *w, size_t row, size_t col, enum maas_dtype precision)
{
	if (precision == MAAS_BF16 && w->half)
		return (struct maas_matrix){ w->half, MAAS_BF16, row, col };
	return (struct maas_matrix){ w->val, MAAS_F32, row, col };
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct maas_node *x = y->in[X], *w = y->in[W], *bias = y->in[BIAS], *residual = y->in[RESIDUAL];
	size_t out = w->dim[0], in = w->dim[1];
	struct maas_matrix a = { x->val, MAAS_F32, in, 1 };
	struct maas_epilogue e = { bias ? bias->val : NULL, act(y), y->save, residual ? residual->val : NULL, 0, NULL };

	maas_product_team(run->team, y->val, out, a, weight(w, in, 1, run->precision), maas_rows(y, run), out, in,
	    run->precision, &e, run->scratch);
}

struct back {
	struct maas_node *y;
	float *to;
	size_t rows;
	int add;
};

static void
through_act(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	size_t n = op_last(b->y), at = begin * n;

	(void)member;
	maas_act_bwd(b->y->grad + at, b->y->grad + at, (float *)b->y->save + at, (end - begin) * n, act(b->y));
}

static void
pass_on(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	size_t n = op_last(b->y), at = begin * n;

	(void)member;
	if (b->add)
		maas_add(b->to + at, b->y->grad + at, (end - begin) * n);
	else
		maas_act_bwd(b->to + at, b->y->grad + at, NULL, (end - begin) * n, MAAS_ACT_NONE);
}

static void
columns(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;

	(void)member;
	maas_column_sums(b->to + begin, b->y->grad + begin, b->rows, op_last(b->y), end - begin, b->add);
}

static void
products(struct maas_node *y, const struct maas_run *run, int add_x, int add_w, size_t rows)
{
	struct maas_node *x = y->in[X], *w = y->in[W];
	size_t out = w->dim[0], in = w->dim[1];
	struct maas_epilogue e = { .add = add_x };

	if (op_wants(x)) /* dx = dy w */
		maas_product_team(run->team, x->grad, in, (struct maas_matrix){ y->grad, MAAS_F32, out, 1 },
		    weight(w, 1, in, run->precision), rows, in, out, run->precision, &e, run->scratch);
	e.add = add_w;
	if (op_wants(w)) /* dw = dy^T x */
		maas_product_team(run->team, w->grad, in, (struct maas_matrix){ y->grad, MAAS_F32, 1, out },
		    (struct maas_matrix){ x->val, MAAS_F32, 1, in }, out, in, rows, run->precision, &e, run->scratch);
}

/* The residual's share goes before the gradient is turned into that of the value before the activation. */
static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct maas_node *bias = y->in[BIAS], *residual = y->in[RESIDUAL];
	size_t rows = maas_rows(y, run), n = op_last(y);
	struct back b = { y, NULL, rows, 0 };
	int add = !first[X];

	if (op_wants(residual)) {
		b.to = residual->grad;
		b.add = !first[RESIDUAL];
		if (b.to == y->in[X]->grad) { /* one gradient for both: this is its first part */
			b.add = add;
			add = 1;
		}
		maas_team_run(run->team, rows, op_grain(n), pass_on, &b);
	}
	if (act(y) != MAAS_ACT_NONE)
		maas_team_run(run->team, rows, op_grain(n), through_act, &b);
	products(y, run, add, !first[W], rows);
	if (op_wants(bias)) {
		b.to = bias->grad;
		b.add = !first[BIAS];
		maas_team_run(run->team, n, op_columns(b.rows), columns, &b);
	}
}

const struct maas_op maas_op_linear = {
	.name = "linear",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << X | 1u << W,
	.optional = 1u << BIAS | 1u << RESIDUAL,
};

struct maas_node *
maas_linear(struct maas_tape *t, struct maas_node *x, struct maas_node *w, struct maas_node *bias,
    struct maas_node *residual, enum maas_act how)
{
	struct attr a = { how };

	return maas_apply(t, &maas_op_linear, (struct maas_node *[]){ x, w, bias, residual }, 4, &a, sizeof a);
}
