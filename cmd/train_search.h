/* train_search -- what the files of a search share: which settings are tried, the trials, and how each did. */
#ifndef TRAIN_SEARCH_H
#define TRAIN_SEARCH_H

#include "train_rows.h"

enum { SEARCH_NONE, SEARCH_GRID, SEARCH_RANDOM, SEARCH_HALVING };
enum { RESOURCE_ROWS, RESOURCE_EPOCHS };

/* --try NAME=VALUE,... */
struct
try {
	const char *name;
	const char **value;
	size_t n;
};

/* One choice of a value for each. */
struct trial {
	struct call *call;  /* its command line */
	const char **value; /* [tries]; NULL: its kind has no use for that setting */
	size_t number;      /* from 1 */
	const char *text;   /* "C=1 tfidf=true" */
	const char *json;   /* {"C":"1","tfidf":"true"} */
	double score;       /* of the last round it was in */
	struct rows_cv cv;
	size_t round;        /* from 1 */
	const char *refused; /* NULL, or why it could not be */
};

struct search {
	struct call *call;
	struct maas_arena *arena;
	struct rows_job base;     /* whose rows all use */
	const struct verb **kind; /* [kinds] those compared */
	size_t kinds;
	struct try *tries; /* but for the kind */
	size_t ntries;
	struct trial *trial;
	size_t n;
	int halving;          /* more than one round */
	struct maas_buf said; /* "kind --name " of each setting that was left out for a kind, and said to be */
};

/* Read --try, and make the trials: 0, or an exit status, and said. */
int search_plan(struct search *);
void search_option(char *to, size_t n, const char *name); /* as it is typed, with '-' */
/* What a trial is called, by its values. */
int search_name(struct search *, struct trial *) MAAS_USE;
void search_free(struct search *);

#endif
