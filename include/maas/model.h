/*
 * model -- what a model is: a kind, its settings, named tensors, and the parts that turn
 * raw input into features.  The model file, the kinds, the decoding engine.
 */
#ifndef MAAS_MODEL_H
#define MAAS_MODEL_H

#include "maas/base.h"
#include "maas/fmt.h"
#include "maas/kinds.h"
#include "maas/nn.h"
#include "maas/num.h"
#include "maas/table.h"
#include "maas/text.h"

/*
 * A model in memory: opened from a .maas file (mapped; tensors point into it), or being
 * built.  Parts (tokenizer, vectorizer, labels, columns ...) are byte tensors named "maas.PART".
 */
struct maas_model {
	const struct maas_kind *kind;
	void *settings;                         /* kind->size bytes, by kind->fields */
	struct maas_arena *arena;
	struct maas_tensors *file;              /* NULL while being built */
	struct maas_tensors *weights;           /* of a directory: the files its tensors lie in; else NULL */
	const char *note;                       /* what who opened it should know: one line; NULL: nothing */
	/* matrices of f32 whose names begin so lie as [in, out]; NULL: none do */
	const char *lies;
	struct maas_tensor *tensor;             /* being built; data is borrowed or in the arena */
	size_t ntensor, tensor_cap;
	struct maas_meta *meta;                 /* extra metadata, keys "maas.x" */
	size_t nmeta, meta_cap;
	char *path;
	void *ready;                            /* what kind->ready made of it */
};

struct maas_model *maas_model_new(const struct maas_kind *) MAAS_USE;   /* settings at their defaults */
/* A model file, or a directory as transformers writes GPT-2 or Llama and its kin (its tensors have no sums; it becomes
 * a model that was built); what is no path is looked for in the default registry (maas_model_find).  Structure, sums
 * and settings are checked; kind->ready is called. */
struct maas_model *maas_model_open(const char *path) MAAS_USE;
/* The same, the work of it dealt to the team. */
struct maas_model *maas_model_open_by(const char *path, struct maas_team *) MAAS_USE;
/* The same, for who has but the decoding engine look at its tensors (maas_model_matrix): those of a directory that
 * would have to be turned stay as they lie there. */
struct maas_model *maas_model_open_to_run(const char *path, struct maas_team *) MAAS_USE;
/* The same as maas_model_open, but read into memory once and checked there, for who keeps it long: what is done to the
 * file later, even in place, does not matter.  What is no path is not looked for. */
struct maas_model *maas_model_copy(const char *path) MAAS_USE;
void maas_model_close(struct maas_model *);
int maas_model_add(struct maas_model *, const struct maas_tensor *) MAAS_USE;   /* name copied, data borrowed */
int maas_model_remove(struct maas_model *, const char *name) MAAS_USE;
/* In place of the one of that name. */
int maas_model_replace(struct maas_model *, const struct maas_tensor *) MAAS_USE;
int maas_model_add_part(struct maas_model *, const char *part, struct maas_span) MAAS_USE;      /* copied */
int maas_model_set_meta(struct maas_model *, const char *key, const char *value) MAAS_USE;
const struct maas_tensor *maas_model_tensor(const struct maas_model *, const char *name);       /* NULL: none */
/* One after the other, parts included: *i starts as 0; NULL ends. */
const struct maas_tensor *maas_model_next(const struct maas_model *, size_t *i);
/* The same as they lie in the file, where networks of rows may have few bits a weight. */
const struct maas_tensor *maas_model_stored(const struct maas_model *, size_t *i);
/* Of this shape and type, or a reason.  ndim -1: any shape. */
const struct maas_tensor *maas_model_need(const struct maas_model *, const char *name, enum maas_dtype, int ndim,
    const size_t *dim) MAAS_USE;
struct maas_span maas_model_part(const struct maas_model *, const char *part);  /* s NULL: none */
const char *maas_model_meta(const struct maas_model *, const char *key);
/* Append the settings as they travel: one JSON object of texts, in the order of the field table. */
int maas_model_put_settings(const struct maas_model *, struct maas_buf *) MAAS_USE;
/* With a self-test: up to 4 inputs and the answers kind->answer gives. */
int maas_model_save(struct maas_model *, const char *path, int how) MAAS_USE;
/* Make a model that was built, all its tensors and parts in place, one that answers (kind->ready). */
int maas_model_ready(struct maas_model *) MAAS_USE;
int maas_model_add_selftest(struct maas_model *, const struct maas_span *input, size_t n) MAAS_USE;
int maas_model_selftest(struct maas_model *) MAAS_USE;  /* numbers within 1e-5, text exact */

/*
 * A kind: what a model can be.  A NULL slot means "cannot"; commands ask the slot, never the name.
 */
struct maas_projection;
struct maas_reader_ops;
struct maas_kind {
	const char *name;                       /* as the user types it */
	const char *what;                       /* one line */
	const struct maas_field *fields;        /* its settings, kept in the file */
	size_t size;
	const char *defaults;                   /* of training options: "optimizer=adamw clip=1" */
	const char *task;                       /* "generate", "classify", "regress", "transform" */
	/* Check what was opened and make `ready` (in the arena or freed by `done`). */
	int (*ready)(struct maas_model *);
	void (*done)(struct maas_model *);
	/* One record in, one line of answer out: what verify, register and serve try the model with. */
	int (*answer)(struct maas_model *, struct maas_span input, struct maas_buf *);
	/* Networks: the graph of the loss, parameters included; their first values. */
	struct maas_node *(*loss)(const struct maas_model *, struct maas_tape *, size_t rows);
	int (*init)(const struct maas_model *, const struct maas_params *, int how, uint64_t seed,
	    struct maas_team *);        /* how: enum maas_init */
	/* Language models: what the decoding engine runs on. */
	const struct maas_decoder_ops *decode;
	/* Rows to scores: see model/rows. */
	const struct maas_rows_ops *rows;
	/* What it is where its rows are texts: of the same name, fields and settings; NULL: the same. */
	const struct maas_kind *texts;
};
#define KIND(name) extern const struct maas_kind maas_kind_##name;
#include "maas/kinds.def"
#undef KIND
extern const struct maas_kind *const maas_kinds[];      /* NULL-terminated */
const struct maas_kind *maas_kind_find(const char *name) MAAS_USE;      /* NULL: with the nearest in the reason */

