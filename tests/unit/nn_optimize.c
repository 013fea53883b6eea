/* Every optimiser against PyTorch in double (scripts/make-golden-nn): three steps, with and without penalties. */
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"
#include "maas/nn.h"
#include "../test.h"

static const struct {
	const char *what;
	struct maas_update how;
	double want[2];
} golden[] = {
	{ "sgd", { MAAS_SGD, 0.1f, 0, 0, 0, 0, 0, 0, 0 }, { 0.87, -2.015 } },
	{ "gd", { MAAS_GD, 0.1f, 0, 0, 0, 0, 0, 0, 0 }, { 0.87, -2.015 } },
	{ "sgd, decay", { MAAS_SGD, 0.1f, 0, 0, 0, 0, 0.01f, 0, 0 }, { 0.8672029490000001, -2.009045973 } },
	{ "momentum, decay", { MAAS_MOMENTUM, 0.1f, 0.9f, 0, 0, 0, 0.01f, 0, 0 },
	    { 0.6891847490000001, -1.970124573 } },
	{ "adam, decay", { MAAS_ADAM, 0.1f, 0, 0.9f, 0.999f, 1e-8f, 0.01f, 0, 0 },
	    { 0.7404242026107606, -1.8789769158859462 } },
	{ "adam, decay and l2", { MAAS_ADAM, 0.1f, 0, 0.9f, 0.999f, 1e-8f, 0.004f, 0, 0.006f },
	    { 0.7404242026107606, -1.8789769158859462 } },
	{ "adam, l1", { MAAS_ADAM, 0.1f, 0, 0.9f, 0.999f, 1e-8f, 0, 0.05f, 0 },
	    { 0.7366303998306667, -1.854588677882285 } },
	{ "adamw, decay", { MAAS_ADAMW, 0.1f, 0, 0.9f, 0.999f, 1e-8f, 0.01f, 0, 0 },
	    { 0.7385949961284716, -1.8894053759032825 } },
	{ "adamw, decay, l1 and l2", { MAAS_ADAMW, 0.1f, 0, 0.9f, 0.999f, 1e-8f, 0.01f, 0.05f, 0.02f },
	    { 0.7324637806659736, -1.821790878861563 } },
};

struct net {
	struct maas_arena *arena;
	struct maas_params p;
	float *w, *b, *moment[2]; /* a matrix, which decays, and a vector, which does not */
};

static int
set_up(struct net *n)
{
	struct maas_tape *t;
	struct maas_node *w, *b;

	n->arena = maas_arena_new(1 << 16);
	t = maas_tape_new(n->arena);
	w = maas_param(t, "w", 2, (size_t[]){ 1, 2 }, 1);
	b = maas_param(t, "b", 1, (size_t[]){ 2 }, 0);
	if (maas_tape_plan(t, maas_sum(t, w, w), 0) < 0)
		return -1;
	n->p = *maas_tape_params(t);
	n->p.grad = maas_take(n->arena, n->p.n, sizeof(float));
	n->p.half = maas_take(n->arena, n->p.n, sizeof *n->p.half);
	n->w = w->val;
	n->b = b->val;
	for (int i = 0; i < 2; i++) {
		n->moment[i] = maas_take(n->arena, n->p.n, sizeof(float));
		n->w[i] = n->b[i] = i ? -2 : 1;
	}
	return 0;
}

static void
three_steps(struct net *n, struct maas_team *team, const struct maas_update *how)
{
	static const float g[3][2] = { { .5f, -.25f }, { 1, .1f }, { -.2f, .3f } };

	for (int s = 0; s < 3; s++) {
		for (int i = 0; i < 2; i++)
			n->p.grad[i] = n->p.grad[n->b - n->p.val + i] = 4 * g[s][i];
		if (s == 0)
			ok(fabs(maas_grad_norm(team, &n->p) - 4 * sqrt(2 * 0.3125)) < 1e-12,
			    "the norm of all gradients");
		maas_update_step(team, &n->p, n->moment, 0.25f, how, (uint64_t)s + 1);
	}
}

static void
check_golden(struct maas_team *team, size_t which)
{
	const double *want = golden[which].want;
	struct maas_update plain = golden[which].how;
	struct net n, bare;
	maas_bf16 h;

	plain.decay = plain.l1 = plain.l2 = 0;
	if (set_up(&n) || set_up(&bare)) {
		ok(0, "%s", maas_error());
		return;
	}
	three_steps(&n, team, &golden[which].how);
	three_steps(&bare, team, &plain);
	ok(fabs(n.w[0] - want[0]) < 4e-7 && fabs(n.w[1] - want[1]) < 4e-7, "%s: %.9g %.9g", golden[which].what,
	    (double)n.w[0], (double)n.w[1]);
	ok(!memcmp(n.b, bare.w, 2 * sizeof *n.b), "%s: no penalty on what does not decay", golden[which].what);
	maas_to_bf16(&h, n.w, 1);
	ok(n.p.half[0] == h, "%s: the bf16 copy is written in the same pass", golden[which].what);
	maas_arena_free(n.arena);
	maas_arena_free(bare.arena);
}

/* Odd sizes, every tier, by one thread and three: the same bytes. */
static uint64_t
digest(struct maas_team *team, const struct maas_update *how)
{
	enum { N = 40011 };
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_tape *t = maas_tape_new(a);
	struct maas_node *w = maas_param(t, "w", 2, (size_t[]){ 3, N / 3 }, 1),
			 *b = maas_param(t, "b", 1, (size_t[]){ 77 }, 0);
	float *moment[2];
	uint64_t h = 0;

	(void)b;
	if (maas_tape_plan(t, maas_sum(t, w, w), 0) == 0) {
		struct maas_params p = *maas_tape_params(t);

		p.grad = maas_take(a, p.n, sizeof(float));
		moment[0] = maas_take(a, p.n, sizeof(float));
		moment[1] = maas_take(a, p.n, sizeof(float));
		maas_fill_normal(p.val, p.n, 1, 3, 1);
		for (uint64_t s = 1; s <= 3; s++) {
			maas_fill_normal(p.grad, p.n, 1, 3, 1 + s);
			maas_update_step(team, &p, moment, 0.7f, how, s);
		}
		h = maas_hash(p.val, p.n * sizeof(float), maas_hash(moment[0], p.n * sizeof(float), 1));
	}
	maas_arena_free(a);
	return h;
}

int
main(void)
{
	struct maas_team *one = maas_team_new(1), *three = maas_team_new(3);

	for (size_t i = 0; i < MAAS_COUNT(golden); i++) {
		uint64_t want;
		int bad = 0;

		maas_isa_force(maas_isa_best());
		check_golden(one, i);
		maas_isa_force(MAAS_PORTABLE);
		want = digest(one, &golden[i].how);
		for (int isa = 0; isa <= (int)maas_isa_best(); isa++) {
			maas_isa_force((enum maas_isa)isa);
			bad += digest(three, &golden[i].how) != want;
		}
		ok(want && !bad, "%s: the same bytes in every tier and by three threads", golden[i].what);
	}
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
