/*
 * Every op, one row each: its arguments, and what it computes in double.  A row drives the forward
 * pass, the gradient (against differences of the double), three threads against one, every tier,
 * bf16, and fewer rows than the tape has room for.  An op without a row fails.
 */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/nn.h"
#include "../ops_rows.h"
#include "../test.h"

static const struct row *now;

/* A test's own op: the sum of c y, so that any op has a scalar to be trained by. */
static float *projector;

static int
project_shape(struct maas_node *y)
{
	y->ndim = 1;
	y->dim[0] = 1;
	return 0;
}

static void
project_fwd(struct maas_node *y, const struct maas_run *run)
{
	(void)run;
	*(float *)y->val = (float)maas_dot(projector, y->in[0]->val, maas_len(y->in[0]));
}

static void
project_bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	(void)run;
	(void)first;
	for (size_t i = 0; i < maas_len(y->in[0]); i++)
		y->in[0]->grad[i] = projector[i] * y->grad[0];
}

static const struct maas_op op_project = {
	.name = "project", .shape = project_shape, .fwd = project_fwd, .bwd = project_bwd
};

struct bench {
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *in[MAAS_ARGS], *y;
	struct maas_run run;
};

/* The first four rows' targets include one left out. */
static void
fill(struct maas_node *x, const struct arg *a, size_t which)
{
	fill_leaf(x, a, which);
	if (a->ids && (now->op == &maas_op_head_loss || now->op == &maas_op_class_loss))
		((int32_t *)x->val)[2] = -1;
}

static int
set_up(struct bench *b, struct maas_team *team, enum maas_dtype precision, int flags)
{
	memset(b, 0, sizeof *b);
	b->arena = maas_arena_new(1 << 20);
	b->tape = maas_tape_new(b->arena);
	for (int i = 0; i < MAAS_ARGS; i++)
		b->in[i] = leaf(b->tape, &now->in[i]);
	b->y = now->build(b->tape, b->in);
	struct maas_node *loss = maas_apply(b->tape, &op_project, &b->y, 1, NULL, 0);
	if (!loss || maas_tape_plan(b->tape, loss, flags) < 0)
		return -1;
	if (b->y)
		projector = maas_take(b->arena, maas_len(b->y), sizeof *projector);
	b->run = (struct maas_run){ .team = team, .precision = precision, .seed = SEED, .step = 5, .train = 1 };
	b->run.stride = (maas_tape_scratch(b->tape) + 63) / 64 * 64;
	b->run.scratch = maas_take(b->arena, (size_t)maas_team_size(team), b->run.stride + 64);
	maas_fill_normal(projector, maas_len(b->y), 1, SEED, 99);
	for (int i = 0; i < MAAS_ARGS; i++)
		if (b->in[i])
			fill(b->in[i], &now->in[i], (size_t)i);
	if (maas_tape_params(b->tape)->half)
		maas_to_bf16(
		    maas_tape_params(b->tape)->half, maas_tape_params(b->tape)->val, maas_tape_params(b->tape)->n);
	return 0;
}

static void
widen(const struct bench *b, double **to, double *space, int but, double step, const float *along)
{
	for (int i = 0; i < MAAS_ARGS; i++) {
		to[i] = b->in[i] ? space : NULL;
		for (size_t j = 0; b->in[i] && j < maas_len(b->in[i]); j++) {
			*space = now->in[i].ids ? ((int32_t *)b->in[i]->val)[j] : (double)((float *)b->in[i]->val)[j];
			if (i == but)
				*space += step * along[j];
			space++;
		}
	}
}

static double space[100000], want[100000];

static double
projected(const struct bench *b, int but, double step, const float *along)
{
	double *in[MAAS_ARGS], s = 0;

	widen(b, in, space, but, step, along);
	now->ref(now, want, in);
	for (size_t i = 0; i < maas_len(b->y); i++)
		s += want[i] * projector[i];
	return s;
}

/* One direction's derivative: by differences in double, and by the gradient. */
static void
check_gradient(const struct bench *b, int i, double tol)
{
	size_t n = maas_len(b->in[i]);
	float *along = maas_take(b->arena, n, sizeof *along);
	double h = 1e-5, fd, bp = 0;

	maas_fill_normal(along, n, 1, SEED, 50 + (uint64_t)i);
	fd = (projected(b, i, h, along) - projected(b, i, -h, along)) / (2 * h);
	for (size_t j = 0; j < n; j++)
		bp += (double)along[j] * b->in[i]->grad[j];
	double size = sqrt(maas_dot(b->in[i]->grad, b->in[i]->grad, n)) + 1e-3;
	ok(fabs(fd - bp) <= tol * size, "%s, %s: d/d(arg %d) %.7g, by differences %.7g", now->op->name, now->what, i,
	    bp, fd);
}

