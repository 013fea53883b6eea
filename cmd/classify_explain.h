/* classify_explain -- the forms in which maas-classify explain shows why a row has its label. */
#ifndef CLASSIFY_EXPLAIN_H
#define CLASSIFY_EXPLAIN_H

#include "classify.h"
#include "colour.h"
#include "maas/explain.h"

struct explaining {
	struct classifying k;
	const struct explain *o;
	enum maas_method method;
	size_t top; /* pieces shown of a row; SIZE_MAX: all */
	int colour; /* texts are shown coloured */
	int silent; /* standard output is the page's */
	int headed; /* the line of names is printed */
	struct page *page;
	struct album *album;
	struct maas_tally *tally; /* nothing is shown, but all summed up here; NULL */
};
/* A row, answered and explained. */
struct reasons {
	const struct maas_row *row;
	size_t number; /* the row's, from 1 */
	size_t label;
	double score; /* its probability; in a regression the value */
	struct maas_explanation x;
	double most; /* the largest |contribution| of a part of the text */
	size_t word; /* from 1: whose tag it is; 0: the row's own label */
	struct maas_span token;
};
/* A picture of the row beside what its pixels add. */
struct drawn {
	double *grey, *tint; /* one block; NULL: there is none */
	struct maas_buf name;
};
/* What is to be seen of a row: any thread makes it, and it goes where it belongs in the rows' order. */
struct shown {
	FILE *lines, *page; /* NULL: not wanted */
	int plain;          /* lines are there that want their names above them */
	size_t items;       /* on the page */
	struct drawn drawn;
	struct maas_tally *tally; /* the row's own */
};

/* Show what a row, or a word of it, has its label from, in all the forms that are wanted. */
int explain_show(const struct explaining *, struct shown *, struct reasons *) MAAS_USE;
/*
 * All rows, dealt to the team: `tell` is asked for each by some thread that owns the call and p [scores], and its
 * reason is that row's own where it fails.  What they are shown as comes out in their order, the same for any team.
 */
typedef int explain_row(const struct explaining *, struct maas_rows_call *, double *p, const struct maas_row *,
    size_t number, struct shown *);
int explain_deal(struct explaining *, explain_row *tell) MAAS_USE;
/* Of models that tag words: each word whose tag tells something. */
int explain_sentence(const struct explaining *, struct maas_rows_call *, double *p, const struct maas_row *,
    size_t number, struct shown *);
/* The row's number, of a word "row:word". */
void explain_number(FILE *, const struct reasons *);

/* The name of a label; in a regression, of what is predicted. */
struct maas_span explain_label(const struct explaining *, size_t label);
/* What of the score no piece has: "(intercept)" or "(rest)". */
const char *explain_rest(const struct maas_explanation *);

/* TSV and JSON lines. */
void explain_head(void);
void explain_feature(FILE *, struct maas_span); /* in one field */
void explain_lines(FILE *, const struct explaining *, const struct reasons *);
int explain_json(FILE *, const struct explaining *, const struct reasons *) MAAS_USE;

/* A text with its parts coloured, for a terminal: red speaks for the label, blue against it. */
void explain_coloured(FILE *, const struct explaining *, const struct reasons *);

/* An HTML page.  _open: NULL with the reason; _close writes it where rc is 0, and leaves nothing behind else. */
struct page *page_open(const char *path, const char *model, size_t top, enum maas_method) MAAS_USE;
int page_row(FILE *, const struct page *, const struct explaining *, const struct reasons *) MAAS_USE;
/* Has it room for more?  It gets so many rows more, as page_row has put them, or but counts them. */
int page_wants(const struct page *);
void page_add(struct page *, struct maas_span, size_t rows);
int page_close(struct page *, int rc);

/* Pictures: the first few beside what each of their pixels adds; NULL with the reason where the model has none. */
struct album *album_open(const char *path, const struct maas_columns *) MAAS_USE;
int album_wants(const struct album *);
int picture_draw(const struct album *, const struct explaining *, const struct reasons *, struct drawn *) MAAS_USE;
int album_add(struct album *, const struct drawn *) MAAS_USE; /* nothing where it is full, or nothing was drawn */
int album_save(const struct album *) MAAS_USE;
void album_free(struct album *);
/* A row as a picture, 0 ... 1, and what its pixels add, -1 ... 1: [rows][cols] each.  Neighbours are one where there
 * are too many. */
void picture_size(const struct maas_columns *, size_t *rows, size_t *cols);
void picture_of(
    const struct maas_columns *, const struct maas_row *, const struct maas_explanation *, double *grey, double *tint);
/* One of them as a data: URL. */
int picture_put(FILE *, const double *, size_t height, size_t width, unsigned (*colour)(double)) MAAS_USE;

/* --global: what the model holds strongest for each label. */
int explain_global(struct call *);

/* How strong a part is shown: 0 ... 1, of the largest of them, with its sign. */
double strength(const struct reasons *, double contribution);

#endif
