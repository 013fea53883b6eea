/* A fit that is watched: a bar on a terminal, lines, a log, the limit of time, a goal, signals. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interrupt.h"
#include "maas/train.h"
#include "steplog.h"
#include "train_search.h"

int
rows_watch_open(struct rows_job *j)
{
	const char *path = j->rows->log;

	j->watch.began = maas_clock();
	if (path && j->keeping.folder && strcmp(path, "-") != 0) {
		/* A run that goes on cuts its log back to where it does. */
		struct steplog log;

		if (steplog_open(&log, path, j->keeping.resumes ? (size_t)j->keeping.from : 0) < 0)
			return -1;
		j->watch.log = log.f;
		return 0;
	}
	if (path && !strcmp(path, "-")) {
		int fd = dup(STDOUT_FILENO);

		j->watch.log = fd < 0 ? NULL : fdopen(fd, "w");
	} else if (path) {
		j->watch.log = fopen(path, "w");
	}
	if (path && !j->watch.log)
		return maas_fail_as(
		    errno == EACCES ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: cannot create: %s", path, strerror(errno));
	return 0;
}

int
rows_watch_close(struct rows_job *j)
{
	FILE *f = j->watch.log;
	int bad, error;

	if (!f)
		return 0;
	j->watch.log = NULL;
	errno = 0;
	bad = fflush(f) == EOF || ferror(f);
	error = errno;
	if (fclose(f) == EOF && !bad) {
		bad = 1;
		error = errno;
	}
	return bad ? maas_fail_as(MAAS_IO, "%s: %s", j->rows->log, strerror(error ? error : EIO)) : 0;
}

static void
put_real(FILE *f, const char *name, double v)
{
	if (isinf(v)) /* JSON knows no infinity */
		fprintf(f, ",\"%s\":null", name);
	else if (!isnan(v))
		fprintf(f, ",\"%s\":%.17g", name, v);
}

static void
log_step(struct rows_job *j, const struct maas_fitting *how)
{
	FILE *f = j->watch.log;

	if (!f || j->watch.logged == how->step)
		return;
	j->watch.logged = how->step;
	fprintf(f, "{%s\"step\":%ld", j->watch.tag, how->step);
	if (how->epochs > 0)
		put_real(f, "epoch", how->epoch);
	put_real(f, "loss", how->loss);
	if (how->lr > 0)
		put_real(f, "lr", how->lr);
	if (how->grad_norm > 0)
		put_real(f, "grad_norm", how->grad_norm);
	if (how->epochs <= 0 && how->converged >= 0) {
		put_real(f, "objective", how->objective);
		put_real(f, "to_go", how->gradient);
	}
	fprintf(f, ",\"seconds\":%.3f}\n", maas_clock() - j->watch.began);
}

static void
log_evaluation(struct rows_job *j, const struct maas_fitting *how)
{
	FILE *f = j->watch.log;
	char name[32];

	if (!f)
		return;
	fprintf(f, "{%s\"step\":%ld", j->watch.tag, how->step);
	if (how->epochs > 0)
		put_real(f, "epoch", how->epoch);
	put_real(f, "train_loss", how->loss);
	snprintf(name, sizeof name, "train_%s", rows_metric(j));
	put_real(f, name, how->train_metric);
	put_real(f, "val_loss", how->val_loss);
	snprintf(name, sizeof name, "val_%s", rows_metric(j));
	put_real(f, name, how->val_metric);
	if (how->best && j->training->early_stop)
		fprintf(f, ",\"best\":true");
	fprintf(f, ",\"seconds\":%.3f}\n", maas_clock() - j->watch.began);
}

/* --log-every: as textbooks print it, epochs from 0, each with the loss its steps met on their way. */
static void
say(struct rows_job *j, const struct maas_fitting *how)
{
	struct rows_watch *w = &j->watch;
	long every = j->training->log_every, at;
	char val[80] = "";

	if (!every || j->at_fold || j->at_trial || (how->epochs > 0 && !how->evaluated))
		return;
	at = how->epochs > 0 ? (long)ceil(how->epoch - 1e-9) - 1 : how->step;
	if (at % every || at == w->said)
		return;
	w->said = at;
	progress_clear(&w->bar);
	if (how->evaluated && !isnan(how->val_loss))
		snprintf(
		    val, sizeof val, ", val_loss %.6g, val_%s %.4f", how->val_loss, rows_metric(j), how->val_metric);
	warn(j->call, "%s %ld: loss %.12g%s", how->epochs > 0 ? "epoch" : "step", at, how->loss, val);
}

