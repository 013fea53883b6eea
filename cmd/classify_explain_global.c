/* maas-classify explain --global: what a model holds strongest for each label, whatever the row: by its weights, or as
 * measured on rows. */
#include <math.h>
#include <stdlib.h>

#include "classify_explain.h"

#define TOP 20 /* of a label, where --top says nothing */

struct strongest {
	struct explaining e; /* e.k.rows is there in any case, the rest, and e.tally, where rows are measured on */
	size_t most;
};

/* A label's lines, of n weights. */
static int
put_label(const struct strongest *s, size_t label, const double *weight, size_t n)
{
	size_t most = s->most && s->most < n ? s->most : n;
	uint32_t *feature = maas_alloc(most + 1, sizeof *feature);
	struct maas_buf b = { 0 };
	int bad = !feature;

	most = bad ? 0 : maas_strongest(weight, n, feature, most);
	for (size_t i = 0; i < most && !bad; i++) {
		struct maas_span name;

		b.n = 0;
		bad = !s->e.tally && maas_rows_feature(s->e.k.rows, feature[i], &b);
		name = s->e.tally ? maas_tally_name(s->e.tally, feature[i]) : (struct maas_span){ b.s, b.n };
		classify_put(stdout, explain_label(&s->e, label));
		putchar('\t');
		explain_feature(stdout, name);
		printf("\t%.9g\n", weight[feature[i]]);
	}
	maas_buf_free(&b);
	free(feature);
	return bad ? -1 : 0;
}

static int
put_weights(struct strongest *s)
{
	size_t n = maas_rows_features(s->e.k.rows);
	double *weight = maas_alloc(n, sizeof *weight);
	int rc = weight ? 0 : -1;

	puts("label\tfeature\tweight");
	for (size_t i = 0; i < maas_rows_scores(s->e.k.rows) && rc == 0; i++) {
		rc = maas_rows_weights(s->e.k.rows, i, weight);
		rc = rc < 0 ? rc : put_label(s, i, weight, n);
	}
	free(weight);
	return rc;
}

static int
weights(struct strongest *s, struct call *c)
{
	if (c->n)
		warn(c, "%s: not read: the weights of a linear model are there without rows", c->operand[0]);
	return put_weights(s) < 0 ? fail(c) : finish(c);
}

/* What pieces add in a row, for each label whatever the answer is.  Words that are tagged are asked for their own tag
 * alone:
 * who looks for names wants to see what makes one. */
static int
measure(const struct explaining *e, struct maas_rows_call *call, double *p, const struct maas_row *row, size_t number,
    struct shown *to)
{
	struct maas_explanation x;

	(void)number;
	if (maas_rows_row(call, row, p) < 0)
		return -1;
	for (size_t i = 0; i < e->k.scores_n; i++)
		if (maas_rows_explain(call, i, e->method, &x) < 0 || maas_tally_add(to->tally, i, &x) < 0)
			return -1;
	return 0;
}

static int
measured(struct strongest *s, struct call *c)
{
	struct classifying *k = &s->e.k;
	int rc = classify_open(k, c);

	if (rc)
		return rc;
	if (!(s->e.tally = maas_tally_new(k->scores_n)) ||
	    explain_deal(&s->e, maas_rows_tagging(k->rows) ? explain_sentence : measure) < 0)
		return fail(c);
	if (!k->number)
		return complain(
		    c, MAAS_DATA, "no rows to measure on: what a network makes of features is told by data");
	puts("label\tfeature\tweight");
	for (size_t i = 0; i < k->scores_n; i++) {
		const double *weight = maas_tally_weights(s->e.tally, i);

		if (!weight || put_label(s, i, weight, maas_tally_names(s->e.tally)) < 0)
			return fail(c);
	}
	if ((rc = finish(c)))
		return rc;
	return k->bad ? complain(c, MAAS_DATA, "%zu of %zu rows have no answer", k->bad, k->number) : 0;
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
	s.most = given(c, "top") ? (size_t)s.e.o->top : TOP;
	if (s.e.method == MAAS_ATTENTION)
		return misuse(c, "--global tells what speaks for each label, and attention speaks for none");
	m = maas_model_open(o->model);
	if (!m || !(s.e.k.rows = maas_rows_of(m)) || maas_rows_method(s.e.k.rows, &s.e.method) < 0) {
		rc = fail(c);
	} else if (s.e.method == MAAS_CONTRIBUTION) {
		s.e.k.labels = maas_rows_labels(s.e.k.rows);
		rc = weights(&s, c);
	} else {
		rc = measured(&s, c);
		classify_close(&s.e.k);
	}
	maas_model_close(m);
	maas_tally_free(s.e.tally);
	return rc;
}
