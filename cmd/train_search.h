/* train_search -- what the files of a search share: which settings are tried, the trials, and how each did. */
#ifndef TRAIN_SEARCH_H
#define TRAIN_SEARCH_H

#include <pthread.h>

#include "train_rows.h"

enum { SEARCH_AUTO, SEARCH_GRID, SEARCH_RANDOM, SEARCH_HALVING };
enum { RESOURCE_ROWS, RESOURCE_EPOCHS };

/* --try NAME=VALUE,... or NAME=LEAST..MOST */
struct try {
	const char *name;
	const char **value; /* [n] */
	size_t n;           /* 0: a range */
	double least, most;
	int whole;          /* of the range: numbers without a fraction */
};

/* Why a trial has no score; none has one before it was measured. */
enum trial_state { TRIAL_OPEN, TRIAL_MEASURED, TRIAL_DIVERGED, TRIAL_REFUSED, TRIAL_TOO_LARGE };

/* One choice of a value for each. */
struct trial {
	struct call *call;         /* its command line */
	const char **value;        /* [tries]; NULL: its kind has no use for that setting */
	size_t number;             /* from 1 */
	struct maas_arena *arena;  /* texts below are of it: trials are made side by side */
	const char *text;          /* "C=1 tfidf=true" */
	const char *json;          /* {"C":"1","tfidf":"true"} */
	struct maas_list left_out; /* settings that it has no use for */
	enum trial_state state;    /* of the last round it was in, as all below */
	const char *why;           /* of those that have no score; NULL */
	enum maas_why sort;
	double score;
	struct rows_cv cv;
	size_t round;       /* from 1; 0: it was in none */
	struct maas_buf log; /* what --log tells of its steps */
	int kept;           /* it was measured by an earlier process */
};

/* What a round gives each of its trials. */
struct round {
	size_t number, rounds, trials;
	size_t rows, epochs; /* 0: all; as set */
};

/* What was measured before, in the folder of --checkpoint. */
struct kept_trials {
	int file, lock;             /* -1: there is no folder */
	char data[65], val[65];     /* digests of the rows */
	struct maas_names key;      /* of each line */
	struct maas_span *line;     /* [key.n], of text */
	size_t cap;
	struct maas_buf text;
};

struct search {
	struct call *call;
	struct maas_arena *arena;
	struct rows_job base;     /* whose rows all use */
	const struct verb **kind; /* [kinds] those compared */
	size_t kinds;
	struct try *tries; /* but for the kind */
	size_t ntries;
	int how; /* SEARCH_GRID ... */
	struct trial *trial;
	size_t n;
	int halving;            /* more than one round */
	size_t reached;         /* the number of the trial that reached the goal; 0: none */
	struct maas_buf said;   /* "kind --name " of each setting that was left out for a kind, and said to be */
	struct rows_goal goal;  /* --until, of a trial */
	double memory;          /* bytes that were free at the beginning */
	struct kept_trials kept;
	struct progress bar;
};

/* train_search_plan.c: read --try, and make the trials: 0, or an exit status, and said. */
int search_plan(struct search *);
void search_option(char *to, size_t n, const char *name); /* as it is typed, with '-' */
/* What a trial is called, by its values. */
int search_name(struct search *, struct trial *) MAAS_USE;
void search_free(struct search *);

/* train_search_range.c: is this item of --try a range?  1, with its ends; 0; -1: a wrong one. */
int search_range(const struct maas_field *, const char *item, struct try *) MAAS_USE;
/* The value that trial number `number` has of a range; NULL: no memory. */
const char *search_draw(struct maas_arena *, const struct try *, uint64_t seed, size_t number) MAAS_USE;

/* train_search_trial.c: what the command line of a trial says, over what all share. */
void trial_dress(struct rows_job *, const struct trial *);
/* The kind by which options are looked at: the first that learns what --task says. */
const struct maas_kind *search_first_kind(const struct search *);
/*
 * Learn and measure.  0, and the trial has a score or a reason; -1 where the search cannot go on.  Safe beside other
 * trials.
 */
struct lane;
int trial_run(struct search *, struct trial *, const struct round *, struct lane *) MAAS_USE;
/* What was left out for it is left out: of its command line, values and name. */
int trial_leave_out(struct search *, struct trial *, const char *setting) MAAS_USE;
/* The trial before it that is the same; NULL: none of those that have been told. */
const struct trial *trial_same_before(const struct search *, const struct trial *);

/*
 * train_search_lanes.c: trials of a round side by side, each on a team of its own.  A lane is what one of them runs in.
 */
struct lanes;
struct lane {
	struct lanes *of;
	struct maas_team *team;
	double bytes;  /* that it has been given of the memory */
	int beside;    /* there are others */
};
/* Wait until this much memory can be had beside what the others hold. */
void lane_take(struct lane *, double bytes);
/* Has a trial been told that is the same? */
int lane_has_told(struct lane *, const struct trial *);
/* Run a round's trials, told in their order: how many of them count, from the first on; -1. */
long search_run_lanes(struct search *, struct trial **, const struct round *) MAAS_USE;
/* What a trial came to: on standard error, and in the log. */
int search_tell(struct search *, struct trial *, const struct round *) MAAS_USE;

/* train_search_kept.c: the folder of --checkpoint. */
int kept_open(struct search *) MAAS_USE;
void kept_close(struct search *);
/* What a measurement is known by; and that what was measured before: 1, 0, -1. */
int kept_key(const struct search *, const struct trial *, const struct round *, char key[65]) MAAS_USE;
int kept_find(struct search *, struct trial *, const char *key) MAAS_USE;
int kept_add(struct search *, const struct trial *, const char *key) MAAS_USE;

/* train_search_table.c: the trials as JSON, as a table, as panels of --plot. */
int trial_put_json(const struct search *, const struct trial *, struct maas_buf *) MAAS_USE;
/* The better first; of those that are as good the earlier; those without a score last.  For qsort of pointers. */
int trial_compare(const void *, const void *);
int search_write_table(const struct search *, const char *path) MAAS_USE;
int search_draw_trials(struct search *) MAAS_USE;

#endif
