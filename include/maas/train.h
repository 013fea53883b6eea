/*
 * train -- how a network learns, from text or from rows: sources of samples, the steps, the
 * schedule, the held-out loss, and checkpoints from which a run goes on as if it had
 * never stopped.
 *
 * Everything random is a function of the seed and the step, so there is nothing to
 * restore but parameters, moments and the step; the same run gives the same bytes for
 * any number of threads, stopped and resumed or not.
 */
#ifndef MAAS_TRAIN_H
#define MAAS_TRAIN_H

#include "maas/base.h"
#include "maas/model.h"
#include "maas/nn.h"
#include "maas/text.h"

/*
 * A corpus: token ids, in memory or in a mapped token file.
 */
struct maas_corpus;
struct maas_corpus *maas_corpus_new(const struct maas_tokenizer *, int parse_special) MAAS_USE; /* borrowed */
/* Add a file ("-": standard input).  AUTO: a token file by its first bytes or by .bin, pairs where it begins with '{',
 * else text, in `encoding` (NULL: bytes as they are), which is tokenised.  A token file of another tokeniser, or
 * with ids out of range, is refused, and so are pairs beside text. */
enum maas_corpus_format { MAAS_CORPUS_AUTO, MAAS_CORPUS_TEXT, MAAS_CORPUS_TOKENS, MAAS_CORPUS_IDS, MAAS_CORPUS_PAIRS };
int maas_corpus_add(struct maas_corpus *, const char *path, enum maas_corpus_format, const char *encoding) MAAS_USE;
size_t maas_corpus_size(const struct maas_corpus *);            /* tokens */
int32_t maas_corpus_at(const struct maas_corpus *, size_t i);
double maas_corpus_bytes(const struct maas_corpus *, size_t begin, size_t end);         /* of text */
uint64_t maas_corpus_digest(const struct maas_corpus *);        /* of ids and tokeniser */
/* Of the text that the tokens stand for; of pairs, of the bytes of their files. */
void maas_corpus_sha256(const struct maas_corpus *, char hex[65]);
/* Where the last `share` of the text begins, by bytes. */
size_t maas_corpus_cut(const struct maas_corpus *, double share);
void maas_corpus_free(struct maas_corpus *);

/*
 * Pairs: a JSON object a line, of whose members "prompt" and "completion" the completion is learnt, with the end of
 * text behind it, and the prompt is what stands before it.  The prompt's tokens are those of a prompt to continue; the
 * completion's are those that follow them in the tokens of both as one text, where the prompt's are the same there,
 * and else those of the completion alone.
 */
struct maas_pair {
	size_t begin, said, end;                /* tokens [begin, end) of the corpus; from `said` on they are learnt */
};
struct maas_pair_bounds {
	size_t context;                         /* ids that are seen at once: a pair has one more at most */
	int cut;                                /* a longer one loses the beginning of its prompt, else is refused */
	int32_t end;                            /* the token behind a completion; -1: none */
};
/* Before pairs are added; else there is no bound, and the end is the tokeniser's. */
void maas_corpus_bound(struct maas_corpus *, struct maas_pair_bounds);
size_t maas_corpus_pairs(const struct maas_corpus *);           /* 0: it is a text */
const struct maas_pair *maas_corpus_pair(const struct maas_corpus *, size_t i);
struct maas_pair_notes {
	size_t cut, empty;                      /* pairs that were cut; whose completion has no text */
};
struct maas_pair_notes maas_corpus_notes(const struct maas_corpus *);
/* Pick a share of the pairs by the seed and put them behind the others; all stay in order.  How many are before
 * them. */
int maas_corpus_deal(struct maas_corpus *, double share, uint64_t seed, size_t *before) MAAS_USE;

/* A stretch of a corpus: tokens, or of pairs pairs, [begin, end). */
struct maas_stretch {
	const struct maas_corpus *corpus;       /* NULL: none */
	size_t begin, end;
};
/* What of it is predicted: tokens [*begin, *end) are run number i of them.  0: there is none. */
int maas_stretch_learnt(const struct maas_stretch *, size_t i, size_t *begin, size_t *end);

/*
 * Batches: sequences of `time` tokens with the ids that follow them.  In each epoch the stretch is
 * cut into blocks from a random place on, and the blocks are taken in a random order; sample k is a
 * function of (seed, k) alone.
 */
struct maas_batches {
	struct maas_stretch from;
	size_t time, blocks, slack;
	uint64_t seed;
};
int maas_batches_init(struct maas_batches *, struct maas_stretch, size_t time, uint64_t seed) MAAS_USE;
void maas_batches_take(const struct maas_batches *, uint64_t k, int32_t *ids, int32_t *targets);        /* [time] */

/*
 * A source: where samples come from.  A sample fills so many rows of the network's inputs: a sequence of tokens as many
 * as it is long, a row of a table one.  Which sample is number k of a run is a function of the seed and k alone.
 */
