/* tally -- what the files of reports and metrics share. */
#ifndef TALLY_H
#define TALLY_H

#include "maas/eval.h"

#define BINS  15                 /* of the expected calibration error */
#define CELLS ((size_t)1 << 27) /* probabilities kept: 1 GiB */

struct maas_eval {
	struct maas_names names; /* the model's labels, then truths it does not know */
	size_t labels;
	size_t n, truth_cap, answer_cap, p_cap;
	uint32_t *truth, *answer; /* [n] */
	double *p;                /* [n][labels]; NULL past CELLS of them */
	double log_loss, brier;   /* sums over the rows */
	double right[BINS], sure[BINS];
	double *value[2];         /* regression: truths, answers, [n] */
	size_t value_cap[2];
};

/* Counts of the labels that occur, in the order of their bytes. */
struct tally {
	size_t n, k;
	size_t *label, *at;                        /* [k] of names; [names] of k */
	double *hit, *answers;                     /* [k] */
	double *support, *precision, *recall, *f1; /* [k] */
	double accuracy;
};
int tally_make(struct tally *, const struct maas_eval *) MAAS_USE;
void tally_clear(struct tally *);
/* Mean, or mean by support; summed as numpy sums. */
double tally_mean(const struct tally *, const double *v, int weighted);
double tally_sum(const double *v, size_t n);

/* Characters of a name; a name to the right of `width` characters, and a space. */
size_t report_length(struct maas_span);
int report_name(struct maas_buf *, struct maas_span, size_t width) MAAS_USE;

/* Of a regression. */
double value_metric(const struct maas_eval *, size_t metric);
int value_report(const struct maas_eval *, struct maas_buf *) MAAS_USE;
int value_members(const struct maas_eval *, struct maas_buf *) MAAS_USE;

#endif
