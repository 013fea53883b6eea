/* pca_fit -- a fit in the making, which pca_read.c fills and pca_solve.c ends. */
#ifndef PCA_FIT_H
#define PCA_FIT_H

#include "components.h"
#include "maas/pca.h"
#include "pca_sparse.h"

#define PCA_TESTS  2                 /* inputs of the self-test */
#define PCA_NARROW ((size_t)1 << 25) /* numbers of components: more are kept in 32 bits */

struct pca_fit {
	const struct maas_pca_options *o;
	struct maas_team *team;
	struct maas_table *table;
	struct maas_reader *reader;
	struct components_want want;
	const struct maas_columns *columns;
	size_t n, rows;               /* columns, rows */
	struct maas_moments *moments; /* NULL: rows are held */
	double *held; /* [rows, n], then centred and scaled; of sparse rows NULL until they are spread */
	struct sparse sparse;
	size_t cap, limit;        /* limit: rows to hold at most */
	int bytes;                /* all rows are of bytes so far */
	double *row;              /* [n] */
	double *origin;           /* [n] of a sketch: the first row; mean and scale are sums about it at first */
	double total;             /* variance of all columns */
	double *mean, *scale;     /* [n]; scale all 1 where none */
	double *values, *vectors; /* descending; [count, n], or */
	float *narrow;            /* in the model's arena */
	struct maas_model *model;
	size_t count;             /* vectors there are, or that can be found by */
	struct maas_eigen *eigen; /* of a covariance or of products of rows, where those are in */
	void *square;             /* the latter: pages, [rows] of */
	size_t square_row;        /* so many bytes */
	int solver;
	struct maas_buf test[PCA_TESTS];
	struct maas_pca_spent spent;
	double since; /* when the stage that goes on began */
};

/* The next row that has something in it: 1, 0, -1. */
int pca_next(struct pca_fit *, struct maas_row *) MAAS_USE;
int pca_read(struct pca_fit *) MAAS_USE; /* all rows, which are two at least */
/* All rows, for what their columns learn (maas_columns_learn). */
int pca_walk(void *fit, maas_see *, void *to) MAAS_USE;
/* Rows held so far, and all to come, are summed up: for a covariance; or to be read again by a sketch. */
int pca_stream(struct pca_fit *) MAAS_USE;
int pca_sketch(struct pca_fit *) MAAS_USE;
/* Values, *k vectors of them, and their signs. */
int pca_solve(struct pca_fit *, size_t *k) MAAS_USE;
int pca_sign(struct pca_fit *, size_t k) MAAS_USE;
void pca_drop_products(struct pca_fit *);

#endif
