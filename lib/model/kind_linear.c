/*
 * Linear regression.  Fitted is the least of
 *
 *	|y - X w - b|^2                                        least squares; of several the one of least |w|
 *	|y - X w - b|^2 + l2 |w|^2                             ridge
 *	|y - X w - b|^2 / (2 n) + l1 |w|_1 + l2 |w|^2 / (2 n)  lasso, and with l2 elastic net
 *
 * in closed form or by coordinate descent, or the same in steps where an optimizer is named.  The intercept b is never
 * penalised.  Tensors, f64: coef [features] and intercept [1].
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "descent.h"
#include "linear.h"

#define S maas_linear
static const struct maas_field fields[] = {
	MAAS_FLAG_ON(0, S, intercept, "fit an intercept, which is never penalised"),
	MAAS_END,
};
#undef S

static int
keep(struct maas_model *m, const double *w, double b, size_t features)
{
	double *kept = maas_take(m->arena, features + 1, sizeof *kept);

	if (!kept)
		return -1;
	memcpy(kept, w, features * sizeof *kept);
	kept[features] = b;
	if (maas_model_add(m,
		&(struct maas_tensor){ .name = "coef",
		    .dtype = MAAS_F64,
		    .ndim = 1,
		    .dim = { features },
		    .data = kept,
		    .bytes = features * sizeof *kept }) < 0)
		return -1;
	return maas_model_add(m,
	    &(struct maas_tensor){ .name = "intercept",
		.dtype = MAAS_F64,
		.ndim = 1,
		.dim = { 1 },
		.data = kept + features,
		.bytes = sizeof *kept });
}

/* What was reached, in the terms of the formula. */
static void
tell(struct linear *l)
{
	struct maas_fitting *how = l->how;
	double ones = 0, squares = 0, n = (double)l->n;

	for (size_t j = 0; j < l->p; j++) {
		ones += fabs(l->w[j]);
		squares += l->w[j] * l->w[j];
	}
	how->loss = l->left / n;
	how->train_metric = l->total > 0 ? 1 - l->left / l->total : NAN;
	how->objective =
	    l->l1 > 0 ? l->left / (2 * n) + l->l1 * ones + l->l2 / (2 * n) * squares : l->left + l->l2 * squares;
	how->objective_text = l->l1 > 0 ? "|y - X w - b|^2 / (2 n) + l1 |w| + l2 |w|^2 / (2 n)"
	    : l->l2 > 0                 ? "|y - X w - b|^2 + l2 |w|^2"
					: "|y - X w - b|^2";
}

static int
solve(struct linear *l)
{
	struct maas_fitting *how = l->how;
	int rc;

	if (linear_means(l) < 0)
		return -1;
	how->converged = -1;
	if (l->p <= LINEAR_EXACT)
		rc = linear_exact(l);
	else
		rc = l->l1 > 0 ? linear_columns(l) : linear_gradients(l);
	if (rc < 0)
		return -1;
	for (size_t j = 0; j < l->p; j++)
		if (!isfinite(l->w[j]))
			return maas_fail("weight %zu is not finite: the features are too large or too small", j);
	tell(l);
	if (how->converged != -1)
		return 0;
	how->step = how->steps = 1;
	how->evaluated = 1;
	how->val_loss = how->val_metric = NAN;
	if (how->on_step)
		how->on_step(how);
	return 0;
}

static int
fit_at_once(struct maas_model *m, const struct maas_data *d, struct maas_fitting *how)
{
	const struct maas_linear *s = m->settings;
	struct linear l = { .d = d,
		.how = how,
		.team = how->team,
		.l1 = how->how->l1,
		.l2 = how->how->l2,
		.tol = how->how->tol,
		.intercept = s->intercept,
		.n = d->n,
		.p = d->x.cols };
	double b;
	int rc = -1;

	if ((l.w = maas_alloc(l.p, sizeof *l.w)) && (l.mean = maas_alloc(l.p, sizeof *l.mean)) && solve(&l) == 0) {
		b = l.y_mean;
		for (size_t j = 0; j < l.p; j++)
			b -= l.mean[j] * l.w[j];
		rc = keep(m, l.w, b, l.p);
	}
	free(l.w);
	free(l.mean);
	return rc;
}

/* The first weights: those of another model, else as --init says. */
static int
start(struct descent *x, const struct maas_fitting *how)
{
	const struct maas_tensor *w = how->from ? maas_model_tensor(how->from, "coef") : NULL;
	size_t p = x->d->x.cols;

	if (!how->from)
		return descent_init(x);
	if (how->from->kind != &maas_kind_linear || !w || w->dim[0] != p)
		return maas_fail("--init-from: not a linear model of %zu features", p);
	memcpy(x->w, w->data, p * sizeof *x->w);
	x->w[p] = *(const double *)maas_model_tensor(how->from, "intercept")->data;
	return 0;
}

