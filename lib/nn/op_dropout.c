/*
 * Dropout (Srivastava et al. 2014), inverted, and the residual it is added to.  What is dropped is a function of
 * seed, step, node and element, so nothing is kept for the backward pass.
 */
#include <string.h>

#include "op.h"

enum { X, RESIDUAL };
enum { PART = 16384 }; /* elements of a range; a multiple of 4 */

struct attr {
	float p;
};

struct work {
	struct maas_node *y;
	const struct maas_run *run;
	float *to;
	size_t n;
	int add;
};

static int
shape(struct maas_node *y)
{
	float p = ((const struct attr *)y->attr)->p;

	if (op_rows(y->in[X], "the input") < 0)
		return -1;
	if (!(p >= 0 && p < 1))
		return maas_fail("a share of %g, expected 0 or more and less than 1", (double)p);
	if (y->in[RESIDUAL] && !op_equal(y->in[X], y->in[RESIDUAL]))
		return maas_fail("the residual has another shape");
	return op_same(y, y->in[X]);
}

/* to = what is left of from; copied where nothing is dropped. */
static void
drop(const struct work *w, float *to, const float *from, size_t at, size_t n)
{
	float p = ((const struct attr *)w->y->attr)->p;

	if (w->run->train && p > 0)
		maas_drop(to, from, n, p, w->run->seed, w->run->step << 20 | w->y->id, at);
	else
		memcpy(to, from, n * sizeof *to);
}

static void
part(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	const struct maas_node *y = w->y;
	size_t at = begin * PART, n = (end * PART < w->n ? end * PART : w->n) - at;
	float *to = (float *)y->val + at;

	(void)member;
	drop(w, to, (const float *)y->in[X]->val + at, at, n);
	if (y->in[RESIDUAL])
		maas_add(to, (const float *)y->in[RESIDUAL]->val + at, n);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = { y, run, NULL, maas_rows(y, run) * op_last(y), 0 };

	maas_team_run(run->team, (w.n + PART - 1) / PART, 1, part, &w);
}

static void
back_part(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t from = begin * PART, to = end * PART < w->n ? end * PART : w->n;

	(void)member;
	for (size_t at = from; at < to; at += 1024) {
		float kept[1024];
		size_t n = to - at < 1024 ? to - at : 1024;

		drop(w, kept, w->y->grad + at, at, n);
		if (w->add)
			maas_add(w->to + at, kept, n);
		else
			memcpy(w->to + at, kept, n * sizeof *kept);
	}
}

static void
residual_part(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t at = begin * PART, n = (end * PART < w->n ? end * PART : w->n) - at;

	(void)member;
	if (w->add)
		maas_add(w->to + at, w->y->grad + at, n);
	else
		memcpy(w->to + at, w->y->grad + at, n * sizeof(float));
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	for (int i = X; i <= RESIDUAL; i++) {
		struct work w = { y, run, NULL, maas_rows(y, run) * op_last(y), !first[i] };

		if (!op_wants(y->in[i]))
			continue;
		w.to = y->in[i]->grad;
		maas_team_run(run->team, (w.n + PART - 1) / PART, 1, i == X ? back_part : residual_part, &w);
	}
}

const struct maas_op maas_op_dropout = {
	.name = "dropout",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.optional = 1u << RESIDUAL,
};

struct maas_node *
maas_dropout(struct maas_tape *t, struct maas_node *x, struct maas_node *residual, float p)
{
	struct attr a = { p };

	return maas_apply(t, &maas_op_dropout, (struct maas_node *[]){ x, residual }, 2, &a, sizeof a);
}
