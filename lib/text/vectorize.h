/*
 * vectorize -- what the files of the vectoriser share: patterns (what a word is), rules (options, checked),
 * terms (a text taken apart by rules), tables (texts found by hash where they lie in a file), tallies (what
 * the texts of a fit hold).
 */
#ifndef VECTORIZE_H
#define VECTORIZE_H

#include "maas/text.h"

enum { WORD, CHAR, CHAR_WB, CJK, READ_WORD, READ_CHAR, READ_CJK, READ_TOLD }; /* READ: a lexicon's, see lexicon.h */
enum { ACCENTS_KEEP, ACCENTS_ASCII, ACCENTS_UNICODE };
enum { NORM_AUTO, NORM_L2, NORM_L1, NORM_NONE };

/* A class of characters of a token pattern. */
enum { OF_WORD = 1, OF_BLANK = 2, OF_DIGIT = 4, NO_WORD = 8, NO_BLANK = 16, NO_DIGIT = 32 };
struct charset {
	uint64_t ascii[2];
	unsigned kinds; /* beyond ASCII: \w, \s, \d, \W, \S, \D */
	int negated;
	size_t ranges;
	struct {
		int32_t from, to;
	} range[12];
};
/* Edge, head, body, edge; plain: it is what a quicker way finds too. */
enum { PLAIN_WORD = 1, PLAIN_INK };
struct pattern {
	struct charset head, body;
	size_t least, most; /* of the body; SIZE_MAX: no end */
	int headed, edge_before, edge_behind, plain;
};
int pattern_parse(const char *, struct pattern *) MAAS_USE;
struct letters { /* a piece of text, decoded */
	int32_t *cp;
	size_t n;
};
/* on() gets each match, [from, to) of the letters, as re.findall finds them.  Its failure ends. */
typedef int on_match(void *ctx, size_t from, size_t to);
int pattern_find(const struct pattern *, const struct letters *, on_match *, void *ctx) MAAS_USE;

struct rules {
	int analyzer, lowercase, accents;
	size_t least, most; /* n of the n-grams */
	int hash;           /* bits of a feature's number; 0: by a vocabulary */
	struct pattern word;
};
int rules_of(const struct maas_vectorizer_options *, struct rules *) MAAS_USE;
/* The number of a term's feature where there is no vocabulary. */
static inline uint32_t
bucket_of(int bits, uint64_t hash)
{
	return (uint32_t)(hash >> (64 - bits));
}

/*
 * A table of texts that is used where it lies: n + 1 offsets (u32), slots of 8 bytes (id + 1, hash >> 32)
 * in a power of two, the texts.  Little-endian, unaligned.  Nothing in it is believed.
 */
