/* What ops share. */
#ifndef MAAS_OP_H
#define MAAS_OP_H

#include "maas/nn.h"

struct op_head { /* head_loss's settings */
	size_t keep; /* bytes of logits that stay for the backward pass, at most */
};

#define OP_COLUMNS 64 /* of a range whose rows are summed */

/* Rows of n elements in a range of work: some 16,000 elements, by shape alone. */
static inline size_t
op_grain(size_t n)
{
	return n < 16384 ? 16384 / n : 1;
}

/* Columns in a range of work that sums so many rows of them. */
static inline size_t
op_columns(size_t rows)
{
	return op_grain(rows) < OP_COLUMNS ? OP_COLUMNS : op_grain(rows) / OP_COLUMNS * OP_COLUMNS;
}

/* Rows of a sequence, where the graph was built for `built` of them. */
static inline size_t
op_time(const struct maas_run *run, size_t built)
{
	return run->time && run->time < built ? run->time : built;
}

/* Is this pass to end, half done? */
static inline int
op_halts(const struct maas_run *run)
{
	return run->halt && *run->halt;
}

/* Of dim[0]: pictures, or matrices. */
static inline size_t
op_in_use(const struct maas_node *x, const struct maas_run *run)
{
	return run->rows && run->rows < x->dim[0] ? run->rows : x->dim[0];
}

static inline size_t
op_last(const struct maas_node *x)
{
	return x->dim[x->ndim - 1];
}

static inline int
op_wants(const struct maas_node *x)
{
	return x && x->grad;
}

/* Weight w as an operand from row `from` on, of these strides.  A bf16 copy says the same as its values rounded, in
 * half the bytes. */
static inline struct maas_matrix
op_weight(const struct maas_node *w, size_t from, size_t row, size_t col, enum maas_dtype precision)
{
	size_t at = from * w->dim[1];

	if (precision == MAAS_BF16 && w->half)
		return (struct maas_matrix){ w->half + at, MAAS_BF16, row, col };
	return (struct maas_matrix){ (const float *)w->val + at, MAAS_F32, row, col };
}

/* y's shape is x's. */
static inline int
op_same(struct maas_node *y, const struct maas_node *x)
{
	y->ndim = x->ndim;
	for (int i = 0; i < x->ndim; i++)
		y->dim[i] = x->dim[i];
	return 0;
}

/*
 * A table of which an op reads rows by their numbers alone (`picks`): of these n (those that are no row of it are
 * passed over) before it reads them in fwd, and in bwd before it adds to their gradients, which the second makes 0
 * where `first`.
 */
void op_rows_read(struct maas_node *table, const int32_t *row, size_t n, const struct maas_run *);
void op_rows_learn(struct maas_node *table, const int32_t *row, size_t n, int first, const struct maas_run *);
int op_equal(const struct maas_node *a, const struct maas_node *b);                   /* shapes */
int op_matrix(const struct maas_node *x, const char *what, size_t rows, size_t cols); /* cols 0: a vector */
int op_rows(const struct maas_node *x, const char *what);                             /* F32 of one dimension or more */
/* Rows x are sequences of `time`, lengths (I32) one of each. */
int op_sequences(const struct maas_node *x, const struct maas_node *lengths, size_t time) MAAS_USE;

#endif