static void
check_row(struct maas_team *one)
{
	struct bench b;
	double worst = 0;

	if (set_up(&b, one, MAAS_F32, MAAS_TRAIN) < 0) {
		ok(0, "%s, %s: %s", now->op->name, now->what, maas_error());
		return;
	}
	maas_forward(b.tape, &b.run);
	projected(&b, -1, 0, NULL);
	for (size_t i = 0; i < maas_len(b.y); i++)
		worst = fmax(worst, fabs(want[i] - ((float *)b.y->val)[i]) / (1 + fabs(want[i])));
	ok(worst < 4e-6, "%s, %s: forward is off by %.2g", now->op->name, now->what, worst);
	maas_backward(b.tape, &b.run, 0);
	for (int i = 0; i < MAAS_ARGS; i++)
		if (b.in[i] && b.in[i]->grad)
			check_gradient(&b, i, 2e-5);
	maas_arena_free(b.arena);
	if (now->bf16 == 0)
		return;
	set_up(&b, one, MAAS_BF16, MAAS_TRAIN);
	maas_forward(b.tape, &b.run);
	for (size_t i = 0; i < maas_len(b.y); i++)
		worst = fmax(worst, fabs(want[i] - ((float *)b.y->val)[i]) / (1 + fabs(want[i])));
	maas_backward(b.tape, &b.run, 0);
	ok(worst > 1e-5 && worst < now->bf16, "%s, %s: bf16 is off by %.2g", now->op->name, now->what, worst);
	for (int i = 0; i < MAAS_ARGS; i++)
		if (b.in[i] && b.in[i]->grad)
			check_gradient(&b, i, now->bf16);
	maas_arena_free(b.arena);
}

/* A digest of the value and of every gradient. */
static uint64_t
digest(struct maas_team *team, enum maas_dtype precision, int flags, int add)
{
	struct bench b;
	uint64_t h;

	if (set_up(&b, team, precision, flags) < 0)
		return 0;
	maas_forward(b.tape, &b.run);
	h = maas_hash(b.y->val, maas_len(b.y) * sizeof(float), 1);
	maas_backward(b.tape, &b.run, 0);
	if (add)
		maas_backward(b.tape, &b.run, 1);
	for (int i = 0; i < MAAS_ARGS; i++)
		if (b.in[i] && b.in[i]->grad)
			h = maas_hash(b.in[i]->grad, maas_len(b.in[i]) * sizeof(float), h);
	maas_arena_free(b.arena);
	return h;
}

static void
check_same(struct maas_team *one, struct maas_team *three)
{
	for (int p = 0; p < 2; p++) {
		enum maas_dtype precision = p ? MAAS_BF16 : MAAS_F32;
		uint64_t want_h;
		int bad = 0;

		maas_isa_force(MAAS_PORTABLE);
		want_h = digest(one, precision, MAAS_TRAIN, 0);
		for (int i = 0; i <= (int)maas_isa_best(); i++) {
			maas_isa_force((enum maas_isa)i);
			bad += digest(three, precision, MAAS_TRAIN, 0) != want_h;
			bad += digest(one, precision, MAAS_TRAIN | MAAS_HALF, 0) != want_h;
		}
		ok(!bad && want_h, "%s, %s: %s the same by three threads, in every tier, with bf16 copies",
		    now->op->name, now->what, p ? "bf16" : "f32");
	}
}

/* Gradients taken twice and added are twice the gradient; with fewer rows the rest is left alone. */
static void
check_add(struct maas_team *one)
{
	struct bench b;
	double worst = 0;

	set_up(&b, one, MAAS_F32, MAAS_TRAIN);
	const struct maas_params *p = maas_tape_params(b.tape);
	float *once = maas_take(b.arena, p->n, sizeof *once);

	maas_forward(b.tape, &b.run);
	maas_backward(b.tape, &b.run, 0);
	memcpy(once, p->grad, p->n * sizeof *once);
	maas_forward(b.tape, &b.run);
	maas_backward(b.tape, &b.run, 1);
	for (size_t i = 0; i < p->n; i++)
		worst = fmax(worst, fabs(p->grad[i] - 2.0 * once[i]) / (1 + fabs(once[i])));
	ok(worst < 1e-5, "%s, %s: a second backward pass adds, off by %.2g", now->op->name, now->what, worst);
	maas_arena_free(b.arena);
}

