/* rows -- what the files about rows share. */
#ifndef ROWS_H
#define ROWS_H

#include "maas/explain.h"

struct maas_rows {
	const struct maas_model *m;
	struct maas_columns *columns;
	struct maas_vectorizer *v; /* NULL: no column of text */
	struct maas_tokenizer *tokenizer;
	struct maas_lexicon *lexicon;
	struct maas_spelling spelling; /* by one of them; both NULL: texts come as features */
	struct maas_span *label;   /* in the model's bytes */
	size_t frame;    /* rows are read as frames of so many numbers; 0: they are not */
	size_t labels;   /* 0: regression */
	size_t outputs;  /* of the kind: 1, or labels */
	int tagging;        /* a label a word */
	struct maas_tag_rule rule;
	double temperature; /* logits are divided by it */
	size_t before;   /* features of the columns: those of the text come behind them */
	size_t features;
};

/* Parts of a text, and what each adds; zero-initialised is empty. */
struct shares {
	struct maas_share *share;
	unsigned char *is;
	size_t *cut;
	size_t n, cap, is_cap, cut_cap;
};
/* Cut the text where features stand; then add what each adds, its n places given; then drop parts that got nothing. */
int shares_cut(struct shares *, const struct maas_place *, size_t n) MAAS_USE;
void shares_add(struct shares *, const struct maas_place *, size_t n, double contribution);
void shares_end(struct shares *);
void shares_free(struct shares *);

/* Room of the arrays of a struct maas_sequences. */
struct sequence_room {
	size_t start, id, bag, ask, at;
};
/* A text becomes row `row`, those before it being there. */
int sequence_put(struct maas_sequences *, size_t row, const struct maas_spelt_text *, struct sequence_room *) MAAS_USE;
/* Nothing is left of the ids; room.id may be more than are in use. */
void sequence_wipe(struct maas_sequences *, const struct sequence_room *);

/* What rows_explain.c works with; zero-initialised is empty. */
struct telling {
	struct maas_arena *arena; /* names of pieces */
	struct maas_buf name, text;
	struct maas_piece *piece;
	struct maas_place *place; /* by feature, then by place */
	struct shares shares;
	double *slope;        /* of the logit by each feature, or what each id adds */
	double *of;           /* and by each output */
	/* Of words: where each stands and the label it has; its logit; what each adds to it, [of][each]; of the
	 * outputs. */
	struct maas_span sentence;
	enum maas_method method;
	uint32_t *tag;
	double *whole, *adds, *answers, *pairs;
	size_t words;
	struct maas_sequences cover, *begins; /* of a covered word; where the path of slopes begins */
	struct sequence_room cover_room;
	struct maas_design x; /* rows with a piece left out, MAAS_ROWS at most */
	double *out;          /* [MAAS_ROWS][outputs] */
	size_t pieces, places, told, tried; /* told: of the places; tried: of the pieces */
	struct sequence_room room;
	size_t piece_cap, place_cap, slope_cap, of_cap, tag_cap, whole_cap, adds_cap, answers_cap, pairs_cap;
	size_t col_cap, val_cap;
};
void telling_free(struct telling *);

/* One thread's scratch: rows on their way through the model. */
struct maas_rows_call {
	const struct maas_rows *r;
	struct maas_reader *reader; /* of single records */
	struct maas_row own;        /* the one it read */
	const struct maas_row *last; /* the one added last, and its sparse features */
	size_t last_from, last_n;
	struct maas_vectorize *z;   /* NULL: no text as features */
	struct maas_speller *speller; /* NULL: none as a sequence */
	struct maas_design x;       /* the rows in hand */
	int alone;                  /* it is one that was answered by itself: the next begins anew */
	struct sequence_room room;  /* of its texts */
	size_t col_cap, val_cap, nnz;
	uint32_t *one; /* of the row being added */
	double *number;      /* the last row's numbers as read; NaN: a gap */
	struct maas_buf text; /* the last record's text, for places */
	double *out, *score; /* [MAAS_ROWS][outputs], [MAAS_ROWS][scores] */
	/* Of words: their sequences, what the kind and what the model says of each. */
	struct maas_design words;
	double *word_out, *word_score;
	uint32_t *word_tag; /* the likeliest, and how likely */
	float *word_p;
	struct sequence_room words_room;
	size_t word_out_cap, word_score_cap, word_tag_cap, word_p_cap;
	void *scratch; /* see rows_work_new */
	size_t patch; /* see maas_rows_patch */
	struct telling tell;
};

/* What apply wants beside a row, of MAAS_ROWS at once: bytes, or the kind's own.  *to NULL: it wants nothing. */
int rows_work_new(const struct maas_rows *, void **to) MAAS_USE;
void rows_work_free(const struct maas_rows *, void *);

/* Append the sequences of a text's words to a design; then any one. */
int rows_spell_words(struct maas_rows_call *, struct maas_span text, struct maas_design *,
    struct sequence_room *) MAAS_USE;
int rows_put_words(struct maas_design *, const struct maas_spelt_words *, struct sequence_room *) MAAS_USE;

/* The tags of a record's words, parted by blanks: appended. */
int rows_answer_tags(struct maas_rows_call *, struct maas_span record, struct maas_buf *) MAAS_USE;

/* What of the tags may follow what, where the model says so: r->rule. */
int path_open(const struct maas_model *, struct maas_rows *) MAAS_USE;

/* The part "labels": n (u32), then length (u32) and bytes of each.  In the model's arena. */
int labels_parse(struct maas_model *, struct maas_rows *) MAAS_USE;

#endif
