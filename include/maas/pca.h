/*
 * pca -- principal component analysis as a kind of model.
 *
 * A model holds tensors mean [n], components [k, n] (F32 where they are more than 33 million numbers), variances [k],
 * with --scale also scale [n], and the part "columns".  y = ((x - mean) / scale) components^T, over sqrt(variance)
 * where whitened.
 * Meanings are scikit-learn's.
 */
#ifndef MAAS_PCA_H
#define MAAS_PCA_H

#include "maas/model.h"
#include "maas/table.h"

enum maas_pca_solver { MAAS_PCA_AUTO, MAAS_PCA_FULL, MAAS_PCA_COVARIANCE, MAAS_PCA_GRAM, MAAS_PCA_RANDOMIZED };
enum { MAAS_PCA_PLAIN, MAAS_PCA_STANDARD };             /* scale */
enum { MAAS_PCA_REFUSE, MAAS_PCA_MEAN };                /* impute */
enum { MAAS_PCA_V, MAAS_PCA_U };                        /* sign */

/* Settings of kind pca, kept in the file. */
struct maas_pca {
	long components, features, samples;
	int solver, sign, whiten;
	double total_variance, noise_variance;
};

#define MAAS_PCA_WHY 200
/* Seconds that a fit spent on rows, on the sums over them (which may go on while rows are read), on eigenvalues and
 * vectors, on the model; and the bytes of its rows as numbers. */
struct maas_pca_spent {
	double reading, sums, eigenvalues, model, bytes;
	char why[MAAS_PCA_WHY];                 /* why its solver, where auto chose it; else "" */
};

/* How to fit; a part of a command's options. */
struct maas_pca_options {
	const char *components;                 /* "12", "0.95", "all", "mle" */
	int solver, whiten, scale, impute, sign;
	uint64_t seed;                          /* of a random start; no field: the command's */
	struct maas_pca_spent *spent;           /* no field; NULL: not asked for */
	/* No field: when all rows are read, that which read them, to be asked what it saw; NULL. */
	void (*seen)(void *arg, const struct maas_reader *);
	void *arg;
};
extern const struct maas_field maas_pca_fields[];

/* Does a fit with these options read its table twice, so that it must be MAAS_AGAIN? */
int maas_pca_again(const struct maas_pca_options *, const struct maas_table_options *);
/*
 * Fit a table: a model that is whole but for its name, with columns and self-test.  Rows stream
 * through covariances; few rows (below the number of columns, or below 500) are held, sparse ones as they are.
 */
struct maas_model *maas_pca_fit(const struct maas_pca_options *, const struct maas_table_options *, struct maas_table *,
    struct maas_team *) MAAS_USE;

const struct maas_columns *maas_pca_columns(const struct maas_model *);
const double *maas_pca_variances(const struct maas_model *);            /* [components] */
const double *maas_pca_mean(const struct maas_model *);                 /* [features] */
/* By the team (NULL: here).  y [rows, components]; x [rows, features] is destroyed. */
void maas_pca_transform(const struct maas_model *, double *y, double *x, size_t rows, struct maas_team *);
/* x [rows, features]; y [rows, components] is destroyed. */
void maas_pca_inverse(const struct maas_model *, double *x, double *y, size_t rows, struct maas_team *);
/* Squared distance between a row and what its components say of it (in scaled units), by row. */
int maas_pca_score(const struct maas_model *, double *error, double *x, size_t rows, struct maas_team *) MAAS_USE;

#endif
