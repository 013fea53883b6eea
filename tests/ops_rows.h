/*
 * Every op, one row each: its arguments, small and odd for the tests and of a real model's size for the
 * bench, and what it computes in double.
 */
#ifndef OPS_ROWS_H
#define OPS_ROWS_H

#include <math.h>
#include <string.h>

#include "maas/base.h"
#include "maas/nn.h"
#include "../lib/nn/op.h"
#include "ops_pictures.h"

#define SEED 11

/* An argument as a leaf of the tape. */
static inline struct maas_node *
leaf(struct maas_tape *t, const struct arg *a)
{
	if (!a->ndim)
		return NULL;
	return a->ids || a->how == FIXED ? maas_input(t, "x", a->ids ? MAAS_I32 : MAAS_F32, a->ndim, a->dim)
					 : maas_param(t, "x", a->ndim, a->dim, 0);
}

/* Values that are none of 0 and 1; rising: every third row is empty. */
static inline void
fill_leaf(struct maas_node *x, const struct arg *a, uint64_t stream)
{
	size_t n = maas_len(x);
	int32_t *id = x->val;

	if (a->how == RISING) {
		for (size_t i = 0; i < n; i++)
			id[i] = (int32_t)((i + (i % 3 == 1)) * (size_t)a->ids / n);
		id[n - 1] = a->ids;
	} else if (a->ids) {
		for (size_t i = 0; i < n; i++)
			id[i] = (int32_t)(maas_uniform(SEED, stream, i) * a->ids);
	} else if (a->how == FIXED) {
		maas_fill_uniform(x->val, n, 0.2, 1.7, SEED, stream);
	} else {
		maas_fill_normal(x->val, n, 0.8, SEED, stream);
	}
}

static void
ref_embed(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++) {
		size_t c = i % r->cols, row = i / r->cols;

		y[i] = in[1][(size_t)in[0][row] * r->cols + c];
		if (in[2])
			y[i] += in[2][row % r->in[2].dim[0] * r->cols + c];
	}
}

static struct maas_node *
embed(struct maas_tape *t, struct maas_node **in)
{
	return maas_embed(t, in[0], in[1], in[2]);
}

static void
ref_positions(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++)
		y[i] = in[0][i] + in[1][i / r->cols % 4 * r->cols + i % r->cols];
}

static struct maas_node *
positions(struct maas_tape *t, struct maas_node **in)
{
	return maas_positions(t, in[0], in[1], in[0]->dim[0] == 12 ? 4 : 40);
}

static void
ref_layernorm(const struct row *r, double *y, double *const *in)
{
	size_t n = r->cols;

	for (size_t i = 0; i < r->rows; i++) {
		double mean = 0, var = 0;

		for (size_t c = 0; c < n; c++)
			mean += in[0][i * n + c] / (double)n;
		for (size_t c = 0; c < n; c++)
			var += pow(in[0][i * n + c] - mean, 2) / (double)n;
		for (size_t c = 0; c < n; c++)
			y[i * n + c] = (in[0][i * n + c] - mean) / sqrt(var + 1e-3) * (in[1] ? in[1][c] : 1) +
			    (in[2] ? in[2][c] : 0);
	}
}

static struct maas_node *
layernorm(struct maas_tape *t, struct maas_node **in)
{
	return maas_layernorm(t, in[0], in[1], in[2], 1e-3f);
}

static void
ref_rmsnorm(const struct row *r, double *y, double *const *in)
{
	size_t n = r->cols;

	for (size_t i = 0; i < r->rows; i++) {
		double square = 0;

		for (size_t c = 0; c < n; c++)
			square += in[0][i * n + c] * in[0][i * n + c] / (double)n;
		for (size_t c = 0; c < n; c++)
			y[i * n + c] = in[0][i * n + c] / sqrt(square + 1e-3) * (in[1] ? in[1][c] : 1);
	}
}

static struct maas_node *
rmsnorm(struct maas_tape *t, struct maas_node **in)
{
	return maas_rmsnorm(t, in[0], in[1], 1e-3f);
}

static void
product(const struct row *r, double *y, double *const *in)
{
	size_t k = r->in[1].dim[1];

	for (size_t i = 0; i < r->rows * r->cols; i++) {
		y[i] = in[2] ? in[2][i % r->cols] : 0;
		for (size_t l = 0; l < k; l++)
			y[i] += in[0][i / r->cols * k + l] * in[1][i % r->cols * k + l];
	}
}

