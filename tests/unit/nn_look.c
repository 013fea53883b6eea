/* What attention looked at: its weights, read out, give its output again; so do those by which states are pooled. */
#include "maas/base.h"
#include "maas/nn.h"
#include "../test.h"

enum { TIME = 7, LENGTH = 5, HEADS = 3, SIZE = 4 };

struct net {
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *x, *y, *lengths;
	struct maas_run run;
};

static void
begin(struct net *n, size_t cols)
{
	size_t one = 1;

	*n = (struct net){ .arena = maas_arena_new(1 << 16) };
	n->tape = maas_tape_new(n->arena);
	n->x = maas_param(n->tape, "x", 2, (size_t[]){ TIME, cols }, 1);
	n->lengths = maas_input(n->tape, "lengths", MAAS_I32, 1, &one);
}

/* One sequence of LENGTH forward, as a tape that is learnt from. */
static int
forward(struct net *n, struct maas_node *seen)
{
	size_t wide = seen->dim[1];
	struct maas_node *end =
	    seen->dim[0] == 1 ? seen : maas_pool(n->tape, seen, n->lengths, NULL, TIME, MAAS_POOL_MEAN);

	end =
	    maas_linear(n->tape, end, maas_param(n->tape, "w", 2, (size_t[]){ 1, wide }, 1), NULL, NULL, MAAS_ACT_NONE);
	n->y = seen;
	if (!end || maas_tape_plan(n->tape, end, MAAS_TRAIN) < 0)
		return -1;
	n->run = (struct maas_run){ .team = maas_team_new(1), .rows = TIME, .time = TIME };
	n->run.stride = (maas_tape_scratch(n->tape) + 127) / 64 * 64;
	n->run.scratch = maas_take(n->arena, 1, n->run.stride);
	*(int32_t *)n->lengths->val = LENGTH;
	maas_fill_uniform(n->x->val, maas_len(n->x), -2, 2, 11, 5);
	maas_forward(n->tape, &n->run);
	return 0;
}

static void
end(struct net *n)
{
	maas_team_free(n->run.team);
	maas_arena_free(n->arena);
}

/* Heads share one of keys and values, so the mean of their outputs is what the mean of their weights makes of the
 * values. */
static void
test_attention(int both)
{
	size_t ld = (HEADS + 2) * SIZE;
	double to[LENGTH], worst = 0, sum_off = 0;
	struct net n;
	const float *x, *y;

	begin(&n, ld);
	if (forward(&n,
		both ? maas_attention_both(n.tape, n.x, n.lengths, TIME, HEADS, 1)
		     : maas_attention(n.tape, n.x, TIME, HEADS, 1)) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	x = n.x->val;
	y = n.y->val;
	for (size_t row = 0; row < LENGTH; row++) {
		double sum = 0;

		maas_attention_weights(n.y, row, LENGTH, to);
		for (size_t j = 0; j < LENGTH; j++)
			sum += to[j];
		sum_off = fmax(sum_off, fabs(sum - 1));
		for (size_t c = 0; c < SIZE; c++) {
			double want = 0, got = 0;

			for (size_t h = 0; h < HEADS; h++)
				want += (double)y[row * HEADS * SIZE + h * SIZE + c] / HEADS;
			for (size_t j = 0; j < LENGTH; j++)
				got += to[j] * (double)x[j * ld + (HEADS + 1) * SIZE + c];
			worst = fmax(worst, fabs(got - want));
		}
		if (!both && row + 1 < LENGTH && to[row + 1] != 0)
			worst = 1;
	}
	ok(worst < 1e-6, "%s: weights times values are the output (%g)", both ? "both ways" : "causal", worst);
	ok(sum_off < 1e-12, "the weights of a row sum to 1 (%g)", sum_off);
	end(&n);
}

static void
test_pool(void)
{
	double sum = 0, worst = 0;
	struct maas_node *scores;
	const float *w, *x, *y;
	struct net n;

	begin(&n, SIZE);
	scores =
	    maas_linear(n.tape, n.x, maas_param(n.tape, "s", 2, (size_t[]){ 1, SIZE }, 1), NULL, NULL, MAAS_ACT_NONE);
	if (forward(&n, maas_pool(n.tape, n.x, n.lengths, scores, TIME, MAAS_POOL_WEIGHTED)) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	maas_fill_uniform(maas_tape_params(n.tape)->node[1]->val, SIZE, -2, 2, 12, 6);
	maas_forward(n.tape, &n.run);
	w = maas_pool_weights(n.y);
	x = n.x->val;
	y = n.y->val;
	for (size_t j = 0; j < LENGTH; j++)
		sum += (double)w[j];
	for (size_t c = 0; c < SIZE; c++) {
		double got = 0;

		for (size_t j = 0; j < LENGTH; j++)
			got += (double)w[j] * (double)x[j * SIZE + c];
		worst = fmax(worst, fabs(got - (double)y[c]));
	}
	ok(fabs(sum - 1) < 1e-6 && worst < 1e-6,
	    "weights of a pool sum to 1, and times its states are what it gives (%g)", worst);
	ok(fabs((double)w[0] - 1.0 / LENGTH) > 1e-3, "they are not all alike");
	end(&n);
}

int
main(void)
{
	test_attention(0);
	test_attention(1);
	test_pool();
	return done();
}
