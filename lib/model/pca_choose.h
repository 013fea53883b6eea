/* pca_choose -- which solver suits the shape of the data. */
#ifndef PCA_CHOOSE_H
#define PCA_CHOOSE_H

#include "maas/pca.h"

#define PCA_SMALL 500   /* rows and columns that are held and taken apart as they are */

struct pca_case {
	size_t rows, columns;
	size_t count;   /* components that are asked for; 0: not by number */
	int all;        /* every direction is */
	int again;      /* the rows can be read again */
	int sparse;     /* rows that are held as such; then */
	double pairs;   /* of numbers of two rows in one column */
};
/* How many rows of so many columns are held before they stream: none more than their covariance would take. */
size_t pca_hold(size_t columns);
/* Of rows that are held.  names[solver]; why: what it would take, and the others. */
enum maas_pca_solver pca_choose(const struct pca_case *, const char *const *names, char why[MAAS_PCA_WHY]);

#endif
