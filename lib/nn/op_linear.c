/* act(x w^T + bias) + residual: one product with its finishing touches, and two products back. */
#include <string.h>

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

/* A part of the rows, whose columns are summed before they are added to the others'. */
enum { PART = 64, PIECE = 512 };

static size_t
parts(size_t rows)
{
	return (rows + PART - 1) / PART;
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X], *w = y->in[W];
	size_t sums;

	if (op_rows(x, "the input") < 0)
		return -1;
	if (w->ndim != 2 || w->type != MAAS_F32)
		return maas_fail(
		    "the weight is %s of %d dimensions, expected F32 of two", maas_dtype_name(w->type), w->ndim);
	if (w->dim[1] != op_last(x))
		return maas_fail("the input has %zu channels, the weight %zu", op_last(x), w->dim[1]);
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
	sums = y->in[BIAS] ? parts(maas_len(y) / w->dim[0]) * w->dim[0] * sizeof(float) : 0;
	if (sums > y->scratch_bytes)
		y->scratch_bytes = sums;
	return 0;
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct maas_node *x = y->in[X], *w = y->in[W], *bias = y->in[BIAS], *residual = y->in[RESIDUAL];
	size_t out = w->dim[0], in = w->dim[1];
	struct maas_matrix a = { x->val, x->type, in, 1 };
	struct maas_epilogue e = { .bias = bias ? bias->val : NULL,
		.act = act(y),
		.before = y->save,
		.residual = residual ? residual->val : NULL,
		.half = y->type == MAAS_BF16 ? y->val : NULL };

	maas_product_team(run->team, y->val, out, a, op_weight(w, 0, in, 1, run->precision), maas_rows(y, run), out, in,
	    run->precision, &e, run->scratch);
}

struct back {
	struct maas_node *y;
	const struct maas_run *run;
	float *residual, *sums; /* gradient; [parts, n]; NULL: not wanted */
	size_t rows;
	int add, half; /* to residual; dy becomes bf16 */
};

/*
 * One pass over a piece of a row of dy: its share goes to the residual, it becomes the gradient of the value before
 * the activation, is added to its columns' sums, and rounded as the products would.  In place: a row of bf16 takes
 * the front half of its row.
 */
static void
piece(const struct back *b, size_t r, size_t c, size_t n, float *sum)
{
	size_t width = op_last(b->y), at = r * width + c;
	const float *dy = b->y->grad + at;
	float slope[PIECE];

	if (b->residual && b->add)
		maas_add(b->residual + at, dy, n);
	else if (b->residual)
		memcpy(b->residual + at, dy, n * sizeof *dy);
	if (act(b->y) != MAAS_ACT_NONE) {
		maas_act_bwd(slope, dy, (float *)b->y->save + at, n, act(b->y));
		if (!b->half)
			memcpy(b->y->grad + at, slope, n * sizeof *slope);
		dy = slope;
	}
	if (sum)
		maas_add(sum + c, dy, n);
	if (b->half)
		maas_to_bf16((maas_bf16 *)(b->y->grad + r * width) + c, dy, n);
}

static void
part(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	size_t n = op_last(b->y), last = end * PART < b->rows ? end * PART : b->rows;

	(void)member;
	for (size_t r = begin * PART; r < last; r++) {
		float *sum = b->sums ? b->sums + r / PART * n : NULL;

		if (sum && r % PART == 0)
			memset(sum, 0, n * sizeof *sum);
		for (size_t c = 0; c < n; c += PIECE)
			piece(b, r, c, n - c < PIECE ? n - c : PIECE, sum);
	}
}

static void
products(const struct back *b, int add_x, int add_w)
{
	const struct maas_run *run = b->run;
	struct maas_node *y = b->y, *x = y->in[X], *w = y->in[W];
	size_t out = w->dim[0], in = w->dim[1], row = b->half ? 2 * out : out;
	enum maas_dtype type = b->half ? MAAS_BF16 : MAAS_F32;
	struct maas_epilogue e = { .add = add_x };

	if (op_wants(x)) /* dx = dy w */
		maas_product_team(run->team, x->grad, in, (struct maas_matrix){ y->grad, type, row, 1 },
		    op_weight(w, 0, 1, in, run->precision), b->rows, in, out, run->precision, &e, run->scratch);
	e = (struct maas_epilogue){ .add = add_w, .later = 1 };
	if (op_wants(w)) /* dw = dy^T x */
		maas_product_team(run->team, w->grad, in, (struct maas_matrix){ y->grad, type, 1, row },
		    (struct maas_matrix){ x->val, x->type, 1, in }, out, in, b->rows, run->precision, &e, run->scratch);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct maas_node *bias = y->in[BIAS], *residual = y->in[RESIDUAL];
	size_t n = op_last(y);
	struct back b = { .y = y, .run = run, .rows = maas_rows(y, run), .half = run->precision == MAAS_BF16 };
	int add = !first[X];

	if (op_wants(residual)) {
		b.residual = residual->grad;
		b.add = !first[RESIDUAL];
		if (b.residual == y->in[X]->grad) { /* one gradient for both: this is its first part */
			b.add = add;
			add = 1;
		}
	}
	b.sums = op_wants(bias) ? run->scratch : NULL;
	if (b.residual || b.sums || b.half || act(y) != MAAS_ACT_NONE)
		maas_team_run(run->team, parts(b.rows), 1, part, &b);
	if (b.sums)
		maas_column_sums(bias->grad, b.sums, parts(b.rows), n, n, !first[BIAS]);
	products(&b, add, !first[W]);
}

static double
multiply_adds(const struct maas_node *y)
{
	return (double)maas_len(y) * (double)y->in[W]->dim[1];
}

const struct maas_op maas_op_linear = {
	.name = "linear",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.products = multiply_adds,
	.needs = 1u << X | 1u << W,
	.rounds = 1u << X | MAAS_NEEDS_OUT,
	.optional = 1u << BIAS | 1u << RESIDUAL,
};

struct maas_node *
maas_linear(struct maas_tape *t, struct maas_node *x, struct maas_node *w, struct maas_node *bias,
    struct maas_node *residual, enum maas_act how)
{
	struct attr a = { how };

	return maas_apply(t, &maas_op_linear, (struct maas_node *[]){ x, w, bias, residual }, 4, &a, sizeof a);
}