static void
ref_linear(const struct row *r, double *y, double *const *in)
{
	product(r, y, in);
	for (size_t i = 0; in[3] && i < r->rows * r->cols; i++)
		y[i] += in[3][i];
}

static void
ref_linear_gelu(const struct row *r, double *y, double *const *in)
{
	product(r, y, in);
	for (size_t i = 0; i < r->rows * r->cols; i++)
		y[i] =
		    0.5 * y[i] * (1 + tanh(sqrt(2 / M_PI) * (y[i] + 0.044715 * pow(y[i], 3)))) + (in[3] ? in[3][i] : 0);
}

static void
ref_linear_self(const struct row *r, double *y, double *const *in)
{
	product(r, y, in);
	for (size_t i = 0; i < r->rows * r->cols; i++)
		y[i] += in[0][i];
}

static struct maas_node *
linear(struct maas_tape *t, struct maas_node **in)
{
	return maas_linear(t, in[0], in[1], in[2], in[3], MAAS_ACT_NONE);
}

static struct maas_node *
linear_gelu(struct maas_tape *t, struct maas_node **in)
{
	return maas_linear(t, in[0], in[1], in[2], in[3], MAAS_ACT_GELU_TANH);
}

static struct maas_node *
linear_self(struct maas_tape *t, struct maas_node **in)
{
	return maas_linear(t, in[0], in[1], in[2], in[0], MAAS_ACT_NONE);
}

enum { TIME = 70, HEADS = 4, KV = 2, HD = 5, WIDE = (HEADS + 2 * KV) * HD };

static double
score(const double *x, size_t q, size_t k, size_t h)
{
	double s = 0;

	for (size_t d = 0; d < HD; d++)
		s += x[q * WIDE + h * HD + d] * x[k * WIDE + (HEADS + h / (HEADS / KV)) * HD + d];
	return exp(s / sqrt(HD));
}

/* What row `row` of head h gets of keys from ... end. */
static void
attend(double *to, const double *x, size_t row, size_t h, size_t from, size_t end)
{
	double sum = 0;

	memset(to, 0, HD * sizeof *to);
	for (size_t k = from; k < end; k++) {
		double p = score(x, row, k, h);

		sum += p;
		for (size_t d = 0; d < HD; d++)
			to[d] += p * x[k * WIDE + (HEADS + KV + h / (HEADS / KV)) * HD + d];
	}
	for (size_t d = 0; d < HD; d++)
		to[d] /= sum;
}

static void
ref_attention(const struct row *r, double *y, double *const *in)
{
	for (size_t row = 0; row < r->rows; row++)
		for (size_t h = 0; h < HEADS; h++)
			attend(y + row * r->cols + h * HD, in[0], row, h, row / TIME * TIME, row + 1);
}

/* Both ways, within lengths. */
static void
ref_attention_both(const struct row *r, double *y, double *const *in)
{
	memset(y, 0, r->rows * r->cols * sizeof *y);
	for (size_t row = 0; row < r->rows; row++) {
		size_t at = row / TIME * TIME, end = at + (size_t)in[1][row / TIME];

		for (size_t h = 0; row < end && h < HEADS; h++)
			attend(y + row * r->cols + h * HD, in[0], row, h, at, end);
	}
}

static struct maas_node *
attention(struct maas_tape *t, struct maas_node **in)
{
	if (in[0]->dim[1] != WIDE)
		return maas_attention(t, in[0], 256, 6, 6);
	return maas_attention(t, in[0], TIME, HEADS, KV);
}

static struct maas_node *
attention_both(struct maas_tape *t, struct maas_node **in)
{
	if (in[0]->dim[1] != WIDE)
		return maas_attention_both(t, in[0], in[1], 40, 4, 4);
	return maas_attention_both(t, in[0], in[1], TIME, HEADS, KV);
}

enum { ROPE_TIME = 40, ROPE_HD = 6 };
static const struct maas_rope stretched = { 10, 8, 1, 4, 28 }; /* one pair stays, one goes between, one is slower */

