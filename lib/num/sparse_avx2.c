/* Sparse rows times a matrix with AVX2. */
#if defined(__x86_64__)
#include "sparse.inc"

__attribute__((target("avx2"))) void
sparse_avx2(double *y, const struct maas_csr *x, const double *w, size_t k, size_t from, size_t to)
{
	times(y, x, w, k, from, to);
}
#endif
