/*
 * watch.h -- what a version of a model is asked and says, beside what it learnt from: counted where it is answered,
 * without a lock, and measured by the thread that looks after the server.  Counts alone: no text, no row stays.
 */
#ifndef WATCH_H
#define WATCH_H

#include "maas/eval.h"
#include "maas/model.h"

#define WATCH_LABELS 100                /* whose answers are told apart; the others are one */

struct watch;
struct watch_found {                    /* of the window */
	uint64_t answers;
	double score;                   /* mean probability of the label that was answered; NAN: none */
	int drifts;                     /* the model keeps statistics, of which: */
	struct maas_drift_found drift;
};

/* members: of the team that answers.  A model without statistics has its answers counted alone. */
struct watch *watch_new(const struct maas_model *, int members) MAAS_USE;
void watch_free(struct watch *);
/* By a member of the team: a row was added to the call; a row got these scores. */
void watch_row(struct watch *, int member, const struct maas_rows_call *);
void watch_answer(struct watch *, int member, const double *score);
/* Or a label by its number, and how sure it is. */
void watch_said(struct watch *, int member, size_t label, double score);
/* May row i of a request be looked at?  Of one with many rows each sixteenth is, evenly: tables are often sorted. */
int watch_wants(size_t i, int many);
/* Every second or so: 1 where *found is new, of the last `window` seconds, to a twelfth. */
int watch_tick(struct watch *, double clock, double window, struct watch_found *found);
/* Answers so far of label i, below watch_labels; the last is of all others where there are more than WATCH_LABELS. */
size_t watch_labels(const struct watch *);
uint64_t watch_answers(const struct watch *, size_t i);
/* NULL: of the others. */
const struct maas_span *watch_label(const struct watch *, size_t i);

#endif