/*
 * Decoding: one engine for the command line and the server.  It advances a batch of
 * sequences, each with its own position and its own blocks of key/value cache; sequences
 * join and leave between steps.  What a sequence says is a function of its request alone:
 * not of the others in the batch, the threads, or where its prompt was cut.
 *
 *	d = maas_decoder_new(model, tokenizer, team, &limits);
 *	s = maas_decoder_join(d, &request);
 *	while (maas_decoder_step(d) > 0)
 *		send s->text.s + sent .. s->text.n
 *	... s->finish, s->id ...
 *	maas_decoder_leave(d, s);
 *
 * A decoder belongs to one thread at a time.  A step takes no memory once warm.
 */
struct maas_affine {                            /* x[n,in] -> x w^T + bias */
	struct maas_matrix w;                   /* [out,in]; MAAS_I8, MAAS_U8: a struct maas_quant, with scale */
	const maas_bf16 *scale;
	const float *bias;                      /* [out] or NULL */
	size_t out, in;
};
/* x += proj(attention(qkv(norm x))); x += down(act(up(norm x))), or where there is a gate down(silu(gate(h)) up(h)) of
 * h = norm x.  A matrix that is not there has out 0. */
struct maas_layer {
	const float *norm1_gain, *norm1_bias, *norm2_gain, *norm2_bias;         /* [embed]; biases NULL with rms */
	struct maas_affine qkv[3];              /* all in the first, or queries, keys and values apart */
	struct maas_affine proj, gate, up, down;
};
struct maas_network {
	size_t layers, heads, kv_heads, embed, context, vocab;
	int rms;                                /* norms are RMSNorm, else layer norm */
	float eps;                              /* of the norms */
	enum maas_act act;
	struct maas_matrix tokens;              /* [vocab,embed] */
	struct maas_matrix positions;           /* [context,embed]; p NULL: queries and keys are turned */
	const double *speed;                    /* [hd/2], see maas_rope_speeds */
	const maas_bf16 *token_scale;           /* of 8-bit and 4-bit tokens */
	struct maas_layer *layer;
	const float *norm_gain, *norm_bias;
	struct maas_affine head;                /* [vocab,embed] */
};
#define MAAS_LAYER_AFFINES 7
/* The matrices a layer has: how many. */
size_t maas_layer_affines(struct maas_affine *to[MAAS_LAYER_AFFINES], struct maas_layer *);
/* What a kind tells the engine. */
struct transformer;
struct maas_decoder_ops {
	/* Its settings, as lib/model/transformer.h has them. */
	void (*shape)(struct transformer *, const void *settings);
	/* Numbers that 0 leaves to others, as they come out; NULL: there are none. */
	void (*settle)(void *settings);
	/* Describe an open model; weights are borrowed from it, arrays come from the arena. */
	int (*network)(const struct maas_model *, struct maas_arena *, struct maas_network *);
};
extern const struct maas_decoder_ops maas_decoder_gpt, maas_decoder_llama;

/* How the next token is chosen (semantics in maas-generate(1)).  Greedy where temperature is 0, or unset (NAN)
 * with top_k, top_p, min_p and typical_p unset (0, NAN) too. */
enum { MAAS_ORDER_HF, MAAS_ORDER_LLAMACPP };
struct maas_sampling {
	double temperature, top_p, min_p, typical_p;
	long top_k, no_repeat_ngram_size;
	double repetition_penalty, presence_penalty, frequency_penalty;
	int sampler_order;
};
extern const struct maas_field maas_sampling_fields[];
int maas_sampling_greedy(const struct maas_sampling *); /* is the likeliest token taken, and nothing drawn? */

struct maas_request {
	const int32_t *prompt;                  /* copied; at least one id */
	size_t n;                               /* below the context; for scoring, up to the context + 1 */
	size_t max_new;                         /* 0: nothing is said, for scoring */
	struct maas_sampling sampling;
	uint64_t seed, stream;                  /* token i draws maas_uniform(seed, stream, i) */
	const struct maas_span *stop;           /* ends where one of these would appear; copied */
	size_t nstop;
	int ignore_eos;                         /* the end-of-text token is one like others */
	int echo;                               /* the text begins with the prompt's */
	int truncate;                           /* a prompt too long loses its beginning: it keeps context - max_new
						 * ids, but half the context at least */
	int logprobs;                           /* keep the log-probability of each token said */
	int top;                                /* and that many of the likeliest; at most MAAS_TOP */
	/* Keep how each token said was chosen, and of so many candidates (at most MAAS_TOP) what became of them; not
	 * with beams. */
	int trace;
	/* says nothing: the prompt, of the context at most, becomes one vector */
	int embed;
	/* with logprobs: of the prompt's tokens from this one (1 ...) on too; 0: no */
	size_t score;
	/* above 1: search for the likeliest text with so many beams, each a place; sampling must be greedy, and nothing
	 * is drawn */
	size_t beams;
	double length_penalty;                  /* of a search: a text of n tokens counts sum / n^this */
	/* sequences of the same number share the cache of a common beginning; 0: none */
	uint64_t share;
	void *user;
};

#define MAAS_TOP 64
/* STOP: end of text or a stop string; LENGTH: max_new or the context; BROKEN: the model's answer is no number. */
enum maas_finish { MAAS_RUNNING, MAAS_STOP, MAAS_LENGTH, MAAS_BROKEN };
const char *maas_finish_name(enum maas_finish);                 /* "stop", "length", "error" */

