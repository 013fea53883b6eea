/*
 * Scores of rows under linear weights: out = b + x w, w of floats with the outputs of a feature side by side.
 * Outputs lie in vectors of four, each its own chain of products and sums in double, so that a wider tier
 * computes the same bits.
 */
#include "maas/num.h"

typedef double four __attribute__((vector_size(32), aligned(8), may_alias));
typedef float small __attribute__((vector_size(16), aligned(4), may_alias));

#define AHEAD 24 /* entries whose weights are asked for early */
#define WIDE  8  /* vectors of one pass */

struct pass {
	const struct maas_design *x;
	const float *w;
	size_t k, at; /* outputs; the first of this pass */
	size_t last;  /* entry of the sparse part, behind all */
};

/* n vectors of the outputs of row i from p->at on, the last one moved back to end with the last output; n is
 * constant at each call, so that they stay in registers. */
static inline __attribute__((always_inline)) void
sum_row(double *y, const struct pass *p, size_t i, const size_t n)
{
	const struct maas_design *x = p->x;
	const struct maas_csr *s = &x->sparse;
	size_t k = p->k, tail = k - p->at < 4 * n ? k - p->at - 4 : 4 * (n - 1);
	four sum[WIDE];

	for (size_t v = 0; v < n; v++)
		sum[v] = *(const four *)(y + (v + 1 < n ? 4 * v : tail));
	for (size_t j = 0; j < x->dense; j++) {
		const float *w = p->w + j * k + p->at;
		double value = x->x[i * x->dense + j];

		for (size_t v = 0; v < n; v++)
			sum[v] +=
			    value * __builtin_convertvector(*(const small *)(w + (v + 1 < n ? 4 * v : tail)), four);
	}
	for (size_t e = s->start[i]; e < s->start[i + 1]; e++) {
		const float *w = p->w + (x->dense + s->col[e]) * k + p->at;

		if (e + AHEAD < p->last) {
			const float *next = p->w + (x->dense + s->col[e + AHEAD]) * k + p->at;

			for (size_t v = 0; v < n; v += 4)
				__builtin_prefetch(next + 4 * v);
			__builtin_prefetch(next + tail + 3);
		}
		for (size_t v = 0; v < n; v++)
			sum[v] +=
			    s->val[e] * __builtin_convertvector(*(const small *)(w + (v + 1 < n ? 4 * v : tail)), four);
	}
	for (size_t v = 0; v < n; v++)
		*(four *)(y + (v + 1 < n ? 4 * v : tail)) = sum[v];
}

/* One output after the other, for fewer than four. */
static inline __attribute__((always_inline)) void
sum_few(double *y, const struct pass *p, size_t i, const size_t k)
{
	const struct maas_design *x = p->x;
	const struct maas_csr *s = &x->sparse;

	for (size_t j = 0; j < x->dense; j++)
		for (size_t o = 0; o < k; o++)
			y[o] += x->x[i * x->dense + j] * (double)p->w[j * k + o];
	for (size_t e = s->start[i]; e < s->start[i + 1]; e++) {
		if (e + AHEAD < p->last)
			__builtin_prefetch(p->w + (x->dense + s->col[e + AHEAD]) * k);
		for (size_t o = 0; o < k; o++)
			y[o] += s->val[e] * (double)p->w[(x->dense + s->col[e]) * k + o];
	}
}

static inline __attribute__((always_inline)) void
score_row(double *y, struct pass *p, size_t i)
{
	size_t k = p->k;

	switch (k) {
	case 1: sum_few(y, p, i, 1); return;
	case 2: sum_few(y, p, i, 2); return;
	case 3: sum_few(y, p, i, 3); return;
	default: break;
	}
	/* Four are left for the last pass at least: a vector that is moved back stays inside it. */
	for (p->at = 0; k - p->at > 4 * WIDE + 3; p->at += 4 * WIDE)
		sum_row(y + p->at, p, i, WIDE);
	if (k - p->at > 4 * WIDE) {
		sum_row(y + p->at, p, i, 1);
		p->at += 4;
	}
	switch ((k - p->at + 3) / 4) {
	case 1: sum_row(y + p->at, p, i, 1); return;
	case 2: sum_row(y + p->at, p, i, 2); return;
	case 3: sum_row(y + p->at, p, i, 3); return;
	case 4: sum_row(y + p->at, p, i, 4); return;
	case 5: sum_row(y + p->at, p, i, 5); return;
	case 6: sum_row(y + p->at, p, i, 6); return;
	case 7: sum_row(y + p->at, p, i, 7); return;
	default: sum_row(y + p->at, p, i, WIDE); return;
	}
}

static inline __attribute__((always_inline)) void
score(double *out, const struct maas_design *x, const float *w, const float *b, size_t k)
{
	struct pass p = { .x = x, .w = w, .k = k, .last = x->sparse.start[x->rows] };

	for (size_t i = 0; i < x->rows; i++, out += k) {
		for (size_t o = 0; o < k; o++)
			out[o] = b[o];
		score_row(out, &p, i);
	}
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void
score_avx2(double *out, const struct maas_design *x, const float *w, const float *b, size_t k)
{
	score(out, x, w, b, k);
}
#endif

void
maas_design_score(double *out, const struct maas_design *x, const float *w, const float *b, size_t k)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX2) {
		score_avx2(out, x, w, b, k);
		return;
	}
#endif
	score(out, x, w, b, k);
}
