/*
 * transformer_saliency.c -- the gradient of outputs by what each id of a text was looked up as, times that (Li et al.
 * 2016, "Visualizing and Understanding Neural Models in NLP"; Shrikumar et al. 2016); and what the last layer attends
 * to:
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

static int
is_head(const struct maas_node *w)
{
	return !strncmp(w->name, TRANSFORMER_SCORE ".", strlen(TRANSFORMER_SCORE "."));
}

/* The parameters are the model's tensors, but those of the head. */
static int
borrow(const struct maas_tape *t, const struct maas_model *m)
{
	const struct maas_params *p = maas_tape_params(t);

	for (size_t i = 0; i < p->count; i++) {
		struct maas_node *w = p->node[i];
		const struct maas_tensor *s = maas_model_tensor(m, w->name);

		if (!s)
			return maas_fail("tensor %s: missing", w->name);
		if (maas_is_quant(s->dtype))
			return maas_fail_as(MAAS_USAGE,
			    "weights of %d bits have neither gradient nor attention to show: occlusion wants none",
			    s->dtype == MAAS_I8 ? 8 : 4);
		if (is_head(w))
			continue;
		if (s->dtype == MAAS_BF16)
			maas_from_bf16(w->val, (const maas_bf16 *)s->data, maas_len(w));
		else
			w->val = (void *)(uintptr_t)s->data;
	}
	return 0;
}

/* The head's one output is the sum of the model's, times `of`. */
static void
aim(const struct maas_tape *t, const struct maas_model *m, size_t outputs, const double *of)
{
	const struct maas_params *p = maas_tape_params(t);

	for (size_t i = 0; i < p->count; i++)
		if (is_head(p->node[i]))
			sum_rows(
			    p->node[i]->val, maas_model_tensor(m, p->node[i]->name), outputs, maas_len(p->node[i]), of);
}

/* The graph of a text of n ids, and what it runs with. */
struct looking {
	struct maas_arena *arena;
	struct maas_tape *t;
	struct transformer_way way;
	struct maas_run run;
	size_t outputs; /* of the model */
};

static void
end(struct looking *l)
{
	maas_team_free(l->run.team);
	maas_arena_free(l->arena);
}

/* Ready to run. */
static int
begin(struct looking *l, const struct maas_model *m, const int32_t *id, size_t n)
{
	struct transformer s;
	struct maas_node *y;

	*l = (struct looking){ .run = { .precision = MAAS_F32, .rows = n, .time = n } };
	m->kind->decode->shape(&s, m->settings);
	l->outputs = s.head.outputs;
	s.head.time = n;
	s.dropout = 0;
	if (!(l->arena = maas_arena_new(1 << 16)) || !(l->t = maas_tape_new(l->arena)) || freeze(l->t, &s) < 0 ||
	    !(y = transformer_scores(l->t, &s, n, 1, &l->way)) || maas_tape_plan(l->t, y, MAAS_TRAIN) < 0 ||
	    borrow(l->t, m) < 0 || !(l->run.team = maas_team_new(1)))
		return -1;
	l->run.stride = (maas_tape_scratch(l->t) + 127) / 64 * 64;
	if (!(l->run.scratch = maas_take(l->arena, 1, l->run.stride)))
		return -1;
	memcpy(maas_tape_input(l->t, "ids")->val, id, n * sizeof *id);
	*(int32_t *)maas_tape_input(l->t, "lengths")->val = (int32_t)n;
	return 0;
}

/* Answers of the first text. */
static size_t
answers(const struct maas_sequences *x)
{
	return x->ask ? x->ask[1] - x->ask[0] : 1;
}

/* Where an answer of a text of n ids comes from: of tags the word's last id, which sees none behind it. */
static size_t
from(const struct maas_sequences *x, size_t answer, size_t n)
{
	return x->ask ? x->at[answer] : n - 1;
}

int
transformer_saliency(const struct maas_model *m, const struct maas_sequences *x, const struct maas_sequences *begins,
    const double *of, double *to)
{
	struct looking l;
	size_t n = x->start[1];
	int rc = begin(&l, m, x->id, n);

	(void)begins;
	for (size_t a = 0; rc == 0 && a < answers(x); a++, to += n) {
		const struct maas_node *embedded = l.way.embedded;
		const float *table = embedded->in[1]->val;
		size_t c = embedded->dim[1];

		aim(l.t, m, l.outputs, of + a * l.outputs);
		*(int32_t *)maas_tape_input(l.t, "lengths")->val = (int32_t)from(x, a, n) + 1;
		maas_forward(l.t, &l.run);
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
transformer_attention(const struct maas_model *m, const struct maas_design *x, double *to)
{
	struct looking l;
	size_t n = x ? x->seq.start[1] : 0;
	int rc = n ? begin(&l, m, x->seq.id, n) : 0;

	if (!n)
		return 0;
	if (rc == 0)
		maas_forward(l.t, &l.run);
	for (size_t a = 0; rc == 0 && a < answers(&x->seq); a++)
		maas_attention_weights(l.way.attended, from(&x->seq, a, n), n, to + a * n);
	end(&l);
	return rc;
}