/* How many values the double has no number for, with x in element j of argument i; *hidden: for which the op has
 * one. */
static size_t
spoil(struct bench *b, int i, size_t j, float x, size_t *hidden)
{
	float *at = (float *)b->in[i]->val + j, was = *at;
	size_t spoilt = 0;

	*at = x;
	maas_forward(b->tape, &b->run);
	projected(b, -1, 0, NULL);
	for (size_t k = 0; k < maas_len(b->y); k++) {
		spoilt += !isfinite(want[k]);
		*hidden += !isfinite(want[k]) && isfinite(((float *)b->y->val)[k]);
	}
	*at = was;
	return spoilt;
}

/* A NaN or an infinity goes where the arithmetic takes it: no maximum, mask or clip hides one. */
static void
check_loud(struct maas_team *one, enum maas_isa isa)
{
	static const float bad[] = { NAN, INFINITY, -INFINITY };

	maas_isa_force(isa);
	for (int p = 0; p < 2; p++) {
		size_t hidden = 0, quiet = 0;
		struct bench b;

		if (set_up(&b, one, p ? MAAS_BF16 : MAAS_F32, MAAS_TRAIN) < 0)
			return;
		for (int i = 0; i < MAAS_ARGS; i++) {
			size_t n = b.in[i] ? maas_len(b.in[i]) : 0, step = n / 5 + 1, spoilt = 0;

			if (!n || now->in[i].ids)
				continue;
			for (size_t t = 0; t < MAAS_COUNT(bad); t++)
				for (size_t j = t % step; j < n; j += step)
					spoilt += spoil(&b, i, j, bad[t], &hidden);
			quiet += !spoilt;
		}
		ok(!hidden && !quiet, "%s, %s: %s in %s tells of every NaN and infinity", now->op->name, now->what,
		    p ? "bf16" : "f32", maas_isa_name(isa));
		maas_arena_free(b.arena);
	}
}

static void
check_refusals(void)
{
	struct maas_arena *a = maas_arena_new(1 << 16);
	struct maas_tape *t = maas_tape_new(a);
	struct maas_node *x = maas_param(t, "x", 2, (size_t[]){ 3, 5 }, 0),
			 *w = maas_param(t, "w", 2, (size_t[]){ 4, 6 }, 0);

	ok(!maas_layernorm(t, maas_linear(t, x, w, NULL, NULL, MAAS_ACT_NONE), NULL, NULL, 1e-5f),
	    "a wrong shape flows through");
	is_str(maas_error(), "linear: the input has 5 channels, the weight 6");
	ok(maas_tape_plan(t, x, MAAS_TRAIN) < 0, "and the tape is not planned");
	t = maas_tape_new(a);
	ok(!maas_param(t, "huge", 2, (size_t[]){ SIZE_MAX / 4, 4 }, 0) && maas_why() == MAAS_DATA,
	    "a size past counting: %s", maas_error());
	t = maas_tape_new(a);
	ok(!maas_sum(t, NULL, NULL), "a missing argument: %s", maas_error());
	t = maas_tape_new(a);
	x = maas_param(t, "x", 2, (size_t[]){ 3, 40 }, 0);
	ok(!maas_attention(t, x, 3, 3, 2), "heads that do not share: %s", maas_error());
	t = maas_tape_new(a);
	x = maas_param(t, "x", 2, (size_t[]){ 3, 40 }, 0);
	ok(!maas_dropout(t, x, NULL, 1.0f), "everything dropped: %s", maas_error());
	maas_arena_free(a);
}

int
main(void)
{
	struct maas_team *one = maas_team_new(1), *three = maas_team_new(3);

	for (size_t i = 0; i < MAAS_COUNT(rows); i++) {
		now = &rows[i];
		maas_isa_force(maas_isa_best());
		check_row(one);
		check_add(one);
		check_same(one, three);
		check_loud(one, MAAS_PORTABLE);
		check_loud(one, maas_isa_best());
	}
	for (const struct maas_op *const *op = maas_ops; *op; op++) {
		size_t i = 0;

		while (i < MAAS_COUNT(rows) && rows[i].op != *op)
			i++;
		ok(i < MAAS_COUNT(rows), "%s has a row", (*op)->name);
	}
	check_refusals();
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
