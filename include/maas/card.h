/*
 * card -- what a model says of itself to people: what it is for, under which licence, what it has learnt from, and how
 * good it was found to be.  It travels in the model file, as the metadata "maas.card": an object of JSON
 *
 *	{"description":"...","license":"...","data":[{"sha256":"...","rows":1000}],
 *	 "quality":{"accuracy":0.9,...,"rows":200},"baseline":{"accuracy":0.5}}
 *
 * of which any member may be missing.  It says nothing of where and when.
 */
#ifndef MAAS_CARD_H
#define MAAS_CARD_H

#include "maas/model.h"

#define MAAS_CARD_TEXT 4096             /* bytes of a description or a licence, at most */
#define MAAS_MEASURES  12
struct maas_measure {
	const char *name;               /* lower-case letters, digits, '_' */
	double value;
};
struct maas_measures {
	struct maas_measure of[MAAS_MEASURES];
	size_t n;
};
struct maas_card {
	const char *description, *license;      /* NULL: not said */
	/* of the data: rows' files gunzipped, one after the other; a text; NULL: not known */
	const char *sha256;
	uint64_t rows, tokens;          /* of the data; 0: not known */
	struct maas_measures quality, baseline; /* measured on rows not learnt from; by who knows next to nothing */
};

/* UTF-8 without control characters but LF and TAB, at most MAAS_CARD_TEXT bytes: MAAS_USAGE. */
int maas_card_check(const char *name, const char *text) MAAS_USE;
/* One more; NAN, or one too many, is left out.  The name is borrowed. */
void maas_measure_add(struct maas_measures *, const char *name, double);
double maas_measure_get(const struct maas_measures *, const char *name);       /* NAN: none */

/* The card of a model that is being built; of an empty one nothing is kept. */
int maas_card_write(struct maas_model *, const struct maas_card *) MAAS_USE;
/* What the model has of it: members of other names or types, which others may have put there, are passed over. */
int maas_card_read(const struct maas_model *, struct maas_arena *, struct maas_card *) MAAS_USE;
/* Its members as in the file, parted by commas; nothing for an empty card. */
int maas_card_print_of(struct maas_buf *, const struct maas_model *) MAAS_USE;

/* Change what people said in a model file, which is written anew, by "description=TEXT" and "license=TEXT"; without
 * TEXT it goes; set NULL: the card goes.  A version in a registry does not change: MAAS_USAGE. */
int maas_card_change(const char *path, const struct maas_list *set) MAAS_USE;

#endif
