/* trainer -- what the step (trainer.c), the run around it (loop.c) and what feeds it share. */
#ifndef TRAINER_H
#define TRAINER_H

#include "maas/train.h"

#define ROWS_AT_ONCE 4096 /* samples through a network: a batch of a whole table would want memory by the table */

struct maas_trainer {
	struct maas_run_setup setup;
	struct maas_training how;               /* as asked, with what was found out */
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *loss;
	const struct maas_params *params;
	float *moment[2], *best;                /* [params->n]; NULL: not kept */
	struct maas_run run;
	struct maas_curves curves;
	size_t batch, part;                     /* samples of a batch; at most at once through the network */
	uint64_t *pick;                         /* [part] */
	uint64_t steps;                         /* in all; 0: the clock decides */
	double warmup;
	uint64_t eval_every;
	double spent;                           /* seconds of this run before this process, by the clock */
	double trained;                         /* seconds in steps of this process */
	/* since the last evaluation: loss by weight, weight; and as judge makes them */
	double sums[MAAS_SUMS];
	double best_loss, fall;                 /* fall: what a plateau has left of the rate */
	uint64_t best_step;
	int diverged;                           /* the loss was no number: that is why a step failed */
	long waits, flat;                       /* evaluations since then; since the rate fell or it did */
};

/* Member i of a random permutation of 0 .. n - 1. */
uint64_t order_permute(uint64_t i, uint64_t n, uint64_t seed, uint64_t epoch);
/* Passes over the data in so many steps. */
double trainer_epoch_of(const struct maas_trainer *, uint64_t steps);
/* Has the run been told to stop, in the middle of a step if need be? */
int trainer_halts(const struct maas_trainer *);
/* One step of the optimiser; 1: halted, and the trainer is as it was.  clock: seconds into a run by the clock. */
int trainer_step(struct maas_trainer *, double clock, struct maas_step *);
/* Its two halves.  The gradients of the step's samples are added up, to the gradient times *weight; the loss. */
double trainer_learn(struct maas_trainer *, uint64_t step, double *weight);
void trainer_update(struct maas_trainer *, double lr, float scale, uint64_t step);      /* step: 1 is the first */
/* Is an evaluation due behind the step that was made? */
int trainer_eval_due(const struct maas_trainer *);
/* The held-out loss over at most `batches` batches spread evenly; 0: over all. */
void trainer_eval(struct maas_trainer *, size_t batches, struct maas_evaluation *);
/* Has this evaluation brought progress?  The best parameters are kept where `keep`. */
int trainer_judge(struct maas_trainer *, const struct maas_evaluation *, int keep);
/* Go back to the best parameters, where they are kept. */
void trainer_settle(struct maas_trainer *);
/* Parameters were set from outside: make their bf16 copies. */
void trainer_refresh(struct maas_trainer *);
/* Make room for one more step and one more evaluation. */
int trainer_room(struct maas_trainer *);
/* --lr auto: find a rate by a range test, and leave the trainer as it was; 1: halted. */
int trainer_find_rate(struct maas_trainer *) MAAS_USE;

#endif
