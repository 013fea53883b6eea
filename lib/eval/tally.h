/* tally -- what the files of reports and metrics share. */
#ifndef TALLY_H
#define TALLY_H

#include "maas/eval.h"

struct maas_eval {
	struct maas_arena *arena;
	struct maas_span *name; /* the model's labels, then truths it does not know */
	size_t labels, names, name_cap;
	size_t n, truth_cap, answer_cap, p_cap;
	uint32_t *truth, *answer; /* [n] */
	double *p;                /* [n][labels] */
};

/* Counts of the labels that occur, in the order of their bytes. */
struct tally {
	size_t n, k;
	size_t *label;                             /* [k], of names */
	size_t *count;                             /* [k][k], truth by answer */
	double *support, *precision, *recall, *f1; /* [k] */
	double accuracy;
};
int tally_make(struct tally *, const struct maas_eval *) MAAS_USE;
void tally_free(struct tally *);
/* Mean, or mean by support; summed as numpy sums. */
double tally_mean(const struct tally *, const double *v, int weighted);

#endif
