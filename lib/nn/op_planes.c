/*
 * Each row's matrix turned: a picture whose channels lie side by side at each pixel becomes planes, one a channel, as
 * files have it and PyTorch's flatten sees it; and back.
 */
#include "op.h"

enum { X };

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X];

	if (x->type != MAAS_F32 || x->ndim != 3)
		return maas_fail("rows of %d dimensions, expected F32 of three", x->ndim);
	y->ndim = 3;
	y->dim[0] = x->dim[0];
	y->dim[1] = x->dim[2];
	y->dim[2] = x->dim[1];
	y->scratch_bytes = x->dim[1] * x->dim[2] * sizeof(float);
	return 0;
}

struct work {
	struct maas_node *y;
	const struct maas_run *run;
	int add;
};

static void
turn(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t a = w->y->dim[2], b = w->y->dim[1], n = a * b;

	(void)member;
	for (size_t i = begin; i < end; i++)
		maas_turn(
		    (float *)w->y->val + i * n, a, (const float *)w->y->in[X]->val + i * n, b, a, b, sizeof(float));
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = { y, run, 0 };

	maas_team_run(run->team, op_in_use(y, run), op_grain(y->dim[1] * y->dim[2]), turn, &w);
}

static void
back(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t a = w->y->dim[2], b = w->y->dim[1], n = a * b;
	float *room = (float *)((char *)w->run->scratch + (size_t)member * w->run->stride);

	for (size_t i = begin; i < end; i++) {
		float *dx = w->y->in[X]->grad + i * n;

		maas_turn(w->add ? room : dx, b, w->y->grad + i * n, a, b, a, sizeof(float));
		if (w->add)
			maas_add(dx, room, n);
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = { y, run, !first[X] };

	if (op_wants(y->in[X]))
		maas_team_run(run->team, op_in_use(y, run), op_grain(y->dim[1] * y->dim[2]), back, &w);
}

const struct maas_op maas_op_planes = { .name = "planes", .shape = shape, .fwd = fwd, .bwd = bwd };

struct maas_node *
maas_planes(struct maas_tape *t, struct maas_node *x)
{
	return maas_apply(t, &maas_op_planes, &x, 1, NULL, 0);
}
