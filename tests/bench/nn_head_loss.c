/* Head and loss of a GPT-2 as one op, by tier: what its products alone would take is the limit (see roof.h). */
#include "maas/nn.h"

#include "../roof.h"

enum { ROWS = 1024, EMBED = 768, VOCAB = 50257 };

/* Seconds forward and backward, the best of three. */
static int
measure(struct maas_team *team, enum maas_dtype precision, double best[2])
{
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_tape *t = maas_tape_new(a);
	struct maas_node *x = maas_param(t, "x", 2, (size_t[]){ ROWS, EMBED }, 0),
			 *w = maas_param(t, "w", 2, (size_t[]){ VOCAB, EMBED }, 0),
			 *targets = maas_input(t, "targets", MAAS_I32, 1, (size_t[]){ ROWS });
	struct maas_node *loss = maas_head_loss(t, x, w, targets);
	struct maas_run run = { .team = team, .precision = precision, .train = 1 };

	best[0] = best[1] = 1e9;
	if (!loss || maas_tape_plan(t, loss, MAAS_TRAIN | (precision == MAAS_BF16 ? MAAS_HALF : 0)) < 0)
		return -1;
	run.stride = (maas_tape_scratch(t) + 63) / 64 * 64;
	if (!(run.scratch = maas_take(a, (size_t)maas_team_size(team), run.stride + 64)))
		return -1;
	maas_fill_normal(x->val, maas_len(x), 1, 1, 1);
	maas_fill_normal(w->val, maas_len(w), 0.02, 1, 2);
	if (w->half)
		maas_to_bf16(w->half, w->val, maas_len(w));
	for (size_t i = 0; i < ROWS; i++)
		((int32_t *)targets->val)[i] = (int32_t)(i * 7919 % VOCAB);
	for (int i = 0; i < 3; i++) {
		double start = maas_clock(), middle;

		maas_forward(t, &run);
		middle = maas_clock();
		maas_backward(t, &run, 0);
		best[0] = middle - start < best[0] ? middle - start : best[0];
		best[1] = maas_clock() - middle < best[1] ? maas_clock() - middle : best[1];
	}
	maas_arena_free(a);
	return 0;
}

int
main(int argc, char **argv)
{
	double product = 2.0 * ROWS * EMBED * VOCAB, best[2];
	struct roof_args a;
	char what[64];

	if (roof_parse(&a, argc, argv) < 0)
		return 64;
	for (int tier = maas_isa(); tier >= MAAS_AVX2; tier--) {
		maas_isa_force((enum maas_isa)tier);
		for (int half = 0; half < 2; half++) {
			enum roof_unit unit = half ? ROOF_BF16 : ROOF_F32;

			snprintf(what, sizeof what, "head loss 1024x768x50257 %s", half ? "bf16" : "f32");
			if (!roof_wanted(&a, what, (enum maas_isa)tier))
				continue;
			if (measure(a.team, half ? MAAS_BF16 : MAAS_F32, best) < 0) {
				fprintf(stderr, "nn_head_loss: %s\n", maas_error());
				return 71;
			}
			for (int back = 0; back < 2; back++) {
				struct roof_work work = { .ops = product * (1 + back), .unit = unit };

				snprintf(what, sizeof what, "head loss %s 1024x768x50257 %s",
				    back ? "backward" : "forward", half ? "bf16" : "f32");
				roof_tell(a.team, (enum maas_isa)tier, what, work, best[back]);
			}
		}
	}
	maas_team_free(a.team);
	return 0;
}
