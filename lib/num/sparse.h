/* sparse.h -- rows that are mostly zeros times a matrix, one file a tier; what is computed is said at
 * maas_csr_times. */
#ifndef MAAS_SPARSE_H
#define MAAS_SPARSE_H

#include "maas/num.h"

typedef void sparse_product(
    double *y, const struct maas_csr *x, const double *w, size_t k, size_t from, size_t to);

#if defined(__x86_64__)
sparse_product sparse_avx2;
#endif

#endif
