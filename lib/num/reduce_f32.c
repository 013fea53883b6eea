/* reduce_f32 -- a symmetric matrix to a band and back, in float. */
#define REAL      float
#define REAL_BITS 32
#define NAME(x)   reduce_##x##_f32

#include "reduce_any.inc"

static void
product(const struct work *w, float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m, size_t n,
    size_t k, enum maas_into into)
{
	const struct maas_epilogue add = { .add = into != MAAS_SET };

	maas_product_team(w->r->team, y, ldy, a, b, m, n, k, MAAS_F32, &add, w->product);
}

static void
few(const struct work *w, float *y, const float *a, const float *b, size_t n)
{
	product(w, y, w->ld, columns_of(a, w->ld, 1), columns_of(b, w->r->n, 1), BAND, n, n, MAAS_SET);
}

static size_t
product_scratch(size_t n, int members)
{
	(void)n;
	return maas_product_scratch() * (size_t)members;
}
