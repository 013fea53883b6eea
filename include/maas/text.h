/*
 * text -- tokenisers and vectorisers.
 */
#ifndef MAAS_TEXT_H
#define MAAS_TEXT_H

#include "maas/base.h"

/* Unicode classes, from the committed tables of scripts/make-unicode. */
enum maas_class { MAAS_C_OTHER, MAAS_C_LETTER, MAAS_C_NUMBER, MAAS_C_SPACE, MAAS_C_MARK };
enum maas_class maas_unicode_class(int32_t cp);         /* a negative one (a bad byte) is OTHER */
int32_t maas_unicode_lower(int32_t cp);                 /* simple mapping */
extern const char maas_unicode_version[];

/*
 * A tokeniser: bytes to ids and back, for every byte string.  Const once made, shared by
 * threads; an encoder is one thread's cache and scratch.
 */
struct maas_tokenizer;
struct maas_encoder;
/* tokenizer.json; a directory with it or with vocab.json + merges.txt. */
struct maas_tokenizer *maas_tokenizer_load(const char *path) MAAS_USE;
/* As kept in a model: what _compile wrote.  data must outlive it. */
struct maas_tokenizer *maas_tokenizer_open(struct maas_span data) MAAS_USE;
int maas_tokenizer_compile(const struct maas_tokenizer *, struct maas_buf *) MAAS_USE;
int maas_tokenizer_save(const struct maas_tokenizer *, const char *path, int how) MAAS_USE;     /* tokenizer.json */
void maas_tokenizer_free(struct maas_tokenizer *);
size_t maas_tokenizer_size(const struct maas_tokenizer *);      /* ids are below it */
uint64_t maas_tokenizer_digest(const struct maas_tokenizer *);  /* equal for equal tokenisers, however stored */
struct maas_span maas_token_bytes(const struct maas_tokenizer *, int32_t id);   /* n 0: no such id */
int maas_token_special(const struct maas_tokenizer *, int32_t id);
int32_t maas_token_find(const struct maas_tokenizer *, struct maas_span text);  /* a special token's id; -1 */
int32_t maas_token_eos(const struct maas_tokenizer *);          /* -1: none */
int32_t maas_token_bos(const struct maas_tokenizer *);

struct maas_encoder *maas_encoder_new(const struct maas_tokenizer *, int parse_special) MAAS_USE;
void maas_encoder_free(struct maas_encoder *);
struct maas_ids {
	int32_t *id;
	size_t n, cap;
};
int maas_encode(struct maas_encoder *, struct maas_span text, struct maas_ids *to) MAAS_USE;    /* appends */
int maas_decode(const struct maas_tokenizer *, const int32_t *id, size_t n, int skip_special, struct maas_buf *to) MAAS_USE;
void maas_ids_free(struct maas_ids *);

/*
 * A token file (maas-tokens(5)): ids with the digest and size of the tokeniser that made them.
 * Readers take nanoGPT's headless u16 and llm.c's shards too (digest 0: unknown).
 */
struct maas_tokens {
	struct maas_map map;
	const void *id;                 /* u16 or u32, little-endian */
	int width;                      /* 2 or 4 */
	size_t n;
	uint64_t digest;
	size_t vocab;                   /* 0: unknown */
};
int maas_tokens_open(struct maas_tokens *, const char *path) MAAS_USE;
void maas_tokens_close(struct maas_tokens *);
int32_t maas_tokens_at(const struct maas_tokens *, size_t i);

#endif
