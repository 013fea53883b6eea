/* Two arrays side by side: the channels of a, then those of b. */
#include <string.h>

#include "op.h"

static int
shape(struct maas_node *y)
{
	struct maas_node *a = y->in[0], *b = y->in[1];

	if (op_rows(a, "the first") < 0 || op_rows(b, "the second") < 0)
		return -1;
	if (maas_len(a) / op_last(a) != maas_len(b) / op_last(b))
		return maas_fail("%zu rows beside %zu", maas_len(a) / op_last(a), maas_len(b) / op_last(b));
	y->ndim = 2;
	y->dim[0] = maas_len(a) / op_last(a);
	y->dim[1] = op_last(a) + op_last(b);
	return 0;
}

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	struct maas_node *y = arg;
	size_t n = y->dim[1];

	(void)member;
	for (size_t k = 0, at = 0; k < 2; at += op_last(y->in[k++])) {
		size_t each = op_last(y->in[k]);

		for (size_t r = begin; r < end; r++)
			memcpy((float *)y->val + r * n + at, (const float *)y->in[k]->val + r * each,
			    each * sizeof(float));
	}
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	maas_team_run(run->team, maas_rows(y, run), op_grain(y->dim[1]), rows, y);
}

struct back {
	struct maas_node *y;
	const unsigned char *first;
};

static void
back_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct back *b = arg;
	size_t n = b->y->dim[1];

	(void)member;
	for (size_t k = 0, at = 0; k < 2; at += op_last(b->y->in[k++])) {
		size_t each = op_last(b->y->in[k]);

		for (size_t r = begin; op_wants(b->y->in[k]) && r < end; r++) {
			const float *from = b->y->grad + r * n + at;
			float *to = b->y->in[k]->grad + r * each;

			if (b->first[k])
				memcpy(to, from, each * sizeof *to);
			else
				maas_add(to, from, each);
		}
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct back b = { y, first };

	maas_team_run(run->team, maas_rows(y, run), op_grain(y->dim[1]), back_rows, &b);
}

const struct maas_op maas_op_join = {
	.name = "join",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
};

struct maas_node *
maas_join(struct maas_tape *t, struct maas_node *a, struct maas_node *b)
{
	return maas_apply(t, &maas_op_join, (struct maas_node *[]){ a, b }, 2, NULL, 0);
}
