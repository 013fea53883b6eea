/*
 * reader -- what every network that reads texts in their order is: a lookup of what a text is made of, states of its
 * own kind, what these are pooled to (of tags: each), and a linear head; learnt, answered with, and asked for slopes.
 *
 * A kind of it gives three things:
 *	settings   a struct that begins with struct maas_reading; its fields hold READER_FIELDS (and READER_EMBED)
 *	ops        a struct maas_reader_ops in the slot `reads` of its struct maas_rows_ops: states from what was looked
 *	           up, and how parameters of its own begin
 *	slots      READER_ROWS in that struct maas_rows_ops, READER_KIND in its struct maas_kind
 * Nothing lists tensors a second time: a model that is opened is asked for those that the graph itself names.
 *
 * Rows of a graph are places of texts side by side: `time` of each, padded.  Inputs: ids I32 [rows], or where a place
 * has several I32 [rows most] and bag I32 [rows + 1], where those of each begin, or where it is a frame of numbers, as
 * of a sound, frames F32 [rows, frame]; lengths I32 [rows / time], and for the loss labels I32 [rows / time] (of tags
 * [rows], -1: not asked for) or targets F32 [rows / time, 1], and weights F32, as many as labels.  Parameters:
 * embedding.weight [vocab, embed] (of frames [embed, frame] and embedding.bias [embed], a linear layer), those of the
 * kind, attention.weight [1, width] where the pool is attention, score.weight [outputs, width] and score.bias
 * [outputs].
 * A kind must not read past a text's length, nor name a parameter em... or score....
 */
#ifndef READER_H
#define READER_H

#include "maas/model.h"

enum reader_pool { READER_LAST, READER_MEAN, READER_MAX, READER_ATTENTION };
enum { READER_WIDE = 1 << 16, READER_LONG = 1 << 16 };
extern const char *const reader_pools[]; /* NULL-terminated */

/* Ids that a place has at most; 1: each has one, and there is no bag. */
static inline size_t
reader_most(const struct maas_reading *s)
{
	return maas_lexicon_most((enum maas_analysis)s->analyzer, s->head.tags);
}

#define READER_EMBED(default_) \
	MAAS_INT(0, maas_reading, embed, 1, READER_WIDE, default_, "channels a token is looked up as")
#define READER_FIELDS(default_pool) \
	MAAS_ENUM(0, maas_reading, pool, reader_pools, default_pool, \
	    "what of a text's states the head sees: where reading ends, or all of them"), \
	    MAAS_INT(0, maas_reading, context, 1, READER_LONG, 256, "tokens of a text that are read"), \
	    MAAS_INT(0, maas_reading, vocab, 0, 1 << 24, 0, \
		"token ids there is room for; 0: as many as the tokeniser has"), \
	    MAAS_REAL( \
		0, maas_reading, dropout, 0, 0.99, 0, "share of activations left out in training, between layers"), \
	    MAAS_ENUM(0, maas_reading, analyzer, maas_analysis_names, MAAS_BY_AUTO, \
		"read texts by a tokeniser's tokens, words, characters, or words and characters of Han, kana and " \
		"Hangul with the pairs they begin"), \
	    MAAS_FLAG_ON(0, maas_reading, lowercase, "turn texts to lower case first, but for a tokeniser"), \
	    MAAS_TEXT(0, maas_reading, min_df, "2", \
		"words in fewer texts (a whole number) or a smaller part of them (0.01) are unknown"), \
	    MAAS_INT(0, maas_reading, max_features, 0, 1 << 24, 0, "know the N commonest words; 0: all")

/* A graph on its way. */
struct reader {
	const struct maas_model *m;
	const struct maas_reading *s; /* its settings; those that are the kind's own stand behind */
	struct maas_tape *t;
	size_t time;
	int one; /* of tags: a place a sequence has an answer, the input asked I32 [rows / time] counts it from 1 */
	struct maas_node *lengths, *embedded; /* [rows / time]; [rows, embed] */
	struct maas_node *pooled, *attended;  /* what the head sees; see struct reader_states */
};
/* Of each place, [rows, width]; back NULL: one array that has seen what it will see.  Else `ahead` has seen what stands
 * before a place, `back` what stands behind it, and the head sees both. */
struct reader_states {
	struct maas_node *ahead, *back;
	struct maas_node *attended; /* the last maas_attention_both on the way; NULL: there is none */
};
enum reader_begins {
	READER_UNIFORM, /* within reach */
	READER_NORMAL,  /* with this deviation */
	READER_ZEROS,
	READER_ONES /* whatever --init says of others, as biases and gains do */
};
struct maas_reader_ops {
	/* NULL with a reason where it cannot be: ahead NULL. */
	struct reader_states (*states)(const struct reader *);
	/* How a parameter of the kind's own begins where --init does not say: *reach is 1 / sqrt(inputs), to be
	 * changed. */
	enum reader_begins (*begins)(const struct maas_model *, const struct maas_node *, double *reach);
	double table; /* the deviation with which the table begins; 0: what suits a place's ids, see reader_graph.c */
	/* What its own settings leave open is noted in them before it learns, or refused; NULL: nothing is. */
	int (*settle)(struct maas_model *);
	int attends; /* its states say what they attended to */
};

/* Slots of kinds. */
struct maas_node *reader_loss(const struct maas_model *, struct maas_tape *, size_t rows);
int reader_init(const struct maas_model *, const struct maas_params *, int how, uint64_t seed, struct maas_team *);
int reader_ready(struct maas_model *) MAAS_USE;
size_t reader_longest(const struct maas_model *);
int reader_shape(struct maas_model *, const struct maas_data *, size_t entries);
void reader_rescale(const struct maas_model *, const struct maas_params *, double shift, double unit);
void *reader_work(const struct maas_model *);
void reader_end(void *);
void reader_apply(const struct maas_model *, const struct maas_design *, double *out, void *work);
int reader_gradient(const struct maas_model *, const struct maas_design *, const double *of, double *dense,
    double *sparse, void *work);
int reader_saliency(const struct maas_model *, const struct maas_sequences *, const struct maas_sequences *from,
    const double *of, double *to);
int reader_attention(const struct maas_model *, const struct maas_design *, double *to);
#define READER_SCORE "score." /* what names of the head begin with */
#define READER_ROWS \
	.longest = reader_longest, .head = READER_SCORE, .tasks = MAAS_CLASSES | MAAS_VALUES | MAAS_TAGS, \
	.work = reader_work, .end = reader_end, .apply = reader_apply, .gradient = reader_gradient, \
	.saliency = reader_saliency, .attention = reader_attention, .alike = 1, \
	.costs = "long texts (see --context), --embed and what sets its layers", .shape = reader_shape, \
	.rescale = reader_rescale
#define READER_KIND \
	.task = "classify", .ready = reader_ready, .done = maas_rows_close, .answer = maas_rows_answer, \
	.loss = reader_loss, .init = reader_init

/* For reader's own files: what the first `outputs` rows of the score give, of each text or (tags) of each place.
 * rows: places in all. */
struct maas_node *reader_scores(struct reader *, size_t rows, size_t outputs);
/* The graph's parameters are the model's tensors, where they lie; of the head, built for one output, the
 * sum of its rows times of[outputs] (NULL: the first of them).  -1 where one is missing, or of another shape than the
 * graph's. */
int reader_borrow(const struct maas_tape *, const struct maas_model *, const double *of) MAAS_USE;

#endif
