/* linear -- the arithmetic of least squares, apart from the model it goes into. */
#ifndef LINEAR_H
#define LINEAR_H

#include "maas/model.h"

struct maas_linear { /* settings of the kind */
	int intercept;
};

/* X is centred in thought: mean is taken off each column, y_mean off the targets; 0 without an intercept. */
struct linear {
	const struct maas_data *d;
	struct maas_fitting *how;
	struct maas_team *team;
	double l1, l2; /* Lasso's alpha, Ridge's alpha */
	double tol;
	int intercept;
	size_t n, p;
	double *mean, y_mean; /* [p] */
	double total;         /* sum of squares of the centred targets */
	double *w;            /* [p] the result, zeros before */
	double left;          /* sum of squares of what w leaves unexplained */
};
#define LINEAR_EXACT 4096 /* features, at most, that are solved by a factorisation */

int linear_means(struct linear *) MAAS_USE;
/* p <= LINEAR_EXACT: all of X becomes the triangle of its QR; then least squares or ridge, or by coordinates with
 * l1. */
int linear_exact(struct linear *) MAAS_USE;
/* More features: conjugate gradients, or with l1 coordinate descent over the columns. */
int linear_gradients(struct linear *) MAAS_USE;
int linear_columns(struct linear *) MAAS_USE;

/*
 * Coordinate descent (Friedman, Hastie and Tibshirani 2010) on 1/2 |y - X w|^2 + a |w| + b/2 |w|^2.
 * slope(j) is x_j (y - X w); move(j, by) has w_j changed by so much.  Ends when a sweep over all coordinates moves
 * none by more than tol of |y|, each by |x_j|.
 */
struct linear_path {
	size_t p;
	double a, b, tol, size; /* size: |y| */
	double *w;              /* [p] */
	const double *square;   /* [p] |x_j|^2 */
	double (*slope)(void *ctx, size_t j);
	void (*move)(void *ctx, size_t j, double by);
	void *ctx;
};
/* Of l with its penalties; but for slope, move and ctx.  square is [p], of centred columns: those that are constant but
 * for the rounding of their mean become 0. */
struct linear_path linear_path_of(const struct linear *, double *square);
/* By how->max_iter sweeps at most; sets how->converged, ->step, ->gradient. */
int linear_path_run(struct linear_path *, struct maas_fitting *) MAAS_USE;

#endif