struct maas_source;
struct maas_counted {
	double weight, bytes;                   /* what is predicted, by weight; bytes of text it is */
	size_t rows;                            /* that each sample filled; 0: as many as the source says */
};
struct maas_source_ops {
	/* Find the inputs of a planned network. */
	int (*bind)(struct maas_source *, const struct maas_tape *);
	/* Put samples k[0] ... k[n - 1] into the first places of the inputs. */
	struct maas_counted (*fill)(struct maas_source *, const uint64_t *k, size_t n, struct maas_team *);
	/* How well were they predicted?  Adds to sums, of which the metric is made: accuracy, F1, or r2.  NULL: the
	 * loss says it. */
	void (*judge)(const struct maas_source *, const struct maas_node *out, double sum[2]);
	double (*metric)(const struct maas_source *, const double sum[2]);
	void (*free)(struct maas_source *);
};
struct maas_source {
	const struct maas_source_ops *how;
	uint64_t samples;                       /* of an epoch */
	size_t rows;                            /* that a sample fills at most */
	double length;                          /* and does on average */
	size_t most;                            /* samples through a network at once; 0: as many as a batch has */
	int whole;                              /* an epoch ends with a batch, if a short one; else batches run on */
	int uneven;                             /* samples do not weigh the same */
	int by_metric;                          /* held out, it is the metric that tells which parameters are best */
	double unit;                            /* what a loss is multiplied by to be told */
	double memory;                          /* bytes of data */
};
void maas_source_free(struct maas_source *);
/* A stretch of text in sequences as long as the model's context: to learn from, or (held out) one after the other. */
struct maas_source *maas_tokens_source(const struct maas_model *, struct maas_stretch, uint64_t seed) MAAS_USE;
struct maas_source *maas_tokens_held(const struct maas_model *, struct maas_stretch) MAAS_USE;
/* Pairs, each a sequence from its beginning on, padded to the longest of those filled in together. */
struct maas_source *maas_pairs_source(const struct maas_model *, struct maas_stretch, uint64_t seed) MAAS_USE;
struct maas_source *maas_pairs_held(const struct maas_model *, struct maas_stretch) MAAS_USE;
/*
 * Training rows changed at random: "shift=2,drop=0.1", entries of augments.def.  What happens to a row is a function of
 * seed, epoch and row.  MAAS_USAGE where the text is none such, or means nothing to these data, which are borrowed.
 */
struct maas_augments;
int maas_augments_check(const char *text) MAAS_USE;
/* By so many threads. */
struct maas_augments *maas_augments_new(const char *text, const struct maas_data *, int members,
    uint64_t seed) MAAS_USE;
int maas_augments_hear(const char *text);        /* does it want the samples of sounds? */
void maas_augments_free(struct maas_augments *);
/* Features of a row as a network gets them, in place; ids of a sequence likewise: how many there are then. */
void maas_augments_dense(const struct maas_augments *, size_t row, uint64_t epoch, float *x);
/* The features of a row whose sound was changed, valid until the member's next; how many frames are heard of it.  NULL:
 * sounds are not changed. */
const float *maas_augments_sound(const struct maas_augments *, int member, size_t row, uint64_t epoch, size_t *frames);
/* to how many of them a sound may grow */
size_t maas_augments_longest(const struct maas_augments *, size_t frames);
size_t maas_augments_ids(const struct maas_augments *, size_t row, uint64_t epoch, int32_t *id, size_t n);

/* Rows of features with a label or a target (data is borrowed): each epoch in another order, or (held out) in theirs.
 * A target is learnt as (target - shift) / unit. */
struct maas_rows_order {
	int shuffled;
	size_t longest, batch;                  /* of sequences: ids of the longest there is; rows of a batch */
	uint64_t seed;
	double shift, unit;
	const struct maas_augments *augments;   /* borrowed; NULL: rows as they are */
};
struct maas_source *maas_rows_source(const struct maas_data *, const struct maas_rows_order *) MAAS_USE;

/*
 * Teach a network of rows, a model whose kind has loss and rows->shape, and add its tensors to it: what cmd calls
 * where rows->fit is NULL.
 */
int maas_rows_train(struct maas_model *, const struct maas_data *, struct maas_fitting *) MAAS_USE;

/*
 * A run.
 */