struct maas_choice {                            /* an alternative */
	int32_t id;
	float logprob;                          /* nats, of the model's own distribution */
};
/* What took a token out of the choice, in the order of transformers. */
enum maas_sift {
	MAAS_KEPT, MAAS_BANNED, MAAS_CUT_TOP_K, MAAS_CUT_TOP_P, MAAS_CUT_MIN_P, MAAS_CUT_TYPICAL_P, MAAS_SIFTS
};
extern const char *const maas_sift_names[];      /* [MAAS_SIFTS]: "", "no-repeat-ngram-size", "top-k" ... */
struct maas_candidate {                         /* a token that might have been chosen */
	int32_t id;
	float logit, score;                     /* the model's; after penalties and temperature */
	float p, q;                             /* its probability in the model; that with which it was drawn */
	enum maas_sift cut;
};
struct maas_choosing {                          /* of one token */
	double u;                               /* the number in [0,1) that drew it; NAN: the likeliest was taken */
	/* tokens behind each cut, MAAS_KEPT: in the vocabulary; 0: there was none */
	uint32_t left[MAAS_SIFTS];
};
struct maas_sequence {                          /* the caller reads; valid until it leaves */
	void *user;
	enum maas_finish finish;
	const int32_t *id;                      /* the prompt's as used, then those said (end of text included) */
	size_t prompt, n;                       /* of the prompt; of all */
	size_t cached;                          /* of the prompt's, those whose cache another had filled */
	struct maas_span text;                  /* said so far: whole characters, stop strings left out; only grows */
	const float *logprob;                   /* [n]; NAN where not asked, and for the very first; NULL: none asked */
	const struct maas_choice *top;          /* [n][ntop], likeliest first; id -1 where not asked */
	int ntop;
	const struct maas_choosing *choosing;   /* [n], with trace, of those said; NULL: not asked */
	/* [n][candidates], likeliest in the model first, the one chosen among them; id -1 where there are fewer */
	const struct maas_candidate *candidate;
	int candidates;
	double score;                           /* of a search that has ended: sum of the log-probabilities, penalties
						 * applied, by the length penalty */
	const struct maas_sequence *next;       /* of a search that has ended: the next best text; NULL: no more */
	/* [width] with embed, when finished: the mean over the prompt's ids of what the last norm gives; NULL: not
	 * asked */
	const float *mean;
};

struct maas_decoder_limits {
	enum maas_dtype precision;              /* of products and cache: MAAS_F32, MAAS_BF16; MAAS_DTYPES: as stored.
						 * weights of 8 and 4 bits are multiplied as such, their cache by
						 * default is of 8 */
	size_t sequences;                       /* at once; 0: 16 */
	size_t rows;                            /* tokens a step; 0: 256 */
	size_t cache_tokens;                    /* of key/value cache for all; 0: sequences x context, in 4 GiB
						 * at most where one context fits there */
	size_t cache_bytes;                     /* the same in bytes, where not 0; a whole context at least */
	/* shared beginnings stay in the cache when nobody has them, until it is full */
	int keep;
};
struct maas_decoder_load {
	size_t running, sequences;              /* now; at most */
	size_t blocks, blocks_free, block_bytes;        /* of the cache, MAAS_KEYS tokens each */
	uint64_t evicted;                       /* blocks of prompts that were kept, so far */
	uint64_t steps, prompt_tokens, new_tokens;      /* so far */
};
struct maas_decoder;
/* tokenizer: NULL where text and stop strings are not wanted.  All must outlive it. */
struct maas_decoder *maas_decoder_new(const struct maas_model *, const struct maas_tokenizer *, struct maas_team *,
    const struct maas_decoder_limits *) MAAS_USE;
void maas_decoder_free(struct maas_decoder *);
size_t maas_decoder_context(const struct maas_decoder *);
size_t maas_decoder_vocab(const struct maas_decoder *);
int maas_decoder_ends(const struct maas_decoder *, int32_t id);  /* does it end a text? */
size_t maas_decoder_width(const struct maas_decoder *);         /* of a vector of embed */
struct maas_decoder_load maas_decoder_load(const struct maas_decoder *);
/* NULL: MAAS_DATA where the request can never run (too long, an id out of range), MAAS_TEMPFAIL where there
 * is no place or no cache for it now.  The cache for all it may say is set aside: a sequence never waits. */
struct maas_sequence *maas_decoder_join(struct maas_decoder *, const struct maas_request *) MAAS_USE;
/* One token for each sequence past its prompt, a part of the prompts of the others: as much of each, so that a short
 * one never waits for a long one.  How many still run. */
size_t maas_decoder_step(struct maas_decoder *);
/* At any time: cancels one that runs. */
void maas_decoder_leave(struct maas_decoder *, struct maas_sequence *);

/* The matrix `name` [rows,cols] of weights, as the model has it: floats, or what maas_model_quantize makes of them. */
int maas_model_matrix(struct maas_matrix *, const maas_bf16 **scale, const struct maas_model *, const char *name,
    size_t rows, size_t cols) MAAS_USE;
/*
 * A copy of a network whose matrices are of MAAS_I8 or MAAS_U8 (two weights of 4 bits in each): tensor NAME is
 * what struct maas_quant has at p, NAME.scale, BF16, what it has at scale.  What is not a matrix of the network's
 * products is borrowed from the model.  Language models multiply by such weights; of networks of rows they are floats
 * again when the file is opened, and the copy is to be written alone.
 */
struct maas_model *maas_model_quantize(const struct maas_model *, enum maas_dtype, struct maas_team *) MAAS_USE;
/* A copy with all floats of its network as MAAS_F32 or MAAS_BF16. */
struct maas_model *maas_model_cast(const struct maas_model *, enum maas_dtype, struct maas_team *) MAAS_USE;
/*
 * Write a language model as a directory that transformers opens, and maas_model_open: GPT-2, Llama or Qwen2, which is
 * Llama with biases of queries, keys and values.  Floats as MAAS_F32, MAAS_BF16 or MAAS_F16; MAAS_DTYPES: as stored, in
 * F16 where that is what they were read from.  More than `shard` bytes of tensors become several files.  `dir` must not
 * be there, or be empty; it appears whole.
 */
