/* Tables whose rows are updated when they are read end as those that are updated at once. */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/nn.h"
#include "../test.h"

enum { ROWS = 12, WORDS = 53, SPARE = 30, C = 70, ENTRIES = 2 * ROWS };

struct net {
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *loss;
	const struct maas_params *p;
	float *moment[2];
	struct maas_run run;
};

/* One table is looked up, in two places, one is a bag's, and one is read as a matrix, too. */
static struct maas_node *
network(struct maas_tape *t)
{
	const size_t rows = ROWS, entries = ENTRIES;
	struct maas_node *ids = maas_input(t, "ids", MAAS_I32, 1, &rows),
			 *more = maas_input(t, "more", MAAS_I32, 1, &rows);
	struct maas_node *labels = maas_input(t, "labels", MAAS_I32, 1, &rows);
	struct maas_node *a = maas_param(t, "a", 2, (size_t[]){ WORDS, C }, 1);
	struct maas_node *b = maas_param(t, "b", 2, (size_t[]){ SPARE, C }, 1);
	struct maas_node *tied = maas_param(t, "tied", 2, (size_t[]){ WORDS, C }, 1);
	struct maas_sparse_rows sparse = { maas_input(t, "start", MAAS_I32, 1, (size_t[]){ ROWS + 1 }),
		maas_input(t, "col", MAAS_I32, 1, &entries), maas_input(t, "value", MAAS_F32, 1, &entries) };
	struct maas_node *x = maas_sum(t, maas_embed(t, ids, a, NULL), maas_embed(t, more, a, NULL));

	x = maas_bag(t, &sparse, b, x, NULL, MAAS_ACT_TANH);
	x = maas_sum(t, x, maas_embed(t, ids, tied, NULL));
	x = maas_linear(t, x, tied, NULL, NULL, MAAS_ACT_NONE);
	return maas_class_loss(t, x, labels, NULL);
}

static void
make(struct net *n, struct maas_team *team, int flags)
{
	memset(n, 0, sizeof *n);
	n->arena = maas_arena_new(1 << 16);
	n->tape = maas_tape_new(n->arena);
	n->loss = network(n->tape);
	ok(n->loss && maas_tape_plan(n->tape, n->loss, MAAS_TRAIN | flags) == 0, "a network is planned: %s",
	    n->loss ? "" : maas_error());
	n->p = maas_tape_params(n->tape);
	for (int i = 0; i < 2; i++)
		n->moment[i] = maas_take(n->arena, n->p->n, sizeof(float));
	n->run.team = team;
	n->run.stride = (maas_tape_scratch(n->tape) + 127) / 64 * 64;
	n->run.scratch = maas_take(n->arena, (size_t)maas_team_size(team), n->run.stride);
	maas_fill_uniform(n->p->val, n->p->n, -0.3, 0.3, 5, 1);
}

/* Few words are common, and some come once in a thousand steps. */
static int32_t
word(uint64_t step, size_t i, size_t most)
{
	double u = maas_uniform(9, step, i);

	return (int32_t)(u * u * u * (step % 500 ? 11 : (double)most));
}

static void
fill(struct net *n, uint64_t step)
{
	int32_t *ids = maas_tape_input(n->tape, "ids")->val, *more = maas_tape_input(n->tape, "more")->val;
	int32_t *start = maas_tape_input(n->tape, "start")->val, *col = maas_tape_input(n->tape, "col")->val;
	int32_t *labels = maas_tape_input(n->tape, "labels")->val;
	float *value = maas_tape_input(n->tape, "value")->val;

	for (size_t i = 0; i < ROWS; i++) {
		ids[i] = word(step, i, WORDS);
		more[i] = word(step, 100 + i, WORDS);
		labels[i] = (int32_t)(i * 7 % WORDS);
		start[i + 1] = start[i] + (int32_t)(i % 3);
	}
	for (size_t e = 0; e < ENTRIES; e++) {
		col[e] = word(step, 200 + e, SPARE);
		value[e] = 0.5f + (float)(e % 5);
	}
}

