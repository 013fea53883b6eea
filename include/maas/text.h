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

/*
 * A vectoriser: texts to sparse rows of features, meaning what scikit-learn's CountVectorizer and
 * TfidfVectorizer mean.  Feature i is the i-th of the vocabulary in the order of code points.
 * A byte that is no UTF-8 counts as U+FFFD.  Const once made, shared by threads; a maas_vectorize
 * is one thread's scratch.
 */
struct maas_vectorizer_options {
	int analyzer;                   /* word, char, char_wb, cjk */
	const char *ngrams;             /* "1", "1-2" */
	const char *min_df, *max_df;    /* "2" rows, "0.5" of the rows: a point makes it a fraction */
	long max_features;              /* 0: all */
	const char *stop_words;         /* a file of words, or words parted by commas; NULL: none */
	const char *token_pattern;
	int lowercase, strip_accents, binary, tfidf, sublinear_tf, smooth_idf, norm;
};
extern const struct maas_field maas_vectorizer_fields[];        /* a part for a driver */
struct maas_vectorizer;
struct maas_csr;
/* From texts; x, where given, is filled with their rows (maas_csr_free).  Fails where no feature is left. */
struct maas_vectorizer *maas_vectorizer_fit(const struct maas_vectorizer_options *, const struct maas_span *text,
    size_t n, struct maas_csr *x) MAAS_USE;
/* As kept in a model: what _compile wrote.  data must outlive it.  Nothing is parsed: what is looked up is checked. */
struct maas_vectorizer *maas_vectorizer_open(struct maas_span data) MAAS_USE;
int maas_vectorizer_compile(const struct maas_vectorizer *, struct maas_buf *) MAAS_USE;
void maas_vectorizer_free(struct maas_vectorizer *);
size_t maas_vectorizer_size(const struct maas_vectorizer *);                    /* features */
struct maas_span maas_vectorizer_feature(const struct maas_vectorizer *, size_t i);
int64_t maas_vectorizer_find(const struct maas_vectorizer *, struct maas_span feature);        /* -1: none */
double maas_vectorizer_idf(const struct maas_vectorizer *, size_t i);           /* 1 where there is none */
/* Its settings as options would say them: "analyzer word\nngrams 1-2\n...". */
int maas_vectorizer_print(const struct maas_vectorizer *, struct maas_buf *) MAAS_USE;

struct maas_vectorize;
struct maas_vectorize *maas_vectorize_new(const struct maas_vectorizer *) MAAS_USE;
void maas_vectorize_free(struct maas_vectorize *);
/* The row of a text, its columns ascending: n of them at col and val, valid until the next call. */
int maas_vectorize_text(struct maas_vectorize *, struct maas_span text, const uint32_t **col, const double **val,
    size_t *n) MAAS_USE;
/* Where features stand in a text, in the order of the text: bytes [start,end) of it. */
struct maas_place {
	uint32_t feature;
	size_t start, end;
};
int maas_vectorize_places(struct maas_vectorize *, struct maas_span text, const struct maas_place **, size_t *n) MAAS_USE;

#endif
