/* reduce_f32 -- a symmetric matrix to tridiagonal form and back, in float. */
#define REAL      float
#define REAL_BITS 32
#define FMA       fmaf
#define NAME(x)   reduce_##x##_f32

#include "reduce_any.inc"

#define STRIPE ((size_t)512) /* rows of an upper triangle that are made at once */

/* y [m, n] = or += a b^T; into MAAS_ADD_UPPER: of the upper triangle, m = n. */
static void
product(const struct work *w, float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m, size_t n,
    size_t k, enum maas_into into)
{
	const struct maas_epilogue add = { .add = into != MAAS_SET };
	size_t step = into == MAAS_ADD_UPPER ? STRIPE : m;

	for (size_t i = 0; i < m; i += step) {
		size_t rows = m - i < step ? m - i : step, j = into == MAAS_ADD_UPPER ? i : 0;
		struct maas_matrix p = { (const float *)a.p + i * a.row, MAAS_F32, a.row, a.col };
		struct maas_matrix q = { (const float *)b.p + j * b.row, MAAS_F32, b.row, b.col };

		maas_product_team(w->r->team, y + i * ldy + j, ldy, p, q, rows, n - j, k, MAAS_F32, &add, w->product);
	}
}

static size_t
product_scratch(size_t n, int members)
{
	(void)n;
	return maas_product_scratch() * (size_t)members;
}
