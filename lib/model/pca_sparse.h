/*
 * pca_sparse -- few long rows that are sparse: held as they are, never centred or scaled in memory.
 *
 * A row as it counts is (x - mean) / scale, columns of which most are 0 in x.
 */
#ifndef PCA_SPARSE_H
#define PCA_SPARSE_H

#include "maas/num.h"
#include "maas/table.h"

struct sparse {
	struct maas_csr x;
	size_t start_cap, col_cap, val_cap;
};
int sparse_add(struct sparse *, const struct maas_row *, size_t columns) MAAS_USE;
void sparse_row(const struct sparse *, size_t i, double *to); /* in full */
void sparse_free(struct sparse *);

/* Pairs of rows that have a number in the same column, of all columns. */
double sparse_pairs(const struct sparse *);
/* Means, and sums of squares about them, [columns]. */
void sparse_mean(const struct sparse *, double *mean, double *square);
/* The products of rows with each other, the upper triangle of pages [rows, rows] of F64 or F32. */
void *sparse_products(const struct sparse *, enum maas_dtype, const double *mean, const double *scale,
    struct maas_team *);
/* From vectors u [k, rows] those of the columns, of length 1, to vectors [k, columns] of F64 or F32, and the squares of
 * their lengths before to values [k]. */
int sparse_turn(const struct sparse *, void *vectors, enum maas_dtype, double *values, const double *u, size_t k,
    const double *mean, const double *scale, struct maas_team *) MAAS_USE;
/* As maas_principal_sign. */
void sparse_sign(float *vectors, size_t k, size_t n, struct maas_team *);

#endif
