/* Sparse rows: their memory, their parts, the same by columns; the portable tier of their product, and the choice. */
#include <stdlib.h>
#include <string.h>

#include "sparse.inc"

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

void
maas_csr_times(double *y, const struct maas_csr *x, const double *w, size_t k, size_t from, size_t to)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX2) {
		sparse_avx2(y, x, w, k, from, to);
		return;
	}
#endif
	times(y, x, w, k, from, to);
}
