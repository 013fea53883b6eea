/*
 * ledger.h -- usage by day, key and model: counted in memory by any thread, added to the state
 * by one writer.  What cannot be written stays counted.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include "maas/serve.h"

struct ledger;
struct ledger *ledger_new(struct maas_state *) MAAS_USE;
void ledger_free(struct ledger *);
/* now: seconds since 1970.  What there is no memory for is not counted: -1. */
int ledger_add(struct ledger *, int64_t now, const char *key, const char *model, uint64_t in, uint64_t out) MAAS_USE;
int ledger_write(struct ledger *) MAAS_USE;
/* The usage of one key, written and not yet written, by day and model. */
int ledger_each(struct ledger *, const char *key, int (*each)(void *ctx, const struct maas_usage *),
    void *ctx) MAAS_USE;

#endif