int maas_model_save_foreign(const struct maas_model *, const char *dir, enum maas_dtype, uint64_t shard,
    struct maas_team *) MAAS_USE;
/* Weights in all: a matrix of few bits counts as one of floats, its scales do not. */
int maas_model_parameters(const struct maas_model *, uint64_t *) MAAS_USE;

/* The tensors of a model file, of any safetensors file, or of a directory's files as they are stored. */
struct maas_tensors *maas_model_weights(const char *path) MAAS_USE;
/* Are all its floats finite?  -1 with a reason that names a tensor. */
int maas_model_finite(const struct maas_model *) MAAS_USE;
/* What two models have that is not the same: "kind", a "setting", what "generation" is told or "ends" a text, a
 * "tensor", a "part". */
struct maas_difference {
	const char *sort, *name;
	const char *a, *b;              /* as text; "" where one has none */
	size_t differing, of;           /* numbers of a tensor; of 0: it has other numbers, in type or shape */
	double most;                    /* by how much at most */
};
typedef int maas_on_difference(void *ctx, const struct maas_difference *);      /* its failure ends */
int maas_model_diff(const struct maas_model *, const struct maas_model *, maas_on_difference *, void *ctx) MAAS_USE;

/* What it is for: "generate", "classify", "regress", "transform". */
const char *maas_model_task(const struct maas_model *);
/* What the decoding engine runs it on; NULL: a reason why it continues no text. */
const struct maas_decoder_ops *maas_model_decodes(const struct maas_model *) MAAS_USE;
/* Is this tensor a table of positions, of which a shorter context has the beginning? */
int maas_model_is_positions(const struct maas_model *, const char *tensor);

/*
 * The table by which a network looks up what it reads: words of its lexicon, or pieces of its tokeniser.  NULL,
 * MAAS_USAGE:
 * it looks up none.  The model must outlive it.
 */
struct maas_words;
struct maas_words *maas_words_open(const struct maas_model *) MAAS_USE;
void maas_words_free(struct maas_words *);
size_t maas_words_count(const struct maas_words *);
/* A word folded as texts are; a piece of just these bytes, or else of a blank and these.  -1: unknown; -2: no
 * memory. */
int32_t maas_words_find(const struct maas_words *, struct maas_span);
struct maas_span maas_words_text(const struct maas_words *, int32_t id);
/* The nearest to one by the cosine of their rows, itself left out, the nearest first, of equals the lower id: how
 * many. */
struct maas_near {
	int32_t id;
	double cosine;
};
size_t maas_words_near(const struct maas_words *, int32_t id, struct maas_near *to, size_t most);

/* The tokeniser a model carries; NULL with a reason where it has none.  Free it. */
struct maas_tokenizer *maas_model_tokenizer(const struct maas_model *) MAAS_USE;
/* The tokens that end a text: those that generation_config.json or config.json named, else the tokeniser's (may be
 * NULL). */
#define MAAS_ENDS 16
int maas_model_ends(const struct maas_model *, const struct maas_tokenizer *, int32_t to[MAAS_ENDS],
    size_t *n) MAAS_USE;
/* The token with which a text begins of which there is nothing yet: the bos_token_id that was named there, else the
 * tokeniser's, else its end of another text; -1: none. */
int maas_model_begins(const struct maas_model *, const struct maas_tokenizer *, int32_t *id) MAAS_USE;
/* A model that is being built ends texts as another does. */
int maas_model_end_as(struct maas_model *, const struct maas_model *other) MAAS_USE;

/*
 * Rows: one record in, scores out.  A model of rows keeps, as parts, its columns (maas/table.h), the vectoriser of
 * its text column and its labels.  A maas_rows is const and shared by threads; a maas_rows_call is one thread's
 * scratch, and what it hands out is valid until its next call.
 *
 * A score is a probability of each label, or with labels 0 (regression) the one value.
 */
struct maas_rows;
struct maas_rows_call;
/* How its texts become sequences; NULL: they do not. */
const struct maas_spelling *maas_rows_spelling(const struct maas_rows *);
const struct maas_rows *maas_rows_of(const struct maas_model *) MAAS_USE;       /* NULL: a model of something else */
size_t maas_rows_labels(const struct maas_rows *);      /* 0: regression */
size_t maas_rows_scores(const struct maas_rows *);      /* of a row: labels, or 1 */
struct maas_span maas_rows_label(const struct maas_rows *, size_t i);
const struct maas_columns *maas_rows_columns(const struct maas_rows *);
size_t maas_rows_features(const struct maas_rows *);    /* those of the columns, then those of the text */
/* The vectoriser of a model of rows, or of kind vectorizer, and the columns it was fitted with. */
const struct maas_vectorizer *maas_model_vectorizer(const struct maas_model *, const struct maas_columns **) MAAS_USE;
struct maas_rows_call *maas_rows_call_new(const struct maas_rows *) MAAS_USE;
void maas_rows_call_free(struct maas_rows_call *);
void maas_rows_call_forget(struct maas_rows_call *);    /* nothing is left of the texts and records it saw */
/* score[scores] of a text (taken whole as the text column, whatever its name; refused where there is none), of a
 * record as maas_reader_parse takes it (a JSON object, else a line as trained on), or of a row. */
int maas_rows_text(struct maas_rows_call *, struct maas_span text, double *score) MAAS_USE;
int maas_rows_record(struct maas_rows_call *, struct maas_span record, double *score) MAAS_USE;
int maas_rows_row(struct maas_rows_call *, const struct maas_row *, double *score) MAAS_USE;
/*
 * Many rows at once, for speed; the answers are those of maas_rows_row, to the byte.  _add takes a row: -1 with the
 * reason where it has no answer (nothing was added), or where MAAS_ROWS are in.  _run answers all and begins anew:
 * [how many][scores], in order, valid until the next _add; _sound is to be asked of each.
 */
