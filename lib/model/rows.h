/* rows -- what the files about rows share. */
#ifndef ROWS_H
#define ROWS_H

#include "maas/model.h"

struct maas_rows {
	const struct maas_model *m;
	struct maas_columns *columns;
	struct maas_vectorizer *v; /* NULL: no column of text */
	struct maas_span *label;   /* in the model's bytes */
	size_t labels;
	size_t numbers; /* features before those of the text */
	size_t features;
};

/* The part "labels": n (u32), then length (u32) and bytes of each.  In the model's arena. */
int labels_parse(struct maas_model *, struct maas_rows *) MAAS_USE;

#endif
