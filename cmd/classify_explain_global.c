/* maas-classify explain --global: what a model holds strongest for each label, whatever the row. */
#include <stdlib.h>

#include "classify_explain.h"

#define TOP 20 /* of a label, where --top says nothing */

struct strongest {
	const struct maas_rows *rows;
	size_t most;
	double *weight;    /* [features] */
	uint32_t *feature; /* [most] */
};

/* A label's lines. */
static int
put_label(const struct strongest *s, size_t label)
{
	size_t n = maas_strongest(s->weight, maas_rows_features(s->rows), s->feature, s->most);
	struct maas_buf b = { 0 };
	int bad = 0;

	for (size_t i = 0; i < n && !bad; i++) {
		b.n = 0;
		bad = maas_rows_feature(s->rows, s->feature[i], &b);
		classify_put(stdout, maas_rows_label(s->rows, label));
		putchar('\t');
		explain_feature((struct maas_span){ b.s, b.n });
		printf("\t%.9g\n", s->weight[s->feature[i]]);
	}
	maas_buf_free(&b);
	return bad;
}

static int
run(struct strongest *s, const struct explain *o, int top)
{
	size_t features = maas_rows_features(s->rows);

	s->most = top ? (size_t)o->top : TOP;
	if (!s->most || s->most > features)
		s->most = features;
	if (!(s->weight = maas_alloc(features + 1, sizeof *s->weight)) ||
	    !(s->feature = maas_alloc(s->most + 1, sizeof *s->feature)))
		return -1;
	puts("label\tfeature\tweight");
	for (size_t i = 0; i < maas_rows_labels(s->rows); i++)
		if (maas_rows_weights(s->rows, i, s->weight) < 0 || put_label(s, i) < 0)
			return -1;
	return 0;
}

int
explain_global(struct call *c)
{
	const struct classify *o = c->part[0];
	struct strongest s = { 0 };
	struct maas_model *m;
	int rc;

	if (!o->model)
		return misuse(c, "-m MODEL is missing");
	if (c->n)
		warn(c, "%s: not read: the weights of a linear model are there without rows", c->operand[0]);
	m = maas_model_open(o->model);
	rc = !m || !(s.rows = maas_rows_of(m)) || run(&s, c->part[2], given(c, "top")) < 0 ? fail(c) : finish(c);
	free(s.weight);
	free(s.feature);
	maas_model_close(m);
	return rc;
}