#define MAAS_ROWS 64
int maas_rows_add(struct maas_rows_call *, const struct maas_row *) MAAS_USE;
const double *maas_rows_run(struct maas_rows_call *, size_t *rows);
/* The row added last (by _text, _record or _row too): as read, as long as that lives; its features that are sparse, the
 * first of them being `first` among all; how many terms its text had, and how many of them are no feature. */
struct maas_rows_last {
	const struct maas_row *row;
	size_t first, n;
	const uint32_t *col;
	const double *val;
	size_t terms, unknown;
};
void maas_rows_last(const struct maas_rows_call *, struct maas_rows_last *);
/* Does it tag each word of a text, instead of the row as a whole?  Then of all these functions _tags alone answers. */
int maas_rows_tagging(const struct maas_rows *);
/* score[*words][labels] of the words of a row's text, parted by blanks and tabs; valid until the next call. */
int maas_rows_tags(struct maas_rows_call *, const struct maas_row *, const double **score, size_t *words) MAAS_USE;
/* The tags of n words by their scores: the likeliest of each by itself; or, where the model has learnt from tags that
 * never break BIO, the likeliest that do not either. */
int maas_rows_path(const struct maas_rows *, const double *score, size_t n, uint32_t *tag) MAAS_USE;
/* Which tag may follow which, of labels that are not to break BIO; after NULL: each tag by itself. */
struct maas_tag_rule {
	size_t labels;
	struct maas_tag_after {
		/* it goes on with nothing: whatever stands before it, and at the beginning */
		int free;
		uint32_t of[2];                 /* else the tags it may follow; UINT32_MAX: none */
	} *after;                               /* [labels], in the arena */
};
int maas_tag_rule_make(struct maas_tag_rule *, struct maas_arena *, const struct maas_span *label,
    size_t labels) MAAS_USE;
/* The likeliest tags of n words by the logarithms log[n][labels] of how likely each is, constants of a word apart.
 * Room: from[n][labels], sum[2][labels]. */
void maas_tag_rule_walk(const struct maas_tag_rule *, const double *log, size_t n, uint32_t *from, double *sum,
    uint32_t *tag);
#define MAAS_TAGS_META "maas.tags"
int maas_rows_set_path(struct maas_model *) MAAS_USE;   /* say so of a model that is not ready yet */
/* A text with the tags of its words, and how likely each is by itself. */
struct maas_tagged {
	struct maas_span text;
	size_t words;
	const uint32_t *tag;            /* [words] labels */
	const float *p;                 /* [words] */
	const double *score;            /* [words][labels]; NULL: not told */
};
/* Of a row; of a text that is whole, or a record as maas_reader_parse reads it.  Valid until the next call. */
int maas_rows_tag(struct maas_rows_call *, const struct maas_row *, struct maas_tagged *) MAAS_USE;
int maas_rows_tag_text(struct maas_rows_call *, struct maas_span text, struct maas_tagged *) MAAS_USE;
int maas_rows_tag_record(struct maas_rows_call *, struct maas_span record, struct maas_tagged *) MAAS_USE;
/* Append "tokens":[...],"tags":[...],"probabilities":[...]. */
int maas_rows_put_tagged(const struct maas_rows *, const struct maas_tagged *, struct maas_buf *) MAAS_USE;
int maas_rows_sound(const double *score) MAAS_USE;      /* -1: a value of the row was so large that it has no answer */
/* score[answers][scores] of rows whose features are made already, by the team. */
int maas_rows_apply(const struct maas_rows *, const struct maas_design *, struct maas_team *, double *score) MAAS_USE;
/* The features of a row: a design of one, valid until the next call.  NULL: none. */
const struct maas_design *maas_rows_design(struct maas_rows_call *, const struct maas_row *) MAAS_USE;
/* Append what feature i is called. */
int maas_rows_feature(const struct maas_rows *, size_t i, struct maas_buf *) MAAS_USE;

/* What a kind is fitted on, or held to. */
struct maas_data {
	size_t n;
	struct maas_design x;
	size_t labels;                  /* 0: regression */
	const struct maas_span *name;   /* [labels] */
	/* [n], or one for each answer that x asks for; below labels; `labels`: one not trained on (held-out rows
	 * only) */
	const uint32_t *label;
	const double *target;           /* [n], of regression */
	const double *weight;           /* [labels] what a row of each label counts; NULL: 1 */
	size_t height, width, channels; /* of rows that are pictures or spectra: planes of channels; 0: they are not */
	const struct maas_columns *columns;     /* which x was made by; NULL: not known */
	const struct maas_sounds *sounds;       /* that of row i is number pick[i] of them; NULL: none are kept */
	const uint32_t *pick;
	int bio;                        /* of tags: they break BIO nowhere, and answers shall not either */
};
/* What a row of each label counts, on the heap: "balanced" is n / (labels count), else "LABEL:W,..."; NULL for
 * text NULL.  A label with a comma is put in double quotes. */
int maas_class_weights(const char *text, const struct maas_data *, double **weight) MAAS_USE;

/*
 * A fit: what it is asked, how it goes, how it ended.  The kind sets what stands below `step` and calls on_step.
 */
