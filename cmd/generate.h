/* generate.h -- what the parts of maas-generate share. */
#ifndef GENERATE_H
#define GENERATE_H

#include "driver.h"
#include "maas/model.h"

#define GENERATE_BEAMS 256 /* at most */
#define GENERATE_PROBES 8  /* prompts without a piece that are scored at once */
#define GENERATE_TRACE 8   /* candidates that --trace shows, where --logprobs does not say */

struct generate {
	const char *model, *prompt, *encoding;
	int jsonl, score, perplexity, prompt_ids, ids;
	long stride, max_new_tokens, max_length, num_return_sequences, num_beams, logprobs;
	double length_penalty;
	struct maas_list stop;
	int ignore_eos, echo, truncate, timings, line_buffered, precision, trace, explain, color;
};

/* The pieces of a prompt, and what of the completion's log-probability is lost without each; NAN: it cannot be left
 * out. */
struct explained_piece {
	struct maas_spelt at;
	double lost;
};
struct explained {
	struct maas_buf text;
	struct explained_piece *piece;
	size_t n, cap, ids;             /* ids: of the prompt, before it was cut */
	double total;                   /* log-probability of the completion */
};

/* The prompts that something was drawn for, by their streams, and how often each has come. */
struct drawn {
	struct drawn_prompt {
		uint64_t key, times;    /* times 0: an empty place */
	} *prompt;
	size_t n, cap;
};

struct job {
	struct call *call;
	const struct generate *o;
	const struct maas_sampling *sampling;
	struct maas_model *model;
	struct maas_tokenizer *tok;     /* NULL where ids in and ids out need none */
	struct maas_encoder *enc;
	struct maas_team *team;
	struct maas_decoder *decoder;
	struct maas_ids ids;            /* of the prompt at hand */
	struct explained explained;     /* with --explain: its pieces */
	struct maas_ids probe;          /* a prompt without one of them, and the completion */
	size_t places;                  /* for completions; those of --explain are more */
	struct maas_span *stop;
	uint64_t records;               /* so far */
	struct drawn drawn;
	double began, first;            /* moments: of the work, of the first token */
};

/* The whole of a mode: the exit status. */
int generate_lines(struct job *);       /* records of standard input or files, or of -p */
int generate_stream(struct job *);      /* -p, as it comes */
int generate_score(struct job *);       /* --score, --perplexity */

/* Ids of a text, or of "12 345 6", with what the tokeniser puts around; into j->ids. */
int generate_encode(struct job *, struct maas_span) MAAS_USE;
int generate_parse_ids(struct maas_span, struct maas_ids *) MAAS_USE;
/* What j->ids draw by: the same alone and among others, and not the same again where they come again. */
int generate_drawn(struct job *, uint64_t *stream) MAAS_USE;
uint64_t generate_stream_of(const struct maas_ids *); /* when they come first */
/* The request for j->ids.  -1 where --max-length leaves nothing. */
int generate_request(struct job *, struct maas_request *, uint64_t stream) MAAS_USE;
size_t generate_step(struct job *);     /* maas_decoder_step, with the clock kept */
/* "id":..,"piece":.. and "bytes" where the piece is no UTF-8, without braces. */
int generate_piece_named(const struct job *, struct maas_buf *, int32_t id) MAAS_USE;
/* "id":..,"piece":..,"logprob":.. and "bytes" where the piece is no UTF-8, without braces. */
int generate_piece(const struct job *, struct maas_buf *, int32_t id, float logprob) MAAS_USE;
/* ,"top":[...] */
int generate_top(const struct job *, struct maas_buf *, const struct maas_choice *, int n) MAAS_USE;

int generate_push(struct maas_ids *, int32_t id) MAAS_USE;

/* What is scored.  _more appends to j->ids: 1, or 0 where nothing comes behind them. */
struct scored_text;
struct scored_text *scored_text_open(struct job *) MAAS_USE;
int scored_text_more(struct scored_text *) MAAS_USE;
void scored_text_close(struct scored_text *);

/* --trace: how the token at an index was chosen, on standard error; ,"trace":[...] of all that were said. */
int generate_trace_show(const struct job *, const struct maas_sequence *, size_t at) MAAS_USE;
int generate_trace_put(const struct job *, struct maas_buf *, const struct maas_sequence *) MAAS_USE;

/* --explain: the pieces of a text whose ids are j->ids (NULL: of the ids themselves); what is lost without each of them
 * for a completion that is done.  _put: ,"logprob":..,"explain":[...] */
int generate_explained_begin(struct job *, struct explained *, const struct maas_span *text) MAAS_USE;
int generate_explained_copy(struct explained *to, const struct explained *) MAAS_USE;
int generate_explained_end(struct job *, struct explained *, const struct maas_sequence *) MAAS_USE;
void generate_explained_free(struct explained *);
int generate_explained_put(const struct explained *, struct maas_buf *) MAAS_USE;
/* A table's lines; the prompt coloured, and the completion behind it. */
int generate_explained_lines(const struct explained *, struct maas_buf *, uint64_t record,
    struct maas_span said) MAAS_USE;
int generate_explained_colours(const struct explained *, struct maas_buf *, uint64_t record,
    struct maas_span said) MAAS_USE;

#endif
