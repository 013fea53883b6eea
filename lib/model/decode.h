/*
 * decode.h -- inside the decoding engine: the network's forward pass over rows of a batch,
 * the choice of a token, the text that may be shown.
 */
#ifndef DECODE_H
#define DECODE_H

#include "maas/model.h"

/* Blocks of key/value cache. */
struct block_key {
	uint64_t share, parent;         /* for whom; the name of the block before, 0: none */
	char digest[65];                /* of its tokens, SHA-256 */
};
struct block {
	struct block_key key;
	uint64_t name;                  /* never given twice; 0: what it holds cannot be found */
	uint32_t users, next;           /* sequences that have it; in its bucket */
	uint32_t before, after;         /* among those nobody has */
	int touched, dirty;             /* its pages are there; so are somebody's keys and values */
};
struct blocks {
	struct block *block;
	size_t n, spare, buckets;       /* in all; that nobody has */
	int keep;                       /* what spare ones hold can be found */
	unsigned char *cache;           /* [n][bytes], the caller's */
	size_t bytes;
	uint32_t *bucket, first, last;  /* spare ones, the one left alone longest first; but those that hold nothing */
	uint32_t fresh;                 /* are before them, and those never written to, by `after`, apart */
	uint64_t names, forgotten;      /* given; of those that held something, taken for something else */
};
int blocks_make(struct blocks *, struct maas_arena *, unsigned char *cache, size_t n, size_t bytes, int keep) MAAS_USE;
/* One for the caller; there must be a spare one.  Pages the system has to clear first are taken late: one that was
 * written to and holds nothing, else one that never was, else the one left alone longest. */
uint32_t blocks_take(struct blocks *);
void blocks_touch(struct blocks *, uint32_t);   /* the caller is about to write to its own */
void blocks_give(struct blocks *, uint32_t);    /* where nobody else has it nor can find it, it is wiped */
void blocks_share(struct blocks *, uint32_t);  /* one user more; it must have one */
/* Block `at` of a sequence whose blocks before it, all with names, are block[0 ... at) and whose ids are id: filled
 * already, for the same `share`?  1: *found is the caller's too. */
int blocks_find(struct blocks *, uint64_t share, const uint32_t *block, size_t at, const int32_t *id, uint32_t *found);
/* Block `at` is filled, and those before it have names: it can be found from now on.  Where another one like it can be
 * already, that one takes its place. */
void blocks_name(struct blocks *, uint64_t share, uint32_t *block, size_t at, const int32_t *id);

/* A run of rows: ids of one sequence at following positions, whose cache lies in `block`. */
struct net_run {
	const int32_t *id;
	size_t rows, at;                /* how many; position of the first */
	const uint32_t *block;
};
struct net {
	struct maas_network w;
	struct maas_team *team;
	struct maas_arena *arena;
	enum maas_dtype precision, kept; /* of products; of the cache */
	size_t hd, rows, head_rows;     /* of a head; at most a pass; at most in logits */
	size_t width, hidden;           /* of a row of qkv; of up */
	float *x, *h, *qkv, *mix, *up;  /* [rows, ...] */
	float *turn;                    /* [rows, hd]: see maas_rope_turns */
	float *logits;                  /* [head_rows, vocab] */
	unsigned char *cache;
	size_t blocks, block_bytes;     /* a block: [layers][kv_heads][keys, values], see maas_keys_bytes */
	void *scratch;                  /* of products */
	unsigned char *keys;            /* of attention, keys_stride a member: its scratch, then pointers to blocks */
	size_t keys_stride, attend_bytes, heads_item;   /* heads of keys of one item of attention, in this pass */
	size_t *cluster;                /* [rows + 1]: runs cluster[i] to cluster[i + 1] ask the cache together */
	const struct net_run *run;      /* of the present pass */
	size_t pass_rows, half;         /* of the present pass; of the layers' halves, the present one */
	/* h lies rounded in scratch, for weights of this type; MAAS_DTYPES: it does not */
	enum maas_dtype ready;
};
/* What the cache holds, and how large a block of it is; `w` filled by the kind. */
void maas_network_precision(struct net *, enum maas_dtype);
/* Make room; arena, team and sizes filled by the caller. */
int maas_network_make(struct net *) MAAS_USE;
void maas_network_drop(struct net *);
/* The runs' rows through all layers into x, keys and values into the cache. */
void maas_network_pass(struct net *, const struct net_run *, size_t nrun);
/* logits [n, vocab] of the rows row[0 ... n) of the last pass. */
void maas_network_head(struct net *, const size_t *row, size_t n);
/* sum[embed] += the last norm of each row of the last pass from `row` on.  Before _head. */
void maas_network_gather(struct net *, double *sum, size_t row, size_t rows);

