/* Products of a design: against plain sums, in every tier and any team the same bits. */
#include <stdlib.h>

#include "maas/num.h"
#include "../test.h"

static double
number(size_t i)
{
	return maas_uniform(11, 3, i) * 3 - 1.3;
}

/* About a third of the sparse part is there. */
static void
make(struct maas_design *x, size_t rows, size_t dense, size_t sparse)
{
	size_t nnz = 0;

	*x = (struct maas_design){ .rows = rows, .cols = dense + sparse, .dense = dense };
	x->x = maas_alloc(rows * dense + 1, sizeof *x->x);
	for (size_t i = 0; i < rows * dense; i++)
		x->x[i] = number(i);
	x->sparse = (struct maas_csr){ .rows = rows, .cols = sparse };
	x->sparse.start = maas_alloc(rows + 1, sizeof *x->sparse.start);
	x->sparse.col = maas_alloc(rows * sparse + 1, sizeof *x->sparse.col);
	x->sparse.val = maas_alloc(rows * sparse + 1, sizeof *x->sparse.val);
	for (size_t i = 0; i < rows; i++) {
		for (size_t j = 0; j < sparse; j++)
			if ((i * 7 + j * 5) % 3 == 0) {
				x->sparse.col[nnz] = (uint32_t)j;
				x->sparse.val[nnz] = number(nnz + 1000);
				nnz++;
			}
		x->sparse.start[i + 1] = nnz;
	}
}

static double
cell(const struct maas_design *x, size_t i, size_t j)
{
	if (j < x->dense)
		return x->x[i * x->dense + j];
	for (size_t e = x->sparse.start[i]; e < x->sparse.start[i + 1]; e++)
		if (x->sparse.col[e] == j - x->dense)
			return x->sparse.val[e];
	return 0;
}

struct errors {
	size_t k, rows;
};

/* e = z / 2 + something of the row. */
static void
halves(void *ctx, double *z, size_t from, size_t to, size_t part)
{
	struct errors *e = ctx;

	(void)part;
	for (size_t i = from; i < to; i++)
		for (size_t c = 0; c < e->k; c++, z++)
			*z = *z / 2 + (double)(i % 13) * 0.25;
}

static void
run(const struct maas_design *x, size_t k, const double *w, const double *b, int threads, double *g)
{
	struct maas_team *team = maas_team_new(threads);
	struct maas_pass *p = maas_pass_new(x, k, team);

	maas_pass_run(p, w, b, halves, &(struct errors){ k, x->rows }, g, g + x->cols * k);
	maas_pass_free(p);
	maas_team_free(team);
}

/* The worst of g against plain sums, by the size of what was added. */
static double
worst_of(const struct maas_design *x, size_t k, const double *w, const double *b, const double *g)
{
	double worst = 0, *e = maas_alloc(x->rows * k, sizeof *e);

	for (size_t i = 0; i < x->rows; i++)
		for (size_t c = 0; c < k; c++) {
			double z = b[c];

			for (size_t j = 0; j < x->cols; j++)
				z += cell(x, i, j) * w[j * k + c];
			e[i * k + c] = z / 2 + (double)(i % 13) * 0.25;
		}
	for (size_t j = 0; j <= x->cols; j++)
		for (size_t c = 0; c < k; c++) {
			double sum = 0, size = 0;

			for (size_t i = 0; i < x->rows; i++) {
				double v = (j < x->cols ? cell(x, i, j) : 1) * e[i * k + c];

				sum += v;
				size += fabs(v);
			}
			worst = fmax(worst, fabs(sum - g[j * k + c]) / (size + 1e-300));
		}
	free(e);
	return worst;
}

static void
shape(size_t rows, size_t dense, size_t sparse, size_t k)
{
	struct maas_design x;
	size_t size = (dense + sparse + 1) * k;
	double *w = maas_alloc(size, 3 * sizeof *w), *g = w + size, *again = g + size, worst, z[20], one[20];
	int same = 1;

	make(&x, rows, dense, sparse);
	for (size_t i = 0; i < size; i++)
		w[i] = number(i + 77777);
	run(&x, k, w, w + size - k, 1, g);
	worst = worst_of(&x, k, w, w + size - k, g);
	ok(worst < 1e-14, "%zu rows of %zu + %zu features, %zu outputs: off by %.2g", rows, dense, sparse, k, worst);
	for (int isa = MAAS_PORTABLE; isa <= (int)maas_isa_best(); isa++) {
		maas_isa_force((enum maas_isa)isa);
		run(&x, k, w, w + size - k, 3, again);
		ok(!memcmp(g, again, size * sizeof *g), "the same bits for three threads in tier %s",
		    maas_isa_name((enum maas_isa)isa));
	}
	again = maas_alloc(rows * k, sizeof *again);
	maas_design_times(again, &x, w, k, 0, rows);
	memcpy(z, again + (rows - 1) * k, k * sizeof *z);
	maas_design_times(again, &x, w, k, rows - 1, rows);
	memcpy(one, again + (rows - 1) * k, k * sizeof *one);
	for (size_t c = 0; c < k; c++)
		same = same && z[c] == one[c];
	ok(same, "a row alone scores what it scores among others");
	maas_design_free(&x);
	free(again);
	free(w);
}

int
main(void)
{
	shape(1000, 13, 9, 1);
	shape(700, 37, 0, 1);
	shape(1, 5, 0, 1);
	shape(900, 0, 31, 1);
	shape(613, 19, 8, 4);
	shape(300, 21, 0, 8);
	shape(521, 33, 5, 12);
	shape(300, 6, 5, 16);
	shape(301, 7, 0, 20);
	shape(20, 3000, 0, 1);
	return done();
}
