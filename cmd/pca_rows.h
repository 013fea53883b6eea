/* pca_rows -- tables through a PCA model, in batches: a row of results for each row, in order. */
#ifndef PCA_ROWS_H
#define PCA_ROWS_H

#include "driver.h"
#include "maas/pca.h"

/* As part[0] of transform, inverse and score; part[1] is struct maas_table_options. */
struct pca_rows {
	const char *model, *output, *keep;
	int to, line_buffered;
};
extern const struct maas_field pca_rows_fields[];

/* What is done with the rows of a verb. */
struct pca_way {
	int from_components;            /* the input has components, not columns */
	/* How many numbers come out, and what number i is called (appended). */
	size_t (*width)(const struct maas_model *);
	int (*name)(const struct maas_model *, size_t i, struct maas_buf *);
	/* y [rows, width] of x [rows, columns or components], which is destroyed. */
	int (*run)(const struct maas_model *, double *y, double *x, size_t rows, struct maas_team *);
};

/* Returns the exit status: MAAS_DATA where a row had no result. */
int pca_rows(struct call *, const struct pca_way *);

#endif