static void
ref_rope(const struct row *r, double *y, double *const *in)
{
	static const double slower[] = { 1, (28 / (2 * M_PI) * 0.46415888336127786 - 1) / 3, 0 };

	for (size_t row = 0; row < r->rows; row++)
		for (size_t c = 0; c < r->cols; c++) {
			int which = c < 12 ? 0 : c < 18 ? 1 : 2;
			size_t n = which ? 6 : 12, at = which ? c % 6 : c, i = at % 3;
			const double *x = in[which] + row * n + at / 6 * 6;
			double angle, speed = pow(10, -(double)i / 3), *to = y + row * r->cols + c;

			speed = slower[i] * speed + (1 - slower[i]) * speed / 8;
			angle = (double)(row % ROPE_TIME) * speed;
			if (which == 2)
				*to = x[at % 6];
			else if (at % 6 < 3)
				*to = x[i] * cos(angle) - x[i + 3] * sin(angle);
			else
				*to = x[i + 3] * cos(angle) + x[i] * sin(angle);
		}
}

static struct maas_node *
rope(struct maas_tape *t, struct maas_node **in)
{
	if (in[0]->dim[1] != 12)
		return maas_rope(t, in[0], in[1], in[2], 256, 64, &(struct maas_rope){ .theta = 10000 });
	return maas_rope(t, in[0], in[1], in[2], ROPE_TIME, ROPE_HD, &stretched);
}

static void
ref_swiglu(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++)
		y[i] = in[0][i] / (1 + exp(-in[0][i])) * in[1][i];
}

static struct maas_node *
swiglu(struct maas_tape *t, struct maas_node **in)
{
	return maas_swiglu(t, in[0], in[1]);
}

static struct maas_node *
swiglu_self(struct maas_tape *t, struct maas_node **in)
{
	return maas_swiglu(t, in[0], in[0]);
}

static void
ref_swiglu_self(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++)
		y[i] = in[0][i] / (1 + exp(-in[0][i])) * in[0][i];
}

static void
ref_sum(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++)
		y[i] = in[0][i] + in[1][i];
}

static struct maas_node *
sum(struct maas_tape *t, struct maas_node **in)
{
	return maas_sum(t, in[0], in[1]);
}

/* The node is the tape's third: a source, a residual, dropout. */
static void
ref_dropout(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++) {
		uint32_t word[4];

		maas_philox(word, SEED, (uint64_t)5 << 20 | (in[1] ? 2 : 1), i / 4);
		y[i] = word[i % 4] < 0.3f * 4294967296.0 ? 0 : in[0][i] / 0.7f;
		if (in[1])
			y[i] += in[1][i];
	}
}

static struct maas_node *
dropout(struct maas_tape *t, struct maas_node **in)
{
	return maas_dropout(t, in[0], in[1], 0.3f);
}

static void
ref_head_loss(const struct row *r, double *y, double *const *in)
{
	size_t k = r->in[0].dim[1], vocab = r->in[1].dim[0], n = 0;

	y[0] = 0;
	for (size_t i = 0; i < r->in[0].dim[0]; i++) {
		double all = 0, hit = 0;

		if (in[2][i] < 0)
			continue;
		n++;
		for (size_t v = 0; v < vocab; v++) {
			double logit = 0;

			for (size_t l = 0; l < k; l++)
				logit += in[0][i * k + l] * in[1][v * k + l];
			all += exp(logit);
			if (v == (size_t)in[2][i])
				hit = logit;
		}
		y[0] += log(all) - hit;
	}
	y[0] /= (double)n;
}

static struct maas_node *
head_loss(struct maas_tape *t, struct maas_node **in)
{
	return maas_head_loss(t, in[0], in[1], in[2]);
}

/* Logits of one chunk of three stay. */
static struct maas_node *
head_loss_again(struct maas_tape *t, struct maas_node **in)
{
	const struct op_head how = { 30000 };

	return maas_apply(t, &maas_op_head_loss, in, 3, &how, sizeof how);
}

static void
ref_bag(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows; i++)
		for (size_t c = 0; c < r->cols; c++) {
			double sum = (in[4] ? in[4][i * r->cols + c] : 0) + (in[5] ? in[5][c] : 0);

			for (size_t e = (size_t)in[0][i]; e < (size_t)in[0][i + 1]; e++)
				sum += (in[2] ? in[2][e] : 1) * in[3][(size_t)in[1][e] * r->cols + c];
			y[i * r->cols + c] = in[4] ? tanh(sum) : sum;
		}
}

static struct maas_node *
bag(struct maas_tape *t, struct maas_node **in)
{
	const struct maas_sparse_rows x = { in[0], in[1], in[2] };

	return maas_bag(t, &x, in[3], in[4], in[5], in[4] ? MAAS_ACT_TANH : MAAS_ACT_NONE);
}

