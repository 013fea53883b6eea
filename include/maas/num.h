/*
 * num -- arithmetic on plain arrays.
 *
 * A kernel takes pointers and sizes and does nothing but arithmetic: it does not
 * allocate, fail, print or keep state.  Order of arguments: what is written, what is
 * read, sizes, settings.  Shapes stand in the comment.  Where a faster version exists
 * it is chosen once, by maas_isa(), behind the same name.
 */
#ifndef MAAS_NUM_H
#define MAAS_NUM_H

#include "maas/base.h"

typedef uint16_t maas_bf16;

/* Nearest even; subnormals to zero of their sign; NaN stays NaN. */
void maas_to_bf16(maas_bf16 *y, const float *x, size_t n);
void maas_from_bf16(float *y, const maas_bf16 *x, size_t n);

/*
 * Products.  y[m,n] = a[m,k] b[n,k]^T, an element of a or b being at p[i*row + l*col],
 * so that a transposed operand is the same array with row and col exchanged.
 *
 * MAAS_BF16: operands rounded to bf16; along k in steps of 32, e and o are chains of
 * fma over the even and the odd members from zero, then acc += e + o (what AMX does).
 * MAAS_F32: one chain of fma an output along k, from zero in blocks of 256 that are
 * added in order.  Either way a result depends on its own row of a and row of b and on
 * nothing else: not on m, n, the tier, the tile or the thread.
 */
struct maas_matrix {
	const void *p;
	enum maas_dtype type;           /* MAAS_F32 or MAAS_BF16 */
	size_t row, col;                /* strides in elements */
};

enum maas_act { MAAS_ACT_NONE, MAAS_ACT_GELU, MAAS_ACT_GELU_TANH, MAAS_ACT_RELU, MAAS_ACT_TANH, MAAS_ACT_SIGMOID, MAAS_ACT_SILU };

struct maas_epilogue {                  /* y = act(y + bias) + residual, then += old y where add */
	const float *bias;              /* [n] or NULL */
	enum maas_act act;
	float *before;                  /* [m,n], row stride ldy: the value before act; NULL: not kept */
	const float *residual;          /* [m,n], row stride ldy; NULL */
	int add;                        /* y += instead of y = */
};

/* Serial.  scratch: maas_product_scratch() bytes, 64-aligned.  epilogue NULL: plain. */
size_t maas_product_scratch(void);
void maas_product(float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b,
    size_t m, size_t n, size_t k, enum maas_dtype precision, const struct maas_epilogue *, void *scratch);
/* The same by the team, cut by shape alone.  scratch: maas_product_scratch() bytes a member. */
void maas_product_team(struct maas_team *, float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b,
    size_t m, size_t n, size_t k, enum maas_dtype precision, const struct maas_epilogue *, void *scratch);

/* Sparse rows: row i holds col[j], val[j] for start[i] <= j < start[i+1]; columns ascend. */
struct maas_csr {
	size_t rows, cols;
	size_t *start;                  /* rows + 1 */
	uint32_t *col;
	double *val;
};
void maas_csr_free(struct maas_csr *);  /* its arrays, where they are the heap's */

#endif
