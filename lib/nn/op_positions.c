/* Rows of sequences with what stands for each place in them added: a table of positions, beside any lookup. */
#include <string.h>

#include "op.h"

enum { X, TABLE };

struct attr {
	size_t time;
};

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X], *table = y->in[TABLE];
	size_t time = ((const struct attr *)y->attr)->time;

	if (op_rows(x, "the input") < 0)
		return -1;
	if (table->ndim != 2 || table->dim[1] != op_last(x) || !time || table->dim[0] < time)
		return maas_fail("a table of %zu positions of %zu, for sequences of %zu rows of %zu", table->dim[0],
		    op_last(table), time, op_last(x));
	return op_same(y, x);
}

struct work {
	struct maas_node *y;
	size_t rows, time;
	int add; /* going back */
};

static struct work
work(struct maas_node *y, const struct maas_run *run, int add)
{
	return (struct work){ y, maas_rows(y, run), op_time(run, ((const struct attr *)y->attr)->time), add };
}

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t n = op_last(w->y);
	float *to = w->y->val;
	const float *x = w->y->in[X]->val, *table = w->y->in[TABLE]->val;

	(void)member;
	memcpy(to + begin * n, x + begin * n, (end - begin) * n * sizeof *to);
	for (size_t r = begin; r < end; r++)
		maas_add(to + r * n, table + r % w->time * n, n);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = work(y, run, 0);

	maas_team_run(run->team, w.rows, op_grain(op_last(y)), rows, &w);
}

static void
back_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t at = begin * op_last(w->y), n = (end - begin) * op_last(w->y);
	float *dx = w->y->in[X]->grad;

	(void)member;
	if (w->add)
		maas_add(dx + at, w->y->grad + at, n);
	else
		memcpy(dx + at, w->y->grad + at, n * sizeof *dx);
}

/* The same place of all sequences, in their order. */
static void
back_places(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t n = op_last(w->y);
	float *table = w->y->in[TABLE]->grad;

	(void)member;
	if (!w->add)
		memset(table + begin * n, 0, (end - begin) * n * sizeof *table);
	for (size_t t = begin; t < end && t < w->time; t++)
		for (size_t r = t; r < w->rows; r += w->time)
			maas_add(table + t * n, w->y->grad + r * n, n);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct maas_node *x = y->in[X], *table = y->in[TABLE];
	struct work w = work(y, run, !first[X]);

	if (op_wants(x))
		maas_team_run(run->team, w.rows, op_grain(op_last(y)), back_rows, &w);
	w.add = !first[TABLE];
	if (op_wants(table))
		maas_team_run(run->team, table->dim[0], 1, back_places, &w);
}

const struct maas_op maas_op_positions = {
	.name = "positions",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
};

struct maas_node *
maas_positions(struct maas_tape *t, struct maas_node *x, struct maas_node *table, size_t time)
{
	struct attr a = { time };

	return maas_apply(t, &maas_op_positions, (struct maas_node *[]){ x, table }, 2, &a, sizeof a);
}
