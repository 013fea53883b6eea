/*
 * explain -- why rows got the answers they got: what each piece of them adds; and what a model holds strongest,
 * whatever the row.
 */
#ifndef MAAS_EXPLAIN_H
#define MAAS_EXPLAIN_H

#include "maas/model.h"

/* How an output is taken apart; each kind has one that suits it. */
enum maas_method { MAAS_METHOD_AUTO, MAAS_CONTRIBUTION, MAAS_GRADIENT, MAAS_OCCLUSION, MAAS_ATTENTION };
extern const char *const maas_method_names[];           /* NULL-terminated */
struct maas_patch {                     /* of a picture, or of a sound's frames by bands */
	size_t top, left, height, width;
};
struct maas_piece {                     /* what one feature adds to a label's logit (regression: to the value) */
	/* its name; where a hash makes features, the pieces of the text that fell in it */
	struct maas_span feature;
	size_t index;                   /* which feature; SIZE_MAX: a part of the text, or a patch */
	double value, contribution;     /* the value as read: before it was scaled, NaN where it was a gap */
	const struct maas_place *place; /* where it stands in the text; none for other columns */
	size_t places;
	struct maas_patch patch;        /* height 0: it is none */
};
struct maas_share {                     /* a part of the text, and what the pieces over it add there */
	size_t start, end;
	double contribution;
};
struct maas_explanation {
	enum maas_method method;
	/* logit: of a linear model, its output; of a network, ln p / (1 - p) of the label, before the temperature of a
	 * calibration; of values, the value.  It (of ATTENTION: 1) is the intercept and the sum of all
	 * contributions. */
	double logit, intercept;
	const struct maas_piece *piece; /* the largest |contribution| first */
	size_t n;
	struct maas_span text;          /* s NULL: the row has none */
	const struct maas_share *share; /* in the text's order, side by side; their sum is that of its pieces */
	size_t shares;
};
/* The method that AUTO stands for; MAAS_USAGE where the kind cannot have the one wanted. */
int maas_rows_method(const struct maas_rows *, enum maas_method *) MAAS_USE;
/* Pixels of a side of the patches that occlusion leaves out of pictures; 0, as at first: an eighth of the picture's. */
void maas_rows_patch(struct maas_rows_call *, size_t side);
/* Why the last row alone (_text, _record, _row) got label i the logit it got (regression: 0, the value). */
int maas_rows_explain(struct maas_rows_call *, size_t label, enum maas_method, struct maas_explanation *) MAAS_USE;
/*
 * Explanations of many rows, each of every label, or of words of them, each of its tag: of what pieces are called, the
 * mean over the explanations of a label of what they add, without its sign.
 */
struct maas_tally;
struct maas_tally *maas_tally_new(size_t labels) MAAS_USE;
void maas_tally_free(struct maas_tally *);
int maas_tally_add(struct maas_tally *, size_t label, const struct maas_explanation *) MAAS_USE;
/* What another one of as many labels holds is added. */
int maas_tally_join(struct maas_tally *, const struct maas_tally *) MAAS_USE;
size_t maas_tally_names(const struct maas_tally *);
struct maas_span maas_tally_name(const struct maas_tally *, size_t i);
/* [names], until the next call; NULL: no memory. */
const double *maas_tally_weights(struct maas_tally *, size_t label) MAAS_USE;
/* weight[features] of a label (regression: 0), where the kind is linear, of the features as the model takes them:
 * scaled; else MAAS_USAGE. */
int maas_rows_weights(const struct maas_rows *, size_t label, double *weight) MAAS_USE;
/* Which of n weights are largest, whatever their sign, the largest first (of equals the first): at most `most`, none
 * that is 0.  How many. */
size_t maas_strongest(const double *weight, size_t n, uint32_t *to, size_t most);

/*
 * Taggers, which answer each word: its pieces are the words of the text, what each adds being to the logit of the
 * word's tag, ln p / (1 - p).  By OCCLUSION, as AUTO stands for: that logit less the one where U+FFFD stands in the
 * piece's place; by GRADIENT that of what the places of the piece were looked up as, times that; by ATTENTION how much
 * of it, of the place where the word is asked for, is on them.  A word that the network does not see together with the
 * one asked for adds 0.
 *
 * _words looks at all of the row whose tags are given, as maas_rows_tag has told them, MAAS_EXPLAIN_WORDS at most
 * (MAAS_DATA); then _word tells of each whose tag tells something: is not "O", which stands outside of entities.
 */
#define MAAS_EXPLAIN_WORDS 1000
int maas_rows_tells(const struct maas_rows *, size_t label);
int maas_rows_explain_words(struct maas_rows_call *, const struct maas_tagged *, enum maas_method) MAAS_USE;
int maas_rows_explain_word(struct maas_rows_call *, size_t word, struct maas_explanation *) MAAS_USE;

#endif
