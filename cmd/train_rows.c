/* maas-train for models of rows: a table in, a model that labels rows out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "maas/plot.h"
#include "maas/train.h"
#include "train_rows.h"

static const char *const tasks[] = { "auto", "class", "regress", "tag", NULL };

static const char *const searches[] = { "auto", "grid", "random", "halving", NULL };
static const char *const resources[] = { "rows", "epochs", NULL };

static const struct maas_field rows_fields[] = {
	MAAS_ENUM(0, rows_options, task, tasks, 0,
	    "what the label is: a class, a number, or a tag for each word; auto: what suits the kind"),
	MAAS_TEXT(0, rows_options, val, NULL, "measure on the rows of FILE, which are not trained on"),
	MAAS_INT(0, rows_options, cv, 0, 10000, 0,
	    "measure on each of N folds what is learnt from the others, then learn from all; 0: not"),
	MAAS_FLAG(0, rows_options, shuffle, "with --cv: rows fall to folds by the seed, not in their order"),
	MAAS_TEXT(
	    0, rows_options, vectorizer, NULL, "use the vectoriser in FILE; the model carries it and takes texts"),
	MAAS_TEXT(0, rows_options, tokenizer, NULL,
	    "tokeniser: a file, a directory or a model; see --analyzer for what is read without it"),
	MAAS_TEXT(0, rows_options, embeddings, NULL,
	    "begin the table of words with the vectors in FILE, as word2vec, fastText and GloVe write them"),
	MAAS_TEXT(0, rows_options, pca, NULL,
	    "learn from N principal components, or from as many as have this share of the variance"),
	MAAS_TEXT(0, rows_options, augment, NULL,
	    "change training rows at random, anew each epoch: shift=PIXELS, drop=PROBABILITY, ..."),
	MAAS_FLAG(0, rows_options, check, "look the data over, tell what is wrong with it, and train nothing"),
	MAAS_DURATION(0, rows_options, max_time, 0, "stop after this long with what was reached; 0: never"),
	MAAS_ENUM(0, rows_options, search, searches, 0,
	    "find the best of many settings: all, some, or in rounds of which a third goes on; then learn with it"),
	MAAS_LIST(0, rows_options, try, "NAME=VALUE,...",
	    "settings to search among, or a range, LEAST..MOST; may be repeated"),
	MAAS_INT(0, rows_options, trials, 0, 1000000, 0, "how many of them random and halving take; 0: all"),
	MAAS_TEXT(0, rows_options, table, NULL, "write a line a trial to FILE, the best first"),
	MAAS_ENUM(0, rows_options, resource, resources, 0, "what the rounds of halving have more and more of"),
	MAAS_TEXT(
	    0, rows_options, init_from, NULL, "begin with a model: its columns, words, labels, settings, weights"),
	MAAS_FLAG(0, rows_options, calibrate,
	    "divide logits by the temperature that makes the log-loss of what is held out least"),
	MAAS_TEXT(0, rows_options, until, NULL,
	    "METRIC=X: stop when what is held out reaches it; accuracy, f1, r2 or loss; exit 1 if it never does"),
	MAAS_TEXT(0, rows_options, log, NULL, "write a JSON line a step and an evaluation to FILE"),
	MAAS_TEXT(0, rows_options, plot, NULL,
	    "draw loss, metric and what was held out against the answers to FILE: .svg, .png or .pdf"),
	MAAS_END,
};

/* Tags stand in files of CoNLL, a label a word. */
static int
check_tags(struct rows_job *j)
{
	const struct {
		const char *name;
		int said;
	} of_rows[] = { { "labels", j->table->labels != NULL }, { "label-from", j->table->label_from != NULL } };

	for (size_t i = 0; i < MAAS_COUNT(of_rows); i++)
		if (of_rows[i].said)
			return misuse(
			    j->call, "--%s is for rows of one label, and --task tag has one a word", of_rows[i].name);
	return 0;
}

int
rows_reads_texts(const struct maas_kind *k)
{
	return k->rows->longest || k->texts;
}

/* What the label is: as told, else what the kind is for. */
static int
choose_task(struct rows_job *j)
{
	static const unsigned need[] = { 0, MAAS_CLASSES, MAAS_VALUES, MAAS_TAGS };
	unsigned can = j->kind->rows->tasks | (j->kind->texts ? j->kind->texts->rows->tasks : 0);

	j->task = j->rows->task  ? (enum maas_task)j->rows->task
	    : can & MAAS_CLASSES ? MAAS_TASK_CLASS
				 : MAAS_TASK_REGRESS;
	if (can & need[j->task]) {
		if (!(j->kind->rows->tasks & need[j->task]))
			j->kind = j->kind->texts;
		return j->task == MAAS_TASK_TAG ? check_tags(j) : 0;
	}
	return misuse(j->call, "--task %s: %s models learn %s", tasks[j->task], j->kind->name,
	    !(can & MAAS_CLASSES)   ? "numbers"
		: can & MAAS_VALUES ? "classes or numbers"
				    : "classes");
}

