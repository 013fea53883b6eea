/* trainer -- what the step (trainer.c) and the run around it (loop.c) share. */
#ifndef TRAINER_H
#define TRAINER_H

#include "maas/train.h"

struct maas_trainer {
	struct maas_run_setup setup;
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *loss, *ids, *targets;
	const struct maas_params *params;
	float *moment[2], *best;                /* [params->n]; best NULL: not kept */
	struct maas_run run;
	struct maas_batches batches;
	struct maas_curves curves;
	size_t time, sequences;                 /* tokens a sequence, sequences a batch */
	uint64_t steps;                         /* in all; 0: the clock decides */
	double warmup;
	uint64_t eval_every;
	double spent;                           /* seconds of this run before this process, by the clock */
	double trained;                         /* seconds in steps of this process */
	double best_loss;
	long waits;                             /* evaluations since then */
};

/* One step of the optimiser.  begun: seconds into a run by the clock. */
int trainer_step(struct maas_trainer *, double clock, struct maas_step *);
/* The held-out loss over at most `batches` batches spread evenly; 0: over all. */
void trainer_eval(struct maas_trainer *, size_t batches, struct maas_evaluation *);
/* Parameters were set from outside: make their bf16 copies. */
void trainer_refresh(struct maas_trainer *);
/* Make room for one more step and one more evaluation. */
int trainer_room(struct maas_trainer *);

#endif
