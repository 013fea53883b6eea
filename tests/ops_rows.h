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

struct row;
typedef void reference(const struct row *, double *y, double *const *in);

struct arg {
	int ndim;
	size_t dim[MAAS_DIMS];
	int ids; /* > 0: whole numbers below it */
};

struct row {
	const struct maas_op *op;
	const char *what;
	struct maas_node *(*build)(struct maas_tape *, struct maas_node **);
	reference *ref;
	struct arg in[MAAS_ARGS];
	size_t rows, cols;         /* of the output */
	double bf16;               /* tolerance with operands of bf16 */
	struct arg big[MAAS_ARGS]; /* to be timed with */
};

#define SEED 11

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

static void
ref_attention(const struct row *r, double *y, double *const *in)
{
	for (size_t row = 0; row < r->rows; row++)
		for (size_t h = 0; h < HEADS; h++) {
			double sum = 0, *to = y + row * r->cols + h * HD;

			memset(to, 0, HD * sizeof *to);
			for (size_t k = row / TIME * TIME; k <= row; k++) {
				double p = score(in[0], row, k, h);

				sum += p;
				for (size_t d = 0; d < HD; d++)
					to[d] += p * in[0][k * WIDE + (HEADS + KV + h / (HEADS / KV)) * HD + d];
			}
			for (size_t d = 0; d < HD; d++)
				to[d] /= sum;
		}
}

static struct maas_node *
attention(struct maas_tape *t, struct maas_node **in)
{
	if (in[0]->dim[1] != WIDE)
		return maas_attention(t, in[0], 256, 6, 6);
	return maas_attention(t, in[0], TIME, HEADS, KV);
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

/* clang-format off */
#define V(n)    { 1, { n }, 0 }
#define M(m, n) { 2, { m, n }, 0 }
#define I(n, v) { 1, { n }, v }

static const struct row rows[] = {
	{ &maas_op_embed, "table", embed, ref_embed, { I(9, 7), M(7, 19) }, 9, 19, 0,
	    { I(2048, 4000), M(4000, 384) } },
	{ &maas_op_embed, "table and positions", embed, ref_embed, { I(12, 5), M(5, 67), M(4, 67) }, 12, 67, 0,
	    { I(2048, 65), M(65, 384), M(256, 384) } },
	{ &maas_op_layernorm, "gain and bias", layernorm, ref_layernorm, { M(300, 37), V(37), V(37) }, 300, 37, 0,
	    { M(2048, 384), V(384), V(384) } },
	{ &maas_op_layernorm, "alone", layernorm, ref_layernorm, { M(3, 130) }, 3, 130, 0, { M(2048, 384) } },
	{ &maas_op_linear, "plain", linear, ref_linear, { M(9, 33), M(17, 33) }, 9, 17, 0.04,
	    { M(2048, 384), M(1536, 384) } },
	{ &maas_op_linear, "bias and residual", linear, ref_linear, { M(37, 30), M(65, 30), V(65), M(37, 65) }, 37, 65, 0.04,
	    { M(2048, 1536), M(384, 1536), V(384), M(2048, 384) } },
	{ &maas_op_linear, "bias, gelu, residual", linear_gelu, ref_linear_gelu,
	    { M(31, 12), M(40, 12), V(40), M(31, 40) }, 31, 40, 0.04,
	    { M(2048, 384), M(1536, 384), V(1536), M(2048, 1536) } },
	{ &maas_op_linear, "its own residual", linear_self, ref_linear_self, { M(8, 21), M(21, 21), V(21) }, 8, 21, 0.04,
	    { M(2048, 384), M(384, 384), V(384) } },
	{ &maas_op_attention, "two sequences, shared keys", attention, ref_attention, { M(2 * TIME, WIDE) }, 2 * TIME,
	    HEADS * HD, 0, { M(2048, 3 * 384) } },
	{ &maas_op_sum, "plain", sum, ref_sum, { M(5, 7), M(5, 7) }, 5, 7, 0, { M(2048, 384), M(2048, 384) } },
	{ &maas_op_dropout, "alone", dropout, ref_dropout, { M(11, 13) }, 11, 13, 0, { M(2048, 384) } },
	{ &maas_op_dropout, "residual", dropout, ref_dropout, { M(200, 91), M(200, 91) }, 200, 91, 0,
	    { M(2048, 384), M(2048, 384) } },
	{ &maas_op_head_loss, "one chunk", head_loss, ref_head_loss, { M(21, 9), M(13, 9), I(21, 13) }, 1, 1, 0.02,
	    { M(2048, 384), M(65, 384), I(2048, 65) } },
	{ &maas_op_head_loss, "chunks", head_loss, ref_head_loss, { M(6, 5), M(2100, 5), I(6, 2100) }, 1, 1, 0.02,
	    { M(2048, 384), M(4000, 384), I(2048, 4000) } },
};
/* clang-format on */

#endif
