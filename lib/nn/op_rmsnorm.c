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
	y->scratch_bytes = op_last(x) * sizeof(float);
	return op_same(y, x);
}

struct work {
	struct maas_node *y;
	const struct maas_run *run;
};

static const float *
value(const struct maas_node *x)
{
	return x ? x->val : NULL;
}

/* A row that is to be bf16 is made aside. */
static void
rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y, *x = y->in[X];
	size_t n = op_last(y), now = y->type == MAAS_BF16 ? 1 : end - begin;
	float *aside = (void *)((char *)w->run->scratch + (size_t)member * w->run->stride);

	for (size_t r = begin; r < end; r += now) {
		float *to = y->type == MAAS_BF16 ? aside : (float *)y->val + r * n;

		maas_rmsnorm_fwd(to, (float *)y->save + 2 * r, value(x) + r * n, value(y->in[GAIN]), now, n,
		    ((const struct attr *)y->attr)->eps);
		if (y->type == MAAS_BF16)
			maas_to_bf16((maas_bf16 *)y->val + r * n, to, n);
	}
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	maas_team_run(run->team, maas_rows(y, run), op_grain(op_last(y)), rows, &(struct work){ y, run });
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
	.rounds = MAAS_NEEDS_OUT,
	.needs = 1u << X | 1u << GAIN,
	.optional = 1u << GAIN,
};

struct maas_node *
maas_rmsnorm(struct maas_tape *t, struct maas_node *x, struct maas_node *gain, float eps)
{
	struct attr a = { eps };

	return maas_apply(t, &maas_op_rmsnorm, (struct maas_node *[]){ x, gain }, 2, &a, sizeof a);
}
