/* matrix.h -- weights of 8 and 4 bits as tensors. */
#ifndef MATRIX_H
#define MATRIX_H

#include "maas/model.h"

#define MATRIX_SCALE ".scale" /* their scales have their name and this */

/* Dimensions of the weights, and of their scales, of a matrix [rows,cols]; see struct maas_quant. */
void matrix_dims(size_t weights[5], size_t scales[3], enum maas_dtype, size_t rows, size_t cols);

/* The matrix a, of tensor t, in bits and its scales, added to a model that is being built under the name of t. */
int matrix_round(struct maas_model *to, const struct maas_tensor *t, const struct maas_affine *a, enum maas_dtype,
    struct maas_team *) MAAS_USE;

#endif
