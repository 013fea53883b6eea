/*
 * audit.h -- the trail of security events, chained by hash.
 *
 * An entry's digest is over a salt of its own and all that it says; the chain is over the
 * digests: chain[n] = H(chain[n-1], n, digest[n]).  Erasing an entry leaves its digest, so the
 * chain holds and nobody can guess from the digest what it said.  That it was erased is said
 * by a later entry, "erased", which is never erased.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include "maas/serve.h"

struct event {
	const char *what;               /* "key-added" */
	const char *key, *peer;         /* id, address; "" for none */
	int64_t count;                  /* of such events */
	const char *detail;
};
/* Append, inside a transaction of the caller's or in one of its own. */
int audit_add(struct maas_state *, const struct event *) MAAS_USE;
/* Make tombstones of the entries that `where` selects with one argument, and say so in a new entry. */
int audit_erase(struct maas_state *, const char *where, const char *type, const void *text, int64_t number,
    int64_t *erased) MAAS_USE;

/*
 * Verifying piece by piece, so that nobody waits for a long trail: each call looks at `most` entries more.  1: there
 * may be further ones; 0: it holds, to its end; -1: MAAS_NEGATIVE where it does not, else it could not be read.
 */
struct audit_check;
struct audit_check *audit_check_new(void) MAAS_USE;
void audit_check_free(struct audit_check *);
int audit_check_on(struct audit_check *, struct maas_state *, int64_t most) MAAS_USE;
const struct maas_audit_check *audit_check_found(const struct audit_check *);   /* so far */

/*
 * Events that strangers can cause as often as they like, counted in memory and written now and
 * then.  Threads.  Those of one kind, key, peer and detail are one entry with a count.
 */
struct tally;
struct tally *tally_new(void) MAAS_USE;
void tally_free(struct tally *);
void tally_count(struct tally *, const char *what, const char *key, const char *peer, const char *detail);
/* Write what was counted; without `now` at most every ten seconds.  -1: it stays counted. */
int tally_write(struct tally *, struct maas_state *, double clock, int now) MAAS_USE;

#endif
