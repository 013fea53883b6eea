/*
 * model -- what a model is: a kind, its settings, named tensors, and the parts that turn
 * raw input into features.  The model file, the kinds, the decoding engine.
 */
#ifndef MAAS_MODEL_H
#define MAAS_MODEL_H

#include "maas/base.h"
#include "maas/fmt.h"
#include "maas/nn.h"
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
	struct maas_tensor *tensor;             /* being built; data is borrowed or in the arena */
	size_t ntensor, tensor_cap;
	struct maas_meta *meta;                 /* extra metadata, keys "maas.x" */
	size_t nmeta, meta_cap;
	char *path;
	void *ready;                            /* what kind->ready made of it */
};

struct maas_model *maas_model_new(const struct maas_kind *) MAAS_USE;   /* settings at their defaults */
/* Structure, sums and settings are checked; kind->ready is called. */
struct maas_model *maas_model_open(const char *path) MAAS_USE;
void maas_model_close(struct maas_model *);
int maas_model_add(struct maas_model *, const struct maas_tensor *) MAAS_USE;   /* name copied, data borrowed */
int maas_model_add_part(struct maas_model *, const char *part, struct maas_span) MAAS_USE;      /* copied */
int maas_model_set_meta(struct maas_model *, const char *key, const char *value) MAAS_USE;
const struct maas_tensor *maas_model_tensor(const struct maas_model *, const char *name);       /* NULL: none */
/* Of this shape and type, or a reason.  ndim -1: any shape. */
const struct maas_tensor *maas_model_need(const struct maas_model *, const char *name, enum maas_dtype, int ndim,
    const size_t *dim) MAAS_USE;
struct maas_span maas_model_part(const struct maas_model *, const char *part);  /* s NULL: none */
const char *maas_model_meta(const struct maas_model *, const char *key);
/* With a self-test: up to 4 inputs and the answers kind->answer gives. */
int maas_model_save(struct maas_model *, const char *path, int how) MAAS_USE;
int maas_model_add_selftest(struct maas_model *, const struct maas_span *input, size_t n) MAAS_USE;
int maas_model_selftest(struct maas_model *) MAAS_USE;  /* numbers within 1e-5, text exact */

/*
 * A kind: what a model can be.  A NULL slot means "cannot"; commands ask the slot, never the name.
 */
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
	int (*init)(const struct maas_model *, const struct maas_params *, uint64_t seed);
	/* Language models: what the decoding engine runs on. */
	const struct maas_decoder_ops *decode;
	/* Rows to scores: see model/rows. */
	const struct maas_rows_ops *rows;
};
#define KIND(name) extern const struct maas_kind maas_kind_##name;
#include "maas/kinds.def"
#undef KIND
extern const struct maas_kind *const maas_kinds[];      /* NULL-terminated */
const struct maas_kind *maas_kind_find(const char *name) MAAS_USE;      /* NULL: with the nearest in the reason */

/* Settings of kind gpt.  GPT-2 of Radford et al. 2019: pre-norm, GELU (tanh), learned positions, tied head.
 * Tensors: transformers' names (wte.weight, wpe.weight, h.N.ln_1.weight, h.N.attn.c_attn.weight ...),
 * every weight [out, in]. */
struct maas_gpt {
	long layers, heads, embed, context, vocab;
	double dropout;
};

#endif
