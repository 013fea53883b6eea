/* Every row of the ops' table at a real model's size: milliseconds forward and backward, the fastest of five. */
#include <stdio.h>
#include <stdlib.h>

#include "../ops_rows.h"

/* The op's own loss where it is no scalar: its first element. */
static int
first_shape(struct maas_node *y)
{
	y->ndim = 1;
	y->dim[0] = 1;
	return 0;
}

static void
first_fwd(struct maas_node *y, const struct maas_run *run)
{
	(void)run;
	*(float *)y->val = *(const float *)y->in[0]->val;
}

static void
first_bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	(void)run;
	(void)first;
	maas_fill_normal(y->in[0]->grad, maas_len(y->in[0]), 1, 1, 1);
}

static const struct maas_op op_first = { .name = "first", .shape = first_shape, .fwd = first_fwd, .bwd = first_bwd };

static struct maas_node *
build(struct maas_tape *t, const struct row *r, struct maas_node **in)
{
	for (int i = 0; i < MAAS_ARGS; i++)
		in[i] = leaf(t, &r->big[i]);
	return r->build(t, in);
}

static void
least(double *best, double start)
{
	double took = maas_clock() - start;

	*best = took < *best ? took : *best;
}

static int
time_row(const struct row *r, struct maas_team *team, enum maas_dtype precision)
{
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_tape *t = maas_tape_new(a);
	struct maas_node *in[MAAS_ARGS], *y = build(t, r, in), *loss = maas_apply(t, &op_first, &y, 1, NULL, 0);
	struct maas_run run = { .team = team, .precision = precision, .train = 1 };
	static const unsigned char all[MAAS_ARGS] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	double fwd = 1e9, bwd = 1e9;

	if (!loss || maas_tape_plan(t, loss, MAAS_TRAIN) < 0)
		return -1;
	run.stride = (maas_tape_scratch(t) + 63) / 64 * 64;
	if (!(run.scratch = maas_take(a, (size_t)maas_team_size(team), run.stride + 64)))
		return -1;
	for (int i = 0; i < MAAS_ARGS; i++)
		if (in[i])
			fill_leaf(in[i], &r->big[i], (uint64_t)i);
	for (int i = 0; i < 5; i++) {
		double start = maas_clock();

		y->op->fwd(y, &run);
		least(&fwd, start);
		op_first.bwd(loss, &run, all);
		start = maas_clock();
		y->op->bwd(y, &run, all);
		least(&bwd, start);
	}
	for (int back = 0; back < 2; back++)
		printf("%s, %s, %s, %s\t%.3f\tms\t%d threads\n", r->op->name, r->what,
		    precision == MAAS_BF16 ? "bf16" : "f32", back ? "backward" : "forward", (back ? bwd : fwd) * 1e3,
		    maas_team_size(team));
	maas_arena_free(a);
	return 0;
}

int
main(int argc, char **argv)
{
	struct maas_team *team = maas_team_new(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);

	for (size_t i = 0; team && i < MAAS_COUNT(rows); i++)
		if (time_row(&rows[i], team, MAAS_F32) < 0 ||
		    (rows[i].bf16 > 0 && time_row(&rows[i], team, MAAS_BF16) < 0)) {
			fprintf(stderr, "%s\n", maas_error());
			return 1;
		}
	maas_team_free(team);
	return 0;
}