static void
ref_class_loss(const struct row *r, double *y, double *const *in)
{
	size_t n = r->in[0].dim[1];
	double all = 0;

	y[0] = 0;
	for (size_t i = 0; i < r->in[0].dim[0]; i++) {
		double sum = 0, weight = in[2] ? in[2][i] : 1;

		if (in[1][i] < 0)
			continue;
		for (size_t c = 0; c < n; c++)
			sum += exp(in[0][i * n + c]);
		y[0] += weight * (log(sum) - in[0][i * n + (size_t)in[1][i]]);
		all += weight;
	}
	y[0] /= all;
}

static struct maas_node *
class_loss(struct maas_tape *t, struct maas_node **in)
{
	return maas_class_loss(t, in[0], in[1], in[2]);
}

static void
ref_square_loss(const struct row *r, double *y, double *const *in)
{
	size_t n = r->in[0].dim[1];
	double all = 0;

	y[0] = 0;
	for (size_t i = 0; i < r->in[0].dim[0]; i++) {
		double weight = in[2] ? in[2][i] : 1;

		for (size_t c = i * n; c < (i + 1) * n; c++)
			y[0] += weight * pow(in[0][c] - in[1][c], 2);
		all += weight * (double)n;
	}
	y[0] /= all;
}

static struct maas_node *
square_loss(struct maas_tape *t, struct maas_node **in)
{
	return maas_square_loss(t, in[0], in[1], in[2]);
}

enum { LAST_TIME = 5 };

static void
ref_last(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++) {
		size_t length = (size_t)in[1][i / r->cols];

		y[i] = length ? in[0][(i / r->cols * LAST_TIME + length - 1) * r->cols + i % r->cols] : 0;
	}
}

static struct maas_node *
last(struct maas_tape *t, struct maas_node **in)
{
	return maas_last(t, in[0], in[1], in[0]->dim[0] / in[1]->dim[0]);
}

/* The mean of rows, by weights that softmax makes of scores where there are any. */
static void
ref_pool_mean(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++) {
		size_t length = (size_t)in[1][i / r->cols], at = i / r->cols * LAST_TIME;
		double sum = 0;

		y[i] = 0;
		for (size_t s = 0; s < length; s++) {
			double weight = in[2] ? exp(in[2][at + s]) : 1;

			sum += weight;
			y[i] += weight * in[0][(at + s) * r->cols + i % r->cols];
		}
		y[i] /= length ? sum : 1;
	}
}

static void
ref_pool_max(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++) {
		const double *x = in[0] + i / r->cols * LAST_TIME * r->cols + i % r->cols;

		y[i] = in[1][i / r->cols] ? x[0] : 0;
		for (size_t s = 1; s < (size_t)in[1][i / r->cols]; s++)
			y[i] = x[s * r->cols] <= y[i] || isnan(y[i]) ? y[i] : x[s * r->cols];
	}
}

static void
ref_pool_first(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++)
		y[i] = in[1][i / r->cols] ? in[0][i / r->cols * LAST_TIME * r->cols + i % r->cols] : 0;
}

static struct maas_node *
pool_mean(struct maas_tape *t, struct maas_node **in)
{
	return maas_pool(
	    t, in[0], in[1], in[2], in[0]->dim[0] / in[1]->dim[0], in[2] ? MAAS_POOL_WEIGHTED : MAAS_POOL_MEAN);
}

static struct maas_node *
pool_max(struct maas_tape *t, struct maas_node **in)
{
	return maas_pool(t, in[0], in[1], NULL, in[0]->dim[0] / in[1]->dim[0], MAAS_POOL_MAX);
}

static struct maas_node *
pool_first(struct maas_tape *t, struct maas_node **in)
{
	return maas_pool(t, in[0], in[1], NULL, in[0]->dim[0] / in[1]->dim[0], MAAS_POOL_FIRST);
}

static void
ref_join(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++) {
		size_t row = i / r->cols, c = i % r->cols, n = r->in[0].dim[1];

		y[i] = c < n ? in[0][row * n + c] : in[1][row * (r->cols - n) + c - n];
	}
}

static struct maas_node *
join(struct maas_tape *t, struct maas_node **in)
{
	return maas_join(t, in[0], in[1]);
}

/* Row t of a sequence, by the window of in[2]'s width around it, zeros behind its ends. */
static double
window(const struct row *r, double *const *in, size_t at, long t, long length, size_t o)
{
	size_t c = r->in[2].dim[1], width = r->in[2].dim[2];
	double sum = in[3] ? in[3][o] : 0;

	for (size_t u = 0; u < width; u++) {
		long s = t + (long)u - ((long)width - 1) / 2;

		for (size_t l = 0; s >= 0 && s < length && l < c; l++)
			sum += in[2][(o * c + l) * width + u] * in[0][(at + (size_t)s) * c + l];
	}
	return sum;
}

