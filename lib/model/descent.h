/* descent -- linear models learnt in steps, in double: gradient descent, stochastic or not, momentum, Adam. */
#ifndef DESCENT_H
#define DESCENT_H

#include "maas/model.h"

/*
 * What is made small, over w [cols + 1][stride] whose last row are the intercepts:
 *
 *	mean over the rows of loss  +  l1 |w|_1  +  l2 / 2 |w|^2       (intercepts left out of both)
 */
struct descent {
	const struct maas_data *d;
	struct maas_fitting *how;
	size_t k, stride; /* outputs; numbers from a feature to the next: 1, or k rounded up to fours */
	int intercept;
	double l1, l2;
	/* z[k] of row i of the data become d loss / d z; the loss.  *hit: is it answered rightly (regression: not
	 * asked)? */
	double (*row)(const void *ctx, const struct maas_data *, double *z, size_t i, int *hit);
	/* What d's rows, held out or not, are measured by, from their mean loss and the share of hits. */
	double (*metric)(const void *ctx, const struct maas_data *, double loss, double hits);
	const void *ctx;
	double *w; /* begins as it is given */
};
/* Sets how, calls how->on_step, keeps the best weights where early stopping is asked for. */
int descent_run(struct descent *) MAAS_USE;
/* Fill w as --init says; zeros where nothing was said. */
int descent_init(struct descent *) MAAS_USE;

/* The rule of an optimizer, on n numbers from `at` on (Kingma & Ba 2015; Loshchilov & Hutter 2019).  l1 by a proximal
 * step after it (Parikh & Boyd 2014, 4.2). */
struct descent_rule {
	int optimizer; /* MAAS_SGD, MAAS_MOMENTUM, MAAS_ADAM, MAAS_ADAMW */
	double lr, momentum, beta1, beta2, decay, l1, l2;
	long step; /* 1 is the first */
};
void descent_update(const struct descent_rule *, double *w, const double *g, double *m, double *v, size_t n);

/* What a solver has no use for: -1, with a reason, where a setting that `used` does not name, in words parted by
 * blanks, is not the kind's default. */
int training_only(
    const struct maas_kind *, const struct maas_training *how, const char *solver, const char *used) MAAS_USE;

#endif