static int
searching(const struct rows_job *j)
{
	return !j->call->verb->data || j->rows->search || j->rows->try.n;
}

/* Whatever wants rows that are held out, and METRIC=X of --until. */
static int
check_held_out(struct rows_job *j)
{
	static const char *const names[] = { "accuracy", "f1", "r2", "loss", NULL };
	int held = j->rows->val || j->training->val_split > 0;

	if (j->rows->val && j->training->val_split > 0)
		return misuse(j->call, "--val and --val-split exclude each other");
	if (j->training->early_stop && !held)
		return misuse(j->call, "--early-stop wants rows that are held out: --val or --val-split");
	if (j->rows->calibrate && j->task == MAAS_TASK_REGRESS)
		return misuse(j->call, "--calibrate is for labels: a number has no probability");
	if (j->rows->calibrate && !held)
		return misuse(j->call, "--calibrate wants rows that are held out: --val or --val-split");
	if (j->rows->cv == 1)
		return misuse(j->call, "--cv 1: two folds at least");
	if (j->rows->cv && j->rows->max_time > 0 && !searching(j))
		return misuse(j->call, "--cv and --max-time exclude each other: folds that are cut short say nothing");
	if (j->rows->shuffle && !j->rows->cv)
		return misuse(j->call, "--shuffle wants --cv");
	if (!j->rows->until)
		return 0;
	if (until_read(j->rows->until, names, &j->goal.name, &j->goal.value) < 0)
		return misuse(j->call, "%s", maas_error());
	j->goal.loss = !strcmp(j->goal.name, "loss");
	if (!j->goal.loss && (*j->goal.name == 'r') != (j->task == MAAS_TASK_REGRESS))
		return misuse(j->call, "--until: there is no %s where the label is a %s", j->goal.name,
		    j->task == MAAS_TASK_REGRESS ? "number" : "class");
	if (*j->goal.name == 'f' && j->task != MAAS_TASK_TAG)
		return misuse(j->call, "--until: f1 is of tags (see --task), and of labels accuracy");
	return held || (j->rows->cv && searching(j))
	    ? 0
	    : misuse(j->call, "--until wants rows that are held out: --val or --val-split");
}

static int
check_checkpoints(struct rows_job *j)
{
	const struct checkpoints *o = j->checkpoints;
	struct maas_keeping *k = &j->keeping;

	if (o->resume == RESUME_MUST && !o->checkpoint)
		return misuse(j->call, "--resume must wants --checkpoint");
	if (!o->checkpoint)
		return 0;
	if (searching(j)) /* keeps its trials there */
		return checkpoint_every(o->checkpoint_every, &k->every_steps, &k->every_seconds)
		    ? misuse(j->call, "%s", maas_error())
		    : 0;
	if (j->rows->cv)
		return misuse(j->call, "--checkpoint is of one training, or of a search: not with --cv alone");
	if (j->kind->rows->fit)
		return misuse(j->call, "--checkpoint: %s models are no networks, and learnt in one go", j->kind->name);
	return rows_keep(j) ? misuse(j->call, "%s", maas_error()) : 0;
}

int
rows_keep(struct rows_job *j)
{
	const struct checkpoints *o = j->checkpoints;
	struct maas_keeping *k = &j->keeping;

	*k = (struct maas_keeping){ .folder = o->checkpoint, .keep = o->keep };
	return checkpoint_every(o->checkpoint_every, &k->every_steps, &k->every_seconds);
}

int
rows_open_checkpoints(struct rows_job *j)
{
	struct maas_buf b = { 0 };

	if (!j->keeping.folder)
		return 0;
	if ((j->lock = checkpoint_lock(j->keeping.folder)) < 0)
		return -1;
	if (j->rows->init_from && maas_buf_printf(&b, "init-from=%s\n", j->rows->init_from))
		return -1;
	j->keeping.identity = j->identity = b.s;
	j->keeping.resumes = checkpoint_find(j->call, j->checkpoints, &j->keeping.from);
	return j->keeping.resumes < 0 ? -1 : 0;
}

