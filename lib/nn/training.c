/* The settings of a training run, and the learning rate they give each step. */
#include <math.h>
#include <string.h>

#include "maas/nn.h"

static const char *const optimizers[] = { "auto", "gd", "sgd", "momentum", "adam", "adamw", "lbfgs", NULL };
static const char *const schedules[] = { "constant", "linear", "cosine", "step", "plateau", "wsd", NULL };
static const char *const losses[] = { "auto", "mse", "cross-entropy", NULL };
static const char *const inits[] = { "auto", "zeros", "uniform", "xavier", "he", "gpt2", NULL };
static const char *const precisions[] = { "f32", "bf16", NULL };

#define S maas_training
const struct maas_field maas_training_fields[] = {
	MAAS_ENUM(0, S, optimizer, optimizers, 0, "how the weights are found; auto: what suits the kind"),
	MAAS_FIELD(REAL, 0, S, lr, 0, 100, 1e-3, "X|auto", NULL,
	    "learning rate at its highest; auto: by a range test on the data"),
	MAAS_ENUM(0, S, schedule, schedules, MAAS_COSINE,
	    "how it falls; step: to a tenth after each third; plateau: when progress ends; wsd: over the last fifth"),
	MAAS_REAL(0, S, warmup, 0, 1e12, NAN, "steps in which it rises; auto: min(100, steps / 10)"),
	MAAS_REAL(0, S, min_lr, 0, 100, NAN, "where it ends; auto: lr / 10"),
	MAAS_TEXT(
	    'b', S, batch_size, NULL, "rows (or sequences of --context tokens) a batch, or all; all for gd, else 32"),
	MAAS_INT(0, S, accumulate, 1, 1 << 24, 1, "batches a step"),
	MAAS_INT(0, S, steps, 0, 1e15, 0, "steps to take; 0: by --epochs, else by --max-time, else 1000"),
	MAAS_REAL(0, S, epochs, 0, 1e9, NAN, "passes over the data"),
	MAAS_REAL(0, S, clip, 0, 1e9, 1, "the gradient's norm at most; 0: as it is"),
	MAAS_REAL(0, S, weight_decay, 0, 100, 0.1, "of matrices, times the learning rate (AdamW)"),
	MAAS_REAL(
	    0, S, l2, 0, 1e12, 0, "penalty on squared weights: Ridge's alpha; networks: half of it on the mean loss"),
	MAAS_REAL(0, S, l1, 0, 1e12, 0, "penalty on absolute weights: Lasso's alpha; networks: on the mean loss"),
	MAAS_REAL(0, S, momentum, 0, 0.999999, 0.9, "of the optimizer momentum"),
	MAAS_REAL(0, S, beta1, 0, 0.999999, 0.9, "Adam's memory of the gradient"),
	MAAS_REAL(0, S, beta2, 0, 0.999999, 0.999, "Adam's memory of its square"),
	MAAS_ENUM(0, S, loss, losses, 0, "what is made small; auto: what suits the task"),
	MAAS_ENUM(0, S, init, inits, 0, "the first weights; auto: what suits the kind"),
	MAAS_TEXT(0, S, freeze, NULL, "PATTERN,...: parameters that stay as they began, by name, as layers.0.*"),
	MAAS_TEXT(0, S, class_weight, NULL, "balanced, or LABEL:W,...: what a row of a label counts; 1 where not said"),
	MAAS_REAL(0, S, tol, 0, 1e9, 1e-4, "a solver is done when nothing has further than this to go"),
	MAAS_INT(0, S, max_iter, 1, 1e9, 1000, "a solver stops after N steps, and says so"),
	MAAS_ENUM(0, S, precision, precisions, 0, "of matrix products"),
	MAAS_REAL(0, S, val_split, 0, 0.99, 0, "share held out: of a text its tail; of rows some of each label"),
	MAAS_INT(0, S, eval_every, 0, 1e15, 0, "steps between evaluations; 0: a tenth of the run; rows: an epoch"),
	MAAS_INT(0, S, eval_batches, 0, 1e15, 20, "batches an evaluation on the way, spread evenly; 0: all"),
	MAAS_INT(0, S, early_stop, 0, 1e9, 0, "stop after N evaluations without progress, and keep the best; 0: never"),
	MAAS_REAL(0, S, min_delta, 0, 1e9, 0, "of loss, what counts as progress"),
	MAAS_INT(0, S, log_every, 0, 1e15, 0, "print the loss every N epochs; 0: not"),
	MAAS_END,
};
#undef S

const char *
maas_optimizer_name(enum maas_optimizer how)
{
	return optimizers[how];
}

int
maas_batch_size(const struct maas_training *how, size_t n, size_t *to)
{
	const char *text = how->batch_size ? how->batch_size : how->optimizer == MAAS_GD ? "all" : "32";
	int64_t v;

	if (!strcmp(text, "all")) {
		*to = n;
		return 0;
	}
	if (maas_parse_int(maas_span(text), &v) < 0 || v < 1 || v > 1 << 24)
		return maas_fail_as(MAAS_USAGE, "batch-size: '%s', wanted a number from 1, or all", text);
	*to = (size_t)v < n ? (size_t)v : n;
	return 0;
}

/* How far the schedule has brought the rate down: 1 at first, 0 at the end. */
static double
left(enum maas_schedule s, double done)
{
	const double tail = 0.2; /* of wsd: warm-up, stable, decay by 1 - sqrt (Haegele et al. 2024) */

	switch (s) {
	case MAAS_LINEAR: return 1 - done;
	case MAAS_COSINE: return 0.5 * (1 + cos(3.14159265358979323846 * done));
	case MAAS_STEP: return done < 1.0 / 3 ? 1 : done < 2.0 / 3 ? 0.1 : 0.01;
	case MAAS_WSD: return done <= 1 - tail ? 1 : 1 - sqrt((done - (1 - tail)) / tail);
	case MAAS_PLATEAU:
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
