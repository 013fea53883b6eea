/* train_rows -- what the files of maas-train for rows share: one training, from the command line to the model. */
#ifndef TRAIN_ROWS_H
#define TRAIN_ROWS_H

#include "maas/eval.h"
#include "maas/model.h"
#include "progress.h"
#include "train_family.h"
#include "train_checkpoint.h"

struct lane;
struct maas_plot;

struct rows_options {
	const char *val, *vectorizer, *tokenizer, *embeddings, *log, *plot, *until, *pca, *init_from, *augment, *table;
	struct maas_list try;
	double max_time;
	long cv, trials;
	int search, resource;
	int task, shuffle, check, calibrate;
};

/* Rows of a table. */
struct rows_part {
	struct maas_rowset *set; /* borrowed */
	uint32_t *pick;          /* [n], ascending */
	size_t n;
};

/* One model in the making: what was learnt, from rows of its own, before the kind learns. */
struct rows_fold {
	struct rows_part train, val; /* val.n 0: nothing held out */
	struct maas_columns *learnt; /* NULL: rows are features already */
	struct maas_vectorizer *fitted;
	const struct maas_vectorizer
	    *v; /* fitted, or --vectorizer's; NULL: no text, or one that is read as a sequence */
	struct maas_tokenizer *tokenizer; /* of sequences; NULL: none, or by the lexicon */
	struct maas_lexicon *lexicon;
	struct maas_vectors *vectors; /* --embeddings; NULL */
	struct maas_spelling spelling;
	int frames; /* rows are read as frames, see maas_columns_frame */
	struct maas_span *label;
	size_t labels;
	uint32_t *target, *val_target;
	double *value, *val_value; /* of a regression */
	double *weight;
	struct maas_buf statistics; /* of the rows trained on, for the model; empty: not wanted */
	struct maas_data data, held;
	struct maas_projection *projection; /* --pca; the kind learns from these: */
	struct maas_data components, held_components;
	struct maas_model *model;
	struct maas_fitting how;
};

/* A fit on its way, at an epoch or (of a solver without them) a step; NAN: not measured. */
struct rows_point {
	double at, train_loss, train_metric, val_loss, val_metric;
};

/* What watches a fit. */
struct rows_watch {
	FILE *log;
	struct progress bar;
	struct rows_point *point; /* of the fit at hand */
	size_t n, cap;
	long said;    /* by --log-every: the last epoch, or step */
	long logged;  /* the last step that is in the log */
	double began; /* by maas_clock(): where --max-time counts from */
	char tag[64]; /* which fit: the first members of each object in the log */
	int timed_out, reached, signal, failed, diverged;
	int trial;            /* of --dry-run: two steps, to see what they take */
	double first, second; /* when they were done */
};

/* --until METRIC=X */
struct rows_goal {
	const char *name; /* NULL: none */
	int loss;         /* less is better */
	double value;
};

/* --cv: mean and (the population's) deviation of the metric over the folds, and the mean of next to nothing's. */
struct rows_cv {
	long folds; /* 0: none */
	double mean, deviation, baseline;
};

struct rows_job {
	struct call *call;
	const struct maas_kind *kind;
	const struct outcome *outcome;
	const struct rows_options *rows;
	const struct maas_table_options *table;
	const struct maas_vectorizer_options *vectorizer;
	const struct maas_training *training;
	const struct maas_preparation *preparation;
	const struct checkpoints *checkpoints;
	struct maas_keeping keeping; /* folder NULL: none */
	char *identity;              /* of --init-from; NULL */
	int lock;                    /* on the folder of checkpoints; -1 */
	enum maas_task task;
	struct rows_goal goal;
	struct maas_team *team;
	struct maas_model *from;             /* of --vectorizer */
	struct maas_model *init;             /* of --init-from, which answers rows; NULL */
	struct maas_model *body;             /* of --init-from, which does not: its network alone is taken; NULL */
	struct maas_columns *own;            /* found in the data, or of numbers for a vectoriser's rows */
	const struct maas_columns *columns;  /* what the model keeps, where nothing is learnt about them here */
	const struct maas_vectorizer *given; /* of `from` or `init`; NULL: fit one where there is text */
	char sha256[65], val_sha256[65];     /* of the data, of --val; "": not known */
	struct made made;                    /* what the model is made of, for --if-changed */
	struct maas_rowset *set, *val_set;
	struct rows_fold fold;
	struct rows_cv cv;
	double temperature;     /* of --calibrate; 0: none */
	long at_fold;           /* of --cv, from 1; 0: the model that stays */
	long at_trial, trials;  /* of --search, likewise */
	struct lane *lane;      /* that a trial runs in, see train_search.h; NULL */
	int beside;             /* other trials run beside it */
	double memory;          /* bytes that may be taken; 0: what is free */
	int gaps;               /* rows may have gaps, whatever `preparation` says: trials fill them */
	int hears;              /* samples of sounds are kept: trials change them */
	struct maas_buf search; /* its trials, as members of the result; empty: none */
	const struct maas_plot *trials_plot; /* [trials_plots] panels of it; NULL */
	size_t trials_plots;
	struct rows_watch watch;
	struct maas_eval *val;          /* NULL: nothing held out */
	struct maas_entities *entities; /* of its words; NULL: they have no tags */
};

