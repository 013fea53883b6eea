/* bpe_read.h -- what readers of tokenizer.json and of vocab.json + merges.txt share. */
#ifndef BPE_READ_H
#define BPE_READ_H

#include "bpe.h"
#include "maas/fmt.h"

struct bpe_spelling {
	struct maas_span s;             /* s NULL: empty */
	uint32_t id;
};
struct bpe_read {
	struct bpe_build build;
	const struct maas_json *vocab;  /* spelling: id */
	unsigned char *added;           /* bits: ids of added tokens, which are added first */
	struct bpe_spelling *slot;      /* the vocabulary, by spelling: open addressing */
	size_t mask;
	struct maas_buf key;            /* scratch */
};

int maas_bpe_read_init(struct bpe_read *) MAAS_USE;
void maas_bpe_read_free(struct bpe_read *);
/* An added token; one of the same id that is there already stays. */
int maas_bpe_read_added(struct bpe_read *, int64_t id, struct maas_span content, int special) MAAS_USE;
/* The vocabulary, behind all added tokens. */
int maas_bpe_read_vocab(struct bpe_read *, const struct maas_json *vocab) MAAS_USE;
/* A merge by the spellings of its parts. */
int maas_bpe_read_merge(struct bpe_read *, struct maas_span a, struct maas_span b) MAAS_USE;
/* Names of bos, eos and unk out of a tokenizer_config.json or special_tokens_map.json. */
int maas_bpe_read_named(struct bpe_read *, const struct maas_json *config) MAAS_USE;
/* All of a tokenizer.json; config, of the file beside it, may be NULL. */
struct maas_tokenizer *maas_bpe_read_json(const struct maas_json *root, const struct maas_json *config) MAAS_USE;

/* The pattern of a Split in tokenizer.json, as its regular expression. */
extern const char *const maas_pattern_regex[];

#endif