static void
ref_windows(const struct row *r, double *y, double *const *in)
{
	for (size_t i = 0; i < r->rows * r->cols; i++) {
		size_t row = i / r->cols, at = row / LAST_TIME * LAST_TIME;
		long length = (long)in[1][row / LAST_TIME], t = (long)(row - at);

		y[i] = t < length ? window(r, in, at, t, length, i % r->cols) : 0;
	}
}

static void
ref_windows_relu(const struct row *r, double *y, double *const *in)
{
	ref_windows(r, y, in);
	for (size_t i = 0; i < r->rows * r->cols; i++)
		y[i] = y[i] < 0 ? 0 : y[i];
}

static struct maas_node *
windows(struct maas_tape *t, struct maas_node **in)
{
	return maas_windows(t, in[0], in[1], in[2], in[3], in[0]->dim[0] / in[1]->dim[0], 0);
}

static struct maas_node *
windows_relu(struct maas_tape *t, struct maas_node **in)
{
	return maas_windows(t, in[0], in[1], in[2], in[3], in[0]->dim[0] / in[1]->dim[0], 1);
}

/* The sum of products of gate j for one row: of x and its bias, of h and its bias. */
static double
gate(double *const *in, int which, size_t j, const double *x, size_t n)
{
	double sum = in[4 + which] ? in[4 + which][j] : 0;

	for (size_t l = 0; l < n; l++)
		sum += in[2 + which][j * n + l] * x[l];
	return sum;
}

static double
logistic(double x)
{
	return 1 / (1 + exp(-x));
}

static const size_t in_gates[] = { 1, 4, 3 };

/* A step of n units: h and c become those after it. */
static void
ref_step(enum maas_cell cell, double *h, double *c, size_t n, const double *x, size_t wide, double *const *in)
{
	double new[64];

	for (size_t l = 0; l < n; l++) {
		double g[4], u[4];

		for (size_t k = 0; k < in_gates[cell]; k++) {
			g[k] = gate(in, 0, k * n + l, x, wide);
			u[k] = gate(in, 1, k * n + l, h, n);
		}
		if (cell == MAAS_CELL_RNN) {
			new[l] = tanh(g[0] + u[0]);
		} else if (cell == MAAS_CELL_LSTM) {
			c[l] = logistic(g[1] + u[1]) * c[l] + logistic(g[0] + u[0]) * tanh(g[2] + u[2]);
			new[l] = logistic(g[3] + u[3]) * tanh(c[l]);
		} else {
			double z = logistic(g[1] + u[1]);

			new[l] = (1 - z) * tanh(g[2] + logistic(g[0] + u[0]) * u[2]) + z *h[l];
		}
	}
	memcpy(h, new, n * sizeof *h);
}

static void
ref_sequences(const struct row *r, double *y, double *const *in, enum maas_cell cell, int reverse)
{
	size_t wide = r->in[0].dim[1], n = r->cols;

	memset(y, 0, r->rows * n * sizeof *y);
	for (size_t i = 0; i < r->rows / LAST_TIME; i++) {
		size_t length = (size_t)in[1][i];
		double h[64] = { 0 }, c[64] = { 0 };

		for (size_t s = 0; s < length; s++) {
			size_t at = i * LAST_TIME + (reverse ? length - 1 - s : s);

			ref_step(cell, h, c, n, in[0] + at * wide, wide, in);
			memcpy(y + at * n, h, n * sizeof *h);
		}
	}
}

static struct maas_node *
sequences(struct maas_tape *t, struct maas_node **in, enum maas_cell cell, int reverse)
{
	const struct maas_cell_params p = { in[2], in[3], in[4], in[5] };

	return maas_recurrent(t, in[0], in[1], &p, in[0]->dim[0] / in[1]->dim[0], cell, reverse);
}

#define CELL(name, cell, reverse) \
	static void ref_##name(const struct row *r, double *y, double *const *in) \
	{ \
		ref_sequences(r, y, in, cell, reverse); \
	} \
	static struct maas_node *name(struct maas_tape *t, struct maas_node **in) \
	{ \
		return sequences(t, in, cell, reverse); \
	}
