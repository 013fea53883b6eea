/*
 * lexicon -- what the files of the lexicon share.  Places of a text are terms of the vectoriser's (vectorize.h), taken
 * apart by rules of their own, the READ ones: in the order of the text, the first of each place saying that it begins.
 */
#ifndef LEXICON_H
#define LEXICON_H

#include "vectorize.h"

#define LEXICON_MAGIC  "maaslex1"
#define LEXICON_INSIDE 40                /* ids of a word with what is inside: see lexicon_inside.c */
#define LEXICON_MOST   ((size_t)1 << 24) /* terms */

struct maas_lexicon {
	struct maas_buf own;
	struct maas_span data;
	struct rules rules;
	enum maas_analysis analyzer;
	int tagged;
	struct table table;
};

/* How texts are taken apart. */
struct rules lexicon_rules_of(const struct maas_lexicon *);
struct rules lexicon_rules(enum maas_analysis, int tagged, int lowercase);

/* A text by a lexicon: what a speller has of it. */
struct lexical {
	const struct maas_lexicon *of;
	struct terms terms;
	size_t most; /* places that are kept */
	int full;    /* there were more */
	int32_t *id;
	size_t *bag; /* [n + 1] */
	size_t n, id_cap, bag_cap;
	struct maas_span *place; /* [n] of the folded text; only where terms.places */
	size_t place_cap;
};
void lexical_open(struct lexical *, const struct maas_lexicon *, size_t most, int places);
int lexical_read(struct lexical *, struct maas_span text) MAAS_USE;
/* Bytes [start, end) of the text that place i stands for, where places are kept. */
void lexical_where(const struct lexical *, size_t i, size_t *start, size_t *end);
void lexical_forget(struct lexical *); /* nothing is left of the text */
void lexical_close(struct lexical *);

#endif
