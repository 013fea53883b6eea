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
	float *score;                   /* of build.token[i], where tokens have scores, the lowest first */
	size_t score_cap;
};

int maas_bpe_read_init(struct bpe_read *) MAAS_USE;
void maas_bpe_read_free(struct bpe_read *);
/* An added token; one of the same id that is there already stays. */
int maas_bpe_read_added(struct bpe_read *, int64_t id, struct maas_span content, unsigned kind) MAAS_USE;
/* What the object of an added token says of it: its kind, and how it is found. */
unsigned maas_bpe_read_how(const struct maas_json *);
/* The vocabulary, behind all added tokens. */
int maas_bpe_read_vocab(struct bpe_read *, const struct maas_json *vocab) MAAS_USE;
/* A merge by the spellings of its parts. */
int maas_bpe_read_merge(struct bpe_read *, struct maas_span a, struct maas_span b) MAAS_USE;
/* Names of bos, eos and unk out of a tokenizer_config.json or special_tokens_map.json. */
int maas_bpe_read_named(struct bpe_read *, const struct maas_json *config) MAAS_USE;
/* What a token of characters stands for: blanks for U+2581, and with BPE_FALLBACK in form a byte for <0x0A>. */
int maas_bpe_unspell_chars(struct maas_buf *, struct maas_span, uint32_t form, unsigned *kind) MAAS_USE;
/* A token with a score, behind all added tokens; then the merges of all that were so given.  chars: none parts a
 * character. */
int maas_bpe_read_scored(struct bpe_read *, uint32_t id, unsigned kind, struct maas_span text, float score) MAAS_USE;
int maas_bpe_read_pairs(struct bpe_read *, int chars) MAAS_USE;
/* A tokenizer.model of SentencePiece, behind all added tokens. */
int maas_sentencepiece_read(struct bpe_read *, struct maas_span) MAAS_USE;
/* A file of tiktoken; its name may say its pattern.  Does a file begin as one? */
int maas_tiktoken_read(struct bpe_read *, struct maas_span, const char *path) MAAS_USE;
int maas_tiktoken_is(struct maas_span);
/* All of a tokenizer.json; config, of the file beside it, may be NULL. */
struct maas_tokenizer *maas_bpe_read_json(const struct maas_json *root, const struct maas_json *config) MAAS_USE;

/* normalizer, pre_tokenizer and decoder of a tokenizer.json. */
int maas_bpe_read_steps(struct bpe_head *, const struct maas_json *root) MAAS_USE;

/* Of an object: null or missing?  The text of a member, "" where there is none; a flag of it, def where there
 * is none; is its type this?  A reason that names its type. */
int bpe_json_null(const struct maas_json *);
struct maas_span bpe_json_text(const struct maas_json *, const char *key);
int bpe_json_flag(const struct maas_json *, const char *key, int def);
int bpe_json_type(const struct maas_json *, const char *type);
int bpe_json_unknown(const char *where, const struct maas_json *, const char *want);

/* Writing: a token as a key of a JSON file; all of them; how an added one is found, up to the end of its object. */
int maas_bpe_put_key(const struct maas_tokenizer *, uint32_t id, struct maas_buf *) MAAS_USE;
int maas_bpe_put_vocab(const struct maas_tokenizer *, struct maas_buf *) MAAS_USE;
int maas_bpe_put_how(const struct maas_tokenizer *, uint32_t id, struct maas_buf *) MAAS_USE;

/* The pattern of a Split in tokenizer.json, as its regular expression. */
extern const char *const maas_pattern_regex[];

#endif
