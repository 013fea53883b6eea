/* rows -- what the files about rows share. */
#ifndef ROWS_H
#define ROWS_H

#include "maas/model.h"

struct maas_rows {
	const struct maas_model *m;
	struct maas_columns *columns;
	struct maas_vectorizer *v; /* NULL: no column of text */
	struct maas_span *label;   /* in the model's bytes */
	size_t labels;   /* 0: regression */
	size_t outputs;  /* of the kind: 1, or labels */
	size_t before;   /* features of the columns: those of the text come behind them */
	size_t features;
};

/* One thread's scratch: rows on their way through the model. */
struct maas_rows_call {
	const struct maas_rows *r;
	struct maas_reader *reader; /* of single records */
	struct maas_vectorize *z;   /* NULL: no text */
	struct maas_design x;       /* the rows in hand */
	size_t col_cap, val_cap, nnz;
	uint32_t *one; /* of the row being added */
	double *number;      /* the last row's numbers as read; NaN: a gap */
	struct maas_buf text; /* the last record's text, for places */
	double *out, *score; /* [MAAS_ROWS][outputs], [MAAS_ROWS][scores] */
	void *scratch;
	struct maas_piece *piece;
	struct maas_place *place; /* by feature, then by place */
	size_t piece_cap, place_cap;
	struct maas_buf name; /* of features of columns */
};

/* The part "labels": n (u32), then length (u32) and bytes of each.  In the model's arena. */
int labels_parse(struct maas_model *, struct maas_rows *) MAAS_USE;
/* The number of a text, a new one if need be; -1 without memory. */
int64_t names_number(struct maas_names *, struct maas_span);
void names_free(struct maas_names *);

#endif
