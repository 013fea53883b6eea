/* Rows of ops over pictures: what they compute. */
#ifndef OPS_PICTURES_H
#define OPS_PICTURES_H

#include <math.h>

#include "ops_row.h"

/* A convolution by its definition. */
static void
ref_picture(const struct row *r, double *y, double *const *in, int same, int relu)
{
	const size_t *x = r->in[0].dim, *w = r->in[1].dim;
	size_t high = same ? x[1] : x[1] - w[2] + 1, wide = same ? x[2] : x[2] - w[3] + 1;

	for (size_t e = 0; e < x[0] * high * wide * w[0]; e++) {
		size_t o = e % w[0], j = e / w[0] % wide, i = e / w[0] / wide % high, n = e / w[0] / wide / high;
		double sum = in[2] ? in[2][o] : 0;

		for (size_t t = 0; t < w[1] * w[2] * w[3]; t++) {
			size_t v = t % w[3], u = t / w[3] % w[2], c = t / w[3] / w[2];
			size_t row = i + u - (same ? (w[2] - 1) / 2 : 0), col = j + v - (same ? (w[3] - 1) / 2 : 0);

			if (row < x[1] && col < x[2])
				sum += in[1][o * w[1] * w[2] * w[3] + t] *
				    in[0][((n * x[1] + row) * x[2] + col) * x[3] + c];
		}
		y[e] = relu && sum < 0 ? 0 : sum;
	}
}

static void
ref_same(const struct row *r, double *y, double *const *in)
{
	ref_picture(r, y, in, 1, 0);
}

static void
ref_same_relu(const struct row *r, double *y, double *const *in)
{
	ref_picture(r, y, in, 1, 1);
}

static void
ref_within(const struct row *r, double *y, double *const *in)
{
	ref_picture(r, y, in, 0, 0);
}

static struct maas_node *
convolve_same(struct maas_tape *t, struct maas_node **in)
{
	return maas_convolve(t, in[0], in[1], in[2], 1, 0);
}

static struct maas_node *
convolve_relu(struct maas_tape *t, struct maas_node **in)
{
	return maas_convolve(t, in[0], in[1], in[2], 1, 1);
}

static struct maas_node *
convolve_within(struct maas_tape *t, struct maas_node **in)
{
	return maas_convolve(t, in[0], in[1], in[2], 0, 0);
}

static void
ref_maxpool(const struct row *r, double *y, double *const *in)
{
	const size_t *x = r->in[0].dim, size = r->rows, high = x[1] / size, wide = x[2] / size;

	for (size_t e = 0; e < x[0] * high * wide * x[3]; e++) {
		size_t c = e % x[3], j = e / x[3] % wide, i = e / x[3] / wide % high, n = e / x[3] / wide / high;

		y[e] = -INFINITY;
		for (size_t t = 0; t < size * size; t++) {
			double v = in[0][((n * x[1] + i * size + t / size) * x[2] + j * size + t % size) * x[3] + c];

			y[e] = v > y[e] || isnan(v) ? v : y[e];
		}
	}
}

static struct maas_node *
maxpool_2(struct maas_tape *t, struct maas_node **in)
{
	return maas_maxpool(t, in[0], 2);
}

static struct maas_node *
maxpool_3(struct maas_tape *t, struct maas_node **in)
{
	return maas_maxpool(t, in[0], 3);
}

static void
ref_planes(const struct row *r, double *y, double *const *in)
{
	size_t n = r->rows * r->cols;

	for (size_t e = 0; e < r->in[0].dim[0] * n; e++)
		y[e] = in[0][e / n * n + e % r->rows * r->cols + e % n / r->rows];
}

static struct maas_node *
planes(struct maas_tape *t, struct maas_node **in)
{
	return maas_planes(t, in[0]);
}

#endif
