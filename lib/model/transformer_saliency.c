/*
 * transformer_saliency.c -- the gradient of outputs by what each id of a text was looked up as, times that (Li et al.
 * 2016, "Visualizing and Understanding Neural Models in NLP"; Shrikumar et al. 2016); and what the last layer attends to:
 * one pass of the graph there, and back, in f32, with the weights where they lie.
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

/* to[n] = the sum of rows of a tensor times `of`. */
static void
sum_rows(float *to, const struct maas_tensor *s, size_t rows, size_t n, const double *of)
{
	memset(to, 0, n * sizeof *to);
	for (size_t i = 0; i < rows * n; i++) {
		float v;

		if (s->dtype == MAAS_BF16)
			maas_from_bf16(&v, (const maas_bf16 *)s->data + i, 1);
		else
			v = ((const float *)s->data)[i];
		to[i % n] += (float)of[i / n] * v;
	}
}

/* The parameters are the model's tensors; of the head the sum of its rows times `of`. */
static int
borrow(const struct maas_tape *t, const struct maas_model *m, size_t outputs, const double *of)
{
	const struct maas_params *p = maas_tape_params(t);

	for (size_t i = 0; i < p->count; i++) {
		struct maas_node *w = p->node[i];
		const struct maas_tensor *s = maas_model_tensor(m, w->name);
		int head = !strncmp(w->name, TRANSFORMER_SCORE ".", strlen(TRANSFORMER_SCORE "."));
		size_t n = maas_len(w);

		if (!s)
			return maas_fail("tensor %s: missing", w->name);
		if (maas_is_quant(s->dtype))
			return maas_fail_as(MAAS_USAGE,
			    "weights of %d bits have neither gradient nor attention to show: occlusion wants none",
			    s->dtype == MAAS_I8 ? 8 : 4);
		if (head)
			sum_rows(w->val, s, outputs, n, of);
		else if (s->dtype == MAAS_BF16)
			maas_from_bf16(w->val, (const maas_bf16 *)s->data, n);
		else
			w->val = (void *)(uintptr_t)s->data;
	}
	return 0;
}

/* The graph of a text of n ids, and what it runs with. */
struct looking {
	struct maas_arena *arena;
	struct maas_tape *t;
	struct transformer_way way;
	struct maas_run run;
};

static void
end(struct looking *l)
{
	maas_team_free(l->run.team);
	maas_arena_free(l->arena);
}

/* Ready to run backward; the forward pass is made. */
static int
begin(struct looking *l, const struct maas_model *m, const int32_t *id, size_t n, const double *of)
{
	struct transformer s;
	struct maas_node *y;

	*l = (struct looking){ .run = { .precision = MAAS_F32, .rows = n, .time = n } };
	m->kind->decode->shape(&s, m->settings);
	s.head.time = n;
	s.dropout = 0;
	if (!(l->arena = maas_arena_new(1 << 16)) || !(l->t = maas_tape_new(l->arena)) || freeze(l->t, &s) < 0 ||
	    !(y = transformer_scores(l->t, &s, n, 1, &l->way)) || maas_tape_plan(l->t, y, MAAS_TRAIN) < 0 ||
	    borrow(l->t, m, of ? s.head.outputs : 0, of) < 0 || !(l->run.team = maas_team_new(1)))
		return -1;
	l->run.stride = (maas_tape_scratch(l->t) + 127) / 64 * 64;
	if (!(l->run.scratch = maas_take(l->arena, 1, l->run.stride)))
		return -1;
	memcpy(maas_tape_input(l->t, "ids")->val, id, n * sizeof *id);
	*(int32_t *)maas_tape_input(l->t, "lengths")->val = (int32_t)n;
	maas_forward(l->t, &l->run);
	return 0;
}

int
transformer_saliency(const struct maas_model *m, const struct maas_sequences *x, const double *of, double *to)
{
	struct looking l;
	size_t n = x->start[1];
	int rc = begin(&l, m, x->id, n, of);

	if (rc == 0) {
		const struct maas_node *embedded = l.way.embedded;
		const float *table = embedded->in[1]->val;
		size_t c = embedded->dim[1];

		maas_backward(l.t, &l.run, 0);
		for (size_t i = 0; i < n; i++) {
			const float *row = table + (size_t)x->id[i] * c, *slope = embedded->grad + i * c;

			to[i] = 0;
			for (size_t k = 0; k < c; k++)
				to[i] += (double)row[k] * (double)slope[k];
		}
	}
	end(&l);
	return rc;
}

int
transformer_attention(const struct maas_model *m, const struct maas_sequences *x, double *to)
{
	struct looking l;
	size_t n = x ? x->start[1] : 0;
	int rc = n ? begin(&l, m, x->id, n, NULL) : 0;

	if (!n)
		return 0;
	if (rc == 0)
		maas_attention_weights(l.way.attended, n - 1, n, to);
	end(&l);
	return rc;
}
