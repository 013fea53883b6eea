/*
 * Logistic regression.  Two labels: one row of weights, p(second) = 1 / (1 + exp(-(x w + b))).  More: softmax
 * over a row of weights a label.  Fitted is the least of
 *
 *	sum over rows of weight x -ln p(label)  +  (1 - r) |w|^2 / (2 C)  +  r |w|_1 / C
 *
 * r being l1_ratio, by Newton's method or with r 0 by L-BFGS, or in steps where another optimizer is named.
 * The intercept b is not penalised.
 *
 * Tensors, f32: coef [features, outputs] (a row of the text asks for a few features and all of their
 * weights: they lie together) and intercept [outputs]; outputs is 1 for two labels.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/model.h"
#include "maas/num.h"
#include "descent.h"
#include "logistic.h"

#define S maas_logistic
static const struct maas_field fields[] = {
	MAAS_REAL(0, S, C, 1e-12, 1e12, 1,
	    "weight of the data against the penalty on large weights: smaller regularises more"),
	MAAS_REAL(
	    0, S, l1_ratio, 0, 1, 0, "part of the penalty on |w| in place of w^2: 1 is L1, between is elastic net"),
	MAAS_FLAG_ON(0, S, intercept, "fit an intercept, which is never penalised"),
	MAAS_END,
};
#undef S

static int
keep(struct maas_model *m, const struct logistic *l)
{
	size_t features = l->d->x.cols, outputs = l->k;
	float *coef = maas_take(m->arena, features * outputs + outputs, sizeof *coef);

	if (!coef)
		return -1;
	for (size_t j = 0; j <= features; j++)
		for (size_t k = 0; k < outputs; k++)
			coef[j * outputs + k] = (float)l->w[j * l->stride + k];
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
		.data = coef + features * outputs,
		.bytes = outputs * sizeof *coef });
}

/* Begin at the weights of another model. */
static int
start_from(struct logistic *l, const struct maas_model *from)
{
	const struct maas_tensor *w = maas_model_tensor(from, "coef"), *b = maas_model_tensor(from, "intercept");
	size_t features = l->d->x.cols;

	if (from->kind != &maas_kind_logistic || !w || !b || w->dim[0] != features || w->dim[1] != l->k)
		return maas_fail("--init-from: not a logistic model of %zu features and %zu outputs", features, l->k);
	for (size_t j = 0; j <= features; j++)
		for (size_t k = 0; k < l->k; k++)
			l->w[j * l->stride + k] = (double)(j < features ? ((const float *)w->data)[j * l->k + k]
									: ((const float *)b->data)[k]);
	return 0;
}

struct in_steps {
	const struct logistic *l;
	double scale; /* of a row's loss, so that the mean over rows is the mean over their weights */
};

static double
row(const void *ctx, const struct maas_data *d, double *z, size_t i, int *hit)
{
	const struct in_steps *s = ctx;
	double loss = logistic_row(s->l, d, z, i, NULL, hit);

	for (size_t k = 0; k < s->l->k; k++)
		z[k] *= s->scale;
	return loss * s->scale;
}

static double
accuracy(const void *ctx, const struct maas_data *d, double loss, double hits)
{
	(void)ctx, (void)d, (void)loss;
	return hits;
}

static int
learn_in_steps(struct logistic *l)
{
	struct in_steps s = { l, (double)l->d->n / l->weights };
	struct descent x = { .d = l->d,
		.how = l->how,
		.k = l->k,
		.stride = l->stride,
		.intercept = l->set->intercept,
		.l1 = l->set->l1_ratio / l->set->C / l->weights,
		.l2 = (1 - l->set->l1_ratio) / l->set->C / l->weights,
		.row = row,
		.metric = accuracy,
		.ctx = &s,
		.w = l->w };

	l->how->solver = maas_optimizer_name((enum maas_optimizer)l->how->how->optimizer);
	return !l->how->from && descent_init(&x) < 0 ? -1 : descent_run(&x);
}

/* What was asked for that is of no use, or cannot be had. */
static int
check(const struct maas_model *m, const struct maas_data *d, const struct maas_training *how)
{
	static const char solver[] =
	    " optimizer loss class_weight tol max_iter val_split eval_every eval_batches log_every ";
	static const char steps[] = " optimizer lr schedule warmup min_lr batch_size accumulate steps epochs clip "
				    "weight_decay momentum beta1 beta2 loss init class_weight val_split eval_every "
				    "eval_batches early_stop min_delta log_every ";
	const struct maas_logistic *s = m->settings;
	int solved = how->optimizer == MAAS_AUTO || how->optimizer == MAAS_LBFGS;

	if (d->labels < 2)
		return maas_fail(
		    "%zu label%s in the training rows, logistic regression wants two at least: is --label right?",
		    d->labels, d->labels == 1 ? "" : "s");
	if (!d->n || !d->x.cols)
		return maas_fail("no %s to learn from", d->n ? "features" : "rows");
	if (how->loss == MAAS_LOSS_MSE)
		return maas_fail_as(MAAS_USAGE, "logistic: --loss mse is for regressions");
	if (how->l1 > 0 || how->l2 > 0)
		return maas_fail_setting(
		    how->l1 > 0 ? "l1" : "l2", "logistic: --C and --l1-ratio are its penalty, not --l1 and --l2");
	if (how->optimizer == MAAS_LBFGS && s->l1_ratio > 0)
		return maas_fail_as(MAAS_USAGE, "logistic: lbfgs is for --l1-ratio 0: leave --optimizer out");
	return training_only(m->kind, how, solved ? "its solver" : "its descent", solved ? solver : steps);
}

static int
fit(struct maas_model *m, const struct maas_data *d, struct maas_fitting *how)
{
	struct logistic l = { .set = m->settings, .d = d, .how = how, .k = d->labels == 2 ? 1 : d->labels };
	int rc = -1;

	if (check(m, d, how->how) < 0)
		return -1;
	l.stride = l.k == 1 ? 1 : (l.k + 3) / 4 * 4;
	if (d->x.cols >= SIZE_MAX / 64 / l.stride || d->n >= SIZE_MAX / 64 / l.stride)
		return maas_fail_as(MAAS_OS, "no memory for %zu features of %zu labels", d->x.cols, d->labels);
	how->objective_text = "sum of weight x -ln p + ((1 - r) |w|^2 / 2 + r |w|) / C, r being l1-ratio";
	if ((l.w = maas_alloc((d->x.cols + 1) * l.stride, sizeof *l.w)) && logistic_start(&l) == 0 &&
	    (!how->from || start_from(&l, how->from) == 0)) {
		if (how->how->optimizer == MAAS_AUTO || how->how->optimizer == MAAS_LBFGS)
			rc = logistic_solve(&l);
		else
			rc = learn_in_steps(&l);
	}
	if (rc == 0)
		rc = keep(m, &l);
	free(l.w);
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
	.defaults = "lr=auto clip=0 weight_decay=0 schedule=constant warmup=0 min_lr=0",
	.task = "classify",
	.ready = ready,
	.done = maas_rows_close,
	.answer = maas_rows_answer,
	.rows = &rows,
};
