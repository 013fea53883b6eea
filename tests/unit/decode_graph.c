/* decode_graph.c -- the decoding engine says what the training graph says, token by token. */
#include <stdlib.h>

#include "../test.h"
#include "../tiny_llama.h"

#define TIME 70

extern const struct maas_kind maas_kind_gpt;
static const struct maas_llama llama = TINY_LLAMA, tied = TINY_LLAMA_TIED;
static const struct maas_gpt shape = { .layers = 2, .heads = 4, .embed = 64, .context = TIME, .vocab = 97 };

/* -log p of each id but the first, by the graph: one run a target. */
static int
by_graph(const struct maas_model *m, struct maas_team *team, enum maas_dtype precision, const int32_t *id, double *nll)
{
	struct maas_arena *arena = maas_arena_new(1 << 20);
	struct maas_tape *t = maas_tape_new(arena);
	struct maas_node *loss = t ? m->kind->loss(m, t, TIME) : NULL;
	struct maas_run run = { .team = team, .precision = precision };
	const struct maas_params *p;
	int32_t *in, *target;

	if (!loss || maas_tape_plan(t, loss, precision == MAAS_BF16 ? MAAS_HALF : 0) < 0)
		return -1;
	p = maas_tape_params(t);
	for (size_t i = 0; i < p->count; i++) {
		const struct maas_tensor *w = maas_model_tensor(m, p->node[i]->name);

		if (!w || w->bytes != maas_len(p->node[i]) * sizeof(float))
			return maas_fail("no %s", p->node[i]->name);
		memcpy(p->node[i]->val, w->data, w->bytes);
	}
	if (p->half)
		maas_to_bf16(p->half, p->val, p->n);
	run.stride = (maas_tape_scratch(t) + 63) / 64 * 64;
	run.scratch = maas_take(arena, (size_t)maas_team_size(team), run.stride);
	in = maas_tape_input(t, "ids")->val;
	target = maas_tape_input(t, "targets")->val;
	if (!run.scratch && run.stride)
		return -1;
	for (size_t i = 0; i + 1 < TIME; i++) {
		for (size_t k = 0; k < TIME; k++) {
			in[k] = id[k];
			target[k] = k == i ? id[k + 1] : -1;
		}
		maas_forward(t, &run);
		nll[i + 1] = *(float *)loss->val;
	}
	maas_arena_free(arena);
	return 0;
}

static void
compare(const struct maas_model *m, struct maas_team *team, enum maas_dtype precision, double limit)
{
	struct maas_decoder *d =
	    maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .precision = precision });
	struct maas_request q = { .n = TIME, .logprobs = 1, .score = 1 };
	struct maas_sequence *s;
	int32_t id[TIME];
	double nll[TIME], off = 0, all = 0;

	for (int i = 0; i < TIME; i++)
		id[i] = (i * i * 5 + i * 31 + 7) % 97;
	q.prompt = id;
	maas_defaults(maas_sampling_fields, &q.sampling);
	if (by_graph(m, team, precision, id, nll) < 0 || !d || !(s = maas_decoder_join(d, &q))) {
		ok(0, "%s", maas_error());
		return;
	}
	while (maas_decoder_step(d) > 0)
		;
	for (int i = 1; i < TIME; i++) {
		off += (nll[i] + s->logprob[i]) * (nll[i] + s->logprob[i]);
		all += nll[i] * nll[i];
	}
	ok(sqrt(off / all) <= limit, "%s: %d tokens of %.3f nats, off by %.2g", maas_dtype_name(precision), TIME - 1,
	    sqrt(all / (TIME - 1)), sqrt(off / all));
	maas_decoder_free(d);
}

int
main(void)
{
	struct maas_team *team = maas_team_new(2);
	struct maas_model *m = tiny_gpt(&maas_kind_gpt, &shape, MAAS_F32);

	if (!m || !team)
		return 1;
	compare(m, team, MAAS_F32, 0); /* the same bits */
	/* The products are the same; the cache is rounded, the graph's keys and values are not. */
	compare(m, team, MAAS_BF16, 5e-3);
	maas_model_close(m);
	for (int i = 0; i < 2; i++) {
		if (!(m = tiny_llama(i ? &tied : &llama, MAAS_F32)))
			return 1;
		compare(m, team, MAAS_F32, 0);
		compare(m, team, MAAS_BF16, 5e-3);
		maas_model_close(m);
	}
	maas_team_free(team);
	return done();
}
