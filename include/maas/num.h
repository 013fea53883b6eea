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

/* Nearest even; subnormals to zero of their sign; NaN stays NaN, infinity infinity. */
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
 *
 * A bf16 product takes subnormal operands as zero and makes no subnormal result; an f32 product
 * has all of IEEE 754's.  NaN and infinity go where the arithmetic takes them.
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

/*
 * Functions of elements and rows.  One source compiled for every tier: the same bytes on
 * all.  exp and tanh are our own (errors at their definitions); NaN stays NaN.  y may be x.
 */
void maas_exp(float *y, const float *x, size_t n);
void maas_act_fwd(float *y, const float *x, size_t n, enum maas_act);
void maas_act_bwd(float *dx, const float *dy, const float *x, size_t n, enum maas_act); /* dx = dy act'(x); may be dy */
void maas_add(float *y, const float *x, size_t n);                                      /* y += x */
void maas_softmax(float *y, const float *x, size_t n);                                  /* one row */
double maas_logsumexp(const float *x, size_t n);
double maas_dot(const float *a, const float *b, size_t n);                              /* sums of doubles */
/* y = (x - mean) / sqrt(var + eps) * gain + bias, a row of n at a time; gain, bias may be NULL.
 * stat [rows, 2]: mean and 1 / sqrt(var + eps); NULL: not kept. */
void maas_layernorm_fwd(float *y, float *stat, const float *x, const float *gain, const float *bias,
    size_t rows, size_t n, float eps);
/* dx = or += (add); dgain [n] and dbias [n] += (NULL: not wanted). */
void maas_layernorm_bwd(float *dx, float *dgain, float *dbias, const float *dy, const float *x, const float *stat,
    const float *gain, size_t rows, size_t n, int add);

/*
 * Causal attention of one head.  Row r of q [rows, hd] stands at position at + r and sees the keys
 * 0 ... at + r; scores are scaled by 1 / sqrt(hd).  Keys and values lie in blocks of MAAS_KEYS
 * positions (a cache's, or parts of one array).  The arithmetic is f32, in steps of one block (online softmax,
 * Milakov & Gimelshein 2018), and a row's result depends on q, its position and what it sees: a
 * row asked for alone gets the bytes it gets among others.
 */
#define MAAS_KEYS 64
#define MAAS_HEAD 256                   /* hd at most */
struct maas_keys {
	enum maas_dtype type;           /* MAAS_F32 or MAAS_BF16 */
	const void *const *k, *const *v;        /* block b holds positions 64 b ...; [MAAS_KEYS, hd] */
	size_t row;                     /* elements from a position to the next */
};
size_t maas_attend_scratch(size_t hd);          /* bytes, 64-aligned */
/* lse [rows]: log of the sum of exp(score), for the backward pass; NULL: not kept. */
void maas_attend_fwd(float *y, size_t ldy, float *lse, const float *q, size_t ldq, size_t rows, size_t at,
    const struct maas_keys *, size_t hd, void *scratch);

/* The backward pass of one sequence and one head of keys, which `group` heads of queries share; all f32. */
struct maas_attend {
	const float *q, *k, *v;         /* [time, ...], row stride ld; head g of q is at q + g hd */
	const float *y, *dy;            /* [time, ...], row stride ldy */
	const float *lse;               /* [group, time] */
	size_t ld, ldy, time, hd, group;
	int add;                        /* gradients += instead of = */
};
void maas_attend_bwd(float *dq, float *dk, float *dv, const struct maas_attend *, void *scratch);   /* row stride ld */

/*
 * LAPACK and BLAS in double, by OpenBLAS on one thread.  Row-major.
 */
/* Eigenvalues ascending, vectors [n, n] a row each, of the symmetric a [n, n] (upper triangle read;
 * destroyed).  -1: no memory, or it does not converge. */
int maas_eigen_sym(double *values, double *vectors, double *a, size_t n) MAAS_USE;
/* c [n, n] += x^T x, x [rows, n]: the upper triangle only. */
void maas_gram(double *c, const double *x, size_t rows, size_t n);
/* y [m, n] = or += (add) a [m, k] b^T, b [n, k]. */
void maas_product_f64(double *y, const double *a, const double *b, size_t m, size_t n, size_t k, int add);
/* Singular values descending, right vectors vt [min(m,n), n] a row each, of x [m, n] (destroyed);
 * u [m, min(m,n)] or NULL.  -1 as above. */
int maas_svd(double *values, double *vt, double *u, double *x, size_t m, size_t n) MAAS_USE;

/* Sparse rows: row i holds col[j], val[j] for start[i] <= j < start[i+1]; columns ascend. */
struct maas_csr {
	size_t rows, cols;
	size_t *start;                  /* rows + 1 */
	uint32_t *col;
	double *val;
};
void maas_csr_free(struct maas_csr *);  /* its arrays, where they are the heap's */

#endif
