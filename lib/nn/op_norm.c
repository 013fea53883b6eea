/* Norms over the last dimension: layer norm (Ba, Kiros & Hinton 2016), and RMSNorm (Zhang & Sennrich 2019), which has
 * neither mean nor bias. */
#include "op.h"

enum { X, GAIN, BIAS };

struct attr {
	float eps;
	int rms;
};

static const struct attr *
attr(const struct maas_node *y)
{
	return y->attr;
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X];

	if (op_rows(x, "the input") < 0 || (y->in[GAIN] && op_matrix(y->in[GAIN], "the gain", op_last(x), 0) < 0) ||
	    (y->in[BIAS] && op_matrix(y->in[BIAS], "the bias", op_last(x), 0) < 0))
		return -1;
	y->save_bytes = maas_len(x) / op_last(x) * 2 * sizeof(float); /* mean (of RMSNorm 0), 1 / standard deviation */
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

static void
norm(const struct maas_node *y, float *to, size_t row, size_t rows)
{
	size_t n = op_last(y);
	const float *x = value(y->in[X]) + row * n, *gain = value(y->in[GAIN]);
	float *stat = (float *)y->save + 2 * row;

	if (attr(y)->rms)
		maas_rmsnorm_fwd(to, stat, x, gain, rows, n, attr(y)->eps);
	else
		maas_layernorm_fwd(to, stat, x, gain, value(y->in[BIAS]), rows, n, attr(y)->eps);
}

/* A row that is to be bf16 is made aside. */
static void
rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y;
	size_t n = op_last(y), now = y->type == MAAS_BF16 ? 1 : end - begin;
	float *aside = (void *)((char *)w->run->scratch + (size_t)member * w->run->stride);

	for (size_t r = begin; r < end; r += now) {
		float *to = y->type == MAAS_BF16 ? aside : (float *)y->val + r * n;

		norm(y, to, r, now);
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
	(attr(y)->rms ? maas_rmsnorm_dx : maas_layernorm_dx)(x->grad + begin * n, y->grad + begin * n,
	    value(x) + begin * n, (float *)y->save + 2 * begin, value(y->in[GAIN]), end - begin, n, !b->first[X]);
}

static void
back_columns(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	struct maas_node *y = b->y, *gain = y->in[GAIN], *bias = y->in[BIAS];
	size_t n = op_last(y), wide = end - begin;
	const float *dy = y->grad + begin, *x = value(y->in[X]) + begin;

	(void)member;
	if (op_wants(gain))
		maas_layernorm_dparams(gain->grad + begin, NULL, dy, x, y->save, b->rows, n, wide, !b->first[GAIN]);
	if (op_wants(bias))
		maas_column_sums(bias->grad + begin, dy, b->rows, n, wide, !b->first[BIAS]);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct back b = { y, maas_rows(y, run), first };

	if (op_wants(y->in[X]))
		maas_team_run(run->team, b.rows, op_grain(op_last(y)), back_rows, &b);
	if (op_wants(y->in[GAIN]) || op_wants(y->in[BIAS]))
		maas_team_run(run->team, op_last(y), OP_COLUMNS, back_columns, &b);
}

const struct maas_op maas_op_layernorm = {
	.name = "layernorm",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.rounds = MAAS_NEEDS_OUT,
	.needs = 1u << X | 1u << GAIN,
	.optional = 1u << GAIN | 1u << BIAS,
};

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
maas_layernorm(struct maas_tape *t, struct maas_node *x, struct maas_node *gain, struct maas_node *bias, float eps)
{
	struct attr a = { eps, 0 };

	return maas_apply(t, &maas_op_layernorm, (struct maas_node *[]){ x, gain, bias }, 3, &a, sizeof a);
}

struct maas_node *
maas_rmsnorm(struct maas_tape *t, struct maas_node *x, struct maas_node *gain, float eps)
{
	struct attr a = { eps, 1 };

	return maas_apply(t, &maas_op_rmsnorm, (struct maas_node *[]){ x, gain }, 2, &a, sizeof a);
}
