/* A run: steps, evaluations and checkpoints until it is done, out of time, or told to stop. */
#include <math.h>
#include <string.h>

#include "trainer.h"

/* What goes into a checkpoint is what stands in the trainer. */
static struct maas_checkpoint
snapshot(struct maas_trainer *t, double clock)
{
	return (struct maas_checkpoint){ .params = t->params,
		.moment = { t->moment[0], t->moment[1] },
		.best = t->best,
		.curves = &t->curves,
		.seconds = t->steps ? 0 : clock,
		.sums = t->sums,
		.identity = t->setup.identity };
}

/* ReduceLROnPlateau as Keras and PyTorch have it. */
enum { PATIENCE = 10 };
#define FALL 0.1

int
trainer_judge(struct maas_trainer *t, const struct maas_evaluation *e, int keep)
{
	double loss = !t->setup.val ? e->train_loss : t->setup.val->by_metric ? -e->metric : e->loss;
	int best = loss < t->best_loss - t->how.min_delta;

	if (best) {
		t->best_loss = loss;
		t->best_step = e->step;
		t->waits = t->flat = 0;
		if (t->best && keep) {
			maas_update_settle(t->setup.team, t->params);
			memcpy(t->best, t->params->val, t->params->n * sizeof *t->best);
		}
		return 1;
	}
	t->waits++;
	if (++t->flat >= PATIENCE) {
		t->flat = 0;
		t->fall *= FALL;
	}
	return 0;
}

int
maas_trainer_resume(struct maas_trainer *t, uint64_t step)
{
	struct maas_checkpoint c = snapshot(t, 0);
	struct maas_buf path = { 0 };
	int rc = -1;

	if (isnan(t->how.lr) && (rc = trainer_find_rate(t)) != 0) /* by the parameters a run begins with */
		return rc < 0 ? -1 : maas_fail("stopped while a learning rate was looked for");
	rc = -1;
	if (!maas_buf_printf(&path, "%s/step-%llu.ckpt", t->setup.checkpoint, (unsigned long long)step) &&
	    !maas_checkpoint_load(&c, path.s) && !trainer_room(t)) {
		t->spent = c.seconds;
		for (size_t i = 0; i < t->curves.evals; i++)
			trainer_judge(t, &t->curves.val[i], 0);
		trainer_refresh(t);
		rc = 0;
	}
	maas_buf_free(&path);
	return rc;
}

/* By count or by the clock. */
static int
checkpoint_due(const struct maas_trainer *t, double since)
{
	if (!t->setup.checkpoint)
		return 0;
	return (t->setup.every_steps && t->curves.steps % (uint64_t)t->setup.every_steps == 0) ||
	    (t->setup.every_seconds > 0 && since >= t->setup.every_seconds);
}

static int
save(struct maas_trainer *t, double clock)
{
	struct maas_checkpoint c = snapshot(t, clock);

	maas_update_settle(t->setup.team, t->params);
	return maas_checkpoint_save(&c, t->setup.checkpoint) ||
		maas_checkpoint_prune(t->setup.checkpoint, c.curves->steps, t->setup.keep)
	    ? -1
	    : 0;
}

static int
evaluate(struct maas_trainer *t, const struct maas_watch *w)
{
	struct maas_evaluation *e = &t->curves.val[t->curves.evals];

	trainer_eval(t, (size_t)t->how.eval_batches, e);
	t->curves.evals++;
	trainer_judge(t, e, 1);
	return w->eval(w->ctx, e);
}

/* Is there nothing left to do?  `clock`: seconds into the run, by the clock. */
static int
is_finished(const struct maas_trainer *t, double clock)
{
	if (t->how.early_stop && t->waits >= t->how.early_stop)
		return 1;
	return t->steps ? t->curves.steps >= t->steps : clock >= t->setup.max_time;
}

int
trainer_eval_due(const struct maas_trainer *t)
{
	uint64_t step = t->curves.steps;

	if (t->setup.train->whole)
		return step % t->eval_every == 0 || step == t->steps;
	return t->setup.val && step % t->eval_every == 0 && (step != t->steps || t->best);
}

void
trainer_settle(struct maas_trainer *t)
{
	maas_update_settle(t->setup.team, t->params);
	if (!t->best || !isfinite(t->best_loss))
		return;
	memcpy(t->params->val, t->best, t->params->n * sizeof *t->best);
	trainer_refresh(t);
}

/* The parameters that stay, and what they are worth on all that is held out. */
static int
conclude(struct maas_trainer *t, const struct maas_watch *w)
{
	struct maas_evaluation e;

	trainer_settle(t);
	if (!t->setup.val || t->setup.train->whole) /* there, the last step's was over all */
		return 0;
	if (trainer_room(t))
		return -1;
	trainer_eval(t, 0, &e);
	e.last = 1;
	t->curves.val[t->curves.evals++] = e;
	return w->eval(w->ctx, &e);
}

int
maas_trainer_run(struct maas_trainer *t, const struct maas_watch *w)
{
	double began = maas_clock(), saved = began, now = began;
	uint64_t at = t->curves.steps;
	enum maas_ending end = 0;
	struct maas_step s;
	int rc;

	if (isnan(t->how.lr) && (rc = trainer_find_rate(t)) != 0)
		return rc < 0 ? -1 : MAAS_STOPPED;
	if (t->curves.evals) /* of a run that goes on: it may have been told to end there */
		end = (enum maas_ending)w->stop(w->ctx);
	while (!end && !is_finished(t, t->spent + now - began)) {
		if (trainer_room(t) || (rc = trainer_step(t, t->spent + now - began, &s)) < 0)
			return -1;
		if (rc) {
			end = MAAS_STOPPED;
			break;
		}
		if (w->step(w->ctx, &s))
			return -1;
		if (trainer_eval_due(t) && evaluate(t, w))
			return -1;
		now = maas_clock();
		if ((end = (enum maas_ending)w->stop(w->ctx)))
			break;
		if (t->steps && t->setup.max_time > 0 && now - began >= t->setup.max_time)
			end = MAAS_OUT_OF_TIME;
		if (end)
			break;
		if (checkpoint_due(t, now - saved)) {
			if (save(t, t->spent + now - began))
				return -1;
			at = t->curves.steps;
			saved = maas_clock();
		}
	}
	if (is_finished(t, t->spent + now - began))
		end = end == MAAS_STOPPED ? end : MAAS_FINISHED;
	if (t->setup.checkpoint && at != t->curves.steps && save(t, t->spent + now - began))
		return -1;
	return end != MAAS_STOPPED && conclude(t, w) ? -1 : (int)end;
}
