/*
 * vectorize -- what the files of the vectoriser share: rules (options, checked), terms (a text
 * taken apart by rules), tables (texts found by hash where they lie in a file).
 */
#ifndef VECTORIZE_H
#define VECTORIZE_H

#include "maas/text.h"

enum { WORD, CHAR, CHAR_WB, CJK };
enum { ACCENTS_KEEP, ACCENTS_ASCII, ACCENTS_UNICODE };
enum { NORM_AUTO, NORM_L2, NORM_L1, NORM_NONE };

struct rules {
	int analyzer, lowercase, accents;
	size_t least, most; /* n of the n-grams */
	size_t word_chars;  /* fewest of a word; 0: a word is what is no white space */
};
int rules_of(const struct maas_vectorizer_options *, struct rules *) MAAS_USE;

/*
 * A table of texts that is used where it lies: n + 1 offsets (u32), slots of 8 bytes (id + 1, hash >> 32)
 * in a power of two, the texts.  Little-endian, unaligned.  Nothing in it is believed.
 */
struct table {
	const unsigned char *at, *slot, *text;
	size_t n, slots, bytes;
};
struct maas_span table_text(const struct table *, size_t i);       /* n 0: none */
int64_t table_find(const struct table *, const char *s, size_t n); /* -1: none */
size_t table_slots(size_t n);                                      /* slots for n texts */
/* texts[order[i]] for i in [0,n) as a table, appended. */
int table_print(struct maas_buf *, const struct maas_span *text, size_t n) MAAS_USE;

/* A text taken apart.  Zero-initialised is empty; terms_free in the end. */
struct terms {
	struct rules rules;
	const struct table *stops; /* NULL: none */
	int places;                /* keep origins */
	struct maas_buf fold, join;
	size_t *fold_at, *join_at; /* [n + 1] of each byte: where it stood in the text */
	size_t fold_cap, join_cap;
	struct word {
		size_t start, end; /* in fold; then in join */
		int alone;         /* parted from the word before: no n-gram over both */
	} * word;
	size_t words, word_cap;
	const size_t *origin; /* of what s points into, where places are kept */
	const char *base;
};
/* on() gets each term: NUL-free UTF-8 inside terms->base.  Its failure ends. */
typedef int on_term(void *ctx, const char *s, size_t n);
int terms_of(struct terms *, struct maas_span text, on_term *, void *ctx) MAAS_USE;
void terms_free(struct terms *);
/* text as the rules want it: in t->fold, with t->fold_at where places are kept. */
int terms_fold(struct terms *, struct maas_span text) MAAS_USE;

/* Every term of a document is counted under an id; touched ids are listed once. */
struct counts {
	uint32_t *count; /* by id */
	size_t ids;      /* room in count, all zero between documents */
	uint32_t *id;    /* touched */
	size_t n, cap;
};
int counts_add(struct counts *, uint32_t id) MAAS_USE;
void counts_sort(struct counts *); /* touched ids ascending */
void counts_clear(struct counts *);
void counts_free(struct counts *);

/* Counts to values: binary, sublinear, idf, norm. */
struct weighing {
	int binary, sublinear, norm;
	const unsigned char *idf; /* doubles as in the file; NULL: none */
};
void weighing_apply(const struct weighing *, double *val, const uint32_t *col, size_t n);
struct weighing weighing_of(const struct maas_vectorizer_options *);

struct maas_vectorizer {
	struct maas_buf own; /* the bytes, where nobody else has them */
	struct maas_span data;
	struct maas_vectorizer_options options;
	char *settings; /* options' texts */
	struct rules rules;
	struct weighing weighing;
	struct table vocabulary, stops;
};
/* The bytes of a vectoriser: settings, idf (NULL: none), vocabulary and stop words. */
int vectorizer_print(struct maas_buf *, const struct maas_vectorizer_options *, const double *idf,
    const struct maas_span *feature, size_t n, const struct maas_span *stop, size_t stops) MAAS_USE;

static inline int
is_wordy(int32_t cp) /* Python's \w */
{
	enum maas_class c;

	if (cp < 0x80)
		return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || cp == '_';
	c = maas_unicode_class(cp);
	return c == MAAS_C_LETTER || c == MAAS_C_NUMBER;
}

static inline int
is_blank(int32_t cp) /* Python's \s */
{
	return (cp >= 0x1c && cp <= 0x1f) || maas_unicode_class(cp) == MAAS_C_SPACE;
}

#endif
