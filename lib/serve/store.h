/* store.h -- of the state, what the server alone needs. */
#ifndef STORE_H
#define STORE_H

#include "maas/serve.h"

int store_version(struct maas_state *, int64_t *version) MAAS_USE;

#endif
