/*
 * Weighted cross-entropy of few classes: the mean of -log softmax(logits)[target], each row by its weight
 * (PyTorch's CrossEntropyLoss(weight=) where a row's weight is its class's).
 */
#include <math.h>

#include "op.h"

enum { LOGITS, TARGETS, WEIGHTS };

static size_t
all_rows(const struct maas_node *y)
{
	return maas_len(y->in[LOGITS]) / op_last(y->in[LOGITS]);
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[LOGITS], *targets = y->in[TARGETS], *weights = y->in[WEIGHTS];

	if (op_rows(x, "logits") < 0)
		return -1;
	if (targets->type != MAAS_I32 || maas_len(targets) != all_rows(y))
		return maas_fail("%zu targets for %zu rows", maas_len(targets), all_rows(y));
	if (weights && op_matrix(weights, "weights", all_rows(y), 0) < 0)
		return -1;
	y->ndim = 1;
	y->dim[0] = 1;
	y->save_bytes = all_rows(y) * sizeof(double); /* log of the sum of exp(logit) */
	return 0;
}

/* What a row counts: nothing where its target is below 0. */
static double
weight(const struct maas_node *y, size_t r)
{
	const float *w = y->in[WEIGHTS] ? y->in[WEIGHTS]->val : NULL;

	return ((const int32_t *)y->in[TARGETS]->val)[r] < 0 ? 0 : w ? (double)w[r] : 1;
}

static double
total(const struct maas_node *y, size_t rows)
{
	double sum = 0;

	for (size_t r = 0; r < rows; r++)
		sum += weight(y, r);
	return sum;
}

static void
sum_rows(void *arg, size_t begin, size_t end, int member)
{
	struct maas_node *y = arg, *x = y->in[LOGITS];
	size_t n = op_last(x);

	(void)member;
	for (size_t r = begin; r < end; r++)
		((double *)y->save)[r] = maas_logsumexp((const float *)x->val + r * n, n);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct maas_node *x = y->in[LOGITS];
	size_t rows = maas_rows(x, run), n = op_last(x);
	const int32_t *target = y->in[TARGETS]->val;
	double loss = 0, all = total(y, rows);

	maas_team_run(run->team, rows, op_grain(n), sum_rows, y);
	for (size_t r = 0; r < rows; r++)
		if (target[r] >= 0)
			loss += weight(y, r) *
			    ((size_t)target[r] < n
				    ? ((double *)y->save)[r] - ((float *)x->val)[r * n + (size_t)target[r]]
				    : (double)NAN);
	*(float *)y->val = all == 0 ? 0 : (float)(loss / all);
}

struct back {
	struct maas_node *y;
	double scale; /* of a weight */
	int add;
};

/* (softmax - 1 at the target) weight / all weights. */
static void
slope_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	struct maas_node *y = b->y, *x = y->in[LOGITS];
	const int32_t *target = y->in[TARGETS]->val;
	size_t n = op_last(x);

	(void)member;
	for (size_t r = begin; r < end; r++) {
		float *to = x->grad + r * n, scale = (float)(weight(y, r) * b->scale);
		const float *logit = (const float *)x->val + r * n;
		float lse = (float)((double *)y->save)[r];

		for (size_t c = 0; c < n; c += 64) {
			float slope[64];
			size_t m = n - c < 64 ? n - c : 64;

			maas_exp_scaled(slope, logit + c, m, lse, scale);
			for (size_t i = 0; i < m; i++)
				to[c + i] = (b->add ? to[c + i] : 0) + slope[i] -
				    (target[r] >= 0 && (size_t)target[r] == c + i ? scale : 0);
		}
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct maas_node *x = y->in[LOGITS];
	size_t rows = maas_rows(x, run);
	double all = total(y, rows);
	struct back b = { y, all == 0 ? 0 : y->grad[0] / all, !first[LOGITS] };

	if (op_wants(x))
		maas_team_run(run->team, rows, op_grain(op_last(x)), slope_rows, &b);
}

const struct maas_op maas_op_class_loss = {
	.name = "class_loss",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << LOGITS | 1u << TARGETS | 1u << WEIGHTS,
	.optional = 1u << WEIGHTS,
};

struct maas_node *
maas_class_loss(struct maas_tape *t, struct maas_node *logits, struct maas_node *targets, struct maas_node *weights)
{
	return maas_apply(t, &maas_op_class_loss, (struct maas_node *[]){ logits, targets, weights }, 3, NULL, 0);
}
