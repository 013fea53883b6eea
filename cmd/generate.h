/* generate.h -- what the parts of maas-generate share. */
#ifndef GENERATE_H
#define GENERATE_H

#include "driver.h"
#include "maas/model.h"

#define GENERATE_BEAMS 256 /* at most */

struct generate {
	const char *model, *prompt, *encoding;
	int jsonl, score, perplexity, prompt_ids, ids;
	long stride, max_new_tokens, max_length, num_return_sequences, num_beams, logprobs;
	double length_penalty;
	struct maas_list stop;
	int ignore_eos, echo, truncate, timings, line_buffered, precision;
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
	struct maas_span *stop;
	uint64_t records;               /* so far: the random stream of the next */
	double began, first;            /* moments: of the work, of the first token */
};

/* The whole of a mode: the exit status. */
int generate_lines(struct job *);       /* records of standard input or files, or of -p */
int generate_stream(struct job *);      /* -p, as it comes */
int generate_score(struct job *);       /* --score, --perplexity */

/* Ids of a text, or of "12 345 6", with what the tokeniser puts around; into j->ids. */
int generate_encode(struct job *, struct maas_span) MAAS_USE;
int generate_parse_ids(struct maas_span, struct maas_ids *) MAAS_USE;
/* The request for j->ids.  -1 where --max-length leaves nothing. */
int generate_request(struct job *, struct maas_request *, uint64_t stream) MAAS_USE;
size_t generate_step(struct job *);     /* maas_decoder_step, with the clock kept */
/* "id":..,"piece":..,"logprob":.. and "bytes" where the piece is no UTF-8, without braces. */
int generate_piece(const struct job *, struct maas_buf *, int32_t id, float logprob) MAAS_USE;
/* ,"top":[...] */
int generate_top(const struct job *, struct maas_buf *, const struct maas_choice *, int n) MAAS_USE;

#endif
