/* Components of designs: the golden variances, and what is folded back answers as what it came from. */
#include <stdlib.h>

#include "maas/model.h"
#include "../test.h"

#define WEIGHTS 3

/* rows of `dense` numbers and of `wide` sparse ones, a quarter of them there. */
static struct maas_design
design(size_t rows, size_t dense, size_t wide, uint64_t seed)
{
	struct maas_design x = {
		.rows = rows, .cols = dense + wide, .dense = dense, .sparse = { rows, wide, 0, 0, 0 }
	};
	size_t nnz = 0;

	x.x = maas_alloc(rows, dense * sizeof *x.x);
	x.sparse.start = maas_alloc(rows + 1, sizeof *x.sparse.start);
	x.sparse.col = maas_alloc(rows, wide * sizeof *x.sparse.col);
	x.sparse.val = maas_alloc(rows, wide * sizeof *x.sparse.val);
	for (size_t i = 0; i < rows * dense; i++)
		x.x[i] = 3 + maas_uniform(seed, 0, i) * (double)(1 + i % dense);
	for (size_t i = 0; i < rows; i++) {
		for (size_t j = 0; j < wide; j++)
			if (maas_uniform(seed, 1, i * wide + j) < 0.25) {
				x.sparse.col[nnz] = (uint32_t)j;
				x.sparse.val[nnz++] = 1 + maas_uniform(seed, 2, i * wide + j);
			}
		x.sparse.start[i + 1] = nnz;
	}
	return x;
}

/* The largest difference of what weights say of components and what the folded say of features. */
static double
fold_error(const struct maas_projection *p, const struct maas_design *x, const struct maas_design *z, const double *w)
{
	double *to = maas_alloc(x->cols, WEIGHTS * sizeof *to), shift[WEIGHTS], worst = 0, *val;
	uint32_t *col = maas_alloc(x->cols, sizeof *col);
	size_t k = maas_projection_size(p);

	val = maas_alloc(x->cols, sizeof *val);
	if (maas_projection_fold(p, w, WEIGHTS, to, shift) < 0)
		return INFINITY;
	for (size_t i = 0; i < x->rows; i++)
		for (size_t o = 0; o < WEIGHTS; o++) {
			size_t n = maas_design_row(x, i, col, val);
			double a = 0, b = -shift[o];

			for (size_t c = 0; c < k; c++)
				a += z->x[i * k + c] * w[c * WEIGHTS + o];
			for (size_t e = 0; e < n; e++)
				b += val[e] * to[col[e] * WEIGHTS + o];
			worst = fmax(worst, fabs(a - b));
		}
	free(to);
	free(col);
	free(val);
	return worst;
}

/* Fitted on x, applied to x and to others. */
static void
folded(const char *what, const char *n, size_t rows, size_t dense, size_t wide)
{
	struct maas_team *team = maas_team_new(2);
	struct maas_design x = design(rows, dense, wide, 5), other = design(7, dense, wide, 6), z = { 0 }, y = { 0 };
	struct maas_projection *p = maas_projection_fit(n, &x, team, 1);
	double w[64 * WEIGHTS], sum = 0, square = 0;

	ok(p != NULL, "%s: %zu components, %.4f of the variance", what, p ? maas_projection_size(p) : 0,
	    p ? maas_projection_share(p) : 0);
	for (size_t i = 0; i < MAAS_COUNT(w); i++)
		w[i] = maas_uniform(9, 9, i) - 0.5;
	ok(maas_projection_apply(p, &x, team, &z) == 0 && maas_projection_apply(p, &other, team, &y) == 0, "applied");
	ok(fold_error(p, &x, &z, w) < 1e-9, "folded, rows fitted on");
	ok(fold_error(p, &other, &y, w) < 1e-9, "folded, other rows");
	for (size_t i = 0; i < rows; i++) {
		sum += z.x[i * z.dense];
		square += z.x[i * z.dense] * z.x[i * z.dense + 1];
	}
	ok(fabs(sum) < 1e-8 && fabs(square) < 1e-6, "components are centred and do not go together");
	maas_projection_free(p);
	maas_design_free(&x);
	maas_design_free(&other);
	maas_design_free(&z);
	maas_design_free(&y);
	maas_team_free(team);
}

/* scikit-learn's PCA of this: explained variance 8.0595205285, 0.3537110998, 0.0305183717. */
static void
golden(void)
{
	double z[] = { -1, -1, .5, -2, -1, 0, -3, -2, 1, 1, 1, -1, 2, 1, 0, 3, 2, .25 };
	size_t start[7] = { 0 };
	struct maas_design x = { .rows = 6, .cols = 3, .dense = 3, .x = z, .sparse = { 6, 0, start, NULL, NULL } }, y;
	struct maas_team *team = maas_team_new(1);
	struct maas_projection *p = maas_projection_fit("all", &x, team, 1);
	double square[3] = { 0 };

	ok(p && maas_projection_size(p) == 3 && maas_projection_apply(p, &x, team, &y) == 0, "all components");
	for (size_t i = 0; i < 18; i++)
		square[i % 3] += y.x[i] * y.x[i] / 5;
	ok(fabs(square[0] - 8.0595205285) < 1e-9 && fabs(square[1] - .3537110998) < 1e-9 &&
		fabs(square[2] - .0305183717) < 1e-9,
	    "%.10f %.10f %.10f", square[0], square[1], square[2]);
	maas_projection_free(p);
	maas_design_free(&y);
	p = maas_projection_fit("0.95", &x, team, 1);
	ok(p && maas_projection_size(p) == 1 && fabs(maas_projection_share(p) - .9544953994) < 1e-9, "a share");
	maas_projection_free(p);
	ok(!maas_projection_fit("4", &x, team, 1), "%s", maas_error());
	ok(!maas_projection_fit("1.5", &x, team, 1) && maas_why() == MAAS_USAGE, "%s", maas_error());
	maas_team_free(team);
}

int
main(void)
{
	double bytes;

	golden();
	folded("by features", "5", 60, 6, 9);
	folded("by rows", "0.9", 20, 3, 50);
	ok(maas_projection_bytes("0.5", 20000, 30000, &bytes) < 0, "%s", maas_error());
	return done();
}