CELL(rnn, MAAS_CELL_RNN, 0)
CELL(lstm, MAAS_CELL_LSTM, 0)
CELL(lstm_reverse, MAAS_CELL_LSTM, 1)
CELL(gru, MAAS_CELL_GRU, 0)
CELL(gru_reverse, MAAS_CELL_GRU, 1)
#undef CELL

/* clang-format off */
#define V(n)    { 1, { n }, 0, LEARNT }
#define M(m, n) { 2, { m, n }, 0, LEARNT }
#define I(n, v) { 1, { n }, v, LEARNT }
#define R(n, v) { 1, { n }, v, RISING }
#define F(n)    { 1, { n }, 0, FIXED }
#define G(m, n) { 2, { m, n }, 0, FIXED }
#define C(...)  { 3, { __VA_ARGS__ }, 0, LEARNT }
#define P(...)  { 4, { __VA_ARGS__ }, 0, LEARNT }

static const struct row rows[] = {
	{ &maas_op_embed, "table", embed, ref_embed, { I(9, 7), M(7, 19) }, 9, 19, 0,
	    { I(2048, 4000), M(4000, 384) } },
	{ &maas_op_embed, "table and positions", embed, ref_embed, { I(12, 5), M(5, 67), M(4, 67) }, 12, 67, 0,
	    { I(2048, 65), M(65, 384), M(256, 384) } },
	{ &maas_op_positions, "a longer table", positions, ref_positions, { M(12, 67), M(6, 67) }, 12, 67, 0,
	    { M(1280, 128), M(256, 128) } },
	{ &maas_op_layernorm, "gain and bias", layernorm, ref_layernorm, { M(300, 37), V(37), V(37) }, 300, 37, 0,
	    { M(2048, 384), V(384), V(384) } },
	{ &maas_op_layernorm, "alone", layernorm, ref_layernorm, { M(3, 130) }, 3, 130, 0, { M(2048, 384) } },
	{ &maas_op_rmsnorm, "gain", rmsnorm, ref_rmsnorm, { M(300, 37), V(37) }, 300, 37, 0,
	    { M(2048, 384), V(384) } },
	{ &maas_op_rmsnorm, "alone", rmsnorm, ref_rmsnorm, { M(3, 130) }, 3, 130, 0, { M(2048, 384) } },
	{ &maas_op_linear, "plain", linear, ref_linear, { M(9, 33), M(17, 33) }, 9, 17, 0.04,
	    { M(2048, 384), M(1536, 384) } },
	{ &maas_op_linear, "bias and residual", linear, ref_linear, { M(37, 30), M(65, 30), V(65), M(37, 65) }, 37, 65,
	    0.04, { M(2048, 1536), M(384, 1536), V(384), M(2048, 384) } },
	{ &maas_op_linear, "bias, gelu, residual", linear_gelu, ref_linear_gelu,
	    { M(31, 12), M(40, 12), V(40), M(31, 40) }, 31, 40, 0.04,
	    { M(2048, 384), M(1536, 384), V(1536), M(2048, 1536) } },
	{ &maas_op_linear, "its own residual", linear_self, ref_linear_self, { M(8, 21), M(21, 21), V(21) }, 8, 21,
	    0.04, { M(2048, 384), M(384, 384), V(384) } },
	{ &maas_op_attention, "two sequences, shared keys", attention, ref_attention, { M(2 * TIME, WIDE) }, 2 * TIME,
	    HEADS * HD, 0.02, { M(2048, 3 * 384) } },
	{ &maas_op_attention, "both ways, lengths, shared keys", attention_both, ref_attention_both,
	    { M(3 * TIME, WIDE), I(3, TIME + 1) }, 3 * TIME, HEADS * HD, 0.02, { M(1280, 3 * 128), I(32, 41) } },
	{ &maas_op_rope, "stretched, fewer keys", rope, ref_rope, { M(50, 12), M(50, 6), M(50, 6) }, 50, 24, 0,
	    { M(2048, 384), M(2048, 128), M(2048, 128) } },
	{ &maas_op_swiglu, "plain", swiglu, ref_swiglu, { M(37, 19), M(37, 19) }, 37, 19, 0,
	    { M(2048, 1024), M(2048, 1024) } },
	{ &maas_op_swiglu, "its own gate", swiglu_self, ref_swiglu_self, { M(5, 67) }, 5, 67, 0, { M(2048, 1024) } },
	{ &maas_op_sum, "plain", sum, ref_sum, { M(5, 7), M(5, 7) }, 5, 7, 0, { M(2048, 384), M(2048, 384) } },
	{ &maas_op_dropout, "alone", dropout, ref_dropout, { M(11, 13) }, 11, 13, 0, { M(2048, 384) } },
	{ &maas_op_dropout, "residual", dropout, ref_dropout, { M(200, 91), M(200, 91) }, 200, 91, 0,
	    { M(2048, 384), M(2048, 384) } },
	{ &maas_op_head_loss, "one chunk", head_loss, ref_head_loss, { M(21, 9), M(13, 9), I(21, 13) }, 1, 1, 0.02,
	    { M(2048, 384), M(65, 384), I(2048, 65) } },
	{ &maas_op_head_loss, "chunks", head_loss, ref_head_loss, { M(6, 5), M(2100, 5), I(6, 2100) }, 1, 1, 0.02,
	    { M(2048, 384), M(4000, 384), I(2048, 4000) } },
	{ &maas_op_head_loss, "chunks made again", head_loss_again, ref_head_loss, { M(6, 5), M(2100, 5), I(6, 2100) },
	    1, 1, 0.02, { M(2048, 384), M(4000, 384), I(2048, 4000) } },
	{ &maas_op_bag, "plain", bag, ref_bag, { R(8, 40), I(40, 9), F(40), M(9, 19) }, 7, 19, 0,
	    { R(33, 4800), I(4800, 30000), F(4800), M(30000, 128) } },
	{ &maas_op_bag, "sums", bag, ref_bag, { R(8, 40), I(40, 9), { 0 }, M(9, 19) }, 7, 19, 0,
	    { R(33, 4800), I(4800, 30000), { 0 }, M(30000, 128) } },
	{ &maas_op_bag, "added, bias, tanh", bag, ref_bag, { R(41, 90), I(90, 6), F(90), M(6, 67), M(40, 67), V(67) },
	    40, 67, 0, { R(33, 4800), I(4800, 30000), F(4800), M(30000, 128), M(32, 128), V(128) } },
	{ &maas_op_last, "some without a row", last, ref_last, { M(7 * LAST_TIME, 19), I(7, LAST_TIME + 1) }, 7, 19, 0,
	    { M(4096, 384), I(32, 128) } },
	{ &maas_op_pool, "first", pool_first, ref_pool_first, { M(7 * LAST_TIME, 19), I(7, LAST_TIME + 1) }, 7, 19, 0,
	    { M(1280, 128), I(32, 41) } },
	{ &maas_op_pool, "mean", pool_mean, ref_pool_mean, { M(7 * LAST_TIME, 19), I(7, LAST_TIME + 1) }, 7, 19, 0,
	    { M(1280, 128), I(32, 41) } },
	{ &maas_op_pool, "max", pool_max, ref_pool_max, { M(7 * LAST_TIME, 19), I(7, LAST_TIME + 1) }, 7, 19, 0,
	    { M(1280, 128), I(32, 41) } },
	{ &maas_op_pool, "scores", pool_mean, ref_pool_mean,
	    { M(23 * LAST_TIME, 19), I(23, LAST_TIME + 1), M(23 * LAST_TIME, 1) }, 23, 19, 0,
	    { M(1280, 128), I(32, 41), M(1280, 1) } },
	{ &maas_op_join, "plain", join, ref_join, { M(37, 19), M(37, 30) }, 37, 49, 0, { M(1280, 128), M(1280, 128) } },
	{ &maas_op_recurrent, "rnn", rnn, ref_rnn,
	    { M(19 * LAST_TIME, 7), I(19, LAST_TIME + 1), M(11, 7), M(11, 11), V(11), V(11) }, 19 * LAST_TIME, 11, 0.06,
	    { M(1280, 128), I(32, 41), M(128, 128), M(128, 128), V(128), V(128) } },
	{ &maas_op_recurrent, "lstm", lstm, ref_lstm,
	    { M(19 * LAST_TIME, 21), I(19, LAST_TIME + 1), M(68, 21), M(68, 17), V(68), V(68) }, 19 * LAST_TIME, 17,
	    0.06, { M(1280, 128), I(32, 41), M(512, 128), M(512, 128), V(512), V(512) } },
	{ &maas_op_recurrent, "lstm, reverse, no bias", lstm_reverse, ref_lstm_reverse,
	    { M(7 * LAST_TIME, 5), I(7, LAST_TIME + 1), M(12, 5), M(12, 3) }, 7 * LAST_TIME, 3, 0.06,
	    { M(1280, 128), I(32, 41), M(512, 128), M(512, 128) } },
	{ &maas_op_recurrent, "gru", gru, ref_gru,
	    { M(19 * LAST_TIME, 7), I(19, LAST_TIME + 1), M(51, 7), M(51, 17), V(51), V(51) }, 19 * LAST_TIME, 17, 0.06,
	    { M(1280, 128), I(32, 41), M(384, 128), M(384, 128), V(384), V(384) } },
	{ &maas_op_recurrent, "gru, reverse", gru_reverse, ref_gru_reverse,
	    { M(3 * LAST_TIME, 9), I(3, LAST_TIME + 1), M(15, 9), M(15, 5), V(15), V(15) }, 3 * LAST_TIME, 5, 0.06,
	    { M(1280, 128), I(32, 41), M(384, 128), M(384, 128), V(384), V(384) } },
	{ &maas_op_windows, "odd, bias, relu", windows_relu, ref_windows_relu,
	    { M(19 * LAST_TIME, 7), I(19, LAST_TIME + 1), C(37, 7, 3), V(37) }, 19 * LAST_TIME, 37, 0,
	    { M(1280, 128), I(32, 41), C(128, 128, 3), V(128) } },
	{ &maas_op_windows, "even, wider than some", windows, ref_windows,
	    { M(7 * LAST_TIME, 33), I(7, LAST_TIME + 1), C(5, 33, 4) }, 7 * LAST_TIME, 5, 0.04,
	    { M(1280, 128), I(32, 41), C(128, 128, 4), V(128) } },
	{ &maas_op_windows, "one row", windows, ref_windows,
	    { M(7 * LAST_TIME, 3), I(7, LAST_TIME + 1), C(5, 3, 1), V(5) }, 7 * LAST_TIME, 5, 0.04,
	    { M(1280, 128), I(32, 41), C(128, 128, 1), V(128) } },
	{ &maas_op_convolve, "same, bias, relu", convolve_relu, ref_same_relu,
	    { P(3, 5, 7, 3), P(37, 3, 3, 3), V(37) }, 1, 1, 0,
	    { P(64, 14, 14, 32), P(64, 32, 3, 3), V(64) } },
	{ &maas_op_convolve, "same, even kernel, whole registers", convolve_same, ref_same,
	    { P(18, 5, 16, 16), P(16, 16, 2, 2) }, 1, 1, 0, { P(64, 28, 28, 1), P(32, 1, 3, 3) } },
	{ &maas_op_convolve, "within, 32 channels", convolve_within, ref_within,
	    { P(2, 6, 9, 32), P(32, 32, 3, 1), V(32) }, 1, 1, 0, { P(64, 32, 32, 3), P(32, 3, 5, 5), V(32) } },
	{ &maas_op_convolve, "over time", convolve_same, ref_same, { P(5, 1, 19, 6), P(20, 6, 1, 5), V(20) }, 1, 1, 0,
	    { P(32, 1, 128, 128), P(128, 128, 1, 3), V(128) } },
	{ &maas_op_maxpool, "size 2", maxpool_2, ref_maxpool, { P(3, 5, 7, 19) }, 2, 1, 0, { P(64, 28, 28, 32) } },
	{ &maas_op_maxpool, "size 3", maxpool_3, ref_maxpool, { P(2, 7, 9, 5) }, 3, 1, 0, { P(64, 28, 28, 32) } },
	{ &maas_op_planes, "plain", planes, ref_planes, { { 3, { 4, 7, 19 }, 0, LEARNT } }, 7, 19, 0,
	    { { 3, { 64, 49, 64 }, 0, LEARNT } } },
	{ &maas_op_class_loss, "plain", class_loss, ref_class_loss, { M(21, 9), I(21, 9) }, 1, 1, 0,
	    { M(2048, 10), I(2048, 10) } },
	{ &maas_op_class_loss, "weights", class_loss, ref_class_loss, { M(300, 70), I(300, 70), F(300) }, 1, 1, 0,
	    { M(32, 10), I(32, 10), F(32) } },
	{ &maas_op_square_loss, "plain", square_loss, ref_square_loss, { M(21, 1), G(21, 1) }, 1, 1, 0,
	    { M(2048, 1), G(2048, 1) } },
	{ &maas_op_square_loss, "weights", square_loss, ref_square_loss, { M(13, 3), G(13, 3), F(13) }, 1, 1, 0,
	    { M(2048, 1), G(2048, 1), F(2048) } },
};
/* clang-format on */

#endif
