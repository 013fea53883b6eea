/* The settings of a training run, and the learning rate they give each step. */
#include <math.h>

#include "maas/train.h"

static const char *const optimizers[] = { "adamw", NULL };
static const char *const schedules[] = { "constant", "linear", "cosine", "wsd", NULL };
static const char *const precisions[] = { "f32", "bf16", NULL };

const struct maas_field maas_training_fields[] = { MAAS_ENUM(0, maas_training, optimizer, optimizers, 0,
						       "how a step is taken"),
	MAAS_REAL(0, maas_training, lr, 0, 100, 1e-3, "learning rate at its highest"),
	MAAS_ENUM(0, maas_training, schedule, schedules, MAAS_COSINE, "how it falls; wsd: over the last fifth"),
	MAAS_REAL(0, maas_training, warmup, 0, 1e12, NAN, "steps in which it rises; auto: min(100, steps / 10)"),
	MAAS_REAL(0, maas_training, min_lr, 0, 100, NAN, "where it ends; auto: lr / 10"),
	MAAS_INT('b', maas_training, batch_size, 1, 1 << 24, 32, "sequences of --context tokens a batch"),
	MAAS_INT(0, maas_training, accumulate, 1, 1 << 24, 1, "batches a step"),
	MAAS_INT(0, maas_training, steps, 0, 1e15, 0, "steps to take; 0: by --epochs, else by --max-time, else 1000"),
	MAAS_REAL(0, maas_training, epochs, 0, 1e9, NAN, "passes over the data"),
	MAAS_REAL(0, maas_training, clip, 0, 1e9, 1, "the gradient's norm at most; 0: as it is"),
	MAAS_REAL(0, maas_training, weight_decay, 0, 100, 0.1, "of matrices, times the learning rate"),
	MAAS_REAL(0, maas_training, beta1, 0, 0.999999, 0.9, "AdamW's memory of the gradient"),
	MAAS_REAL(0, maas_training, beta2, 0, 0.999999, 0.999, "AdamW's memory of its square"),
	MAAS_ENUM(0, maas_training, precision, precisions, 0, "of matrix products"),
	MAAS_REAL(0, maas_training, val_split, 0, 0.9, 0, "share of the text, its tail, held out"),
	MAAS_INT(0, maas_training, eval_every, 0, 1e15, 0, "steps between evaluations; 0: a tenth of the run"),
	MAAS_INT(
	    0, maas_training, eval_batches, 0, 1e15, 20, "batches an evaluation on the way, spread evenly; 0: all"),
	MAAS_INT(0, maas_training, early_stop, 0, 1e9, 0,
	    "stop after N evaluations without progress, and keep the best; 0: never"),
	MAAS_REAL(0, maas_training, min_delta, 0, 1e9, 0, "of loss, what counts as progress"), MAAS_END };

/* How far the schedule has brought the rate down: 1 at first, 0 at the end. */
static double
left(enum maas_schedule s, double done)
{
	const double tail = 0.2; /* of wsd: warm-up, stable, decay by 1 - sqrt (Haegele et al. 2024) */

	switch (s) {
	case MAAS_LINEAR: return 1 - done;
	case MAAS_COSINE: return 0.5 * (1 + cos(3.14159265358979323846 * done));
	case MAAS_WSD: return done <= 1 - tail ? 1 : 1 - sqrt((done - (1 - tail)) / tail);
	case MAAS_CONSTANT: break;
	}
	return 1;
}

double
maas_learning_rate(const struct maas_training *how, double step, double warmup, double done)
{
	double low = isnan(how->min_lr) ? how->lr / 10 : how->min_lr;

	if (step < warmup)
		return how->lr * (step + 1) / warmup;
	return low + (how->lr - low) * left((enum maas_schedule)how->schedule, fmin(fmax(done, 0), 1));
}
