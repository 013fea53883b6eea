/* maas-train for models of rows: a table in, a model that labels rows out. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train_rows.h"

static const char *const imputes[] = { "none", "mean", NULL };

static const struct maas_field rows_fields[] = {
	MAAS_TEXT(0, rows_options, val, NULL, "measure on the rows of FILE, which are not trained on"),
	MAAS_REAL(0, rows_options, val_split, 0, 0.99, 0,
	    "hold this part of the rows out, of each label alike, and measure on it"),
	MAAS_TEXT(
	    0, rows_options, vectorizer, NULL, "use the vectoriser in FILE; the model carries it and takes texts"),
	MAAS_ENUM(0, rows_options, impute, imputes, 0, "fill gaps in numbers with the mean of the column"),
	MAAS_DURATION(0, rows_options, max_time, 0, "stop after this long with what was reached; 0: never"),
	MAAS_TEXT(0, rows_options, log, NULL, "write a JSON line a step to FILE"),
	MAAS_END,
};

static int
check_options(struct rows_job *j)
{
	const struct outcome *o = j->outcome;
	const char *places[] = { o->output, o->depfile, j->rows->log };

	if (check_outcome(j->call, o))
		return MAAS_USAGE;
	if (j->rows->val && j->rows->val_split > 0)
		return misuse(j->call, "--val and --val-split exclude each other");
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
learn(struct rows_job *j)
{
	struct maas_data d = { j->n, j->x, j->target, j->label, j->labels };
	int rc;

	if (!(j->model = maas_model_new(j->kind)))
		return -1;
	memcpy(j->model->settings, j->call->part[0], j->kind->size);
	if (j->rows->log && !(j->log = fopen(j->rows->log, "w")))
		return maas_fail_as(MAAS_CANTCREATE, "%s: cannot create: %s", j->rows->log, strerror(errno));
	j->how = (struct maas_fitting){ .on_step = on_step, .ctx = j };
	j->began = maas_clock();
	progress_begin(&j->bar, j->call);
	rc = j->kind->rows->fit(j->model, &d, j->team, &j->how);
	progress_clear(&j->bar);
	return close_log(j) < 0 ? -1 : rc;
}

static int
add_part(struct rows_job *j, const char *name, struct maas_buf *b)
{
	int rc = maas_model_add_part(j->model, name, (struct maas_span){ b->s, b->n });

	b->n = 0;
	return rc;
}

/* Columns, vectoriser, labels. */
static int
add_parts(struct rows_job *j)
{
	struct maas_buf b = { 0 };
	int bad = maas_columns_write(j->columns, &b) || add_part(j, "columns", &b);

	if (j->v && !bad)
		bad = maas_vectorizer_compile(j->v, &b) || add_part(j, "vectorizer", &b);
	bad = bad || maas_labels_print(&b, j->label, j->labels) || add_part(j, "labels", &b);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

static int
run_job(struct rows_job *j)
{
	const char *also[] = { j->rows->vectorizer, j->rows->val, j->table->labels };
	int how = MAAS_DURABLE | (j->outcome->if_changed ? MAAS_IF_CHANGED : 0);

	if (take_lock(j->outcome) == -2 || !(j->team = maas_team_new((int)j->call->common.threads)) || rows_read(j))
		return -1;
	if (j->outcome->dry_run)
		return rows_plan(j);
	if (learn(j) || add_parts(j) || maas_rows_add_selftest(j->model, j->columns, j->v) || rows_validate(j) ||
	    maas_model_save(j->model, j->outcome->output, how))
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
		.vectorizer = c->part[4] };
	int rc = check_options(&j);

	if (!rc)
		rc = run_job(&j) ? end_badly(c) : 0;
	rows_free(&j);
	return rc ? rc : finish(c);
}

static int
takes(const struct maas_kind *k)
{
	return k->rows && k->rows->fit;
}

const struct family family_rows = {
	.takes = takes,
	.operands = "[DATA...]",
	.part = {
		{ rows_fields, sizeof(struct rows_options) },
		{ maas_table_fields, sizeof(struct maas_table_options) },
		{ maas_vectorizer_fields, sizeof(struct maas_vectorizer_options) },
	},
	.run = train_rows,
};
