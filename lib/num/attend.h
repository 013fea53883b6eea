/* attend.h -- inside attention: one row over a cache. */
#ifndef MAAS_ATTEND_H
#define MAAS_ATTEND_H

#include "tile.h"

/* maas_attend_fwd of one row, for keys that are turned. */
void attend_row(float *y, float *lse, const float *q, size_t at, const struct maas_keys *, size_t hd);

#endif
