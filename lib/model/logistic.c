/* Fitting logistic regression: objective and gradient by the team, cut by shape alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logistic.h"

#define PARTS 64
#define SHORT 256 /* rows, not cut finer */

struct problem {
	const struct maas_data *d;
	struct maas_csr xt;
	const double *weight; /* [labels], of a row by its label; NULL: 1 */
	const double *w;      /* [p + 1][stride], where it is evaluated */
	double *g;            /* the same shape */
	double *err;          /* [n][stride]: weight x (p - truth) */
	double *part_b;       /* [PARTS][stride]: sums of err */
	double part[PARTS], penalty[PARTS];
	size_t n, p, dense, k, stride, grain, wide; /* wide: features a part of the second pass */
	double l2;
	int intercept;
	struct maas_team *team;
};

/* Scores z of a row become errors; -ln p(label). */
static double
row_loss(double *z, size_t label, size_t k)
{
	double most = z[0], sum = 0, loss;

	if (k == 1) {
		double e = exp(-fabs(z[0])), p = z[0] >= 0 ? 1 / (1 + e) : e / (1 + e);

		loss = log1p(e) + (label ? fmax(-z[0], 0) : fmax(z[0], 0));
		z[0] = p - (label ? 1 : 0);
		return loss;
	}
	for (size_t i = 1; i < k; i++)
		most = z[i] > most ? z[i] : most;
	loss = most - z[label];
	for (size_t i = 0; i < k; i++)
		sum += z[i] = exp(z[i] - most);
	loss += log(sum);
	for (size_t i = 0; i < k; i++)
		z[i] /= sum;
	z[label] -= 1;
	return loss;
}

static void
forward(void *arg, size_t begin, size_t end, int member)
{
	struct problem *q = arg;
	size_t part = begin / q->grain, s = q->stride;
	double loss = 0, *sum = q->part_b + part * s;
	const double *b = q->w + q->p * s;

	(void)member;
	memset(sum, 0, s * sizeof *sum);
	maas_csr_times(q->err, &q->d->x.sparse, q->w + q->dense * s, s, begin, end);
	for (size_t i = begin; i < end; i++)
		for (size_t j = 0; j < q->dense; j++)
			for (size_t k = 0; k < q->k; k++)
				q->err[i * s + k] += q->d->x.x[i * q->dense + j] * q->w[j * s + k];
	for (size_t i = begin; i < end; i++) {
		double *z = q->err + i * s, weight = q->weight ? q->weight[q->d->label[i]] : 1;

		for (size_t k = 0; k < q->k; k++)
			z[k] += b[k];
		loss += weight * row_loss(z, q->d->label[i], q->k);
		for (size_t k = 0; k < q->k; k++)
			sum[k] += z[k] *= weight;
	}
	q->part[part] = loss;
}

static void
backward(void *arg, size_t begin, size_t end, int member)
{
	struct problem *q = arg;
	double sum = 0;

	(void)member;
	maas_csr_times(q->g + q->dense * q->stride, &q->xt, q->err, q->stride, begin < q->dense ? 0 : begin - q->dense,
	    end < q->dense ? 0 : end - q->dense);
	for (size_t j = begin; j < end && j < q->dense; j++) {
		double *g = q->g + j * q->stride;

		memset(g, 0, q->stride * sizeof *g);
		for (size_t i = 0; i < q->n; i++)
			for (size_t k = 0; k < q->k; k++)
				g[k] += q->d->x.x[i * q->dense + j] * q->err[i * q->stride + k];
	}
	for (size_t i = begin * q->stride; i < end * q->stride; i++) {
		sum += q->w[i] * q->w[i];
		q->g[i] += q->l2 * q->w[i];
	}
	q->penalty[begin / q->wide] = sum;
}

/* The objective at q->w, its gradient in q->g; *loss is the data's part. */
static double
evaluate(struct problem *q, double *loss)
{
	double penalty = 0, *gb = q->g + q->p * q->stride;

	maas_team_run(q->team, q->n, q->grain, forward, q);
	maas_team_run(q->team, q->p, q->wide, backward, q);
	memset(gb, 0, q->stride * sizeof *gb);
	*loss = 0;
	for (size_t i = 0; i * q->grain < q->n; i++) {
		*loss += q->part[i];
		for (size_t k = 0; k < q->k && q->intercept; k++)
			gb[k] += q->part_b[i * q->stride + k];
	}
	for (size_t i = 0; i * q->wide < q->p; i++)
		penalty += q->penalty[i];
	return *loss + q->l2 / 2 * penalty;
}

/* Shares of the labels, by weight; a label whose rows all weigh nothing has hardly any. */
static double
shares(const struct problem *q, double *share)
{
	double sum = 0;

	for (size_t i = 0; i < q->n; i++) {
		double weight = q->weight ? q->weight[q->d->label[i]] : 1;

		share[q->d->label[i]] += weight;
		sum += weight;
	}
	for (size_t k = 0; k < q->d->labels; k++)
		share[k] = fmax(share[k] / sum, 1e-12);
	return sum;
}

/* Sum of weight x^2 over the rows, of feature j. */
static double
squares_of(const struct problem *q, size_t j)
{
	double sum = 0;

	for (size_t i = 0; j < q->dense && i < q->n; i++) {
		double v = q->d->x.x[i * q->dense + j];

		sum += v * v * (q->weight ? q->weight[q->d->label[i]] : 1);
	}
	for (size_t e = j < q->dense ? 0 : q->xt.start[j - q->dense];
	     j >= q->dense && e < q->xt.start[j - q->dense + 1]; e++)
		sum += q->xt.val[e] * q->xt.val[e] * (q->weight ? q->weight[q->d->label[q->xt.col[e]]] : 1);
	return sum;
}

