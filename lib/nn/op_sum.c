/* a + b. */
#include <string.h>

#include "op.h"

static int
shape(struct maas_node *y)
{
	if (op_rows(y->in[0], "the first") < 0 || op_rows(y->in[1], "the second") < 0)
		return -1;
	if (!op_equal(y->in[0], y->in[1]))
		return maas_fail("%zu elements and %zu, or another shape", maas_len(y->in[0]), maas_len(y->in[1]));
	return op_same(y, y->in[0]);
}

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	struct maas_node *y = arg;
	size_t at = begin * op_last(y), n = (end - begin) * op_last(y);

	(void)member;
	memcpy((float *)y->val + at, (const float *)y->in[0]->val + at, n * sizeof(float));
	maas_add((float *)y->val + at, (const float *)y->in[1]->val + at, n);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	maas_team_run(run->team, maas_rows(y, run), op_grain(op_last(y)), rows, y);
}

struct back {
	struct maas_node *y, *to;
	int add;
};

static void
back_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	size_t at = begin * op_last(b->y), n = (end - begin) * op_last(b->y);

	(void)member;
	if (b->add)
		maas_add(b->to->grad + at, b->y->grad + at, n);
	else
		memcpy(b->to->grad + at, b->y->grad + at, n * sizeof(float));
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	for (int i = 0; i < 2; i++) {
		struct back b = { y, y->in[i], !first[i] };

		if (op_wants(y->in[i]))
			maas_team_run(run->team, maas_rows(y, run), op_grain(op_last(y)), back_rows, &b);
	}
}

const struct maas_op maas_op_sum = { .name = "sum", .shape = shape, .fwd = fwd, .bwd = bwd };

struct maas_node *
maas_sum(struct maas_tape *t, struct maas_node *a, struct maas_node *b)
{
	return maas_apply(t, &maas_op_sum, (struct maas_node *[]){ a, b }, 2, NULL, 0);
}
