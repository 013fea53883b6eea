/* matrix.h -- weights of 8 and 4 bits as tensors. */
#ifndef MATRIX_H
#define MATRIX_H

#include "maas/model.h"

#define MATRIX_SCALE ".scale" /* their scales have their name and this */

/* Dimensions of the weights, and of their scales, of a matrix [rows,cols]; see struct maas_quant. */
void matrix_dims(size_t weights[5], size_t scales[3], enum maas_dtype, size_t rows, size_t cols);

#endif
