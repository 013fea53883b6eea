/*
 * decode.h -- inside the decoding engine: the network's forward pass over rows of a batch,
 * the choice of a token, the text that may be shown.
 */
#ifndef DECODE_H
#define DECODE_H

#include "maas/model.h"

/* Scratch of one sampler; not for two at once. */
struct sampler {
	size_t vocab;
	float *score;                   /* [vocab] */
	struct sample_item *item;       /* [vocab] */
	uint32_t *count;                /* [vocab], zero between calls */
};
int sampler_make(struct sampler *, size_t vocab) MAAS_USE;
void sampler_drop(struct sampler *);

/* All that a choice depends on. */
struct sample_case {
	const struct maas_sampling *how;
	const float *logit;             /* [vocab] */
	const int32_t *id;              /* the prompt's, then those said */
	size_t prompt, n;
	double u;                       /* [0,1) */
};
/* The next id; -1 where no logit is a number. */
int32_t sample_next(struct sampler *, const struct sample_case *);
int sample_greedy(const struct maas_sampling *);
int sample_check(const struct maas_sampling *) MAAS_USE;        /* in the ranges of the field table? */

/* log-sum-exp of n logits: the log-probability of id i is logit[i] less this. */
double sample_norm(const float *logit, size_t n);
/* The k likeliest, ties by id; filled with id -1 where there are fewer. */
void sample_top(struct maas_choice *top, int k, const float *logit, size_t n, double norm);

/* Text as it comes: what is whole, and cannot be part of a stop string. */
struct outflow {
	const struct maas_tokenizer *tok;
	struct maas_buf raw;            /* all bytes so far */
	size_t start;                   /* of what was said; an echoed prompt is before it */
	size_t shown;                   /* of raw: may be shown */
	const struct maas_span *stop;
	size_t nstop;
};
/* 1 where a stop string appeared: shown ends before it, for good. */
int outflow_add(struct outflow *, int32_t id) MAAS_USE;
void outflow_end(struct outflow *);     /* nothing more comes: show what was held back */

#endif
