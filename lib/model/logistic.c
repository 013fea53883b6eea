/* Fitting logistic regression: rows to losses, objective and gradient, and which solver makes the least of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logistic.h"

#define PARTS 64
#define SHORT ((size_t)8192)

static double
weight_of(const struct maas_data *d, size_t i)
{
	return d->weight ? d->weight[d->label[i]] : 1;
}

/* Two labels: z is the second's logit. */
static double
row_of_two(double *z, size_t label, double weight, double *p, int *hit)
{
	double e = exp(-fabs(z[0])), q = z[0] >= 0 ? 1 / (1 + e) : e / (1 + e);
	double loss = log1p(e) + (label ? fmax(-z[0], 0) : fmax(z[0], 0));

	*hit = (z[0] > 0) == (label == 1);
	if (p)
		*p = q;
	z[0] = weight * (q - (label ? 1 : 0));
	return weight * loss;
}

double
logistic_row(const struct logistic *l, const struct maas_data *d, double *z, size_t i, double *p, int *hit)
{
	size_t label = d->label[i], best;
	double sum = 0, loss, most, weight = weight_of(d, i);

	if (l->k == 1)
		return row_of_two(z, label, weight, p, hit);
	best = maas_argmax_f64(z, l->k);
	most = z[best];
	*hit = best == label;
	loss = most - z[label];
	for (size_t k = 0; k < l->k; k++)
		sum += z[k] = exp(z[k] - most);
	loss += log(sum);
	for (size_t k = 0; k < l->k; k++) {
		z[k] /= sum;
		if (p)
			p[k] = z[k];
		z[k] = weight * (z[k] - (k == label ? 1 : 0));
	}
	return weight * loss;
}

static void
errors(void *ctx, double *z, size_t from, size_t to, size_t part)
{
	struct logistic_problem *q = ctx;
	size_t s = q->l->stride;
	int hit;

	for (size_t i = from; i < to; i++, z += s) {
		q->part[part] += logistic_row(q->l, q->l->d, z, i, q->p ? q->p + i * s : NULL, &hit);
		q->part_hits[part] += (size_t)hit;
	}
}

struct penalty {
	const double *w;
	double *g, l2;
	size_t grain;
	double sum[PARTS];
};

static void
add_penalty(void *arg, size_t begin, size_t end, int member)
{
	struct penalty *p = arg;
	double sum = 0;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		sum += p->w[i] * p->w[i];
		p->g[i] += p->l2 * p->w[i];
	}
	p->sum[begin / p->grain] = sum;
}

double
logistic_evaluate(struct logistic_problem *q, const double *w)
{
	size_t features = q->x->cols * q->l->stride;
	struct penalty p = { .w = w, .g = q->g, .l2 = q->l2, .grain = (features + PARTS - 1) / PARTS };
	double f = 0;

	p.grain = p.grain < SHORT ? SHORT : p.grain;
	memset(q->part, 0, sizeof q->part);
	memset(q->part_hits, 0, sizeof q->part_hits);
	maas_pass_run(q->pass, w, w + features, errors, q, q->g, q->g + features);
	if (!q->l->set->intercept)
		memset(q->g + features, 0, q->l->stride * sizeof *q->g);
	if (q->l2 > 0)
		maas_team_run(q->l->how->team, features, p.grain, add_penalty, &p);
	q->loss = 0;
	q->hits = 0;
	for (size_t i = 0; i < maas_pass_parts(q->pass); i++) {
		q->loss += q->part[i];
		q->hits += q->part_hits[i];
	}
	for (size_t i = 0; i * p.grain < features; i++)
		f += p.sum[i];
	return q->loss + q->l2 / 2 * f;
}

int
logistic_told(struct logistic_problem *q, long step, double objective, double gradient)
{
	struct maas_fitting *how = q->l->how;

	how->step = step;
	how->loss = q->loss / q->l->weights;
	how->objective = objective;
	how->gradient = gradient;
	how->train_metric = (double)q->hits / (double)q->x->rows;
	return how->on_step ? how->on_step(how) != 0 : 0;
}

