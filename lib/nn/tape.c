#include <string.h>

#include "op.h"
#include "tape.h"

#define OP(name) &maas_op_##name,
const struct maas_op *const maas_ops[] = {
#include "maas/ops.def"
	NULL
};
#undef OP

struct maas_tape *
maas_tape_new(struct maas_arena *arena)
{
	struct maas_tape *t = maas_take(arena, 1, sizeof *t);

	if (t)
		t->arena = arena;
	return t;
}

size_t
maas_len(const struct maas_node *y)
{
	size_t n = 1;

	for (int i = 0; i < y->ndim; i++)
		n *= y->dim[i];
	return n;
}

size_t
maas_rows(const struct maas_node *y, const struct maas_run *run)
{
	size_t n = y->ndim && y->dim[y->ndim - 1] ? maas_len(y) / y->dim[y->ndim - 1] : 1;

	if (y->ndim == 1)
		n = y->dim[0];
	return run->rows && run->rows < n ? run->rows : n;
}

struct maas_node *
tape_root(struct maas_node *y)
{
	while (y->view_of)
		y = y->view_of;
	return y;
}

static struct maas_node *
refuse(struct maas_tape *t)
{
	t->failed = 1;
	return NULL;
}

/* Elements and bytes can be counted, whatever the type. */
static int
countable(const struct maas_node *y)
{
	size_t n = 8;

	if (y->ndim < 0 || y->ndim > MAAS_DIMS)
		return maas_fail("%d dimensions, at most %d", y->ndim, MAAS_DIMS);
	for (int i = 0; i < y->ndim; i++)
		if (!y->dim[i] || y->dim[i] > SIZE_MAX / 2 / n)
			return maas_fail("dimension %d is %zu", i, y->dim[i]);
		else
			n *= y->dim[i];
	return 0;
}

static struct maas_node *
append(struct maas_tape *t, struct maas_node *y)
{
	if (countable(y) < 0) {
		if (y->op || y->name)
			maas_in("%s", y->op ? y->op->name : y->name);
		return refuse(t);
	}
	if (t->n == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 64;
		struct maas_node **more = maas_take(t->arena, cap, sizeof *more);

		if (!more)
			return refuse(t);
		if (t->n)
			memcpy(more, t->node, t->n * sizeof *more);
		t->node = more;
		t->cap = cap;
	}
	y->id = t->n;
	return t->node[t->n++] = y;
}

static struct maas_node *
leaf(struct maas_tape *t, const char *name, enum maas_dtype type, int ndim, const size_t *dim, unsigned flags)
{
	struct maas_node *y;

	if (t->failed)
		return NULL;
	if (!(y = maas_take(t->arena, 1, sizeof *y)) ||
	    (name && !(y->name = maas_take_text(t->arena, name, strlen(name)))))
		return refuse(t);
	y->type = type;
	y->ndim = ndim;
	if (ndim > 0 && ndim <= MAAS_DIMS)
		memcpy(y->dim, dim, (size_t)ndim * sizeof *dim);
	y->flags = flags;
	return append(t, y);
}

struct maas_node *
maas_input(struct maas_tape *t, const char *name, enum maas_dtype type, int ndim, const size_t *dim)
{
	return leaf(t, name, type, ndim, dim, MAAS_INPUT);
}

struct maas_node *
maas_param(struct maas_tape *t, const char *name, int ndim, const size_t *dim, int decay)
{
	unsigned learnt = tape_freezes(t, name) ? 0 : MAAS_WANTS_GRAD | (decay ? MAAS_DECAY : 0);

	return leaf(t, name, MAAS_F32, ndim, dim, MAAS_PARAM | learnt);
}

struct maas_node *
maas_tape_input(const struct maas_tape *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->node[i]->flags & MAAS_INPUT && t->node[i]->name && !strcmp(t->node[i]->name, name))
			return t->node[i];
	return NULL;
}

struct maas_node *
maas_view(struct maas_tape *t, struct maas_node *x, int ndim, const size_t *dim)
{
	struct maas_node *y = x ? leaf(t, x->name, x->type, ndim, dim, x->flags & MAAS_WANTS_GRAD) : NULL;

	if (!y)
		return refuse(t);
	if (maas_len(y) != maas_len(x)) {
		maas_fail("a view of %zu elements with %zu", maas_len(x), maas_len(y));
		return refuse(t);
	}
	y->view_of = x;
	return y;
}

/* An argument may be missing because it is optional or because its builder failed: the tape knows. */
static int
arguments(struct maas_node *y, struct maas_node *const *in, int nin)
{
	if (nin < 0 || nin > MAAS_ARGS)
		return maas_fail("%d arguments, at most %d", nin, MAAS_ARGS);
	for (int i = 0; i < nin; i++) {
		if (!in[i] && !(y->op->optional >> i & 1))
			return maas_fail("argument %d is missing", i);
		y->in[i] = in[i];
		if (in[i])
			y->flags |= in[i]->flags & MAAS_WANTS_GRAD;
	}
	y->nin = nin;
	return 0;
}

struct maas_node *
maas_apply(struct maas_tape *t, const struct maas_op *op, struct maas_node *const *in, int nin, const void *attr,
    size_t attr_bytes)
{
	struct maas_node *y;
	void *copy = NULL;

	if (t->failed)
		return NULL;
	if (!(y = maas_take(t->arena, 1, sizeof *y)) || (attr_bytes && !(copy = maas_take(t->arena, 1, attr_bytes))))
		return refuse(t);
	if (attr_bytes)
		y->attr = memcpy(copy, attr, attr_bytes);
	y->op = op;
	y->type = MAAS_F32;
	if (arguments(y, in, nin) < 0 || op->shape(y) < 0) {
		maas_in("%s", op->name);
		return refuse(t);
	}
	return append(t, y);
}

const struct maas_params *
maas_tape_params(const struct maas_tape *t)
{
	return &t->params;
}

size_t
maas_tape_bytes(const struct maas_tape *t)
{
	return t->bytes;
}

size_t
maas_tape_scratch(const struct maas_tape *t)
{
	return t->scratch;
}

double
maas_tape_products(const struct maas_tape *t)
{
	double sum = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->node[i]->op && t->node[i]->op->products)
			sum += t->node[i]->op->products(t->node[i]);
	return sum;
}

void
maas_forward(struct maas_tape *t, const struct maas_run *run)
{
	for (size_t i = 0; i < t->n && !op_halts(run); i++)
		if (t->node[i]->op)
			t->node[i]->op->fwd(t->node[i], run);
}

void
maas_backward(struct maas_tape *t, const struct maas_run *run, int add)
{
	tape_root(t->loss)->grad[0] = run->share != 0 ? run->share : 1;
	for (size_t i = t->n; i-- > 0 && !op_halts(run);) {
		struct maas_node *y = t->node[i];

		if (y->op && t->turn[i].reached)
			y->op->bwd(y, run, add ? t->turn[i].first_add : t->turn[i].first);
	}
}
