/* RMSNorm over the last dimension.  Zhang & Sennrich 2019. */
#include "op.h"

enum { X, GAIN };

struct attr {
	float eps;
};

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X];

	if (op_rows(x, "the input") < 0 || (y->in[GAIN] && op_matrix(y->in[GAIN], "the gain", op_last(x), 0) < 0))
		return -1;
	y->save_bytes = maas_len(x) / op_last(x) * 2 * sizeof(float); /* as a layernorm's */
	return op_same(y, x);
}

static const float *
value(const struct maas_node *x)
{
	return x ? x->val : NULL;
}

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	struct maas_node *y = arg;
	size_t n = op_last(y);

	(void)member;
	maas_rmsnorm_fwd((float *)y->val + begin * n, (float *)y->save + 2 * begin, value(y->in[X]) + begin * n,
	    value(y->in[GAIN]), end - begin, n, ((const struct attr *)y->attr)->eps);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	maas_team_run(run->team, maas_rows(y, run), op_grain(op_last(y)), rows, y);
}

struct back {
	struct maas_node *y;
	size_t rows;
	const unsigned char *first;
};

static void
back_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	struct maas_node *y = b->y, *x = y->in[X];
	size_t n = op_last(y);

	(void)member;
	maas_rmsnorm_dx(x->grad + begin * n, y->grad + begin * n, value(x) + begin * n, (float *)y->save + 2 * begin,
	    value(y->in[GAIN]), end - begin, n, !b->first[X]);
}

static void
back_columns(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	struct maas_node *y = b->y;

	(void)member;
	maas_layernorm_dparams(y->in[GAIN]->grad + begin, NULL, y->grad + begin, value(y->in[X]) + begin, y->save,
	    b->rows, op_last(y), end - begin, !b->first[GAIN]);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct back b = { y, maas_rows(y, run), first };

	if (op_wants(y->in[X]))
		maas_team_run(run->team, b.rows, op_grain(op_last(y)), back_rows, &b);
	if (op_wants(y->in[GAIN]))
		maas_team_run(run->team, op_last(y), OP_COLUMNS, back_columns, &b);
}

const struct maas_op maas_op_rmsnorm = {
	.name = "rmsnorm",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << X | 1u << GAIN,
	.optional = 1u << GAIN,
};

struct maas_node *
maas_rmsnorm(struct maas_tape *t, struct maas_node *x, struct maas_node *gain, float eps)
{
	struct attr a = { eps };

	return maas_apply(t, &maas_op_rmsnorm, (struct maas_node *[]){ x, gain }, 2, &a, sizeof a);
}