static void
steps(struct net *n, const struct maas_update *how, uint64_t count)
{
	for (uint64_t s = 1; s <= count; s++) {
		struct maas_update u = *how;

		for (int part = 0; part < 1 + (s % 7 == 0); part++) {
			fill(n, 2 * s + (uint64_t)part);
			maas_forward(n->tape, &n->run);
			maas_backward(n->tape, &n->run, part > 0);
		}
		u.lr *= 1 + (float)(s % 3);
		maas_update_step(n->run.team, n->p, n->moment, 0.5f, &u, s);
		if (s == count / 2)
			maas_update_settle(n->run.team, n->p);
	}
}

static int
equal(const struct net *a, const struct net *b)
{
	for (size_t i = 0; i < a->p->count; i++) {
		size_t at = (size_t)((const float *)a->p->node[i]->val - a->p->val);
		size_t bytes = maas_len(a->p->node[i]) * sizeof(float);

		if (memcmp(a->p->val + at, b->p->val + at, bytes) ||
		    memcmp(a->moment[0] + at, b->moment[0] + at, bytes) ||
		    memcmp(a->moment[1] + at, b->moment[1] + at, bytes))
			return 0;
	}
	return 1;
}

static void
end(struct net *n)
{
	maas_arena_free(n->arena);
}

static void
compare(const char *name, const struct maas_update *how, uint64_t count, struct maas_team *one, struct maas_team *more)
{
	struct net at_once, late, many;
	double norm[3];

	make(&at_once, one, 0);
	make(&late, one, MAAS_LATE);
	make(&many, more, MAAS_LATE);
	steps(&at_once, how, count);
	steps(&late, how, count);
	steps(&many, how, count);
	if (maas_optimizer_moments(how->how) == 2)
		ok(!equal(&at_once, &late), "%s: rows are late", name);
	maas_update_settle(one, late.p);
	maas_update_settle(more, many.p);
	ok(equal(&at_once, &late), "%s: and end as those that were not", name);
	ok(equal(&late, &many), "%s: for any team", name);
	norm[0] = maas_grad_norm(one, at_once.p);
	norm[1] = maas_grad_norm(one, late.p);
	norm[2] = maas_grad_norm(more, many.p);
	ok(how->eps > 0 || maas_optimizer_moments(how->how) < 2
		? fabs(norm[0] - norm[1]) < 1e-12 * norm[0] && norm[0] > 0.01
		: isnan(norm[0]) && isnan(norm[1]), /* 0 / 0 of rows that were never learnt */
	    "%s: the gradient is as long", name);
	ok(memcmp(&norm[1], &norm[2], sizeof norm[1]) == 0, "%s: for any team", name);
	end(&at_once);
	end(&late);
	end(&many);
}

int
main(void)
{
	static const struct {
		const char *name;
		struct maas_update how;
		uint64_t count;
	} all[] = { { "adam", { MAAS_ADAM, 1e-3f, 0, 0.9f, 0.999f, 1e-8f, 0, 0, 0 }, 2500 },
		{ "adamw", { MAAS_ADAMW, 1e-3f, 0, 0.9f, 0.99f, 1e-8f, 0.1f, 0, 0 }, 60 },
		{ "adam without epsilon", { MAAS_ADAM, 1e-3f, 0, 0.9f, 0.999f, 0, 0, 0, 0 }, 3 },
		{ "adam with penalties", { MAAS_ADAM, 1e-3f, 0, 0.9f, 0.999f, 1e-8f, 0, 1e-3f, 1e-2f }, 60 },
		{ "momentum", { MAAS_MOMENTUM, 1e-2f, 0.9f, 0, 0, 0, 0, 0, 0 }, 60 } };
	struct maas_team *one, *more;

	maas_flush_subnormals(); /* first: threads begin as who makes them */
	one = maas_team_new(1);
	more = maas_team_new(3);
	for (size_t i = 0; i < MAAS_COUNT(all); i++)
		compare(all[i].name, &all[i].how, all[i].count, one, more);
	maas_team_free(one);
	maas_team_free(more);
	return done();
}