struct table {
	const unsigned char *at, *slot, *text;
	size_t n, slots, bytes;
};
/* Take a table of n texts out of what is left of a file; 0 or -1. */
int table_take(struct table *, const unsigned char **p, size_t *left, uint64_t n, uint64_t bytes) MAAS_USE;
struct maas_span table_text(const struct table *, size_t i);       /* n 0: none */
int64_t table_find(const struct table *, const char *s, size_t n); /* -1: none */
/* The same of n terms (at most BATCH), side by side, the waits for memory shared: id[i], NO_ID: none. */
#define BATCH 128
#define NO_ID UINT32_MAX
void table_find_all(const struct table *, const struct maas_span *term, size_t n, uint32_t *id);
size_t table_slots(size_t n); /* slots for n texts */
/* Texts as a table, appended. */
int table_print(struct maas_buf *, const struct maas_span *text, size_t n) MAAS_USE;
/* The numbers that stand before tables: 8 bytes each, little-endian. */
int table_put64(struct maas_buf *, uint64_t) MAAS_USE;
static inline uint64_t
table_get64(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	    (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* Stop words: a list in the program, a file, or a list in the option. */
struct stops {
	struct maas_arena *arena;
	struct maas_span *word; /* sorted */
	size_t n, cap;
	struct maas_buf bytes;
	struct table table; /* in bytes */
};
int stops_read(struct stops *, const char *option) MAAS_USE; /* NULL: none */
void stops_free(struct stops *);

/* A text taken apart.  Zero-initialised is empty; terms_free in the end. */
typedef int on_terms(void *ctx, const struct maas_span *term, size_t n);
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
	unsigned char in[256]; /* is a byte of ASCII in a word?  2: the code point has to be looked at */
	int tabulated;
	struct letters letters; /* of a pattern that is not plain */
	size_t *letter_at;      /* [letters.n + 1] in fold */
	size_t letter_cap, letter_at_cap;
	const size_t *origin; /* of what s points into, where places are kept */
	const char *base;
	struct maas_span batch[BATCH]; /* terms nobody has got yet */
	unsigned char begins[BATCH];   /* of a lexicon: does a place begin with the term? */
	size_t held;
	on_terms *on;
	void *ctx;
};
/* on() gets the terms, up to BATCH at a time, in their order: UTF-8 inside terms->base, valid until the next
 * text.  Its failure ends. */
int terms_of(struct terms *, struct maas_span text, on_terms *, void *ctx) MAAS_USE;
void terms_free(struct terms *);
int terms_read(struct terms *); /* of a lexicon: fold to terms, each by terms_put */
int terms_flush(struct terms *); /* those that nobody has got yet are handed on */
int terms_inside(struct terms *, const char *s, size_t n); /* what a word is made of, besides */
int terms_put(struct terms *, const char *s, size_t n, int begins) MAAS_USE;
/* text as the rules want it: in t->fold, with t->fold_at where places are kept. */
int terms_fold(struct terms *, struct maas_span text) MAAS_USE;

/* Features of a text with their counts: as they come, then ascending and each once. */
struct counts {
	uint64_t *item; /* feature << 32 | count */
	uint64_t *spare;
	size_t n, cap, spare_cap;
	size_t full; /* sorted in between when there are as many; 0: not known yet */
};
static inline uint32_t
count_feature(uint64_t item)
{
	return (uint32_t)(item >> 32);
}
/* Add one to each of the features that are not NO_ID. */
int counts_add(struct counts *, const uint32_t *feature, size_t n) MAAS_USE;
int counts_sort(struct counts *) MAAS_USE;
void counts_free(struct counts *);
/* Sort n items by feature, equal ones made one: how many are left.  spare has room for as many. */
size_t items_sort(uint64_t *item, uint64_t *spare, size_t n);

/* Counts to values: binary, sublinear, idf, norm. */
struct weighing {
	int binary, sublinear, norm;
	const unsigned char *idf; /* doubles as in the file; NULL: none */
};
/* The items of a row as columns and values. */
void weighing_apply(const struct weighing *, const uint64_t *item, size_t n, uint32_t *col, double *val);
struct weighing weighing_of(const struct maas_vectorizer_options *);

struct maas_vectorizer {
	struct maas_buf own; /* the bytes, where nobody else has them */
	struct maas_span data;
	struct maas_vectorizer_options options;
	char *settings; /* options' texts */
	struct rules rules;
	struct weighing weighing;
	struct table vocabulary, stops;
	size_t features;
};
/* The bytes of a vectoriser: settings, idf (NULL: none), vocabulary (NULL: hashed) and stop words. */
int vectorizer_print(struct maas_buf *, const struct maas_vectorizer_options *, const double *idf,
    const struct maas_span *feature, size_t n, const struct stops *) MAAS_USE;

/*
 * What the texts of a fit hold.  A member of the team counts the texts it gets in a tally of its own; the
 * vocabulary is the tallies' sum, sorted, so that it does not show who counted what.
 */
struct seen {         /* a term, as a tally has met it */
	uint64_t key; /* its first 8 bytes, the first highest */
	uint64_t at;  /* in the bytes of the tally */
	uint32_t n, df;
	uint32_t text, place; /* the last text with it, and where among that text's items */
};
struct tally {
	struct terms terms;
	int hash;
	struct maas_buf bytes; /* of all terms, one behind the other */
	struct seen *seen;
	uint64_t *tf; /* of each seen, where they are ranked by it */
	size_t n, cap, tf_cap;
	uint64_t *slot; /* hash >> 32, high half; 1 + which seen, low half */
	size_t slots;
	uint32_t *df;                  /* hash: [2^hash] */
	struct counts counts;          /* hash: of the text at hand */
	uint64_t *item;                /* which seen << 32 | count, text by text; of the last alone where `keep` is 0 */
	size_t items, item_cap, first; /* first: of the text at hand */
	int keep, ranked;
	uint32_t text;     /* of the text at hand, among those of this tally; from 1 */
	uint32_t *rank;    /* of each seen: 1 + its feature, 0: left out */
	enum maas_why why; /* 0: all is well */
	char reason[200];
};
int tally_open(struct tally *, const struct rules *, const struct table *stops) MAAS_USE;
int tally_add(struct tally *, struct maas_span text) MAAS_USE;
void tally_close(struct tally *);

struct limits {
	double low, high; /* texts a feature is in */
	size_t most;      /* features; 0: all */
};
struct vocabulary {
	struct maas_span *feature; /* in the tallies' bytes */
	uint32_t *df;
	size_t n, terms; /* features; terms before any was left out */
};
/* Sum up, sort and prune; sets the tallies' ranks. */
int vocabulary_make(
    struct vocabulary *, struct tally *, size_t tallies, const struct limits *, struct maas_team *) MAAS_USE;
void vocabulary_free(struct vocabulary *);
/* "2" texts, or "0.5" of n texts; name: the option's. */
int limit_parse(const char *name, const char *s, size_t n, double *to) MAAS_USE;
/* As maas_team_run; without a team alone. */
void run_by(struct maas_team *, size_t n, size_t grain, maas_work *, void *arg);

static inline uint64_t
four_of(const unsigned char *p)
{
	return (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
}

/* The first eight of n bytes, the first highest, zeros for what is not there: as texts are ordered. */
static inline uint64_t
key_of(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	if (n >= 8)
		return four_of(p) << 32 | four_of(p + 4);
	if (n >= 4)
		return four_of(p) << 32 | four_of(p + n - 4) << 8 * (8 - n);
	if (n == 0)
		return 0;
	return (uint64_t)p[0] << 56 | (uint64_t)p[n / 2] << (56 - 8 * (n / 2)) |
	    (uint64_t)p[n - 1] << (56 - 8 * (n - 1));
}

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
