/* floats.h -- weights from one type of floats to another. */
#ifndef FLOATS_H
#define FLOATS_H

#include "maas/model.h"

int floats_is(enum maas_dtype);         /* F32, BF16 or F16? */
/* to[n] = from[n], by the team (may be NULL).  -1: a number that is finite there and not here. */
int floats_cast(void *to, enum maas_dtype, const void *from, enum maas_dtype, size_t n, struct maas_team *) MAAS_USE;

#endif
