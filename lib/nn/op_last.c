/* The last row of each sequence: row length - 1 of `time` rows, of which the others are padding. */
#include <string.h>

#include "op.h"

enum { X, LENGTHS };

struct attr {
	size_t time;
};

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X], *lengths = y->in[LENGTHS];
	size_t time = ((const struct attr *)y->attr)->time;

	if (op_sequences(x, lengths, time) < 0)
		return -1;
	y->ndim = 2;
	y->dim[0] = lengths->dim[0];
	y->dim[1] = op_last(x);
	return 0;
}

struct work {
	struct maas_node *y;
	size_t n, time; /* sequences in use */
	int add;
};

static struct work
work(struct maas_node *y, const struct maas_run *run, int add)
{
	size_t time = op_time(run, ((const struct attr *)y->attr)->time);

	return (struct work){ y, maas_rows(y->in[X], run) / time, time, add };
}

/* Where sequence i ends in x; NULL: it has no row. */
static const float *
end_of(const struct work *w, const float *x, size_t i)
{
	int32_t length = ((const int32_t *)w->y->in[LENGTHS]->val)[i];

	return i < w->n && length > 0 && (size_t)length <= w->time
	    ? x + (i * w->time + (size_t)length - 1) * w->y->dim[1]
	    : NULL;
}

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t c = w->y->dim[1];

	(void)member;
	for (size_t i = begin; i < end; i++) {
		const float *from = end_of(w, w->y->in[X]->val, i);
		float *to = (float *)w->y->val + i * c;

		if (from)
			memcpy(to, from, c * sizeof *to);
		else
			memset(to, 0, c * sizeof *to);
	}
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = work(y, run, 0);

	maas_team_run(run->team, y->dim[0], op_grain(y->dim[1]), rows, &w);
}

static void
back_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	float *grad = w->y->in[X]->grad;
	size_t c = w->y->dim[1], each = w->time * c;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		const float *at = end_of(w, grad, i);

		if (!w->add)
			memset(grad + i * each, 0, each * sizeof *grad);
		if (at)
			maas_add(grad + (at - grad), w->y->grad + i * c, c);
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = work(y, run, !first[X]);

	if (op_wants(y->in[X]))
		maas_team_run(run->team, w.n, op_grain(w.time * y->dim[1]), back_rows, &w);
}

const struct maas_op maas_op_last = {
	.name = "last",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << LENGTHS,
};

struct maas_node *
maas_last(struct maas_tape *t, struct maas_node *x, struct maas_node *lengths, size_t time)
{
	struct attr a = { time };

	return maas_apply(t, &maas_op_last, (struct maas_node *[]){ x, lengths }, 2, &a, sizeof a);
}
