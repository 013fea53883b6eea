/* train_rows -- what the files of maas-train for rows share: one training, from the command line to the model. */
#ifndef TRAIN_ROWS_H
#define TRAIN_ROWS_H

#include "maas/eval.h"
#include "maas/model.h"
#include "progress.h"
#include "train_family.h"

struct rows_options {
	const char *val, *vectorizer, *log, *pca;
	double max_time;
	int task;
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
	const struct maas_vectorizer *v; /* fitted, or --vectorizer's; NULL: no text */
	struct maas_span *label;
	size_t labels;
	uint32_t *target, *val_target;
	double *value, *val_value; /* of a regression */
	double *weight;
	struct maas_data data, held;
	struct maas_projection *projection; /* --pca; the kind learns from these: */
	struct maas_data components, held_components;
	struct maas_model *model;
	struct maas_fitting how;
	double *score; /* [val.n][scores] */
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
	enum maas_task task;
	struct maas_team *team;
	struct maas_model *from;            /* of --vectorizer */
	struct maas_columns *own;           /* found in the data, or of numbers for a vectoriser's rows */
	const struct maas_columns *columns; /* what the model keeps, where nothing is learnt about them here */
	const struct maas_vectorizer *given; /* of `from`; NULL: fit one where there is text */
	struct maas_rowset *set, *val_set;
	struct rows_fold fold;
	FILE *log;
	struct progress bar;
	double began;
	int timed_out;
	struct maas_eval *val; /* NULL: nothing held out */
};

int rows_read(struct rows_job *); /* operands to rows, held-out rows apart */
/* Learn what comes before the kind from fold->train; features of both.  use_up: the rowset is not wanted again. */
int rows_prepare(struct rows_job *, struct rows_fold *, int use_up);
/* With --pca: the components of both. */
int rows_project(struct rows_job *, struct rows_fold *);
int rows_learn(struct rows_job *, struct rows_fold *);    /* the model, with its parts */
int rows_validate(struct rows_job *, struct rows_fold *); /* score what was held out */
void rows_fold_free(struct rows_fold *);
int rows_report(const struct rows_job *);
int rows_plan(const struct rows_job *); /* --dry-run */
void rows_free(struct rows_job *);

#endif