static double
row_squares(const void *ctx, const struct maas_data *d, double *z, size_t i, int *hit)
{
	double off = z[0] - d->target[i];

	(void)ctx, (void)hit;
	z[0] = 2 * off;
	return off * off;
}

static double
variance(const struct maas_data *d)
{
	double mean = 0, sum = 0, n = (double)d->n;

	for (size_t i = 0; i < d->n; i++)
		mean += d->target[i] / n;
	for (size_t i = 0; i < d->n; i++)
		sum += (d->target[i] - mean) * (d->target[i] - mean) / n;
	return sum;
}

static double
r2(const void *ctx, const struct maas_data *d, double loss, double hits)
{
	double about = variance(d);

	(void)ctx, (void)hits;
	return about > 0 ? 1 - loss / about : NAN;
}

/* The same weights make the least of it as of the formula for the closed form, whose n times it is. */
static int
fit_in_steps(struct maas_model *m, const struct maas_data *d, struct maas_fitting *how)
{
	const struct maas_linear *s = m->settings;
	struct descent x = { .d = d,
		.how = how,
		.k = 1,
		.stride = 1,
		.intercept = s->intercept,
		.l1 = 2 * how->how->l1,
		.l2 = 2 * how->how->l2 / (double)d->n,
		.row = row_squares,
		.metric = r2 };
	int rc = -1;

	how->solver = maas_optimizer_name((enum maas_optimizer)how->how->optimizer);
	how->objective_text = "mean of (y - x w - b)^2 + 2 l1 |w| + l2 |w|^2 / n";
	if ((x.w = maas_alloc(d->x.cols + 1, sizeof *x.w)) && start(&x, how) == 0 && descent_run(&x) == 0)
		rc = keep(m, x.w, x.w[d->x.cols], d->x.cols);
	free(x.w);
	return rc;
}

static int
fit(struct maas_model *m, const struct maas_data *d, struct maas_fitting *how)
{
	if (!d->n || !d->x.cols)
		return maas_fail("no %s to learn from", d->n ? "features" : "rows");
	if (how->how->loss == MAAS_LOSS_CROSS_ENTROPY)
		return maas_fail_as(MAAS_USAGE, "linear: --loss cross-entropy is for classes: see maas-train logistic");
	switch (how->how->optimizer) {
	case MAAS_LBFGS:
		return maas_fail_as(MAAS_USAGE, "linear: lbfgs is not among its optimizers; without one it is solved");
	case MAAS_AUTO: break;
	default: return fit_in_steps(m, d, how);
	}
	if (training_only(m->kind, how->how, "its closed form",
		" l1 l2 tol max_iter loss val_split eval_every eval_batches log_every ") < 0)
		return -1;
	if (how->from)
		return maas_fail_setting(
		    "init_from", "linear: its closed form has no use for --init-from: see --optimizer");
	return fit_at_once(m, d, how);
}

static void
apply(const struct maas_model *m, const struct maas_design *x, double *out, void *scratch)
{
	const double *w = maas_model_tensor(m, "coef")->data, *b = maas_model_tensor(m, "intercept")->data;

	(void)scratch;
	maas_design_times(out, x, w, 1, 0, x->rows);
	for (size_t i = 0; i < x->rows; i++)
		out[i] += *b;
}

static double
weight(const struct maas_model *m, size_t feature, size_t output)
{
	const double *w = maas_model_tensor(m, "coef")->data;

	(void)output;
	return w[feature];
}

static double
intercept(const struct maas_model *m, size_t output)
{
	const double *b = maas_model_tensor(m, "intercept")->data;

	(void)output;
	return *b;
}

static int
ready(struct maas_model *m)
{
	const struct maas_tensor *w = maas_model_need(m, "coef", MAAS_F64, -1, NULL);
	size_t one = 1;

	if (!w)
		return -1;
	if (w->ndim != 1)
		return maas_fail("%s: coef is not of [features]", m->path ? m->path : "model");
	if (!maas_model_need(m, "intercept", MAAS_F64, 1, &one))
		return -1;
	return maas_rows_open(m, w->dim[0], 1);
}

static const struct maas_rows_ops rows = { .tasks = MAAS_VALUES,
	.fit = fit,
	.apply = apply,
	.weight = weight,
	.intercept = intercept,
	.fold = maas_rows_fold };

const struct maas_kind maas_kind_linear = {
	.name = "linear",
	.what = "linear regression: a number from texts or numbers",
	.fields = fields,
	.size = sizeof(struct maas_linear),
	.defaults = "lr=auto schedule=constant warmup=0 min_lr=0 clip=0 weight_decay=0 tol=1e-12 max_iter=10000",
	.task = "regress",
	.ready = ready,
	.done = maas_rows_close,
	.answer = maas_rows_answer,
	.rows = &rows,
};