int
rows_check_options(struct rows_job *j)
{
	const struct outcome *o = j->outcome;
	const char *places[] = { o->output, o->depfile, j->rows->log, j->rows->plot, j->rows->table };

	if (j->rows->check ? wants_input(j->call) : check_outcome(j->call, o))
		return MAAS_USAGE;
	if (choose_task(j) || check_held_out(j))
		return MAAS_USAGE;
	if (check_checkpoints(j))
		return MAAS_USAGE;
	if (rows_suit_tags(j))
		return misuse(j->call, "%s", maas_error());
	if (j->rows->tokenizer && !rows_reads_texts(j->kind) && j->call->verb->data)
		return misuse(j->call, "--tokenizer: %s models take words, not tokens", j->kind->name);
	if (j->rows->embeddings && !rows_reads_texts(j->kind) && j->call->verb->data)
		return misuse(j->call, "--embeddings: %s models look up no words", j->kind->name);
	if (j->rows->vectorizer && rows_reads_texts(j->kind))
		return misuse(
		    j->call, "--vectorizer: %s models read texts in their order (see --analyzer)", j->kind->name);
	if (j->training->freeze && j->kind->rows->fit)
		return misuse(j->call, "--freeze: %s models are no networks", j->kind->name);
	if (j->rows->augment && j->kind->rows->fit && !searching(j))
		return misuse(
		    j->call, "--augment: %s models are no networks, and learn rows as they are", j->kind->name);
	if (j->rows->augment && j->rows->pca)
		return misuse(
		    j->call, "--augment changes pictures, sounds and texts, and --pca makes other features of them");
	if (j->rows->augment && maas_augments_check(j->rows->augment) < 0)
		return misuse(j->call, "--%s", maas_error());
	if (j->rows->table && !searching(j))
		return misuse(j->call, "--table is of the trials of a search: see --try");
	if (j->rows->plot && maas_plot_check(j->rows->plot))
		return fail(j->call);
	return check_places(j->call, places, MAAS_COUNT(places)) ? fail(j->call) : 0;
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

/* Columns, vectoriser, labels, statistics. */
static int
add_parts(const struct rows_job *j, struct rows_fold *f)
{
	const struct maas_vectorizer *v = j->given ? j->given : f->v;
	struct maas_buf b = { 0 };
	int bad = maas_columns_write(kept(j, f), &b) || add_part(f->model, "columns", &b);

	if (v && !bad)
		bad = maas_vectorizer_compile(v, &b) || add_part(f->model, "vectorizer", &b);
	if (f->tokenizer && !bad)
		bad = maas_tokenizer_compile(f->tokenizer, &b) || add_part(f->model, "tokenizer", &b);
	if (f->lexicon && !bad)
		bad = maas_lexicon_compile(f->lexicon, &b) || add_part(f->model, "lexicon", &b);
	if (f->labels && !bad)
		bad = maas_labels_print(&b, f->label, f->labels) || add_part(f->model, "labels", &b);
	if (f->statistics.n && !bad)
		bad = add_part(f->model, "statistics", &f->statistics);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

int
rows_learn(struct rows_job *j, struct rows_fold *f)
{
	if (!(f->model = maas_model_new(j->kind)))
		return -1;
	if (rows_settings(j, f, f->model) < 0)
		return -1;
	return rows_project(j, f) || rows_fit(j, f, f->model) ||
		(f->projection && j->kind->rows->fold(f->model, f->projection)) || add_parts(j, f) ||
		(j->task == MAAS_TASK_TAG && !j->set->broken && maas_rows_set_path(f->model)) ||
		maas_model_ready(f->model)
	    ? -1
	    : 0;
}

/* Does the model reach what --until wants? */
static int
is_reached(const struct rows_job *j, double *got)
{
	const char *name = j->goal.loss ? (j->task == MAAS_TASK_REGRESS ? "mse" : "log_loss") : j->goal.name;

	if (!j->goal.name || !j->val)
		return 1;
	if (*name == 'f' ? maas_entities_metric(j->entities, "entity_f1", got) : maas_eval_metric(j->val, name, got))
		return -1;
	return j->goal.loss ? *got <= j->goal.value : *got >= j->goal.value;
}

/* For --if-changed: what falls short, or reads files that its rows name, is made again the next time. */
static int
note_made(const struct rows_job *j, const struct rows_fold *f)
{
	const struct maas_columns *c = kept(j, f);
	struct maas_buf result = { 0 };
	double got;
	int will =
	    j->outcome->if_changed && !j->watch.timed_out && is_reached(j, &got) > 0 && !(c && maas_columns_files(c));
	int bad = will && (rows_result(j, &result) || made_note(&j->made, f->model, result.s));

	maas_buf_free(&result);
	return bad ? -1 : 0;
}

int
rows_make(struct rows_job *j)
{
	int how = MAAS_DURABLE | (j->outcome->if_changed ? MAAS_IF_CHANGED : 0);
	struct rows_fold *f = &j->fold;

	if (j->task == MAAS_TASK_TAG && !(j->entities = maas_entities_new()))
		return -1;
	if (rows_learn(j, f) ||
	    (j->rows->calibrate && maas_rows_calibrate(f->model, &f->held, j->team, &j->temperature)) ||
	    maas_rows_add_selftest(f->model, kept(j, f), j->given ? j->given : f->v) ||
	    (f->val.n && !(j->val = rows_judge(j, f, &f->val, &f->held.x, j->entities))) || rows_watch_close(j) ||
	    rows_card(j) || note_made(j, f) || write_depfile(j->call, j->outcome) ||
	    maas_model_save(f->model, j->outcome->output, how) || enter_registry(j->call, ENTERED(j->outcome)))
		return -1;
	/* A plot that cannot be drawn costs nobody the model. */
	return rows_plot(j) || rows_report(j) ? -1 : 0;
}

static int
run_job(struct rows_job *j)
{
	int stands = take_lock(j->outcome) == -2 ? -1 : outcome_stands(j->call, j->outcome, &j->made);

	if (stands)
		return stands < 0 ? -1 : 0;
	if (!(j->team = maas_team_new((int)j->call->common.threads)) || rows_read(j))
		return -1;
	if (j->outcome->dry_run)
		return rows_prepare(j, &j->fold, 1) || rows_plan(j) ? -1 : 0;
	if (rows_open_checkpoints(j) || rows_watch_open(j) || (j->rows->cv && rows_cross_validate(j)))
		return -1;
	return rows_prepare(j, &j->fold, 1) || rows_make(j) ? -1 : 0;
}

int
rows_goal_missed(const struct rows_job *j)
{
	double got;
	int is = is_reached(j, &got);

	if (is)
		return is < 0 ? fail(j->call) : 0;
	return complain(j->call, MAAS_NEGATIVE, "val_%s is %.6g, --until wanted %g", j->goal.name, got, j->goal.value);
}

void
rows_settle_augment(struct rows_options *o)
{
	if (o->augment && !strcmp(o->augment, "none"))
		o->augment = NULL;
}

void
rows_job_set(struct rows_job *j, struct call *c)
{
	struct maas_table_options *table = c->part[3];

	rows_settle_augment(c->part[2]);
	*j = (struct rows_job){ .call = c,
		.kind = c->verb->data,
		.outcome = c->part[1],
		.rows = c->part[2],
		.table = table,
		.vectorizer = c->part[4],
		.training = c->part[5],
		.preparation = c->part[6],
		.checkpoints = c->part[8],
		.lock = -1 };
	if (j->rows->task == MAAS_TASK_TAG && !table->format)
		while (maas_formats[table->format++] != &maas_format_conll)
			;
	table->media = j->kind && j->kind->rows->longest && !j->kind->rows->reads ? NULL : c->part[7];
}

static int
train_rows(struct call *c)
{
	struct rows_job j;
	int rc, signal, kept;

	rows_job_set(&j, c);
	if (searching(&j) && (!j.rows->check || !j.kind))
		return train_search(c);
	rc = rows_check_options(&j);
	if (!rc && j.rows->check) {
		rc = rows_check(&j);
		rows_free(&j);
		return rc;
	}
	if (!rc && run_job(&j))
		rc = j.watch.signal ? 1 : end_badly(c);
	else if (!rc)
		rc = rows_goal_missed(&j);
	signal = j.watch.signal;
	kept = j.keeping.folder && j.fold.how.step > 0;
	rows_free(&j);
	if (signal) {
		warn(c,
		    kept ? "stopped at a checkpoint; the same command goes on from there"
			 : "stopped by a signal, nothing is written");
		interrupt_end();
	}
	return rc ? rc : finish(c);
}

static int
takes(const struct maas_kind *k)
{
	return k->rows != NULL;
}

/* Kinds that read sequences have no features of words, and those of language no numbers to prepare. */
static int
useless(const struct maas_kind *k, const struct maas_field *f)
{
	return (f == maas_vectorizer_fields && rows_reads_texts(k)) ||
	    (k->rows->longest && !k->rows->reads && (f == maas_preparation_fields || f == maas_media_fields));
}

const struct family family_rows = {
	.takes = takes,
	.useless = useless,
	.operands = "[DATA...]",
	.part = {
		{ rows_fields, sizeof(struct rows_options) },
		{ maas_table_fields, sizeof(struct maas_table_options) },
		{ maas_vectorizer_fields, sizeof(struct maas_vectorizer_options) },
		{ maas_training_fields, sizeof(struct maas_training) },
		{ maas_preparation_fields, sizeof(struct maas_preparation) },
		{ maas_media_fields, sizeof(struct maas_media_options) },
		{ checkpoint_fields, sizeof(struct checkpoints) },
	},
	.run = train_rows,
};