struct maas_keeping {                   /* checkpoints of a network */
	const char *folder;
	long every_steps, keep;         /* between them; how many */
	double every_seconds;
	int resumes;                    /* from the one of step `from` */
	uint64_t from;
	const char *identity;           /* "name=value" lines of what the fit does not know and they must agree with */
};
struct maas_fitting {
	const struct maas_training *how;
	const struct maas_keeping *keeping;     /* NULL: none; only for who learns by maas_rows_train */
	const struct maas_data *val;    /* held out, for val_* and early stopping; NULL: nothing */
	const struct maas_model *from;  /* --init-from; NULL */
	const struct maas_vectors *vectors;     /* rows that the table of a network of texts begins with; NULL */
	const char *augment;            /* as maas_augments_new takes it; NULL: rows are learnt as they are */
	struct maas_team *team;
	double memory;                  /* bytes that a network may take, see struct maas_run_setup; 0: what is free */
	uint64_t seed;
	/* not 0: a network stops in the middle of a step, and throws that away; NULL */
	const volatile sig_atomic_t *halt;
	/* Before the first step of a network: parameters and products are known.  NULL. */
	void (*on_begin)(const struct maas_fitting *);
	/* After each step, and with `evaluated` at the end of an epoch.  Not 0: stop here, with what is best so far. */
	int (*on_step)(struct maas_fitting *);
	void *ctx;

	long step, steps;               /* made; at most, 0: unknown */
	double epoch, epochs;           /* passes over the rows; at most, 0: the word means nothing to this solver */
	/* mean over the weights of the rows, without the penalty; of the last step or epoch */
	double loss;
	double lr, grad_norm;           /* 0: none */
	double rate;                    /* lr at its highest, as it was asked for or found; 0: none */
	int replayed;                   /* of an evaluation before the checkpoint that the fit went on from */
	int evaluated;                  /* those below are of now */
	double train_metric;            /* accuracy, of tags that mark entities F1, or r2; NAN: not measured */
	double val_loss, val_metric;    /* NAN: nothing held out */
	int best;                       /* this is the best so far */

	double parameters, products;    /* of a network: how many; multiply-adds forward of the longest row */
	double bytes;                   /* of a network: the memory it learns in */
	int diverged;                   /* it failed because the loss became infinite, or no number */
	double objective, gradient;     /* what is made small; what tol is held against */
	/* 1; 0: stopped by max_iter or on_step; -1: the word means nothing to this solver */
	int converged;
	const char *objective_text;     /* the formula */
	const char *solver;             /* "closed form", "coordinate descent", "lbfgs", "adam" ... */
	long best_epoch, stopped_epoch; /* of early stopping; 0: none */
};
struct maas_rows_ops {
	/* Kinds that read texts as sequences: how many ids they see at once; NULL: texts come as features.  Their
	 * models carry a tokeniser.  `head`: what the names of tensors begin with that a model begun with may lack;
	 * NULL: none. */
	size_t (*longest)(const struct maas_model *);
	const char *head;
	int alike;                      /* its numbers are of one sort: see struct maas_preparation */
	const char *defaults;           /* as the kind's, of learning from rows; NULL: the kind's */
	/* MAAS_CLASSES | MAAS_VALUES | MAAS_TAGS; what --task is by default comes from kind->task */
	unsigned tasks;
	/* Add what is learnt to the model: tensors for data's features and labels.  NULL: a network, learnt by
	 * maas_rows_train (maas/train.h) from kind->loss. */
	int (*fit)(struct maas_model *, const struct maas_data *, struct maas_fitting *);
	/* Bytes of scratch that apply wants for so many rows, 64-aligned; NULL: none. */
	size_t (*scratch)(const struct maas_model *, size_t rows);
	/* In its place, of kinds for which it is more than bytes: made, freed. */
	void *(*work)(const struct maas_model *);
	void (*end)(void *work);
	/* The tensors and settings suffice, ready need not have been called.  x->sparse.start[0] may be above 0.
	 * out[answers of x][outputs]: logits, or the values of a regression.  A row's are the same alone and among
	 * others.
	 * outputs 1 of two labels: the second's logit; the first's is its opposite. */
	void (*apply)(const struct maas_model *, const struct maas_design *x, double *out, void *scratch);
	/* Turn what was learnt about components into what it is about features; NULL: --pca is refused. */
	int (*fold)(struct maas_model *, const struct maas_projection *);
	/* How an output is made of features, where it is linear in them; NULL: it is not. */
	double (*weight)(const struct maas_model *, size_t feature, size_t output);
	double (*intercept)(const struct maas_model *, size_t output);
	/* d (sum of of[o] out[o]) / d feature, of[outputs], for each feature of the one row x: dense[x->dense], and
	 * sparse[nnz] at those it has; of an encoder's frames the mean of it on the way there from 0.  -1 with the
	 * reason.
	 * For networks; NULL where linear. */
	int (*gradient)(const struct maas_model *, const struct maas_design *x, const double *of, double *dense,
	    double *sparse, void *scratch);
	/* Of the first of the sequences, for each of its answers (see apply), of[answers][outputs]:
	 * to[answers][places], what each place adds to that sum by the gradient at what it was looked up as, times
	 * that; of an encoder by the mean gradient on the way there from 0, and of what reads words, if `from` is not
	 * NULL, on the way from places that are all its first one: they sum to what the sum is more than there.  NULL:
	 * no gradient. */
	int (*saliency)(const struct maas_model *, const struct maas_sequences *, const struct maas_sequences *from,
	    const double *of, double *to);
	/* Of the row x, or of the first of its sequences, for each of its answers: to[answers][places], how much of the
	 * attention that it comes from is on each place: together 1.  NULL for the row: -1, with the reason, where this
	 * model has none.  NULL: the kind has none. */
	int (*attention)(const struct maas_model *, const struct maas_design *x, double *to);
	/* Networks of texts: what is theirs of what reads them, lib/model/reader.h. */
	const struct maas_reader_ops *reads;
	double tags_dropout;            /* of those, what --dropout is where words are tagged and it is not said */
	/* Networks: note in the settings what kind->loss will be for: the data's features and labels, and the most
	 * sparse ones that the rows of a batch hold together, or the length of the longest sequence. */
	int (*shape)(struct maas_model *, const struct maas_data *, size_t entries);
	const char *regularise;         /* options that make it keep less to its rows, measured to help; NULL */
	const char *costs;              /* of those, the options that make a row's way through the network long */
	/* Divide what the tensors give by the temperature of a calibration; NULL: the model keeps it beside them. */
	int (*cool)(struct maas_model *, double temperature);
	/* Networks that learn values: make outputs y into y unit + shift. */
	void (*rescale)(const struct maas_model *, const struct maas_params *, double shift, double unit);
};
enum { MAAS_CLASSES = 1, MAAS_VALUES = 2, MAAS_TAGS = 4 };       /* TAGS: a class a word */
/* What a kind of rows calls from ready (its tensors being for so many features and outputs) and done. */
int maas_rows_open(struct maas_model *, size_t features, size_t outputs) MAAS_USE;
void maas_rows_close(struct maas_model *);
/* "label TAB probability", or the value */
int maas_rows_answer(struct maas_model *, struct maas_span input, struct maas_buf *) MAAS_USE;
/* The slot fold of kinds whose tensors are coef [features, outputs] or [features] and intercept [outputs], F32 or
 * F64. */