/* Shares of the labels, by weight; a label whose rows all weigh nothing has hardly any.  On the heap. */
static double *
shares(struct logistic *l)
{
	double *share = maas_alloc(l->d->labels, sizeof *share);

	l->weights = 0;
	for (size_t i = 0; share && i < l->d->n; i++) {
		share[l->d->label[i]] += weight_of(l->d, i);
		l->weights += weight_of(l->d, i);
	}
	for (size_t k = 0; share && k < l->d->labels; k++)
		share[k] = fmax(share[k] / l->weights, 1e-12);
	return share;
}

int
logistic_start(struct logistic *l)
{
	double *share = shares(l), *b = l->w + l->d->x.cols * l->stride, mean = 0;

	if (!share)
		return -1;
	for (size_t i = 0; i < l->k; i++)
		mean += log(share[i]) / (double)l->k;
	for (size_t i = 0; i < l->k && l->set->intercept; i++)
		b[i] = l->k == 1 ? log(share[1]) - log(share[0]) : log(share[i]) - mean;
	free(share);
	return 0;
}

static int
squares(struct logistic_problem *q)
{
	const struct maas_design *x = q->x;
	const struct maas_csr *t = maas_pass_turned(q->pass);

	if (!(q->square = maas_alloc(x->cols, sizeof *q->square)))
		return -1;
	for (size_t i = 0; i < x->rows; i++)
		for (size_t j = 0; j < x->dense; j++)
			q->square[j] += weight_of(q->l->d, i) * x->x[i * x->dense + j] * x->x[i * x->dense + j];
	for (size_t j = x->dense; j < x->cols; j++)
		for (size_t e = t->start[j - x->dense]; e < t->start[j - x->dense + 1]; e++)
			q->square[j] += weight_of(q->l->d, t->col[e]) * t->val[e] * t->val[e];
	for (size_t j = 0; j < x->cols; j++)
		if (!isfinite(q->square[j]))
			return maas_fail("a feature of the training rows is not finite, or too large to be squared");
	return 0;
}

/* The inverse of the Hessian's diagonal where each p is the label's share. */
static double *
scale_of(struct logistic_problem *q)
{
	struct logistic *l = q->l;
	double *scale = maas_alloc(q->size, sizeof *scale), *share = shares(l);

	for (size_t j = 0; scale && share && j <= q->x->cols; j++)
		for (size_t i = 0; i < l->stride; i++) {
			double curve = i < l->k ? share[i] * (1 - share[i]) : 1;

			curve *= j < q->x->cols ? q->square[j] : l->weights;
			scale[j * l->stride + i] = 1 / ((j < q->x->cols ? q->l2 : 0) + fmax(curve, 1e-300));
		}
	if (!share) {
		free(scale);
		scale = NULL;
	}
	free(share);
	return scale;
}

static void
ended(struct maas_fitting *how, enum maas_lbfgs_state state)
{
	/* Stuck where the objective's own rounding hides what is left is as far as anyone gets. */
	how->converged = state == MAAS_LBFGS_DONE || (state == MAAS_LBFGS_STUCK && how->gradient <= 1e-6);
}

static int
by_lbfgs(struct logistic_problem *q, double *w)
{
	struct maas_fitting *how = q->l->how;
	struct maas_lbfgs_options o = { .tol = how->how->tol, .max_iter = how->how->max_iter, .memory = 6 };
	double *scale = scale_of(q), f;
	struct maas_lbfgs *l = scale ? maas_lbfgs_new(q->size, scale, &o, how->team) : NULL;
	enum maas_lbfgs_state state = MAAS_LBFGS_MORE;

	for (long step = -1; l && state == MAAS_LBFGS_MORE;) {
		f = logistic_evaluate(q, w);
		state = maas_lbfgs_step(l, w, f, q->g);
		if (maas_lbfgs_steps(l) == step)
			continue;
		step = maas_lbfgs_steps(l);
		if (logistic_told(q, step, maas_lbfgs_best(l), maas_lbfgs_gradient(l))) {
			maas_lbfgs_stop(l);
			break;
		}
	}
	ended(how, state);
	maas_lbfgs_free(l);
	free(scale);
	return l ? 0 : -1;
}