struct maas_trainer;
struct maas_run_setup {
	struct maas_model *model;               /* kind and settings */
	const struct maas_training *how;
	/* freed with the trainer, or where there will be none; val NULL: nothing held out.  train NULL: making it
	 * failed and said why, and so does this */
	struct maas_source *train, *val;
	struct maas_team *team;
	uint64_t seed;
	/* not 0: stop here, a step that is half done is thrown away; NULL: never */
	const volatile sig_atomic_t *halt;
	double most;                            /* multiply-adds forward a sample: more is refused; 0: any */
	/* bytes that may be taken: who wants more is refused; 0: what is free */
	double memory;
	/* seconds; 0: none.  Bounds the run alone where steps and epochs do not */
	double max_time;
	const char *checkpoint;                 /* a folder; NULL: none */
	long every_steps;                       /* between checkpoints */
	double every_seconds;
	long keep;                              /* checkpoints */
	const char *identity;                   /* what a checkpoint must agree with, "name=value" lines */
};
struct maas_step {
	uint64_t step;                          /* 1 is the first */
	double epoch, loss, lr, grad_norm;      /* epoch: passes over the data so far.  loss: before the update */
	double tokens;                          /* so far */
	double seconds, tokens_per_second;      /* in steps of this process; of this step */
};
struct maas_evaluation {
	uint64_t step;
	double loss, bits_per_byte;             /* nats a token; of the text that was predicted */
	double tokens;                          /* that were predicted, or rows by weight */
	double metric;                          /* see maas_source_ops; NAN: none */
	double train_loss, train_metric;        /* since the last, as it was learnt from; NAN: not told */
	int last;                               /* over all of it, by the weights that stay */
};
/* How a run went: step i was taken with loss train[i - 1]. */
struct maas_curves {
	float *train;
	size_t steps, train_cap;
	struct maas_evaluation *val;
	size_t evals, val_cap;
};

enum maas_ending { MAAS_FINISHED = 1, MAAS_OUT_OF_TIME, MAAS_STOPPED };
/* What a run tells, and asks after each step. */
struct maas_watch {
	void *ctx;
	int (*step)(void *ctx, const struct maas_step *);               /* -1 ends the run with that reason */
	int (*eval)(void *ctx, const struct maas_evaluation *);
	int (*stop)(void *ctx);                 /* 0, or how to end here: MAAS_STOPPED, MAAS_FINISHED */
};
struct maas_trainer *maas_trainer_new(const struct maas_run_setup *) MAAS_USE;
void maas_trainer_free(struct maas_trainer *);
/* Take the parameters of a model of the same shape, in F32 or BF16, as the first ones; its context may be longer. */
int maas_trainer_init_from(struct maas_trainer *, const struct maas_model *) MAAS_USE;
/* Go on from the checkpoint of that step in the folder. */
int maas_trainer_resume(struct maas_trainer *, uint64_t step) MAAS_USE;
/* Train to the end, to the limit of time or until stopped; enum maas_ending, or -1.  A checkpoint is
 * written in any of the three, where there is a folder. */
int maas_trainer_run(struct maas_trainer *, const struct maas_watch *) MAAS_USE;
/* Add the parameters to the model; they are borrowed until the trainer goes. */
int maas_trainer_give(const struct maas_trainer *, struct maas_model *) MAAS_USE;

const struct maas_curves *maas_trainer_curves(const struct maas_trainer *);      /* so far */
double maas_trainer_steps(const struct maas_trainer *);         /* in all; NAN: the clock decides */
double maas_trainer_epochs(const struct maas_trainer *);        /* passes over the data so far */
double maas_trainer_rate(const struct maas_trainer *);          /* the highest learning rate, as said or found */
double maas_trainer_products(const struct maas_trainer *);      /* multiply-adds forward a sample, the longest */
struct maas_cost {
	double parameters, memory, disk;        /* bytes of a run and of its checkpoints */
	/* steps NAN: by the clock; seconds measured by one step */
	double steps, tokens_per_step, seconds_per_step;
};
struct maas_cost maas_trainer_cost(struct maas_trainer *);      /* takes a step that is thrown away */

/*
 * Checkpoints: FOLDER/step-N.ckpt, safetensors files with a sum over every byte, written whole or not at all.
 */
#define MAAS_SUMS 4
struct maas_checkpoint {
	const struct maas_params *params;
	float *moment[2], *best;                /* [params->n] each; NULL: none kept */
	struct maas_curves *curves;             /* as many steps as were taken */
	double seconds;                         /* of a run by the clock; 0 elsewhere */
	double *sums;                           /* [MAAS_SUMS] of what was learnt since the last evaluation */
	const char *identity;
};
int maas_checkpoint_save(const struct maas_checkpoint *, const char *folder) MAAS_USE;
/* Fills what the pointers point to.  Another identity: says what differs. */
int maas_checkpoint_load(struct maas_checkpoint *, const char *path) MAAS_USE;
/* The steps of the checkpoints in a folder, ascending; -1 on error.  to: room for `max`, the newest are kept. */
long maas_checkpoint_list(const char *folder, uint64_t *to, size_t max) MAAS_USE;
/* Is the checkpoint of that step as it was written?  1; 0: it is damaged, with a reason; -1: it cannot be read. */
int maas_checkpoint_sound(const char *folder, uint64_t step) MAAS_USE;
/* Remove all but the newest `keep` of those up to step `upto`, and all past it. */
int maas_checkpoint_prune(const char *folder, uint64_t upto, long keep) MAAS_USE;
#endif
