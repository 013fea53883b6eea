/*
 * A layer over sparse rows: act(sum of value times the table's row of the column + x + bias).  A row of a text names
 * a few of many columns: it costs what it names.
 */
#include <math.h>
#include <string.h>

#include "op.h"

enum { START, COL, VALUE, TABLE, X, BIAS };
enum { ENTRIES = 16384 }; /* products of a range of rows */

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
	struct maas_node *start = y->in[START], *col = y->in[COL], *value = y->in[VALUE], *table = y->in[TABLE];

	if (start->type != MAAS_I32 || col->type != MAAS_I32 || start->ndim != 1 || col->ndim != 1)
		return maas_fail("rows begin and columns are I32 of one dimension");
	if (start->dim[0] < 2)
		return maas_fail("%zu places where rows begin, expected one more than rows", start->dim[0]);
	if (value && op_matrix(value, "values", col->dim[0], 0) < 0)
		return -1;
	if (table->type != MAAS_F32 || table->ndim != 2)
		return maas_fail("a table of %d dimensions, expected 2", table->ndim);
	if (y->in[X] && op_matrix(y->in[X], "what is added", start->dim[0] - 1, table->dim[1]) < 0)
		return -1;
	if (y->in[BIAS] && op_matrix(y->in[BIAS], "the bias", table->dim[1], 0) < 0)
		return -1;
	y->ndim = 2;
	y->dim[0] = start->dim[0] - 1;
	y->dim[1] = table->dim[1];
	if (act(y) != MAAS_ACT_NONE)
		y->save_bytes = maas_len(y) * sizeof(float); /* the value before the activation */
	return 0;
}

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	struct maas_node *y = arg, *table = y->in[TABLE];
	const int32_t *start = y->in[START]->val, *col = y->in[COL]->val;
	const float *value = y->in[VALUE] ? y->in[VALUE]->val : NULL;
	size_t n = y->dim[1];

	(void)member;
	for (size_t r = begin; r < end; r++) {
		float *to = (float *)y->val + r * n;

		memset(to, 0, n * sizeof *to);
		for (int32_t e = start[r]; e < start[r + 1]; e++)
			if (col[e] >= 0 && (size_t)col[e] < table->dim[0])
				maas_add_scaled(
				    to, (const float *)table->val + (size_t)col[e] * n, value ? value[e] : 1, n);
			else
				to[0] = NAN;
		if (y->in[X])
			maas_add(to, (const float *)y->in[X]->val + r * n, n);
		if (y->in[BIAS])
			maas_add(to, y->in[BIAS]->val, n);
		if (act(y) != MAAS_ACT_NONE) {
			memcpy((float *)y->save + r * n, to, n * sizeof *to);
			maas_act_fwd(to, to, n, act(y));
		}
	}
}

/* Rows in a range of work, by the room there is for entries. */
static size_t
grain(const struct maas_node *y)
{
	size_t each = (y->in[COL]->dim[0] / y->dim[0] + 1) * y->dim[1];

	return each < ENTRIES ? ENTRIES / each : 1;
}

/* In use. */
static size_t
entries(const struct maas_node *y, const struct maas_run *run)
{
	return (size_t)((const int32_t *)y->in[START]->val)[maas_rows(y, run)];
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	op_rows_read(y->in[TABLE], y->in[COL]->val, entries(y, run), run);
	maas_team_run(run->team, maas_rows(y, run), grain(y), rows, y);
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
	size_t n = b->y->dim[1], at = begin * n;

	(void)member;
	maas_act_bwd(b->y->grad + at, b->y->grad + at, (float *)b->y->save + at, (end - begin) * n, act(b->y));
}

static void
pass_on(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	size_t n = b->y->dim[1], at = begin * n;

	(void)member;
	if (b->add)
		maas_add(b->to + at, b->y->grad + at, (end - begin) * n);
	else
		memcpy(b->to + at, b->y->grad + at, (end - begin) * n * sizeof(float));
}

static void
columns(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;

	(void)member;
	maas_column_sums(b->to + begin, b->y->grad + begin, b->rows, b->y->dim[1], end - begin, b->add);
}

/* Some channels of all entries in their order, so that the sum of a column named often is always the same. */
static void
scatter(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	struct maas_node *y = b->y, *table = y->in[TABLE];
	const int32_t *start = y->in[START]->val, *col = y->in[COL]->val;
	const float *value = y->in[VALUE] ? y->in[VALUE]->val : NULL;
	size_t n = y->dim[1];

	(void)member;
	for (size_t r = 0; r < b->rows; r++)
		for (int32_t e = start[r]; e < start[r + 1]; e++)
			if (col[e] >= 0 && (size_t)col[e] < table->dim[0])
				maas_add_scaled(table->grad + (size_t)col[e] * n + begin, y->grad + r * n + begin,
				    value ? value[e] : 1, end - begin);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct maas_node *table = y->in[TABLE], *x = y->in[X], *bias = y->in[BIAS];
	struct back b = { y, NULL, maas_rows(y, run), 0 };

	if (act(y) != MAAS_ACT_NONE)
		maas_team_run(run->team, b.rows, op_grain(y->dim[1]), through_act, &b);
	if (op_wants(table)) {
		op_rows_learn(table, y->in[COL]->val, entries(y, run), first[TABLE], run);
		maas_team_run(run->team, y->dim[1], OP_COLUMNS, scatter, &b);
	}
	if (op_wants(x)) {
		b.to = x->grad;
		b.add = !first[X];
		maas_team_run(run->team, b.rows, op_grain(y->dim[1]), pass_on, &b);
	}
	if (op_wants(bias)) {
		b.to = bias->grad;
		b.add = !first[BIAS];
		maas_team_run(run->team, y->dim[1], op_columns(b.rows), columns, &b);
	}
}

static double
multiply_adds(const struct maas_node *y)
{
	return (double)maas_len(y->in[COL]) * (double)y->dim[1];
}

const struct maas_op maas_op_bag = {
	.name = "bag",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.products = multiply_adds,
	.needs = 1u << START | 1u << COL | 1u << VALUE,
	.optional = 1u << VALUE | 1u << X | 1u << BIAS,
	.picks = 1u << TABLE,
};

struct maas_node *
maas_bag(struct maas_tape *t, const struct maas_sparse_rows *rows_in, struct maas_node *table, struct maas_node *x,
    struct maas_node *bias, enum maas_act how)
{
	struct attr a = { how };

	return maas_apply(t, &maas_op_bag,
	    (struct maas_node *[]){ rows_in->start, rows_in->col, rows_in->value, table, x, bias }, 6, &a, sizeof a);
}
