/* reduce_f64 -- a symmetric matrix to a band and back, in double. */
#define REAL      double
#define REAL_BITS 64
#define NAME(x)   reduce_##x##_f64

#include "reduce_any.inc"

static void
product(const struct work *w, double *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m, size_t n,
    size_t k, enum maas_into into)
{
	maas_product_double(w->r->team, y, ldy, a, b, m, n, k, into, w->product);
}

/* Products pack their right operand: that is to be the small one. */
static void
few(const struct work *w, double *y, const double *a, const double *b, size_t n)
{
	product(w, w->room, BAND, columns_of(b, w->r->n, 1), columns_of(a, w->ld, 1), n, BAND, n, MAAS_SET);
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < BAND; r++)
			y[r * w->ld + i] = w->room[i * BAND + r];
}

static size_t
product_scratch(size_t n, int members)
{
	return maas_product_double_scratch(n, members);
}
