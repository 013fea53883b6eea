/* witness -- what statistics of training rows and of new ones share: cells of variables, counted by label, and a naive
 * Bayes classifier over them. */
#ifndef WITNESS_H
#define WITNESS_H

#include "maas/eval.h"
#include "maas/model.h"

#define NO_CELL UINT32_MAX
#define LABELS 100 /* at most; more are not told apart */
#define FLOOR   1e-3 /* the least share */

/* A column: a number in bins (edge[i-1], edge[i]], the last for gaps; or a category's values, the last for others. */
struct variable {
	size_t from; /* its place among a row's numbers, or words */
	int word;
	double *edge;
	struct maas_span *value;
	size_t n;        /* of edges, or values */
	size_t at, bins; /* its first cell; how many */
};

struct witness {
	struct maas_arena *arena;
	size_t labels; /* 1 where there are none, or too many */
	size_t variables;
	struct variable *variable;
	size_t features, *feature; /* of a design, ascending; a cell each, behind those of the variables */
	size_t first, cells;       /* cell of feature[0]; all */
	uint32_t *count;           /* [labels][cells] training rows */
	double *rows, *marks;      /* [labels] rows; and all counts of features */
	double *logp;              /* [labels][cells] */
	double *confusion;         /* [answers][truths] counts of rows left out one by one */
	double noise;              /* labels: the index times rows that chance alone gives */
	double unknown;            /* expected share of terms that are no feature; NAN */
};

/* The cell of a variable; x and word as in maas_row, NULL where the row has none. */
uint32_t witness_cell(const struct variable *, const double *x, const struct maas_span *word);
/* Which of n features (first + col[i], ascending; val NULL or not 0) are cells: how many; room for all. */
size_t witness_marks(const struct witness *, size_t first, const uint32_t *col, const double *val, size_t n,
    uint32_t *cell);
int witness_ready(struct witness *) MAAS_USE; /* counts to logarithms */
/* The likeliest label of a row with n cells, `marks` of them of features.  own: its label, where the row is among
 * those counted and is to be left out; else NO_CELL. */
size_t witness_answer(const struct witness *, const uint32_t *cell, size_t n, size_t marks, size_t own);
/* Shares of labels from counts of answers, [labels] each. */
void witness_shares(const struct witness *, const double *answers, double *share);
/* From a model's part; -1 where it is damaged.  features: how many the model has. */
int witness_parse(struct witness *, struct maas_span, size_t features) MAAS_USE;
double witness_index(const double *before, const double *now, size_t n); /* PSI of counts or shares */

#endif
