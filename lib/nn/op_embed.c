/* Rows of a table by id, and the place in the sequence: token embedding. */
#include <math.h>
#include <string.h>

#include "op.h"

enum { IDS, TABLE, POSITIONS };

static int
shape(struct maas_node *y)
{
	struct maas_node *ids = y->in[IDS], *table = y->in[TABLE], *pos = y->in[POSITIONS];

	if (ids->type != MAAS_I32 || ids->ndim != 1)
		return maas_fail(
		    "ids are %s of %d dimensions, expected I32 of one", maas_dtype_name(ids->type), ids->ndim);
	if (table->ndim != 2)
		return maas_fail("a table of %d dimensions, expected 2", table->ndim);
	if (pos && (pos->ndim != 2 || pos->dim[1] != table->dim[1]))
		return maas_fail(
		    "positions of %zu channels, the table has %zu", pos->ndim ? op_last(pos) : 0, table->dim[1]);
	y->ndim = 2;
	y->dim[0] = ids->dim[0];
	y->dim[1] = table->dim[1];
	return 0;
}

/* Rows of a sequence. */
static size_t
period(const struct maas_node *y, const struct maas_run *run)
{
	return y->in[POSITIONS] ? op_time(run, y->in[POSITIONS]->dim[0]) : 1;
}

struct work {
	struct maas_node *y;
	size_t rows, time;
	const unsigned char *first; /* going back */
};

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y, *table = y->in[TABLE], *pos = y->in[POSITIONS];
	const int32_t *id = y->in[IDS]->val;
	size_t n = y->dim[1];

	(void)member;
	for (size_t r = begin; r < end; r++) {
		float *to = (float *)y->val + r * n;

		if (id[r] < 0 || (size_t)id[r] >= table->dim[0])
			for (size_t c = 0; c < n; c++)
				to[c] = NAN;
		else
			memcpy(to, (const float *)table->val + (size_t)id[r] * n, n * sizeof *to);
		if (pos)
			maas_add(to, (const float *)pos->val + r % w->time * n, n);
	}
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = { y, maas_rows(y, run), period(y, run), NULL };

	op_rows_read(y->in[TABLE], y->in[IDS]->val, w.rows, run);
	maas_team_run(run->team, w.rows, op_grain(y->dim[1]), rows, &w);
}

/* Some channels of all rows, in the order of rows, so that the sum of a repeated id is always the same. */
static void
channels(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y, *table = y->in[TABLE], *pos = y->in[POSITIONS];
	const int32_t *id = y->in[IDS]->val;
	size_t n = y->dim[1], wide = end - begin;

	(void)member;
	for (size_t i = 0; op_wants(pos) && w->first[POSITIONS] && i < pos->dim[0]; i++)
		memset(pos->grad + i * n + begin, 0, wide * sizeof(float));
	for (size_t r = 0; r < w->rows; r++) {
		const float *dy = y->grad + r * n + begin;

		if (op_wants(table) && id[r] >= 0 && (size_t)id[r] < table->dim[0])
			maas_add(table->grad + (size_t)id[r] * n + begin, dy, wide);
		if (op_wants(pos))
			maas_add(pos->grad + r % w->time * n + begin, dy, wide);
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = { y, maas_rows(y, run), period(y, run), first };

	if (op_wants(y->in[TABLE]))
		op_rows_learn(y->in[TABLE], y->in[IDS]->val, w.rows, first[TABLE], run);
	maas_team_run(run->team, y->dim[1], OP_COLUMNS, channels, &w);
}

const struct maas_op maas_op_embed = {
	.name = "embed",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << IDS,
	.picks = 1u << TABLE,
	.optional = 1u << POSITIONS,
};

struct maas_node *
maas_embed(struct maas_tape *t, struct maas_node *ids, struct maas_node *table, struct maas_node *positions)
{
	return maas_apply(t, &maas_op_embed, (struct maas_node *[]){ ids, table, positions }, 3, NULL, 0);
}
