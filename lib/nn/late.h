/* late.h -- tables whose rows are updated when they are read; see MAAS_LATE in nn.h. */
#ifndef MAAS_LATE_H
#define MAAS_LATE_H

#include "maas/nn.h"

int late_begin(struct maas_arena *, struct maas_node *table) MAAS_USE;
/* A step of Adam on the rows that have a gradient; the others owe it. */
void late_update(struct maas_team *, struct maas_node *table, float *m, float *v, const struct maas_adam_rates *);
/* All rows have had all steps. */
void late_settle(struct maas_team *, struct maas_node *table);
/* The squares of the gradient, of one of several parts of it. */
double late_squares(const struct maas_node *table, size_t part, size_t parts);

#endif
