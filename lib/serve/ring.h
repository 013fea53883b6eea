/*
 * ring.h -- the key ring: every key in memory, who may come in, and how often.  Shared by
 * threads.
 */
#ifndef RING_H
#define RING_H

#include "maas/serve.h"

enum ring_verdict {
	RING_GOOD,
	RING_NO_KEY,                    /* none was sent */
	RING_UNKNOWN,
	RING_REVOKED, RING_EXPIRED,     /* who asks is not told which of the three */
	RING_TOO_MANY,                  /* requests for its rate */
	RING_TOO_MUCH                   /* tokens for its rate */
};

struct ring_quota {                     /* limit 0: none */
	double limit, left;
	double reset;                   /* seconds until all of it is there again */
};
struct ring_pass {                      /* what a good key may */
	char id[MAAS_KEY_ID + 1];
	unsigned scopes;
	int64_t expires;                /* 0: never */
	double wait;                    /* seconds, where there were too many */
	struct ring_quota requests, tokens;
};

struct ring;
struct ring *ring_new(struct maas_state *) MAAS_USE;
void ring_free(struct ring *);
/* No key is good for longer than this many seconds after it was made; 0: as long as it says itself. */
void ring_limit(struct ring *, double lifetime);
int64_t ring_end(struct ring *, int64_t created, int64_t expires);     /* when such a key ends; 0: never */
/* Read the keys again where they have changed.  What was spent stays spent. */
int ring_refresh(struct ring *) MAAS_USE;
/* The same for a key that was not known: it may be new.  Looks ten times a second at most. */
void ring_look_again(struct ring *, double clock);
size_t ring_good(struct ring *, int64_t now);
/* text: the whole key, NULL for none.  now: seconds since 1970; clock: maas_clock(). */
enum ring_verdict ring_check(struct ring *, const char *text, int64_t now, double clock, struct ring_pass *);
int ring_allows(struct ring *, const char *id, const char *model);
/* Set aside what a request may take.  0; or there is nothing left, and the seconds until there is. */
double ring_reserve(struct ring *, const char *id, uint64_t tokens, double clock);
/* What it took, of what was set aside for it. */
void ring_spend(struct ring *, const char *id, uint64_t tokens, uint64_t reserved, double clock);

#endif