/* A token that may still be chosen. */
struct sample_item {
	float score;                    /* logit after penalties (and temperature, where that is first) */
	float key;                      /* what the present cut sorts by, the least first */
	float p;
	int32_t id;
};
/* Lower keys first, of equal ones the lower id. */
void sample_sort(struct sample_item *, size_t n);

/* Scratch of one sampler; not for two at once. */
struct sampler {
	size_t vocab;
	float *score;                   /* [vocab], where penalties have changed the logits */
	struct sample_item *item;       /* [vocab] */
	uint32_t *count, *pick;         /* [vocab]; count is zero between calls */
	float *weight;                  /* [vocab] */
	float *peak;                    /* of the scores: see maas_peaks */
	double *sum;                    /* of the weights of a chunk */
};
int maas_sampler_make(struct sampler *, size_t vocab) MAAS_USE;
void maas_sampler_drop(struct sampler *);

float sample_heat(const struct maas_sampling *);        /* what logits are divided by */
#define SAMPLE_FAR 1e38f                /* no score is that low, but for -INFINITY */

/* With neither top_k nor typical_p: the choice among the scores x [vocab], whose peaks s has and the largest is max. */
int32_t sample_wide(struct sampler *, const float *x, float max, const struct maas_sampling *, double u);

/* All that a choice depends on. */
struct sample_case {
	const struct maas_sampling *how;
	const float *logit;             /* [vocab] */
	const int32_t *id;              /* the prompt's, then those said */
	size_t prompt, n;
	double u;                       /* [0,1) */
};
/* The next id; -1 where no logit is a number. */
int32_t maas_sample_next(struct sampler *, const struct sample_case *);
int maas_sample_check(const struct maas_sampling *) MAAS_USE;        /* in the ranges of the field table? */

/* The k highest log-probabilities after penalties, where `norm` is maas_logsumexp of the logits: into s->item, keys
 * their negative, the highest first (of equal ones the lower id).  How many; -1 where a logit is no number. */
long maas_sample_best(struct sampler *, const struct sample_case *, double norm, size_t k);
int maas_sample_plain(const struct maas_sampling *);    /* has it no penalties? */

/* How `chosen`, which maas_sample_next gave for this, came to be: `how`, and k candidates. */
void maas_sample_trace(struct sampler *, const struct sample_case *, int32_t chosen, struct maas_choosing *how,
    struct maas_candidate *, int k);

/* The k likeliest, ties by id; filled with id -1 where there are fewer.  norm: maas_logsumexp of all. */
void maas_sample_top(struct maas_choice *top, int k, const float *logit, size_t n, double norm);

/* Text as it comes: what is whole, and cannot be part of a stop string. */
struct outflow {
	const struct maas_tokenizer *tok;
	struct maas_buf raw;            /* all bytes so far */
	size_t start;                   /* of what was said; an echoed prompt is before it */
	size_t shown;                   /* of raw: may be shown */
	int begun;                      /* a token that is text came before */
	const struct maas_span *stop;
	size_t nstop;
};
/* 1 where a stop string appeared: shown ends before it, for good. */
int maas_outflow_add(struct outflow *, int32_t id) MAAS_USE;
void maas_outflow_pass(struct outflow *, int32_t id);   /* it came before, and is not shown */
void maas_outflow_end(struct outflow *);     /* nothing more comes: show what was held back */

