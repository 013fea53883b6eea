/*
 * Queries, keys and values put side by side, as attention reads them; queries and keys turned by their positions
 * (Su et al. 2021).
 */
#include <string.h>

#include "op.h"
#include "tape.h"

enum { Q, K, V };

struct attr {
	struct maas_rope how;
	size_t time, hd;
	const float *turn; /* [time, hd], one for all that turn alike */
};

static const struct attr *
attr(const struct maas_node *y)
{
	return y->attr;
}

static int
shape(struct maas_node *y)
{
	static const char *const what[] = { "queries", "keys", "values" };
	const struct attr *a = attr(y);
	size_t wide = 0;

	if (!a->time || !a->hd || a->hd % 2)
		return maas_fail("sequences of %zu, heads of %zu channels: an even number is wanted", a->time, a->hd);
	if (a->hd > MAAS_HEAD)
		return maas_fail("heads of %zu channels, at most %d", a->hd, MAAS_HEAD);
	for (int i = 0; i < 3; i++) {
		if (op_rows(y->in[i], what[i]) < 0)
			return -1;
		if (op_last(y->in[i]) % a->hd ||
		    maas_len(y->in[i]) / op_last(y->in[i]) != maas_len(y->in[Q]) / op_last(y->in[Q]))
			return maas_fail("%s of %zu channels, %zu elements, in heads of %zu", what[i],
			    op_last(y->in[i]), maas_len(y->in[i]), a->hd);
		wide += op_last(y->in[i]);
	}
	if (!op_equal(y->in[K], y->in[V]))
		return maas_fail("keys of %zu channels, values of %zu", op_last(y->in[K]), op_last(y->in[V]));
	op_same(y, y->in[Q]);
	y->dim[y->ndim - 1] = wide;
	return 0;
}

/* Heads of a row, turned (turn NULL: as they are), from column `at` of y on: in its type. */
static void
put(struct maas_node *y, size_t at, const float *x, const float *turn, size_t heads)
{
	size_t hd = attr(y)->hd, now = y->type == MAAS_BF16 ? 1 : heads;
	float aside[MAAS_HEAD];

	for (size_t h = 0; h < heads; h += now) {
		float *to = y->type == MAAS_BF16 ? aside : (float *)y->val + at + h * hd;

		if (turn)
			maas_rope_fwd(to, x + h * hd, turn, now, hd);
		else
			memcpy(to, x + h * hd, now * hd * sizeof *to);
		if (y->type == MAAS_BF16)
			maas_to_bf16((maas_bf16 *)y->val + at + h * hd, to, hd);
	}
}

struct work {
	struct maas_node *y;
	size_t time;
	const unsigned char *first; /* going back */
};

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y;
	const struct attr *a = attr(y);
	size_t nq = op_last(y->in[Q]), nk = op_last(y->in[K]);

	(void)member;
	for (size_t r = begin; r < end; r++) {
		const float *turn = a->turn + r % w->time * a->hd;
		size_t at = r * op_last(y);

		put(y, at, (const float *)y->in[Q]->val + r * nq, turn, nq / a->hd);
		put(y, at + nq, (const float *)y->in[K]->val + r * nk, turn, nk / a->hd);
		put(y, at + nq + nk, (const float *)y->in[V]->val + r * nk, NULL, nk / a->hd);
	}
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = { y, op_time(run, attr(y)->time), NULL };

	maas_team_run(run->team, maas_rows(y, run), op_grain(op_last(y)), rows, &w);
}

static void
back_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y, *q = y->in[Q], *k = y->in[K], *v = y->in[V];
	const struct attr *a = attr(y);
	size_t nq = op_last(q), nk = op_last(k);

	(void)member;
	for (size_t r = begin; r < end; r++) {
		const float *dy = y->grad + r * op_last(y), *turn = a->turn + r % w->time * a->hd;

		if (op_wants(q))
			maas_rope_bwd(q->grad + r * nq, dy, turn, nq / a->hd, a->hd, !w->first[Q]);
		if (op_wants(k))
			maas_rope_bwd(k->grad + r * nk, dy + nq, turn, nk / a->hd, a->hd, !w->first[K]);
		if (op_wants(v) && w->first[V])
			memcpy(v->grad + r * nk, dy + nq + nk, nk * sizeof *dy);
		else if (op_wants(v))
			maas_add(v->grad + r * nk, dy + nq + nk, nk);
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = { y, op_time(run, attr(y)->time), first };

	maas_team_run(run->team, maas_rows(y, run), op_grain(op_last(y)), back_rows, &w);
}

const struct maas_op maas_op_rope = {
	.name = "rope",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.rounds = MAAS_NEEDS_OUT,
};

/* The turns of all positions; those of an earlier node where it turns alike. */
static const float *
turns(struct maas_tape *t, const struct attr *a)
{
	double *speed;
	float *turn;

	for (size_t i = 0; i < t->n; i++)
		if (t->node[i]->op == &maas_op_rope) {
			const struct attr *b = attr(t->node[i]);

			if (b->time == a->time && b->hd == a->hd && !memcmp(&b->how, &a->how, sizeof a->how))
				return b->turn;
		}
	if (!(speed = maas_take(t->arena, a->hd / 2 + 1, sizeof *speed)) ||
	    !(turn = maas_take(t->arena, a->time, (a->hd + 1) * sizeof *turn)))
		return NULL;
	maas_rope_speeds(speed, a->hd, &a->how);
	for (size_t i = 0; i < a->time; i++)
		maas_rope_turns(turn + i * a->hd, speed, a->hd, i);
	return turn;
}

struct maas_node *
maas_rope(struct maas_tape *t, struct maas_node *q, struct maas_node *k, struct maas_node *v, size_t time, size_t hd,
    const struct maas_rope *how)
{
	struct attr a = { *how, time, hd, NULL };

	if (!t->failed && hd <= MAAS_HEAD && !(a.turn = turns(t, &a))) /* what cannot be is refused by shape() */
		t->failed = 1;
	return maas_apply(t, &maas_op_rope, (struct maas_node *[]){ q, k, v }, 3, &a, sizeof a);
}