int rows_check(struct rows_job *);                   /* --check: the exit status */
void rows_job_set(struct rows_job *, struct call *); /* what the command line says */
void rows_settle_augment(struct rows_options *);     /* NULL where it is "none" */
/* --checkpoint: what is said of it; and one process on one folder, with what a checkpoint has to agree with beside data
 * and settings. */
int rows_keep(struct rows_job *) MAAS_USE;
int rows_open_checkpoints(struct rows_job *) MAAS_USE;
int rows_check_options(struct rows_job *);           /* 0, or an exit status, and said */
int train_search(struct call *);                     /* --search: the exit status */
int rows_make(struct rows_job *);                    /* of rows that are prepared: learn, measure, write, report */
int rows_goal_missed(const struct rows_job *);       /* --until: 0, or 1 and said */
int rows_read(struct rows_job *);                    /* operands to rows, held-out rows apart */
/* Learn what comes before the kind from fold->train; features of both.  use_up: the rowset is not wanted again,
 * and the model is one to keep. */
int rows_prepare(struct rows_job *, struct rows_fold *, int use_up);
/* Does the kind take texts as sequences, or where there are no pictures and sounds? */
int rows_reads_texts(const struct maas_kind *);
/* The kind is that for rows of the columns that were read. */
void rows_suit_kind(struct rows_job *);
/* Texts as sequences: by what tokeniser or lexicon, the one learnt from the rows trained on.  c: the columns. */
int rows_spell(struct rows_job *, struct rows_fold *, const struct maas_columns *c);
/* The features of a part, sequences beside them; see maas_rowset_design.  use_up: and what is cut off is said. */
int rows_design(const struct rows_job *, const struct rows_fold *, const struct rows_part *,
    const struct maas_columns *, int use_up, struct maas_design *);
/* Are texts read as sequences? */
int rows_reads(const struct rows_fold *);
/* Where words are tagged, what suits them is the default.  0, or an exit status, said. */
int rows_suit_tags(const struct rows_job *);
/* The model's settings: those said, those begun with, the tokeniser's or the lexicon's. */
int rows_settings(const struct rows_job *, const struct rows_fold *, struct maas_model *);
/* How many tokens of sequences are learnt from; of other rows, features. */
size_t rows_inputs(const struct rows_fold *);
const struct maas_model *rows_begun(const struct rows_job *); /* --init-from; NULL */
/* With --pca: the components of both. */
int rows_project(struct rows_job *, struct rows_fold *);
int rows_learn(struct rows_job *, struct rows_fold *); /* the model, with its parts */
/* How well the model answers these rows, whose features are x; of tags, their words, and with `to` their entities. */
struct maas_eval *rows_judge(const struct rows_job *, const struct rows_fold *, const struct rows_part *,
    const struct maas_design *x, struct maas_entities *to);
/* Tags of words that break BIO are said. */
void rows_tell_tags(const struct rows_job *, const struct maas_rowset *);
/* What the commonest label of the training rows alone gets right of these rows; the r2 of the training rows' mean. */
double rows_baseline(const struct rows_job *, const struct rows_fold *, const struct rows_part *);
/* --init-from: the model, and columns and vectoriser from it; a fold's labels; no others among its rows; settings. */
int rows_from_open(struct rows_job *);
int rows_from_labels(struct rows_job *, struct rows_fold *);
int rows_from_check(const struct rows_job *, const struct rows_fold *);
void rows_from_settings(const struct rows_job *, struct maas_model *);
/* The member of a struct that a field is for; texts are borrowed. */
size_t rows_field_size(const struct maas_field *);
void rows_field_copy(const struct maas_field *, void *to, const void *from);
int rows_cross_validate(struct rows_job *); /* --cv: sets cv */
void rows_fold_free(struct rows_fold *);
void rows_free(struct rows_job *);

/* Watching: a bar, a log, lines, limits, signals. */
int rows_watch_open(struct rows_job *);
int rows_fit(struct rows_job *, struct rows_fold *, struct maas_model *); /* the kind learns from the fold, watched */
int rows_watch_close(struct rows_job *);                                  /* 0 where it was closed already */

/* "accuracy", "r2", or of tags that mark entities "f1": what is told while a model learns of the rows that were read */
const char *rows_metric(const struct rows_job *);
/* What folds and trials are graded by: that, but "entity_f1".  Of rows whose features are x, and
 * what the commonest label of the training rows alone would get. */
const char *rows_grade_name(const struct rows_job *);
int rows_grade(const struct rows_job *, const struct rows_fold *, const struct rows_part *, const struct maas_design *x,
    double *grade);
int rows_grade_baseline(const struct rows_job *, const struct rows_fold *, const struct rows_part *, double *grade);
int rows_report(struct rows_job *);
int rows_advise(const struct rows_job *, int say, struct maas_buf *json); /* what to try next, said, and as a member */
int rows_result(const struct rows_job *, struct maas_buf *) MAAS_USE; /* as JSON, one line */
int rows_card(struct rows_job *);                                   /* the model's, when it was measured */
int rows_plan(struct rows_job *);                                   /* --dry-run */
int rows_plan_step(struct rows_job *, const struct maas_fitting *); /* as maas_fitting's on_step */
int rows_plot(struct rows_job *);                                   /* --plot */

#endif