/*
 * Begin at the intercepts that say what the labels say.  scale: the inverse of the Hessian's diagonal
 * there, where each p is the label's share: penalty + p (1 - p) x sum of weight x^2.
 */
static void
start(struct problem *q, double *w, double *scale, const double *share, double weights)
{
	size_t k = q->k, s = q->stride;
	double *b = w + q->p * s, mean = 0;

	for (size_t i = 0; i < k; i++)
		mean += log(share[i]) / (double)k;
	for (size_t i = 0; i < k && q->intercept; i++)
		b[i] = k == 1 ? log(share[1]) - log(share[0]) : log(share[i]) - mean;
	for (size_t j = 0; j <= q->p; j++) {
		double squares = j < q->p ? squares_of(q, j) : weights;

		for (size_t i = 0; i < s; i++) {
			double curve = i < k ? share[i] * (1 - share[i]) : 1;

			scale[j * s + i] = 1 / ((j < q->p ? q->l2 : 0) + fmax(curve * squares, 1e-300));
		}
	}
}

static int
make(struct problem *q, const struct maas_logistic *s, const struct maas_data *d, struct maas_team *team)
{
	size_t parts;

	*q = (struct problem){ .d = d,
		.n = d->n,
		.p = d->x.cols,
		.dense = d->x.dense,
		.weight = d->weight,
		.k = d->labels == 2 ? 1 : d->labels,
		.l2 = 1 / s->C,
		.intercept = s->intercept,
		.team = team };
	q->stride = q->k == 1 ? 1 : (q->k + 3) / 4 * 4;
	q->grain = (q->n + PARTS - 1) / PARTS;
	q->grain = q->grain < SHORT ? SHORT : q->grain;
	q->wide = (q->p + PARTS - 1) / PARTS;
	q->wide = q->wide < SHORT ? SHORT : q->wide;
	parts = (q->n + q->grain - 1) / q->grain;
	if (q->p >= SIZE_MAX / 64 / q->stride || q->n >= SIZE_MAX / 64 / q->stride)
		return maas_fail_as(MAAS_OS, "no memory for %zu features of %zu labels", q->p, d->labels);
	if (maas_csr_transpose(&q->xt, &d->x.sparse) < 0 ||
	    !(q->g = maas_alloc((q->p + 1) * q->stride, sizeof *q->g)) ||
	    !(q->err = maas_alloc(q->n * q->stride, sizeof *q->err)) ||
	    !(q->part_b = maas_alloc(parts * q->stride, sizeof *q->part_b)))
		return -1;
	return 0;
}

static int
check(const struct maas_data *d)
{
	size_t nnz = d->x.sparse.start[d->n];
	int fine = 1;

	for (size_t i = 0; i < d->n * d->x.dense; i++)
		fine &= isfinite(d->x.x[i]) != 0;
	for (size_t e = 0; e < nnz; e++)
		fine &= isfinite(d->x.sparse.val[e]) != 0;
	return fine ? 0 : maas_fail("a feature of the training rows is not finite");
}

/* A constant more on every intercept changes no probability: they shall sum to 0. */
static void
centre(const struct problem *q, double *b)
{
	double mean = 0;

	for (size_t i = 0; i < q->k; i++)
		mean += b[i] / (double)q->k;
	for (size_t i = 0; i < q->k && q->k > 1; i++)
		b[i] -= mean;
}

static int
minimise(struct problem *q, double *w, struct maas_fitting *how)
{
	size_t size = (q->p + 1) * q->stride;
	double *scale = maas_alloc(size, sizeof *scale), *share = maas_alloc(q->d->labels, sizeof *share), weights,
	       loss;
	struct maas_lbfgs_options o = { .tol = how->how->tol, .max_iter = how->how->max_iter, .memory = 6 };
	struct maas_lbfgs *l = scale && share ? maas_lbfgs_new(size, scale, &o, q->team) : NULL;
	enum maas_lbfgs_state state;
	long step = -1;
	double f;

	if (!l) {
		free(scale);
		free(share);
		return -1;
	}
	weights = shares(q, share);
	start(q, w, scale, share, weights);
	q->w = w;
	how->steps = how->how->max_iter;
	do {
		f = evaluate(q, &loss);
		state = maas_lbfgs_step(l, w, f, q->g);
		if (maas_lbfgs_steps(l) == step)
			continue;
		how->step = step = maas_lbfgs_steps(l);
		how->loss = loss / weights;
		how->objective = maas_lbfgs_best(l);
		how->gradient = maas_lbfgs_gradient(l);
		if (how->on_step && how->on_step(how) != 0)
			break;
	} while (state == MAAS_LBFGS_MORE);
	centre(q, w + q->p * q->stride);
	/* Stuck where the objective's own rounding hides what is left is as far as anyone gets. */
	how->converged = state == MAAS_LBFGS_DONE || (state == MAAS_LBFGS_STUCK && how->gradient <= 1e-6);
	maas_lbfgs_free(l);
	free(scale);
	free(share);
	return isfinite(f) ? 0 : maas_fail("the objective is %g after %ld steps", f, how->step);
}

int
logistic_fit(
    struct logistic_fit *to, const struct maas_logistic *s, const struct maas_data *d, struct maas_fitting *how)
{
	struct problem q;
	int rc = -1;

	*to = (struct logistic_fit){ 0 };
	if (make(&q, s, d, how->team) == 0 && check(d) == 0 &&
	    (to->w = maas_alloc((q.p + 1) * q.stride, sizeof *to->w))) {
		to->stride = q.stride;
		rc = minimise(&q, to->w, how);
	}
	maas_csr_free(&q.xt);
	free(q.g);
	free(q.err);
	free(q.part_b);
	return rc;
}

void
logistic_free(struct logistic_fit *f)
{
	free(f->w);
}
