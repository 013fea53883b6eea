/*
 * Sparse rows.  maas_csr_times is a sum of rows of w: outputs lie side by side in vectors of four, each
 * its own chain of products and sums, so that a wider tier computes the same bits.
 */
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

typedef double four __attribute__((vector_size(32), aligned(8), may_alias));

#define AHEAD 6 /* entries whose rows of w are asked for early */

void
maas_csr_free(struct maas_csr *x)
{
	free(x->start);
	free(x->col);
	free(x->val);
	*x = (struct maas_csr){ 0 };
}

void
maas_design_free(struct maas_design *x)
{
	free(x->x);
	maas_csr_free(&x->sparse);
	free(x->seq.start);
	free(x->seq.id);
	free(x->seq.bag);
	free(x->seq.ask);
	free(x->seq.at);
	*x = (struct maas_design){ 0 };
}

size_t
maas_design_answers(const struct maas_design *x, size_t from, size_t to)
{
	return x->seq.ask ? x->seq.ask[to] - x->seq.ask[from] : to - from;
}

struct maas_design
maas_design_part(const struct maas_design *x, size_t from, size_t n)
{
	struct maas_design part = *x;

	part.rows = part.sparse.rows = n;
	part.x = x->dense ? x->x + from * x->dense : NULL;
	part.sparse.start = x->sparse.start + from;
	part.seq.start = x->seq.start ? x->seq.start + from : NULL;
	part.seq.ask = x->seq.ask ? x->seq.ask + from : NULL;
	return part;
}

size_t
maas_design_row(const struct maas_design *x, size_t i, uint32_t *col, double *val)
{
	const struct maas_csr *s = &x->sparse;
	size_t n = 0;

	for (size_t j = 0; j < x->dense; j++)
		if (x->x[i * x->dense + j] != 0) {
			col[n] = (uint32_t)j;
			val[n++] = x->x[i * x->dense + j];
		}
	for (size_t e = s->start[i]; e < s->start[i + 1]; e++) {
		col[n] = (uint32_t)x->dense + s->col[e];
		val[n++] = s->val[e];
	}
	return n;
}

int
maas_csr_transpose(struct maas_csr *to, const struct maas_csr *x)
{
	size_t nnz = x->start[x->rows], *at;

	*to = (struct maas_csr){ .rows = x->cols, .cols = x->rows };
	if (x->rows > UINT32_MAX)
		return maas_fail("%zu rows, at most %u can be trained on", x->rows, UINT32_MAX);
	if (!(to->start = maas_alloc(x->cols + 2, sizeof *to->start)) ||
	    !(to->col = maas_alloc(nnz, sizeof *to->col)) || !(to->val = maas_alloc(nnz, sizeof *to->val))) {
		maas_csr_free(to);
		return -1;
	}
	at = to->start + 1; /* shifted by one, it ends as start */
	for (size_t e = 0; e < nnz; e++)
		at[x->col[e] + 1]++;
	for (size_t j = 0; j < x->cols; j++)
		at[j + 1] += at[j];
	for (size_t i = 0; i < x->rows; i++)
		for (size_t e = x->start[i]; e < x->start[i + 1]; e++) {
			size_t k = at[x->col[e]]++;

			to->col[k] = (uint32_t)i;
			to->val[k] = x->val[e];
		}
	return 0;
}

/* n vectors of the outputs of one row; n is constant at each call, so that they stay in registers. */
static inline __attribute__((always_inline)) void
sum_rows(double *y, const uint32_t *col, const double *val, size_t entries, const double *w, size_t k, const size_t n)
{
	four sum[8] = { { 0 } };

	for (size_t e = 0; e < entries; e++) {
		const double *row = w + (size_t)col[e] * k;
		four v = { val[e], val[e], val[e], val[e] };

		if (e + AHEAD < entries)
			for (size_t i = 0; i < n; i += 2)
				__builtin_prefetch(w + (size_t)col[e + AHEAD] * k + 4 * i);
		for (size_t i = 0; i < n; i++)
			sum[i] += v * *(const four *)(row + 4 * i);
	}
	for (size_t i = 0; i < n; i++)
		*(four *)(y + 4 * i) = sum[i];
}

static void
times_one(double *y, const struct maas_csr *x, const double *w, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		double sum = 0;

		for (size_t e = x->start[i]; e < x->start[i + 1]; e++)
			sum += x->val[e] * w[x->col[e]];
		y[i] = sum;
	}
}

static inline __attribute__((always_inline)) void
times(double *y, const struct maas_csr *x, const double *w, size_t k, size_t from, size_t to)
{
	if (k == 1) {
		times_one(y, x, w, from, to);
		return;
	}
	for (size_t i = from; i < to; i++) {
		const uint32_t *col = x->col + x->start[i];
		const double *val = x->val + x->start[i];
		size_t entries = x->start[i + 1] - x->start[i], o = 0;
		double *row = y + i * k;

		for (; o + 32 <= k; o += 32)
			sum_rows(row + o, col, val, entries, w + o, k, 8);
		for (; o + 16 <= k; o += 16)
			sum_rows(row + o, col, val, entries, w + o, k, 4);
		if (k - o == 12) {
			sum_rows(row + o, col, val, entries, w + o, k, 3);
			continue;
		}
		for (; o + 8 <= k; o += 8)
			sum_rows(row + o, col, val, entries, w + o, k, 2);
		for (; o < k; o += 4)
			sum_rows(row + o, col, val, entries, w + o, k, 1);
	}
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void
times_avx2(double *y, const struct maas_csr *x, const double *w, size_t k, size_t from, size_t to)
{
	times(y, x, w, k, from, to);
}
#endif

void
maas_csr_times(double *y, const struct maas_csr *x, const double *w, size_t k, size_t from, size_t to)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX2) {
		times_avx2(y, x, w, k, from, to);
		return;
	}
#endif
	times(y, x, w, k, from, to);
}
