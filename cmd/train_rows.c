/* maas-train for models of rows: a table in, a model that labels rows out. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/train.h"
#include "train_rows.h"

static const char *const tasks[] = { "auto", "class", "regress", NULL };

static const struct maas_field rows_fields[] = {
	MAAS_ENUM(
	    0, rows_options, task, tasks, 0, "what the label is: a class, or a number; auto: what suits the kind"),
	MAAS_TEXT(0, rows_options, val, NULL, "measure on the rows of FILE, which are not trained on"),
	MAAS_TEXT(
	    0, rows_options, vectorizer, NULL, "use the vectoriser in FILE; the model carries it and takes texts"),
	MAAS_TEXT(0, rows_options, pca, NULL,
	    "learn from N principal components, or from as many as have this share of the variance"),
	MAAS_DURATION(0, rows_options, max_time, 0, "stop after this long with what was reached; 0: never"),
	MAAS_TEXT(0, rows_options, log, NULL, "write a JSON line a step to FILE"),
	MAAS_END,
};

/* What the label is: as told, else what the kind is for. */
static int
choose_task(struct rows_job *j)
{
	unsigned can = j->kind->rows->tasks;

	j->task = j->rows->task  ? (enum maas_task)j->rows->task
	    : can & MAAS_CLASSES ? MAAS_TASK_CLASS
				 : MAAS_TASK_REGRESS;
	if (can & (j->task == MAAS_TASK_CLASS ? MAAS_CLASSES : MAAS_VALUES))
		return 0;
	return misuse(j->call, "--task %s: %s models learn %s", tasks[j->task], j->kind->name,
	    can & MAAS_CLASSES ? "classes" : "numbers");
}

static int
check_options(struct rows_job *j)
{
	const struct outcome *o = j->outcome;
	const char *places[] = { o->output, o->depfile, j->rows->log };

	if (check_outcome(j->call, o))
		return MAAS_USAGE;
	if (j->rows->val && j->training->val_split > 0)
		return misuse(j->call, "--val and --val-split exclude each other");
	if (choose_task(j))
		return MAAS_USAGE;
	return check_places(j->call, places, MAAS_COUNT(places)) ? fail(j->call) : 0;
}

static int
on_step(struct maas_fitting *how)
{
	struct rows_job *j = how->ctx;
	double seconds = maas_clock() - j->began;

	progress_show(&j->bar, j->rows->max_time > 0 ? seconds / j->rows->max_time : NAN,
	    "step %ld  loss %.5f  %.3g to go", how->step, how->loss, how->gradient);
	if (j->log)
		fprintf(j->log, "{\"step\":%ld,\"loss\":%.9g,\"objective\":%.17g,\"to_go\":%.9g,\"seconds\":%.3f}\n",
		    how->step, how->loss, how->objective, how->gradient, seconds);
	j->timed_out = j->rows->max_time > 0 && seconds > j->rows->max_time;
	return j->timed_out;
}

static int
close_log(struct rows_job *j)
{
	FILE *f = j->log;
	int bad;

	if (!f)
		return 0;
	j->log = NULL;
	bad = ferror(f);
	return fclose(f) || bad ? maas_fail_as(MAAS_IO, "%s: the log could not be written", j->rows->log) : 0;
}

static int
fit(struct rows_job *j, struct rows_fold *f)
{
	int rc;

	if (j->rows->log && !(j->log = fopen(j->rows->log, "w")))
		return maas_fail_as(MAAS_CANTCREATE, "%s: cannot create: %s", j->rows->log, strerror(errno));
	f->how = (struct maas_fitting){ .how = j->training,
		.val = !f->val.n    ? NULL
		    : f->projection ? &f->held_components
				    : &f->held,
		.team = j->team,
		.seed = (uint64_t)j->call->common.seed,
		.on_step = on_step,
		.ctx = j,
		.train_metric = NAN,
		.val_loss = NAN,
		.val_metric = NAN };
	j->began = maas_clock();
	progress_begin(&j->bar, j->call);
	rc = (j->kind->rows->fit ? j->kind->rows->fit : maas_rows_train)(
	    f->model, f->projection ? &f->components : &f->data, &f->how);
	progress_clear(&j->bar);
	return close_log(j) < 0 ? -1 : rc;
}

static int
add_part(struct maas_model *m, const char *name, struct maas_buf *b)
{
	int rc = maas_model_add_part(m, name, (struct maas_span){ b->s, b->n });

	b->n = 0;
	return rc;
}

/* What the model keeps of its columns. */
static const struct maas_columns *
kept(const struct rows_job *j, const struct rows_fold *f)
{
	return j->columns ? j->columns : f->learnt;
}

/* Columns, vectoriser, labels. */
static int
add_parts(const struct rows_job *j, struct rows_fold *f)
{
	const struct maas_vectorizer *v = j->given ? j->given : f->v;
	struct maas_buf b = { 0 };
	int bad = maas_columns_write(kept(j, f), &b) || add_part(f->model, "columns", &b);

	if (v && !bad)
		bad = maas_vectorizer_compile(v, &b) || add_part(f->model, "vectorizer", &b);
	if (f->labels && !bad)
		bad = maas_labels_print(&b, f->label, f->labels) || add_part(f->model, "labels", &b);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

int
rows_learn(struct rows_job *j, struct rows_fold *f)
{
	if (!(f->model = maas_model_new(j->kind)))
		return -1;
	memcpy(f->model->settings, j->call->part[0], j->kind->size);
	return rows_project(j, f) || fit(j, f) || (f->projection && j->kind->rows->fold(f->model, f->projection)) ||
		add_parts(j, f) || maas_model_ready(f->model)
	    ? -1
	    : 0;
}

static int
run_job(struct rows_job *j)
{
	const char *also[] = { j->rows->vectorizer, j->rows->val, j->table->labels };
	int how = MAAS_DURABLE | (j->outcome->if_changed ? MAAS_IF_CHANGED : 0);
	struct rows_fold *f = &j->fold;

	if (take_lock(j->outcome) == -2 || !(j->team = maas_team_new((int)j->call->common.threads)) || rows_read(j) ||
	    rows_prepare(j, f, 1))
		return -1;
	if (j->outcome->dry_run)
		return rows_plan(j);
	if (rows_learn(j, f) || maas_rows_add_selftest(f->model, kept(j, f), j->given ? j->given : f->v) ||
	    rows_validate(j, f) || maas_model_save(f->model, j->outcome->output, how))
		return -1;
	return write_depfile(j->call, j->outcome, also, MAAS_COUNT(also)) || rows_report(j) ? -1 : 0;
}

static int
train_rows(struct call *c)
{
	struct rows_job j = { .call = c,
		.kind = c->verb->data,
		.outcome = c->part[1],
		.rows = c->part[2],
		.table = c->part[3],
		.vectorizer = c->part[4],
		.training = c->part[5],
		.preparation = c->part[6] };
	int rc = check_options(&j);

	if (!rc)
		rc = run_job(&j) ? end_badly(c) : 0;
	rows_free(&j);
	return rc ? rc : finish(c);
}

static int
takes(const struct maas_kind *k)
{
	return k->rows != NULL;
}

const struct family family_rows = {
	.takes = takes,
	.operands = "[DATA...]",
	.part = {
		{ rows_fields, sizeof(struct rows_options) },
		{ maas_table_fields, sizeof(struct maas_table_options) },
		{ maas_vectorizer_fields, sizeof(struct maas_vectorizer_options) },
		{ maas_training_fields, sizeof(struct maas_training) },
		{ maas_preparation_fields, sizeof(struct maas_preparation) },
	},
	.run = train_rows,
};