/* A constant more on every intercept changes no probability: they shall sum to 0.  What rounding left of a 0 shall not
 * decide between labels that are equally many. */
static void
centre(const struct logistic *l)
{
	double mean = 0, *b = l->w + l->d->x.cols * l->stride;

	for (size_t i = 0; i < l->k && l->k > 1; i++)
		mean += b[i] / (double)l->k;
	for (size_t i = 0; i < l->k; i++) {
		b[i] -= mean;
		if (fabs(b[i]) < 1e-14)
			b[i] = 0;
	}
}

static int
minimise(struct logistic *l, const struct maas_design *x, double *w)
{
	const struct maas_training *how = l->how->how;
	struct logistic_problem q = { .l = l, .x = x, .size = (x->cols + 1) * l->stride };
	int rc = -1;

	q.l1 = l->set->l1_ratio / l->set->C;
	q.l2 = (1 - l->set->l1_ratio) / l->set->C;
	l->how->steps = how->max_iter;
	if ((q.pass = maas_pass_new(x, l->stride, l->how->team)) && (q.g = maas_alloc(q.size, sizeof *q.g)) &&
	    squares(&q) == 0) {
		l->how->solver = how->optimizer == MAAS_LBFGS ? "lbfgs" : "newton-cg";
		if (how->optimizer == MAAS_LBFGS)
			rc = by_lbfgs(&q, w);
		else if ((q.p = maas_alloc(x->rows, l->stride * sizeof *q.p)))
			rc = logistic_newton(&q, w);
	}
	maas_pass_free(q.pass);
	free(q.g);
	free(q.p);
	free(q.square);
	return rc;
}

/* With features that are the same made one. */
static int
minimise_folded(struct logistic *l)
{
	const struct maas_design *x = &l->d->x;
	size_t s = l->stride, dense = x->dense, cols = x->cols - dense;
	struct logistic_fold f;
	double *w = NULL;
	int rc = -1;

	if (logistic_fold(&f, x, l->set->l1_ratio > 0) == 0 && (w = maas_alloc((f.x.cols + 1) * s, sizeof *w))) {
		memcpy(w, l->w, dense * s * sizeof *w);
		memcpy(w + f.x.cols * s, l->w + x->cols * s, s * sizeof *w);
		for (size_t j = 0; j < cols; j++)
			for (size_t k = 0; k < s; k++)
				w[(dense + f.which[j]) * s + k] += l->w[(dense + j) * s + k] / f.lift[f.which[j]];
		rc = minimise(l, &f.x, w);
		memcpy(l->w, w, dense * s * sizeof *w);
		memcpy(l->w + x->cols * s, w + f.x.cols * s, s * sizeof *w);
		for (size_t j = 0; j < cols; j++)
			for (size_t k = 0; k < s; k++)
				l->w[(dense + j) * s + k] = w[(dense + f.which[j]) * s + k] * f.share[f.which[j]];
	}
	free(w);
	logistic_fold_free(&f);
	return rc;
}

int
logistic_solve(struct logistic *l)
{
	struct maas_fitting *how = l->how;
	double *share = shares(l);
	int rc = -1;

	free(share);
	if (share && (l->set->l1_ratio <= 0 || l->set->l1_ratio >= 1) && l->d->x.cols > l->d->x.dense)
		rc = minimise_folded(l);
	else if (share)
		rc = minimise(l, &l->d->x, l->w);
	if (rc < 0)
		return -1;
	centre(l);
	return isfinite(how->objective) ? 0
					: maas_fail("the objective is %g after %ld steps", how->objective, how->step);
}