int maas_rows_fold(struct maas_model *, const struct maas_projection *) MAAS_USE;
/* score[n][scores] from out[n][outputs]: softmax or the logistic function of out / temperature, or the values as they
 * are. */
void maas_rows_scale(double *score, const double *out, size_t n, size_t labels, size_t outputs, double temperature);
/* Find the temperature that makes the log-loss of held-out rows the least, and keep it in the model, which must be
 * ready.  It is 1 where there is none between 0.01 and 100: where all rows are right, say. */
int maas_rows_calibrate(struct maas_model *, const struct maas_data *held, struct maas_team *,
    double *temperature) MAAS_USE;

/* Give the model, all its parts in place, a self-test made of its own columns and words. */
int maas_rows_add_selftest(struct maas_model *, const struct maas_columns *, const struct maas_vectorizer *) MAAS_USE;

/*
 * A projection: the features of training rows to their principal components (centred, not scaled), before a kind
 * learns.  Since every kind begins with something linear in its features, what it learnt about components is
 * folded into weights of features (kind->rows->fold): the model keeps no components, and answers at once.
 *
 * Fewer rows than features: by the eigenvectors u of the rows' products (the components, v = x^T u / sqrt(value), are
 * never formed); else by the covariance of the features; where both are over 12,000 and a number of components is
 * asked for, by a random sketch.
 */
struct maas_projection;
/* components: "12", "0.95" (the fewest whose share of the variance is above), "all".  x is borrowed. */
struct maas_projection *maas_projection_fit(const char *components, const struct maas_design *x, struct maas_team *,
    uint64_t seed) MAAS_USE;
void maas_projection_free(struct maas_projection *);
size_t maas_projection_size(const struct maas_projection *);            /* components */
size_t maas_projection_features(const struct maas_projection *);
size_t maas_projection_dense(const struct maas_projection *);          /* how many of them are dense */
double maas_projection_share(const struct maas_projection *);           /* of the variance */
/* Bytes that fitting takes at most, for rows x features; -1 with a reason where it cannot be done. */
int maas_projection_bytes(const char *components, size_t rows, size_t features, double *bytes) MAAS_USE;
/* The components of rows, dense: `to` gets memory of its own.  The rows fitted on are known by their address. */
int maas_projection_apply(const struct maas_projection *, const struct maas_design *, struct maas_team *,
    struct maas_design *to) MAAS_USE;
/* Weights of components as weights of features: to[features, m] = V^T w, w [components, m]; shift[m] = mean of the
 * features times to, which the intercepts lose. */
int maas_projection_fold(const struct maas_projection *, const double *w, size_t m, double *to, double *shift) MAAS_USE;

/*
 * A table in memory, as read: what is trained on and measured.
 */
/* Samples of sounds: those of row i are sample[start[i]] ... sample[start[i + 1]], times scale[i]. */
struct maas_sounds {
	size_t *start;                  /* NULL: none are kept */
	int16_t *sample;
	float *scale;
	size_t start_cap, sample_cap, scale_cap;
};
struct maas_rowset {
	struct maas_arena *arena;
	const struct maas_columns *columns;     /* borrowed: as fitted */
	size_t n, bad, dropped;         /* rows kept; that could not be read; left out for a gap (--impute drop) */
	struct maas_names labels;
	uint32_t *label;                /* [n] of labels, MAAS_NO_NAME: none; classes */
	double *target;                 /* [n]; regression */
	size_t *tags;                   /* [n + 1]: tag[tags[i]] ... are those of row i's words; NULL: none */
	uint32_t *tag;                  /* of labels */
	size_t broken;                  /* tags that go on with an entity that is not open */
	const char *broken_at;          /* the first of them: "f.conll:7: 'I-PER'" */
	double *x;                      /* [n][columns->numbers], a gap NaN; NULL: sparse, none, or used up */
	struct maas_csr sparse;         /* libsvm */
	struct maas_names *values;      /* [columns->words] */
	uint32_t *word;                 /* [n][columns->words], of values */
	struct maas_span *text;         /* [n]; NULL: no column of text */
	struct maas_sounds sounds;      /* where the reader hands them out */
	size_t tags_cap, tag_cap;
	size_t cap, label_cap, target_cap, x_cap, word_cap, text_cap, start_cap, col_cap, val_cap;
};
enum maas_task { MAAS_TASK_NONE, MAAS_TASK_CLASS, MAAS_TASK_REGRESS, MAAS_TASK_TAG };
/* on_bad gets each row that cannot be read, and with a task each without a label (regression: a finite number; tags:
 * one a word); its failure ends.  drop: rows with a gap among their numbers are left out. */
struct maas_rowset *maas_rowset_load(struct maas_reader *, const struct maas_columns *, enum maas_task, int drop,
    int (*on_bad)(void *ctx, const struct maas_row *, const char *why), void *ctx) MAAS_USE;
