/* classify -- what the verbs of maas-classify share: a model, a table of rows, what to do with each. */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#include "driver.h"
#include "maas/eval.h"
#include "maas/model.h"

struct classify { /* part[0] of every verb */
	const char *model;
	int line_buffered;
};

struct block;
struct classifying {
	struct call *call;
	const struct classify *o;
	const struct maas_table_options *options;
	struct maas_model *model;
	const struct maas_rows *rows;
	struct maas_rows_call *scores;
	struct maas_columns *numbers; /* of rows that a vectoriser has made already, or as told */
	struct maas_table *table;
	const struct maas_columns *columns; /* the reader's */
	struct maas_reader *reader;
	struct block *block;              /* NULL: row by row */
	const struct maas_format *format; /* of the input that the row at hand is from */
	char delimiter;
	struct maas_arena *arena;
	const struct maas_span *head; /* names in the first line of the first input */
	size_t heads;
	size_t labels;      /* 0: regression */
	size_t scores_n;    /* labels, or 1 */
	size_t number;      /* of the row at hand, from 1 */
	double *p;          /* [scores_n] */
	size_t bad;         /* rows without an answer */
	const char *reason; /* of the first of them */
	int strange;        /* a label came that the model does not know, and it was said */
};

/* Open -m and the operands; the table and model as parts 0 and 1 of the call.  0, or an exit status, said. */
int classify_open(struct classifying *, struct call *);
int classify_open_with(struct classifying *, struct call *, const struct classify *); /* another model, or its ways */
/* Of a model that tags each word, which has no answer for a row as a whole: 64, and said; else 0. */
int classify_whole(const struct classifying *);
void classify_close(struct classifying *);
/* Read ahead and score by the team, where nobody waits for a single answer; ->scores then knows no row.  0, or an exit
 * status, said. */
int classify_by_blocks(struct classifying *);
/* The next row: 1 scored in ->p; 2 without an answer, *why saying why (NULL: it is empty); 0 at the end, -1. */
int classify_next(struct classifying *, struct maas_row *, const char **why);
/* Does somebody wait for each answer? */
int classify_awaited(const struct classifying *);
int block_next(struct classifying *, struct maas_row *, const char **why);
/* Note where the row that was read just now is from. */
int classify_origin(struct classifying *) MAAS_USE;
void block_free(struct block *);
size_t classify_best(const struct classifying *);
/* A label as a field of a line: tabs and line ends as blanks. */
void classify_put(FILE *, struct maas_span);
/* Note a row without an answer: the first few are said, the others counted. */
void classify_note(struct classifying *, const char *why);

/* Rows against their labels: labels of the model; the next labelled row, scored and gathered: 1, 0 at the end, -1 (a
 * row without an answer or a label too; none at all). */
struct maas_eval *measure_new(const struct classifying *) MAAS_USE;
int measure_next(struct classifying *, struct maas_eval *, struct maas_row *) MAAS_USE;
/* What was measured as a picture: the confusion, and with a sweep its curves; of a regression, answers by truths. */
int classify_picture(struct maas_eval *, const struct maas_sweep *, const char *path) MAAS_USE;

int predict(struct call *);
int evaluate(struct call *);
int explain(struct call *);
int compare(struct call *);
struct predict {
	long k;
	int proba, jsonl, append, drift;
	double threshold;
	const char *keep;
};
struct evaluate {
	int json, confusion, sweep;
	const char *errors, *cost, *positive, *plot;
	struct maas_list fail_under;
};
struct compare {
	struct maas_list model;
	double alpha;
	int json;
};
/* The same by models that tag each word, open and not read from yet. */
int predict_tags(struct classifying *, const struct predict *);
int evaluate_tags(struct classifying *, const struct evaluate *);
struct explain {
	long top, patch;
	int jsonl, global, color, method;
	const char *html, *saliency;
};

#endif
