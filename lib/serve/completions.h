/* completions.h -- a request for completions: read by an HTTP thread, advanced by the scheduler. */
#ifndef COMPLETIONS_H
#define COMPLETIONS_H

#include "server.h"

struct prompt {
	struct maas_span text;          /* s NULL: given as ids */
	int32_t *id;                    /* once encoded, at any rate */
	size_t n;
};

struct choice {                         /* one completion of one prompt */
	struct prompt *prompt;
	struct maas_sequence *seq;      /* NULL: not begun, or over */
	int over;
	size_t sent;                    /* bytes of text that are in a chunk already */
	size_t told;                    /* tokens, likewise */
	size_t seen;                    /* tokens when we looked last */
	uint64_t joined;                /* steps of the decoder before it */
	double first, last;             /* times of tokens */
	struct maas_span json;          /* the finished choice, where nothing is streamed */
};

struct prompts {
	struct prompt *prompt;
	size_t nprompt, n;              /* prompts; completions of each */
	struct choice *choice;          /* [nprompt][n] */
	size_t begun, over;             /* choices */
	struct maas_request like;       /* what every sequence is asked with, but for its prompt and stream */
	int64_t max_tokens;             /* -1: not said */
	int stream, usage, echo, logprobs, encoded, limited;
	int64_t created;
	size_t prompt_tokens, cached_tokens, completion_tokens;
};

/* Texts or ids, one or many, by the member `name` of the body.  -1: replied. */
int prompts_read(struct ask *, const char *name, const struct maas_json *body, size_t most, struct prompt **,
    size_t *n);
/* A text to ids, as maas-generate does. */
int prompt_encode(struct hosted *, struct maas_arena *, struct prompt *) MAAS_USE;
/* The model that the body names, if it has a decoder; NULL: replied, "... models WHAT". */
struct hosted *decoder_of_body(struct ask *, const struct maas_json *body, const char *what);
/* The body into prompts in the ask's arena.  -1: replied. */
int completions_read(struct ask *, const struct maas_json *body, struct prompts *);
/* The members of a chunk or a reply up to "choices": {"id":...,"model":"m","choices":[ */
int completions_head(const struct ask *, struct maas_buf *) MAAS_USE;
/* A choice with what is new since bytes `sent` and tokens `told`. */
int completions_choice(const struct ask *, const struct choice *, struct maas_buf *) MAAS_USE;
int completions_usage(const struct ask *, struct maas_buf *) MAAS_USE;

#endif
