/*
 * transformer_saliency.c -- the gradient of an output by what each id of a text was looked up as, times that (Li et al.
 * 2016, "Visualizing and Understanding Neural Models in NLP"; Shrikumar et al. 2016): one pass of the graph there and
 * back, in f32, with the weights where they lie.
 */
#include <string.h>

#include "transformer.h"

/* All but the table of tokens stays: its rows are the only way to the ids. */
static int
freeze(struct maas_tape *t, const struct transformer *s)
{
	const struct transformer_names *n = s->name;
	char patterns[256];

	snprintf(patterns, sizeof patterns, "%s%s%s.*,%s.*," TRANSFORMER_SCORE ".*", n->positions ? n->positions : "",
	    n->positions ? ".*," : "", n->layer, n->norm);
	return maas_tape_freeze(t, patterns);
}

/* The parameters are the model's tensors; of the head the row of `output` alone. */
static int
borrow(const struct maas_tape *t, const struct maas_model *m, size_t output)
{
	const struct maas_params *p = maas_tape_params(t);

	for (size_t i = 0; i < p->count; i++) {
		struct maas_node *w = p->node[i];
		const struct maas_tensor *s = maas_model_tensor(m, w->name);
		int head = !strncmp(w->name, TRANSFORMER_SCORE ".", strlen(TRANSFORMER_SCORE "."));
		size_t n = maas_len(w), from = head ? output * n : 0;

		if (!s)
			return maas_fail("tensor %s: missing", w->name);
		if (maas_is_quant(s->dtype))
			return maas_fail_as(MAAS_USAGE, "weights of %d bits have no gradient: occlusion wants none",
			    s->dtype == MAAS_I8 ? 8 : 4);
		if (s->dtype == MAAS_BF16)
			maas_from_bf16(w->val, (const maas_bf16 *)s->data + from, n);
		else
			w->val = (void *)(uintptr_t)((const float *)s->data + from);
	}
	return 0;
}

/* There and back; to[i] = gradient times row, of each id. */
static int
run(struct maas_tape *t, struct maas_arena *a, const int32_t *id, size_t n, const struct maas_node *embedded,
    double *to)
{
	struct maas_node *table = embedded->in[1];
	size_t c = embedded->dim[1];
	struct maas_run r = { .team = maas_team_new(1), .precision = MAAS_F32, .rows = n, .time = n };

	if (!r.team)
		return -1;
	r.stride = (maas_tape_scratch(t) + 127) / 64 * 64;
	if (!(r.scratch = maas_take(a, 1, r.stride))) {
		maas_team_free(r.team);
		return -1;
	}
	memcpy(maas_tape_input(t, "ids")->val, id, n * sizeof *id);
	*(int32_t *)maas_tape_input(t, "lengths")->val = (int32_t)n;
	maas_forward(t, &r);
	maas_backward(t, &r, 0);
	for (size_t i = 0; i < n; i++) {
		const float *row = (const float *)table->val + (size_t)id[i] * c, *slope = embedded->grad + i * c;

		to[i] = 0;
		for (size_t k = 0; k < c; k++)
			to[i] += (double)row[k] * (double)slope[k];
	}
	maas_team_free(r.team);
	return 0;
}

int
transformer_saliency(const struct maas_model *m, const int32_t *id, size_t n, size_t output, double *to)
{
	struct maas_arena *a = maas_arena_new(1 << 16);
	struct maas_tape *t = a ? maas_tape_new(a) : NULL;
	struct maas_node *y, *embedded;
	struct transformer s;
	int rc = -1;

	m->kind->decode->shape(&s, m->settings);
	s.head.time = n;
	s.dropout = 0;
	if (t && freeze(t, &s) == 0 && (y = transformer_scores(t, &s, n, 1, &embedded)) &&
	    maas_tape_plan(t, y, MAAS_TRAIN) == 0 && borrow(t, m, output) == 0)
		rc = run(t, a, id, n, embedded, to);
	maas_arena_free(a);
	return rc;
}
