/* pca_info.h -- what a PCA model knows of variances: printed, drawn in a terminal and as a picture. */
#ifndef PCA_INFO_H
#define PCA_INFO_H

#include "driver.h"
#include "maas/pca.h"

/* As part[0] of info; part[1] is struct maas_table_options. */
struct pca_info {
	const char *model, *plot;
	int json, scree, color;
};
extern const struct maas_field pca_info_fields[];
int pca_info(struct call *);

const char *pca_solver(const struct maas_model *);      /* its name */
double pca_share(const struct maas_model *);            /* of the data's variance, that the components hold */
int pca_print_json(const struct maas_model *) MAAS_USE; /* on standard output */

/*
 * A scree plot into the file `path`; with a table (NULL: none) also its rows on the first two components, coloured by
 * label: the cell of column `label`, else (NULL) the label that the model's columns or the format have.  Rows that
 * cannot be used are said and counted.
 */
int pca_picture(struct call *, const struct maas_model *, struct maas_table *, const char *label, const char *path,
    size_t *bad) MAAS_USE;

#endif
