/* Scores under linear weights: the bits of the plain loops, by every tier, for any number of outputs. */
#include <stdlib.h>

#include "maas/num.h"
#include "../test.h"

#define ROWS     9
#define DENSE    5
#define SPARSE   40
#define FEATURES (DENSE + SPARSE)

static struct maas_design
make(size_t dense)
{
	struct maas_design x = { .rows = ROWS, .cols = dense + SPARSE, .dense = dense };
	struct maas_csr *s = &x.sparse;
	size_t n = 0;

	x.x = maas_alloc(ROWS, (dense + 1) * sizeof *x.x);
	*s = (struct maas_csr){ .rows = ROWS, .cols = SPARSE };
	s->start = maas_alloc(ROWS + 1, sizeof *s->start);
	s->col = maas_alloc(ROWS * SPARSE, sizeof *s->col);
	s->val = maas_alloc(ROWS * SPARSE, sizeof *s->val);
	if (!x.x || !s->start || !s->col || !s->val)
		abort();
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t j = 0; j < dense; j++)
			x.x[i * dense + j] = maas_uniform(3, i, j) - 0.3;
		for (uint32_t j = 0; j < SPARSE && i != 4; j++)
			if (maas_uniform(4, i, j) < 0.1 * (double)i) {
				s->col[n] = j;
				s->val[n++] = maas_uniform(5, i, j) * 3;
			}
		s->start[i + 1] = n;
	}
	return x;
}

static void
plain(double *out, const struct maas_design *x, const float *w, const float *b, size_t k)
{
	const struct maas_csr *s = &x->sparse;

	for (size_t i = 0; i < x->rows; i++)
		for (size_t o = 0; o < k; o++) {
			double sum = b[o];

			for (size_t j = 0; j < x->dense; j++)
				sum += x->x[i * x->dense + j] * (double)w[j * k + o];
			for (size_t e = s->start[i]; e < s->start[i + 1]; e++)
				sum += s->val[e] * (double)w[(x->dense + s->col[e]) * k + o];
			out[i * k + o] = sum;
		}
}

int
main(void)
{
	static const size_t outputs[] = { 1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 16, 31, 32, 33, 34, 35, 36, 37, 64, 65, 68,
		70, 101 };

	for (size_t d = 0; d < 2; d++) {
		struct maas_design x = make(d * DENSE);

		for (size_t n = 0; n < MAAS_COUNT(outputs); n++) {
			size_t k = outputs[n], bytes = ROWS * k * sizeof(double);
			/* No more than what is said: a read behind the end is found by the sanitizers. */
			float *w = maas_alloc(FEATURES * k, sizeof *w), *b = maas_alloc(k, sizeof *b);
			double *want = maas_alloc(bytes, 1), *got = maas_alloc(bytes, 1);

			if (!w || !b || !want || !got)
				abort();
			maas_fill_normal(w, x.cols * k, 1, 6, n);
			maas_fill_normal(b, k, 1, 7, n);
			plain(want, &x, w, b, k);
			for (int isa = MAAS_PORTABLE; isa <= (int)maas_isa_best(); isa++) {
				struct maas_design one;

				maas_isa_force((enum maas_isa)isa);
				maas_design_score(got, &x, w, b, k);
				ok(!memcmp(got, want, bytes), "%zu outputs, %zu dense, %s", k, x.dense,
				    maas_isa_name((enum maas_isa)isa));
				one = maas_design_part(&x, ROWS - 2, 1);
				maas_design_score(got, &one, w, b, k);
				ok(!memcmp(got, want + (ROWS - 2) * k, k * sizeof *got), "a row alone");
			}
			free(w);
			free(b);
			free(want);
			free(got);
		}
		maas_design_free(&x);
	}
	return done();
}
