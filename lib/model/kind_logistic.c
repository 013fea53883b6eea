/*
 * Logistic regression.  Two labels: one row of weights, p(second) = 1 / (1 + exp(-(x w + b))).  More: softmax
 * over a row of weights a label.  Fitted is the least of
 *
 *	sum over rows of weight x -ln p(label)  +  ||w||^2 / (2 C)
 *
 * by L-BFGS; the intercept b is not penalised.
 *
 * Tensors, f32: coef [features, outputs] (a row of the text asks for a few features and all of their
 * weights: they lie together) and intercept [outputs]; outputs is 1 for two labels.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/model.h"
#include "maas/num.h"
#include "logistic.h"

#define S maas_logistic
static const struct maas_field fields[] = {
	MAAS_REAL(0, S, C, 1e-12, 1e12, 1,
	    "weight of the data against the penalty on large weights: smaller regularises more"),
	MAAS_REAL(0, S, l1_ratio, 0, 1, 0, "part of the penalty on |w| in place of w^2; 0 alone can be trained"),
	MAAS_FLAG_ON(0, S, intercept, "fit an intercept, which is never penalised"),
	MAAS_END,
};
#undef S

static size_t
outputs_of(size_t labels)
{
	return labels == 2 ? 1 : labels;
}

static int
keep(struct maas_model *m, const struct logistic_fit *f, size_t features, size_t labels)
{
	size_t outputs = outputs_of(labels);
	float *coef = maas_take(m->arena, features * outputs + outputs, sizeof *coef), *b = coef + features * outputs;

	if (!coef)
		return -1;
	for (size_t j = 0; j <= features; j++)
		for (size_t k = 0; k < outputs; k++)
			coef[j * outputs + k] = (float)f->w[j * f->stride + k];
	if (maas_model_add(m,
		&(struct maas_tensor){ .name = "coef",
		    .dtype = MAAS_F32,
		    .ndim = 2,
		    .dim = { features, outputs },
		    .data = coef,
		    .bytes = features * outputs * sizeof *coef }) < 0)
		return -1;
	return maas_model_add(m,
	    &(struct maas_tensor){ .name = "intercept",
		.dtype = MAAS_F32,
		.ndim = 1,
		.dim = { outputs },
		.data = b,
		.bytes = outputs * sizeof *b });
}

static int
fit(struct maas_model *m, const struct maas_data *d, struct maas_fitting *how)
{
	const struct maas_logistic *s = m->settings;
	struct logistic_fit f;
	int rc = -1;

	if (d->labels < 2)
		return maas_fail(
		    "%zu label%s in the training rows, logistic regression wants two at least: is --label right?",
		    d->labels, d->labels == 1 ? "" : "s");
	if (s->l1_ratio > 0)
		return maas_fail_as(MAAS_USAGE, "l1-ratio: lbfgs trains the l2 penalty alone: 0");
	if (how->how->optimizer != MAAS_AUTO && how->how->optimizer != MAAS_LBFGS)
		return maas_fail_as(MAAS_USAGE, "optimizer: logistic models are trained by lbfgs");
	how->objective_text = "sum of weight x -ln p + ||w||^2 / (2 C)";
	how->solver = "lbfgs";
	if (logistic_fit(&f, s, d, how) == 0)
		rc = keep(m, &f, d->x.cols, d->labels);
	logistic_free(&f);
	return rc;
}

static void
apply(const struct maas_model *m, const struct maas_design *x, double *out, void *scratch)
{
	const struct maas_tensor *w = maas_model_tensor(m, "coef"), *t = maas_model_tensor(m, "intercept");

	(void)scratch;
	maas_design_score(out, x, w->data, t->data, t->dim[0]);
}

static double
weight(const struct maas_model *m, size_t feature, size_t output)
{
	const struct maas_tensor *w = maas_model_tensor(m, "coef");

	return ((const float *)w->data)[feature * w->dim[1] + output];
}

static double
intercept(const struct maas_model *m, size_t output)
{
	return ((const float *)maas_model_tensor(m, "intercept")->data)[output];
}

static int
ready(struct maas_model *m)
{
	const struct maas_tensor *w = maas_model_need(m, "coef", MAAS_F32, -1, NULL);
	size_t outputs;

	if (!w)
		return -1;
	if (w->ndim != 2 || w->dim[1] < 1)
		return maas_fail("%s: coef is not of [features, outputs]", m->path ? m->path : "model");
	outputs = w->dim[1];
	if (!maas_model_need(m, "intercept", MAAS_F32, 1, &outputs))
		return -1;
	return maas_rows_open(m, w->dim[0], outputs);
}

static const struct maas_rows_ops rows = { .tasks = MAAS_CLASSES,
	.fit = fit,
	.apply = apply,
	.fold = maas_rows_fold,
	.weight = weight,
	.intercept = intercept };

const struct maas_kind maas_kind_logistic = {
	.name = "logistic",
	.what = "logistic regression: labels from texts or numbers",
	.fields = fields,
	.size = sizeof(struct maas_logistic),
	.defaults = "lr=auto clip=0 weight_decay=0 schedule=constant",
	.task = "classify",
	.ready = ready,
	.done = maas_rows_close,
	.answer = maas_rows_answer,
	.rows = &rows,
};
