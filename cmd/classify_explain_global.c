/* maas-classify explain --global: what a model holds strongest for each label, whatever the row. */
#include <math.h>
#include <stdlib.h>

#include "classify_explain.h"

#define TOP 20 /* of a label, where --top says nothing */

struct strongest {
	struct explaining e; /* e.k.rows is there in any case, the rest where rows are measured on */
	size_t features, scores, most;
	double *weight;    /* [features]; measured: [scores][features] */
	uint32_t *feature; /* [most] */
	size_t answers;
};

static int
make_room(struct strongest *s, const struct call *c, size_t scores)
{
	s->features = maas_rows_features(s->e.k.rows);
	s->scores = maas_rows_scores(s->e.k.rows);
	s->most = given(c, "top") ? (size_t)s->e.o->top : TOP;
	if (!s->most || s->most > s->features)
		s->most = s->features;
	return (s->weight = maas_alloc(scores, s->features * sizeof *s->weight)) &&
		(s->feature = maas_alloc(s->most + 1, sizeof *s->feature))
	    ? 0
	    : -1;
}

/* A label's lines. */
static int
put_label(const struct strongest *s, size_t label, const double *weight)
{
	size_t n = maas_strongest(weight, s->features, s->feature, s->most);
	struct maas_buf b = { 0 };
	int bad = 0;

	for (size_t i = 0; i < n && !bad; i++) {
		b.n = 0;
		bad = maas_rows_feature(s->e.k.rows, s->feature[i], &b);
		classify_put(stdout, explain_label(&s->e, label));
		putchar('\t');
		explain_feature((struct maas_span){ b.s, b.n });
		printf("\t%.9g\n", weight[s->feature[i]]);
	}
	maas_buf_free(&b);
	return bad;
}

static int
put_weights(struct strongest *s, const struct call *c)
{
	if (make_room(s, c, 1) < 0)
		return -1;
	puts("label\tfeature\tweight");
	for (size_t i = 0; i < s->scores; i++)
		if (maas_rows_weights(s->e.k.rows, i, s->weight) < 0 || put_label(s, i, s->weight) < 0)
			return -1;
	return 0;
}

static int
weights(struct strongest *s, struct call *c)
{
	if (c->n)
		warn(c, "%s: not read: the weights of a linear model are there without rows", c->operand[0]);
	return put_weights(s, c) < 0 ? fail(c) : finish(c);
}

/* The mean of |what a feature adds| over the rows, for each label whatever the answer is. */
static int
measure(struct strongest *s)
{
	struct classifying *k = &s->e.k;
	struct maas_explanation x;
	struct maas_row row;
	const char *why;
	int rc;

	while ((rc = classify_next(k, &row, &why)) > 0) {
		if (rc == 2) {
			classify_note(k, why);
			continue;
		}
		s->answers++;
		for (size_t i = 0; i < s->scores; i++) {
			if (maas_rows_explain(k->scores, i, s->e.method, &x) < 0)
				return -1;
			for (size_t j = 0; j < x.n; j++)
				s->weight[i * s->features + x.piece[j].index] += fabs(x.piece[j].contribution);
		}
	}
	for (size_t i = 0; i < s->scores * s->features && s->answers; i++)
		s->weight[i] /= (double)s->answers;
	return rc;
}

static int
measured(struct strongest *s, struct call *c)
{
	int rc = classify_open(&s->e.k, c);

	if (rc || (rc = classify_whole(&s->e.k)))
		return rc;
	if (make_room(s, c, maas_rows_scores(s->e.k.rows)) < 0 || measure(s) < 0)
		return fail(c);
	if (!s->e.k.number)
		return complain(
		    c, MAAS_DATA, "no rows to measure on: what a network makes of features is told by data");
	puts("label\tfeature\tweight");
	for (size_t i = 0; i < s->scores; i++)
		if (put_label(s, i, s->weight + i * s->features) < 0)
			return fail(c);
	if ((rc = finish(c)))
		return rc;
	return s->e.k.bad ? complain(c, MAAS_DATA, "%zu of %zu rows have no answer", s->e.k.bad, s->e.k.number) : 0;
}

int
explain_global(struct call *c)
{
	const struct classify *o = c->part[0];
	struct strongest s = { .e = { .o = c->part[2] } };
	struct maas_model *m;
	int rc;

	if (!o->model)
		return misuse(c, "-m MODEL is missing");
	s.e.method = (enum maas_method)s.e.o->method;
	if (s.e.method == MAAS_OCCLUSION)
		return misuse(c, "--global tells weights, or measures gradients: no --method occlusion");
	m = maas_model_open(o->model);
	if (m && (s.e.k.rows = maas_rows_of(m)) && maas_rows_spelling(s.e.k.rows)) {
		rc = misuse(c, "--global tells of features, and a %s reads texts without any", m->kind->name);
	} else if (!m || !s.e.k.rows || maas_rows_method(s.e.k.rows, &s.e.method) < 0) {
		rc = fail(c);
	} else if (s.e.method == MAAS_CONTRIBUTION) {
		s.e.k.labels = maas_rows_labels(s.e.k.rows);
		rc = weights(&s, c);
	} else {
		rc = measured(&s, c);
		classify_close(&s.e.k);
	}
	maas_model_close(m);
	free(s.weight);
	free(s.feature);
	return rc;
}