/* A sequence, and all it has. */
struct beams;
struct slot {
	struct maas_sequence pub;       /* first: the caller holds this */
	int taken, idle;                /* idle: nothing of it is to be fed */
	struct maas_sampling sampling;
	uint64_t seed, stream;
	int ignore_eos, logprobs, embed;
	size_t row, rows;               /* of an embedding: those of this pass */
	size_t score;                   /* see maas_request */
	size_t end;                     /* most ids it may come to; the last is never fed */
	size_t fed;                     /* ids whose keys and values are in the cache */
	size_t wants, grant;            /* of this step's rows; what it gets */
	size_t named;                   /* blocks that others can find */
	size_t apart;                   /* ids from which on it computes itself: what comes of them is wanted */
	uint64_t share;
	int32_t next;                   /* what this step chose */
	int chosen;
	int32_t *id;
	float *logprob;
	struct maas_choice *top;
	struct maas_choosing *choosing; /* [end], with trace */
	struct maas_candidate *candidate;
	double *sum;                    /* [width], of an embedding */
	float *mean;
	size_t id_cap, logprob_cap, top_cap, choosing_cap, candidate_cap, sum_cap, mean_cap;
	uint32_t *block;
	size_t blocks;
	struct outflow out;
	struct maas_buf stops;          /* bytes of the stop strings */
	struct maas_span *stop;
	size_t stop_cap;
	struct beams *beams;            /* the search that it is a beam of; NULL: none */
	size_t beam;                    /* which; 0 is the caller's */
	struct maas_arena *searches;    /* of a beam 0: what a search has */
};

/* A row whose logits are wanted: of a slot, what comes behind id `at`. */
struct wanted {
	struct slot *slot;
	size_t at;
};

struct maas_decoder {
	struct net net;
	const struct maas_tokenizer *tok;
	int32_t end[MAAS_ENDS];         /* of a text */
	size_t ends;
	struct slot *slot;
	size_t slots;
	struct slot **live;             /* in the order they joined */
	size_t nlive;
	struct blocks blocks;
	struct net_run *run;
	struct wanted *wanted;          /* [rows], and the rows they are */
	size_t *row, nwanted;
	struct wanted *slice;           /* the part that is in logits */
	struct sampler *sampler;        /* a member each */
	uint64_t steps, prompt_tokens, new_tokens;
};
void slot_adopt(struct maas_decoder *, struct slot *);  /* what others have filled of its beginning is its own, too */
void slot_retire(struct maas_decoder *, struct slot *); /* it says no more: its cache is free for others at once */
/* Room for, and copies of, all that the request holds; its prompt is prompt[0 ... n).  Nothing stays where it fails. */
int slot_fill(struct maas_decoder *, struct slot *, const struct maas_request *, const int32_t *prompt,
    size_t n) MAAS_USE;
/* nothing is left of what it read and said, nor of what tells of it */
void slot_forget(const struct maas_decoder *, struct slot *);

/*
 * Beams: the slot of a request and others, all of them live.  _join, last of all when the request joins: places,
 * memory and cache for all; it leaves nothing behind where it fails.  _weigh: what the logits behind a beam's last id
 * are for; beams at a time by different members.  _advance, where that was done for all that run: the step that it
 * makes, and the end.
 */
int beams_join(struct maas_decoder *, struct slot *, const struct maas_request *) MAAS_USE;
void beams_weigh(struct maas_decoder *, struct slot *, const float *logit, struct sampler *);
void beams_advance(struct maas_decoder *, struct slot *);
void beams_leave(struct maas_decoder *, struct slot *);

#endif
