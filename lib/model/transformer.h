/*
 * transformer.h -- GPT-2 and Llama are one network whose settings choose norms, positions, perceptron and heads: the
 * `shape` of a kind's decoder fills a struct transformer, and all slots of the kind are filled from here.
 */
#ifndef TRANSFORMER_H
#define TRANSFORMER_H

#include "maas/model.h"

enum transformer_bias { BIAS_NONE, BIAS_QKV, BIAS_ATTENTION, BIAS_ALL, BIAS_NEVER };

/* Where tensors lie in the file: NAME.weight and NAME.bias, those of a block with LAYER.N. in front. */
struct transformer_names {
	const char *tokens, *positions;         /* NULL: no positions of its own */
	const char *layer, *norm1, *qkv[3];     /* one matrix for all, or three */
	const char *proj, *norm2, *gate;        /* gate NULL: none */
	const char *up, *down, *norm, *head;
};
struct transformer {
	long layers, heads, kv_heads, embed, hidden, context, vocab;
	double dropout, eps;
	int rms, tied;                          /* norms without mean and bias; the head is the table of tokens */
	enum transformer_bias bias;
	enum maas_act act;                      /* where there is no gate */
	struct maas_head head;                  /* of labels or values, in the place of that of tokens */
	struct maas_rope rope;                  /* theta 0: positions have a table */
	const struct transformer_names *name;
};
#define TRANSFORMER_SCORE "score" /* NAME of the head of rows */
#define TRANSFORMER_DEEP 100000 /* layers, heads: more is a mistake */

/* Can there be such a network? */
int transformer_check(const struct transformer *) MAAS_USE;

/* Slots of a kind: see struct maas_kind and struct maas_decoder_ops. */
extern const struct maas_rows_ops transformer_rows;
int transformer_ready(struct maas_model *) MAAS_USE;
/* Inputs "ids" and "targets", [rows] each: whole sequences of `context` ids, one behind the other.  With a head of
 * rows:
 * "ids" [rows], sequences of head.time, "lengths" of each, and "labels" or "targets" of each, "weights" where it has.
 * Of tags "ids", "labels" and "weights" are all [rows]. */
struct maas_node *transformer_loss(const struct maas_model *, struct maas_tape *, size_t rows);
/* Of sequences of head.time ids each, `rows` of them, inputs "ids" and "lengths": what the first `outputs` rows of the
 * score give, [rows / time, outputs]; on the way: the ids' rows of the tables, and what the last layer attends to. */
struct transformer_way {
	struct maas_node *embedded, *attended;
};
struct maas_node *transformer_scores(struct maas_tape *, const struct transformer *, size_t rows, size_t outputs,
    struct transformer_way *);
/* See these slots of struct maas_rows_ops. */
int transformer_saliency(const struct maas_model *, const struct maas_sequences *, const struct maas_sequences *from,
    const double *of, double *to) MAAS_USE;
int transformer_attention(const struct maas_model *, const struct maas_design *, double *to) MAAS_USE;
/* Matrices N(0, 0.02), those that add to the residual narrower by sqrt(2 layers); gains 1, biases 0. */
int transformer_init(
    const struct maas_model *, const struct maas_params *, int how, uint64_t seed, struct maas_team *);
int transformer_network(const struct maas_model *, struct maas_arena *, struct maas_network *);
/* Of a model that answers rows as maas_rows_answer; else how many ids of a text are judged, and the mean of their
 * log-probabilities. */
int transformer_answer(struct maas_model *, struct maas_span input, struct maas_buf *);

/* "LAYER.N.NAME.KIND"; layer < 0: of the whole. */
void transformer_name(char *to, size_t size, const struct transformer *, long layer, const char *name,
    const char *kind);
/* Every tensor there must be, cols 0: a vector; as far as `on` does not fail. */
typedef int transformer_tensor(void *ctx, const char *name, size_t rows, size_t cols);
int transformer_each(const struct transformer *, transformer_tensor *on, void *ctx) MAAS_USE;
/* Outputs of qkv[i]: of all three where there is but one matrix. */
size_t transformer_wide(const struct transformer *, int i);

#endif
