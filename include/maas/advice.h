/*
 * advice -- what to try next, told from what was seen of a training and from nothing else: a function of a struct, so
 * that the same run gives the same advice.  The rules are a table in lib/train/advice.c, the first that has something
 * to say speaks; scripts/compare-advice follows each on real data and tells whether that helped.
 */
#ifndef MAAS_ADVICE_H
#define MAAS_ADVICE_H

#include "maas/base.h"

/* An evaluation on the way. */
struct maas_seen_point {
	double at;                      /* epochs, or steps, from the beginning */
	double train, val;              /* losses; NAN: not measured */
	double metric;                  /* of what is held out: accuracy, F1 or r2; NAN */
};
/* A label of a classifier. */
struct maas_seen_label {
	struct maas_span name;          /* borrowed */
	size_t train, val, right;       /* rows (of tags, words) trained on; held out; found among these */
};
/* What was seen, and what was asked for: numbers that are not known, and settings that this kind has not, are NAN. */
struct maas_seen {
	const struct maas_seen_point *point;    /* [points], in their order */
	size_t points;
	int steps;                      /* it goes in steps or epochs; else a solver has found it */
	const char *unit;               /* what a point's `at` counts, and the option that says how many: "epochs", "steps" */
	double length;                  /* how many were asked for */
	int cut;                        /* it ended before: out of time, stopped early, a goal reached, a signal */

	double train_loss, val_loss;    /* of the model that stays */
	double accuracy;                /* of what is held out; NAN: it has no labels */
	size_t train_rows, val_rows, features;  /* of texts tokens */
	int split;                      /* rows held out are a part of the rows, not a file of their own */
	int folds;                      /* it was measured by folds, too */
	int converged;                  /* of a solver: 1, 0, -1 where the word means nothing */
	double to_go, tol, iterations;  /* of one that has not: how far from done, what is wanted, how many it took */
	const struct maas_seen_label *label;    /* [labels]; NULL: none held out */
	size_t labels;
	struct maas_span wide, narrow;  /* the most and the least spread out of the numbers it learns from */
	double spread;                  /* how many times the one is the other; NAN: scaled, or none */

	double lr, C;                   /* as they were */
	int early_stop, weighted, calibrated;   /* were --early-stop, --class-weight, --calibrate given? */
	int counts;                     /* features are counts of words, not weighed by --tfidf */
	const char *regularise;         /* "--dropout 0.3": what makes this kind keep less to its rows; NULL, or given already */
};
struct maas_advice {
	const char *rule;               /* "overfit" ...; NULL: nothing to say */
	char why[240], try[80];         /* what was seen; the options to try */
};
/* Is there something to say? */
int maas_advise(const struct maas_seen *, struct maas_advice *);
/* The names of the rules in the order in which they are asked; NULL ends. */
const char *maas_advice_rule(size_t i);

#endif
