/* reduce_f64 -- a symmetric matrix to tridiagonal form and back, in double. */
#define REAL      double
#define REAL_BITS 64
#define FMA       fma
#define NAME(x)   reduce_##x##_f64

#include "reduce_any.inc"

/* y [m, n] = or += a b^T; into MAAS_ADD_UPPER: of the upper triangle. */
static void
product(const struct work *w, double *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m, size_t n,
    size_t k, enum maas_into into)
{
	maas_product_double(w->r->team, y, ldy, a, b, m, n, k, into, w->product);
}

static size_t
product_scratch(size_t n, int members)
{
	return maas_product_double_scratch(n, members);
}
