/* train_text -- what the files of maas-train for language models share: the job, and who reports on it. */
#ifndef TRAIN_TEXT_H
#define TRAIN_TEXT_H

#include "maas/train.h"
#include "train_checkpoint.h"

struct text_options {
	const char *tokenizer, *encoding, *val, *init_from;
	struct maas_list fail_under;
	int format, parse_special, truncate;
};

struct running {
	const char *log, *plot, *until;
	double max_time;
};

/* One training, from the command line to the model. */
struct job {
	struct call *call;
	const struct outcome *outcome;
	const struct maas_training *how;
	const struct text_options *text;
	const struct checkpoints *checkpoints;
	const struct running *running;
	long every_steps;               /* --checkpoint-every */
	double every_seconds;
	int lock, signal;
	const char *goal;                       /* of --until: "loss", "bits_per_byte", "perplexity"; NULL: none */
	double goal_value;
	int kept;                               /* at the signal: is there a checkpoint to go on from? */
	struct maas_model *from, *model;
	struct maas_tokenizer *tokenizer;
	struct maas_buf spelling;       /* what it is read from, where it is nobody else's */
	int32_t end;                    /* of a text; -1: no token says so */
	struct maas_corpus *corpus, *val_corpus;
	struct maas_stretch train, val;
	struct maas_buf identity;
	struct maas_team *team;
	struct maas_trainer *trainer;
	struct made made;               /* what the model is made of, for --if-changed */
};

/* Tokeniser and data; the model's settings are known by then. */
int open_tokenizer(struct job *);
int read_data(struct job *);
int learns_pairs(const struct job *);

/* The settings of the model begun with, where none were said; others than may be are refused. */
int adopt_settings(struct job *);
/* Which token ends a text. */
int find_end(struct job *);

/* Train with a progress line and a log until the end or a signal: enum maas_ending, or -1. */
int watch_run(struct job *);
int report_plan(struct job *);                  /* --dry-run */
int report_plot(struct job *);
int report_card(struct job *);                  /* the model's */
int report_json(struct job *, int ending, struct maas_buf *) MAAS_USE;  /* the result, one line */
int report_result(struct job *, int ending);
/* What to try next, said, and as a member. */
int text_advise(const struct job *, int ending, int say, struct maas_buf *json);
/* --until, by that evaluation: is it reached?  In the end: 0, or 1 and said. */
int goal_reached(const struct job *, const struct maas_evaluation *);
int goal_missed(const struct job *);
double mean_loss(const struct maas_curves *, size_t from, size_t to);    /* of steps [from, to) */
/* --fail-under: those of held-out text, NULL-terminated, and what they are now. */
enum { REPORT_MEASURES = 3 };
extern const char *const report_measures[];
void report_measured(const struct job *, double to[REPORT_MEASURES]);
_Noreturn void end_by_signal(const struct job *);

#endif
