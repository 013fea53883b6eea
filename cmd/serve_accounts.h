/* serve_accounts.h -- the verbs of maas-serve that keep its books. */
#ifndef SERVE_ACCOUNTS_H
#define SERVE_ACCOUNTS_H

#include "driver.h"
#include "maas/serve.h"

/* The state that --state names, or the usual one; NULL with the reason. */
struct maas_state *open_state(const char *dir);
/* "a,b" of a list of models' names. */
int join_models(const struct maas_list *, struct maas_buf *to) MAAS_USE;
/* "\t2026-11-22T10:00:00Z"; "\t-" for 0. */
void print_time(int64_t);

/* What could not be loaded, a line each. */
void tell_trouble(const struct call *, const struct maas_server *);

extern const struct verb key_verb, invite_verb, usage_verb, audit_verb, erase_verb, batch_verb;

#endif