void maas_rowset_free(struct maas_rowset *);
/* Labels become targets, where all of them are finite numbers: 1, 0 where one is none, -1. */
int maas_rowset_numbers(struct maas_rowset *) MAAS_USE;
/*
 * Columns whose words stand outside of rows pick[0..n) alone are numbers: what a column is, is learnt from training
 * rows, too.  c: the set's columns.  A word among such numbers is a gap where `gaps`, else a failure that names it.
 */
int maas_rowset_recast(struct maas_rowset *, struct maas_columns *c, const uint32_t *pick, size_t n, int gaps) MAAS_USE;
/* How many labels rows pick[0..n) have in all: one each, or one a word. */
size_t maas_rowset_count(const struct maas_rowset *, const uint32_t *pick, size_t n);
/* The labels of rows pick[0..n), or of their words, sorted by bytes, taken from the arena. */
int maas_rowset_labels(struct maas_rowset *, const uint32_t *pick, size_t n, struct maas_span **label,
    size_t *labels) MAAS_USE;
/* to[i]: which of the sorted labels row pick[i] has, or the i-th word of all these rows; `labels` where it is none of
 * them. */
int maas_rowset_targets(const struct maas_rowset *, const uint32_t *pick, size_t n, const struct maas_span *label,
    size_t labels, uint32_t *to) MAAS_USE;
/* Which of the sorted labels it is; `labels` where it is none. */
size_t maas_label_find(const struct maas_span *label, size_t labels, struct maas_span);
/* What the rows pick[0..n) teach about the columns; see maas_columns_learn. */
int maas_rowset_learn(const struct maas_rowset *, const uint32_t *pick, size_t n, const struct maas_preparation *,
    struct maas_columns *) MAAS_USE;
/* Fitted on the texts of rows pick[0..n), by the team; NULL with a reason where they make no features. */
struct maas_vectorizer *maas_rowset_vectorizer(const struct maas_rowset *, const uint32_t *pick, size_t n,
    struct maas_team *, const struct maas_vectorizer_options *) MAAS_USE;
/* The same of a lexicon. */
struct maas_lexicon *maas_rowset_lexicon(const struct maas_rowset *, const uint32_t *pick, size_t n, struct maas_team *,
    const struct maas_lexicon_options *) MAAS_USE;
/*
 * Features of rows pick[0..n) by the team: those of the columns as learnt, then those of v (NULL: no text) of the
 * text.  use_up: numbers are worked on in place, and the rowset's are gone (pick must ascend): one matrix, not two.
 */
int maas_rowset_design(struct maas_rowset *, const uint32_t *pick, size_t n, struct maas_team *,
    const struct maas_columns *learnt, const struct maas_vectorizer *v, int use_up, struct maas_design *) MAAS_USE;
/*
 * Beside those features, the texts of rows pick[0..n) as sequences, by the team, for kinds that read them so; *cut: how
 * many of them are longer than is kept.
 */
int maas_rowset_sequences(const struct maas_rowset *, const uint32_t *pick, size_t n, struct maas_team *,
    const struct maas_spelling *, struct maas_design *, size_t *cut) MAAS_USE;
/* Frames of rows pick[0..n) that are such; before their numbers are used up. */
int maas_rowset_frames(const struct maas_rowset *, const uint32_t *pick, size_t n, struct maas_sequences *) MAAS_USE;
/* The words of rows pick[0..n), each asked for: rows of the design are sequences, of which a long text makes
 * several. */
int maas_rowset_words(const struct maas_rowset *, const uint32_t *pick, size_t n, const struct maas_spelling *,
    struct maas_design *) MAAS_USE;
/*
 * Set `fraction` of rows [0,n) aside: ceil(fraction n) in all, of each group by largest remainder (the lower
 * group first where equal), at least one left of a group that has one.  pick[n] gets the rows that stay, in
 * order, then those set aside, in order; *stay how many stay.
 */
int maas_split_stratified(uint32_t *pick, const uint32_t *group, size_t n, size_t groups, double fraction,
    uint64_t seed, size_t *stay) MAAS_USE;
/*
 * Data looked over before it is learnt from: rows held out that are trained on too (with `split`: rows that are there
 * twice), rows with two labels; labels that are rare, misspelt, or among the held-out rows alone; columns that hold one
 * value, or tell the label by themselves; texts that are no UTF-8.
 */
struct maas_inspection;
struct maas_inspection *maas_inspection_new(const struct maas_columns *, enum maas_task, int split) MAAS_USE;
/* A row that can be learnt from: not bad, its label there.  Its input's name must stay. */
int maas_inspection_add(struct maas_inspection *, const struct maas_row *, int held_out) MAAS_USE;
/* Each thing found: of what sort ("duplicate", "contradiction", "label", "constant", "leak", "id", "text", "tag"), where ("f.csv:7",
 * "column 'age'", "'yes'", or ""), and what; of a sort the first ten, then how many more.  A failure of tell ends. */
typedef int maas_on_finding(void *ctx, const char *sort, const char *where, const char *what);
int maas_inspection_end(struct maas_inspection *, maas_on_finding *tell, void *ctx, size_t *found) MAAS_USE;
void maas_inspection_free(struct maas_inspection *);

/*
 * Deal rows [0,n) to k folds, 0 to k - 1: scikit-learn's StratifiedKFold, of one group its KFold.  Each fold has its
 * share of each group, in the rows' order, or with `shuffle` in one of the seed's.  *least: rows of the rarest group.
 * -1 where no group has k rows.
 */
int maas_split_folds(uint32_t *fold, const uint32_t *group, size_t n, size_t groups, size_t k, int shuffle,
    uint64_t seed, size_t *least) MAAS_USE;
/* As kept in a model: the part "labels"; absent in a regression. */
int maas_labels_print(struct maas_buf *, const struct maas_span *label, size_t n) MAAS_USE;

#endif
