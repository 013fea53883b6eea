/* logistic -- the arithmetic of fitting, apart from the model it goes into. */
#ifndef LOGISTIC_H
#define LOGISTIC_H

#include "maas/model.h"

struct maas_logistic { /* settings of the kind */
	double C, l1_ratio;
	int intercept;
};

/* Of two labels one has weights, k is 1; stride is what stands from a feature to the next. */
struct logistic {
	const struct maas_logistic *set;
	const struct maas_data *d;
	struct maas_fitting *how;
	size_t k, stride;
	double weights; /* of all rows, summed */
	double *w;      /* [features + 1][stride]: begins as it is given; last the intercepts */
};

/* Scores of row i become errors, weighed; weight x -ln p of its label.  p: the probabilities; NULL: not wanted. */
double logistic_row(const struct logistic *, const struct maas_data *, double *z, size_t i, double *p, int *hit);
/* The intercepts that say what the labels say. */
int logistic_start(struct logistic *) MAAS_USE;
/* The optimum: by Newton's method, or without l1 by L-BFGS where that is asked for. */
int logistic_solve(struct logistic *) MAAS_USE;

/*
 * What the solvers share: sum of weight x -ln p + l2 / 2 |w|^2 over a design.
 */
struct logistic_problem {
	struct logistic *l;
	const struct maas_design *x;
	struct maas_pass *pass;
	size_t size;   /* (cols + 1) x stride */
	double l1, l2; /* l1 |w| is not in the evaluation */
	double *g;     /* [size] gradient of the last evaluation */
	double *p;     /* [rows][stride] probabilities there; NULL: not kept */
	double loss;   /* there, without the penalty */
	size_t hits;
	double *square; /* [cols] sums of weight x^2 */
	double part[MAAS_PASS_PARTS];
	size_t part_hits[MAAS_PASS_PARTS];
};
double logistic_evaluate(struct logistic_problem *, const double *w);
/* After a step that was taken: tells the caller; 1 to stop. */
int logistic_told(struct logistic_problem *, long step, double objective, double gradient);
int logistic_newton(struct logistic_problem *, double *w) MAAS_USE;

/*
 * Features that say the same in every row (most words that occur once in the same text) can have the same weight at the
 * optimum.  With the penalty w^2 m such are one feature, sqrt(m) times as large; with |w| they are one as it is, whose
 * weight they share.
 */
struct logistic_fold {
	struct maas_design x; /* dense borrowed */
	uint32_t *which;      /* [sparse features] */
	double *share, *lift; /* [of x's] a weight's part for each; what the feature is multiplied with */
};
int logistic_fold(struct logistic_fold *, const struct maas_design *, int l1) MAAS_USE;
void logistic_fold_free(struct logistic_fold *);

#endif