static void
show(struct rows_job *j, const struct maas_fitting *how)
{
	struct rows_watch *w = &j->watch;
	double share = how->steps ? (double)how->step / (double)how->steps : NAN;
	const struct rows_point *p = w->n && how->epochs > 0 ? &w->point[w->n - 1] : NULL;
	char at[64], trial[60] = "", fold[40] = "", train[40] = "", val[64] = "";

	if (!w->bar.on)
		return;
	if (j->rows->max_time > 0)
		share = fmax(isnan(share) ? 0 : share, (maas_clock() - w->began) / j->rows->max_time);
	if (how->epochs > 0)
		snprintf(at, sizeof at, "epoch %.4g/%.4g", how->epoch, how->epochs);
	else
		snprintf(at, sizeof at, "step %ld", how->step);
	if (j->at_trial)
		snprintf(trial, sizeof trial, "trial %ld/%ld  ", j->at_trial, j->trials);
	if (j->at_fold)
		snprintf(fold, sizeof fold, "fold %ld/%ld  ", j->at_fold, j->rows->cv);
	if (p && !isnan(p->train_metric))
		snprintf(train, sizeof train, "  %s %.3f", rows_metric(j), p->train_metric);
	if (p && !isnan(p->val_loss))
		snprintf(val, sizeof val, "  held out %.4f %.3f", p->val_loss, p->val_metric);
	progress_show(&w->bar, share, "%s%s%s  loss %.5f%s%s", trial, fold, at, how->loss, train, val);
}

/* A point of the curves. */
static int
keep(struct rows_watch *w, const struct maas_fitting *how)
{
	int epochs = how->epochs > 0;

	if (!how->evaluated && epochs)
		return 0;
	if (maas_grow(&w->point, w->n, &w->cap, 1, sizeof *w->point) < 0)
		return -1;
	w->point[w->n++] = (struct rows_point){ epochs ? how->epoch : (double)how->step, how->loss,
		how->evaluated ? how->train_metric : NAN, how->evaluated ? how->val_loss : NAN,
		how->evaluated ? how->val_metric : NAN };
	return 0;
}

static int
reached(const struct rows_goal *g, const struct maas_fitting *how)
{
	if (!g->name || !how->evaluated)
		return 0;
	return g->loss ? how->val_loss <= g->value : how->val_metric >= g->value;
}

static int
on_step(struct maas_fitting *how)
{
	struct rows_job *j = how->ctx;
	struct rows_watch *w = &j->watch;

	if (w->trial)
		return rows_plan_step(j, how);
	if (how->replayed) { /* the last says whether the goal was reached */
		w->reached = reached(&j->goal, how);
		return (w->failed = keep(w, how) < 0) || w->reached;
	}
	log_step(j, how);
	if (how->evaluated)
		log_evaluation(j, how);
	w->failed = keep(w, how) < 0;
	say(j, how);
	show(j, how);
	w->reached = reached(&j->goal, how);
	w->timed_out = j->rows->max_time > 0 && maas_clock() - w->began > j->rows->max_time;
	w->signal = interrupt_pending();
	return w->failed || w->reached || w->timed_out || w->signal;
}

static void
on_begin(const struct maas_fitting *how)
{
	const struct rows_job *j = how->ctx;

	if (j->lane)
		lane_take(j->lane, how->bytes);
	if (j->call->common.verbose && !j->at_fold && !j->at_trial)
		warn(j->call, "%.0f parameters, %.3g multiply-adds a row on its way through the network",
		    how->parameters, how->products);
}

int
rows_fit(struct rows_job *j, struct rows_fold *f, struct maas_model *m)
{
	int (*learn)(struct maas_model *, const struct maas_data *, struct maas_fitting *) = j->kind->rows->fit;
	struct rows_watch *w = &j->watch;
	int rc, n;

	f->how = (struct maas_fitting){ .how = j->training,
		.val = !f->val.n    ? NULL
		    : f->projection ? &f->held_components
				    : &f->held,
		.from = rows_begun(j),
		.vectors = f->vectors,
		.augment = j->rows->augment,
		.keeping = j->keeping.folder && !j->watch.trial ? &j->keeping : NULL,
		.team = j->team,
		.memory = j->memory,
		.seed = (uint64_t)j->call->common.seed,
		.halt = interrupt_flag(),
		.on_begin = on_begin,
		.on_step = on_step,
		.ctx = j,
		.train_metric = NAN,
		.val_loss = NAN,
		.val_metric = NAN };
	if (j->rows->augment && learn) /* of a search among kinds, which goes on without */
		return maas_fail_setting("augment", "--augment: %s models learn rows as they are", j->kind->name);
	w->n = 0;
	n = j->at_trial ? snprintf(w->tag, sizeof w->tag, "\"trial\":%ld,", j->at_trial) : 0;
	if (j->at_fold)
		n += snprintf(w->tag + n, sizeof w->tag - (size_t)n, "\"fold\":%ld,", j->at_fold);
	w->tag[n] = '\0';
	w->said = w->logged = -1;
	progress_begin(&w->bar, j->call);
	w->bar.on &= !j->beside;
	if (!j->at_trial) /* a search waits for signals itself */
		interrupt_arm();
	rc = (learn ? learn : maas_rows_train)(m, f->projection ? &f->components : &f->data, &f->how);
	w->signal = interrupt_pending();
	w->diverged = f->how.diverged;
	if (!j->at_trial)
		interrupt_disarm();
	progress_clear(&w->bar);
	return w->failed || w->signal ? -1 : rc;
}
