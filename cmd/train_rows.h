/* train_rows -- what the files of maas-train for rows share: one training, from the command line to the model. */
#ifndef TRAIN_ROWS_H
#define TRAIN_ROWS_H

#include "maas/eval.h"
#include "maas/model.h"
#include "progress.h"
#include "train_family.h"

struct rows_options {
	const char *val, *vectorizer, *log;
	double val_split, max_time;
	int impute;
};

struct rows_job {
	struct call *call;
	const struct maas_kind *kind;
	const struct outcome *outcome;
	const struct rows_options *rows;
	const struct maas_table_options *table;
	const struct maas_vectorizer_options *vectorizer;
	struct maas_team *team;
	struct maas_model *from;            /* of --vectorizer */
	struct maas_columns *own;           /* found in the data, or of numbers for a vectoriser's rows */
	const struct maas_columns *columns; /* what the model keeps */
	struct maas_vectorizer *fitted;     /* here */
	const struct maas_vectorizer *v;    /* fitted, or from's; NULL: no text */
	struct maas_rowset *set, *val_set;
	uint32_t *pick, *val_pick; /* rows trained on; rows held out, of val_rows */
	size_t n, val_n;
	const struct maas_rowset *val_rows;
	struct maas_span *label;
	size_t labels;
	uint32_t *target; /* [n] */
	struct maas_csr x;
	struct maas_model *model;
	struct maas_fitting how;
	FILE *log;
	struct progress bar;
	double began;
	int timed_out;
	struct maas_eval *val; /* NULL: nothing held out */
};

int rows_read(struct rows_job *);     /* operands to rows, labels and features */
int rows_validate(struct rows_job *); /* score what was held out */
int rows_report(const struct rows_job *);
int rows_plan(const struct rows_job *); /* --dry-run */
void rows_free(struct rows_job *);

#endif
