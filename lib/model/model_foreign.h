/* model_foreign.h -- directories as Hugging Face's transformers has them: GPT-2, and Llama with its kin. */
#ifndef MODEL_FOREIGN_H
#define MODEL_FOREIGN_H

#include "maas/model.h"

/* A setting of theirs, and the field of ours that has it. */
struct foreign_key {
	const char *key, *other; /* of config.json; where it is not there, of this name */
	const char *field;
	int must; /* be there */
};
/* A model_type of config.json. */
struct foreign_family {
	const char *type, *name; /* "gpt2"; "GPT2", what its architectures begin with */
	const char *kind;
	const char *turned;             /* matrices whose names begin so lie as [in, out]; NULL: none do */
	const char *prefix;             /* what may stand before names of ours, or be missing before them */
	const char *tags;               /* what a head of tags is called, which is score here */
	const struct foreign_key *keys; /* ends with a NULL key */
	int (*more)(struct maas_model *, const struct maas_json *); /* what the table cannot say */
};

/* What maas_model_open does with a directory, or maas_model_open_to_run; open: maas_tensors_open or _copy; team may be
 * NULL. */
struct maas_model *maas_model_open_foreign(
    const char *dir, struct maas_tensors *(*open)(const char *), struct maas_team *, int to_run) MAAS_USE;

/* A model without tensors yet, of the kind and the settings that config.json says. */
struct maas_model *foreign_config(const struct maas_json *config, const struct foreign_family **) MAAS_USE;
/* Keep the text of generation_config.json (n 0: there is none), and which ids begin and end texts. */
int foreign_generation(struct maas_model *, const struct maas_json *config, struct maas_span generation) MAAS_USE;

/* What its first architecture gives: the next token, a label or a value a text, a label a token. */
enum foreign_head { FOREIGN_NEXT, FOREIGN_ROWS, FOREIGN_TAGS };
enum foreign_head foreign_head_of(const struct maas_json *config, const struct foreign_family *);
/* Of one with a head: parts and settings; order[i]: which of their labels is our i-th, NULL: there are none. */
int foreign_read_head(struct maas_model *, const struct maas_json *config, enum foreign_head, size_t **order) MAAS_USE;
/* Rows of the head in that order. */
int foreign_sort_head(struct maas_model *, const size_t *order) MAAS_USE;
/* What a tensor of ours is called there, and one of theirs here; room: what name is made in, if it is another. */
const char *foreign_name_there(char room[200], const struct foreign_family *, enum foreign_head, const char *name);
const char *foreign_name_here(char room[200], const struct foreign_family *, enum foreign_head, const char *name);
/* Which head the model has. */
enum foreign_head foreign_head_here(const struct maas_model *);
/*
 * A head of values has a bias here, and none there: it goes into that of the last norm, *norm, of which nothing but the
 * head is made; where that has none, or the head is of zeros, there is no place for it.
 */
int foreign_fold_bias(const struct maas_model *, struct maas_arena *, struct maas_tensor *norm) MAAS_USE;
/* Append id2label and label2id. */
int foreign_print_labels(struct maas_buf *ids, struct maas_buf *labels, const struct maas_model *) MAAS_USE;

/* Is there such a name?  A link that leads nowhere is one: what it stood for is missing, not left out. */
int foreign_there(const char *path);
/* model.safetensors of the directory, or its shards, joined. */
struct maas_tensors *foreign_weights(const char *dir, struct maas_tensors *(*open)(const char *)) MAAS_USE;
/* All that the network has, out of m->weights. */
int foreign_adopt(struct maas_model *, const struct foreign_family *, enum foreign_head, struct maas_team *) MAAS_USE;

/* What a model would be there; NULL: nothing. */
const struct foreign_family *foreign_family_of(const struct maas_model *);
/* config.json of it, its weights being of `type`; the ids that generation has stand there too. */
int foreign_print_config(
    struct maas_buf *, const struct maas_model *, enum maas_dtype type, const struct maas_json *generation) MAAS_USE;
/* tokenizer.json, and what says which of its tokens are special. */
int foreign_save_tokenizer(const struct maas_tokenizer *, const char *dir) MAAS_USE;
int foreign_put_file(const char *dir, const char *name, const struct maas_buf *) MAAS_USE;

#define FOREIGN_GENERATION "maas.generation" /* metadata: generation_config.json */
#define FOREIGN_RULE       "maas_tags"       /* in config.json: see MAAS_TAGS_META */
#define FOREIGN_STORED     "maas.stored"     /* metadata: the type weights had there, where ours is another */

#endif
