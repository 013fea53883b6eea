/* Mean squared error: the mean of (x - target)^2 over all elements, each row by its weight. */
#include "op.h"

enum { X, TARGETS, WEIGHTS };

static size_t
all_rows(const struct maas_node *y)
{
	return maas_len(y->in[X]) / op_last(y->in[X]);
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X], *targets = y->in[TARGETS], *weights = y->in[WEIGHTS];

	if (op_rows(x, "the input") < 0 || op_rows(targets, "targets") < 0)
		return -1;
	if (!op_equal(x, targets))
		return maas_fail("%zu targets for %zu values, or another shape", maas_len(targets), maas_len(x));
	if (weights && op_matrix(weights, "weights", all_rows(y), 0) < 0)
		return -1;
	y->ndim = 1;
	y->dim[0] = 1;
	return 0;
}

static double
weight(const struct maas_node *y, size_t r)
{
	return y->in[WEIGHTS] ? (double)((const float *)y->in[WEIGHTS]->val)[r] : 1;
}

/* Of all weights, by the elements of a row. */
static double
total(const struct maas_node *y, size_t rows)
{
	double sum = 0;

	for (size_t r = 0; r < rows; r++)
		sum += weight(y, r);
	return sum * (double)op_last(y->in[X]);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	const float *x = y->in[X]->val, *target = y->in[TARGETS]->val;
	size_t rows = maas_rows(y->in[X], run), n = op_last(y->in[X]);
	double loss = 0, all = total(y, rows);

	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < n; c++) {
			double d = (double)x[r * n + c] - (double)target[r * n + c];

			loss += weight(y, r) * d * d;
		}
	*(float *)y->val = all == 0 ? 0 : (float)(loss / all);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct maas_node *node = y->in[X];
	const float *x = node->val, *target = y->in[TARGETS]->val;
	size_t rows = maas_rows(node, run), n = op_last(node);
	double all = total(y, rows), scale = all == 0 ? 0 : 2 * y->grad[0] / all;

	if (!op_wants(node))
		return;
	for (size_t r = 0; r < rows; r++)
		for (size_t i = r * n; i < (r + 1) * n; i++) {
			float slope = (float)(scale * weight(y, r) * ((double)x[i] - (double)target[i]));

			node->grad[i] = first[X] ? slope : node->grad[i] + slope;
		}
}

const struct maas_op maas_op_square_loss = {
	.name = "square_loss",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << X | 1u << TARGETS | 1u << WEIGHTS,
	.optional = 1u << WEIGHTS,
};

struct maas_node *
maas_square_loss(struct maas_tape *t, struct maas_node *x, struct maas_node *targets, struct maas_node *weights)
{
	return maas_apply(t, &maas_op_square_loss, (struct maas_node *[]){ x, targets, weights }, 3, NULL, 0);
}
