/* The largest of each square of pixels, a channel by itself. */
#include "op.h"

enum { X };

struct attr {
	size_t size;
};

static size_t
size_of(const struct maas_node *y)
{
	return ((const struct attr *)y->attr)->size;
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X];
	size_t size = size_of(y);

	if (x->type != MAAS_F32 || x->ndim != 4)
		return maas_fail("pictures of %d dimensions, expected F32 of four", x->ndim);
	if (!size || size > x->dim[1] || size > x->dim[2])
		return maas_fail("squares of %zu in pictures of %zu x %zu", size, x->dim[1], x->dim[2]);
	op_same(y, x);
	y->dim[1] = x->dim[1] / size;
	y->dim[2] = x->dim[2] / size;
	return 0;
}

struct work {
	struct maas_node *y;
	size_t n, x, out; /* pictures; floats of one, and of one of y */
	int add;
};

static struct work
work(struct maas_node *y, const struct maas_run *run, int add)
{
	size_t *d = y->in[X]->dim;

	return (struct work){ y, op_in_use(y, run), d[1] * d[2] * d[3], y->dim[1] * y->dim[2] * d[3], add };
}

static void
pictures(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	const size_t *d = w->y->in[X]->dim;

	(void)member;
	for (size_t i = begin; i < end; i++)
		maas_maxpool_fwd((float *)w->y->val + i * w->out, (const float *)w->y->in[X]->val + i * w->x, d[1],
		    d[2], d[3], size_of(w->y));
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = work(y, run, 0);

	maas_team_run(run->team, w.n, op_grain(w.x), pictures, &w);
}

static void
back(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *x = w->y->in[X];

	(void)member;
	for (size_t i = begin; i < end; i++)
		maas_maxpool_bwd(x->grad + i * w->x, w->y->grad + i * w->out, (const float *)w->y->val + i * w->out,
		    (const float *)x->val + i * w->x, x->dim[1], x->dim[2], x->dim[3], size_of(w->y), w->add);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = work(y, run, !first[X]);

	if (op_wants(y->in[X]))
		maas_team_run(run->team, w.n, op_grain(w.x), back, &w);
}

const struct maas_op maas_op_maxpool = {
	.name = "maxpool",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << X | MAAS_NEEDS_OUT,
};

struct maas_node *
maas_maxpool(struct maas_tape *t, struct maas_node *x, size_t size)
{
	struct attr a = { size };

	return maas_apply(t, &maas_op_maxpool, &x, 1, &a, sizeof a);
}
