/* policy.h -- what the policy of the configuration says, asked by the request. */
#ifndef POLICY_H
#define POLICY_H

#include "maas/serve.h"

struct policy;
/* Checked whole: routes that are none, addresses that are none, prices and terms. */
struct policy *policy_new(const struct maas_policy *) MAAS_USE;
void policy_free(struct policy *);
/* May a key of one of these scopes use the route, ask the model, send so many bytes? */
int policy_allows_route(const struct policy *, unsigned scopes, const char *route);
int policy_allows_model(const struct policy *, unsigned scopes, const char *model);
int policy_allows_bytes(const struct policy *, unsigned scopes, size_t n);
/* The most tokens, read and written, and rows of a request with these scopes; SIZE_MAX: any. */
size_t policy_most_bytes(const struct policy *, unsigned scopes); /* 0: none */
size_t policy_most_tokens(const struct policy *, unsigned scopes);
size_t policy_most_rows(const struct policy *, unsigned scopes);
int policy_allows_peer(const struct policy *, const char *peer);
/* Behind a proxy: is the other end of the connection it?  And whom does it speak for, by the last X-Forwarded-For of
 * the request (may be NULL)?  Where that is no address, for itself. */
int policy_behind_proxy(const struct policy *);
int policy_allows_proxy(const struct policy *, const char *hop);
void policy_client(const char *forwarded, char peer[64]);
/* Is this model, whose bytes have this digest ("": a directory), signed by whom it has to be? */
int policy_check_model(const struct policy *, const char *path, const char *sha256) MAAS_USE;
const char *policy_terms(const struct policy *);

/*
 * Wrong keys by address: after some, the address waits, twice as long each time, and is
 * forgiven after ten minutes.  An IPv6 address stands for its /64.  Threads.
 */
struct wrongs;
struct wrongs *wrongs_new(void) MAAS_USE;
void wrongs_free(struct wrongs *);
double wrongs_wait(struct wrongs *, const char *peer, double clock);   /* seconds; 0: go on */
void wrongs_add(struct wrongs *, const char *peer, double clock);

#endif
