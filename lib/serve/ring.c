/* ring.c -- the keys in memory, with what is left in their buckets. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "ring.h"

struct held {
	struct maas_key key;
	char *models;
	double requests, tokens; /* left in the buckets */
	double at;               /* when they were filled last */
};

struct ring {
	struct maas_state *state;
	pthread_mutex_t lock;
	double lifetime;  /* of a key, seconds; 0: its own */
	struct held *key; /* sorted by id */
	size_t n, cap;
	pthread_mutex_t reading; /* one thread reads the state at a time; guards the two below */
	int64_t version;
	double looked;
};

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct held *)a)->key.id, ((const struct held *)b)->key.id);
}

static int
is_id(const void *id, const void *h)
{
	return strcmp(id, ((const struct held *)h)->key.id);
}

static struct held *
find(struct ring *r, const char *id)
{
	return r->n ? bsearch(id, r->key, r->n, sizeof *r->key, is_id) : NULL;
}

/* Buckets hold a second of requests (one at least) and a minute of tokens. */
static double
most_requests(const struct held *h)
{
	return h->key.rps > 1 ? h->key.rps : 1;
}

static void
refill(struct held *h, double clock)
{
	double passed = clock - h->at;

	if (passed <= 0) /* two threads that came in another order than they began */
		return;
	h->at = clock;
	h->requests += passed * h->key.rps;
	if (h->requests > most_requests(h))
		h->requests = most_requests(h);
	h->tokens += passed * (double)h->key.tokens_per_minute / 60;
	if (h->tokens > (double)h->key.tokens_per_minute)
		h->tokens = (double)h->key.tokens_per_minute;
}

static int
take(void *ctx, const struct maas_key *k)
{
	struct ring *r = ctx;
	struct held *h;

	if (maas_grow(&r->key, r->n, &r->cap, 1, sizeof *r->key) < 0)
		return -1;
	h = &r->key[r->n];
	*h = (struct held){ .key = *k, .models = strdup(k->models), .at = maas_clock() };
	if (!h->models)
		return maas_fail_as(MAAS_OS, "no memory for keys");
	h->key.name = h->key.models = NULL; /* borrowed; not needed here */
	h->requests = most_requests(h);
	h->tokens = (double)k->tokens_per_minute;
	r->n++;
	return 0;
}

static void
drop_all(struct ring *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->key[i].models);
	free(r->key);
}

static int
load(struct ring *r)
{
	struct ring fresh = { .state = r->state };

	if (maas_key_each(r->state, take, &fresh) < 0) {
		drop_all(&fresh);
		return -1;
	}
	if (fresh.n)
		qsort(fresh.key, fresh.n, sizeof *fresh.key, by_id);
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < fresh.n; i++) {
		struct held *old = find(r, fresh.key[i].key.id);

		if (old) {
			fresh.key[i].requests = old->requests;
			fresh.key[i].tokens = old->tokens;
			fresh.key[i].at = old->at;
		}
	}
	drop_all(r);
	r->key = fresh.key;
	r->n = fresh.n;
	r->cap = fresh.cap;
	pthread_mutex_unlock(&r->lock);
	return 0;
}

struct ring *
ring_new(struct maas_state *state)
{
	struct ring *r = maas_alloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->state = state;
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_init(&r->reading, NULL);
	if (keys_version(state, &r->version) == 0 && load(r) == 0)
		return r;
	ring_free(r);
	return NULL;
}

void
ring_free(struct ring *r)
{
	if (!r)
		return;
	drop_all(r);
	pthread_mutex_destroy(&r->reading);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static int
refresh(struct ring *r)
{
	int64_t version;

	if (keys_version(r->state, &version) < 0)
		return -1;
	if (version == r->version)
		return 0;
	if (load(r) < 0)
		return -1;
	r->version = version;
	return 0;
}

int
ring_refresh(struct ring *r)
{
	int rc;

	pthread_mutex_lock(&r->reading);
	rc = refresh(r);
	pthread_mutex_unlock(&r->reading);
	return rc;
}

/* What fails here is said by the next ring_refresh. */
void
ring_look_again(struct ring *r, double clock)
{
	pthread_mutex_lock(&r->reading);
	if (clock - r->looked > 0.1) {
		r->looked = clock;
		(void)!refresh(r);
	}
	pthread_mutex_unlock(&r->reading);
}

void
ring_limit(struct ring *r, double lifetime)
{
	r->lifetime = lifetime;
}

static int64_t
end_of(const struct ring *r, const struct held *h)
{
	int64_t end = r->lifetime > 0 ? h->key.created + (int64_t)r->lifetime : 0;

	return h->key.expires && (!end || h->key.expires < end) ? h->key.expires : end;
}

static int
good(const struct ring *r, const struct held *h, int64_t now)
{
	int64_t end = end_of(r, h);

	return !h->key.revoked && (!end || now < end);
}

size_t
ring_good(struct ring *r, int64_t now)
{
	size_t n = 0;

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->n; i++)
		n += (size_t)good(r, &r->key[i], now);
	pthread_mutex_unlock(&r->lock);
	return n;
}

/* What is left, and the seconds until the buckets are full again. */
static void
measure(const struct held *h, struct ring_pass *pass)
{
	double rps = h->key.rps, rate = (double)h->key.tokens_per_minute / 60;

	if (rps > 0) {
		pass->requests = (struct ring_quota){ .limit = most_requests(h),
			.left = h->requests > 0 ? h->requests : 0,
			.reset = (most_requests(h) - h->requests) / rps };
	}
	if (rate > 0) {
		pass->tokens = (struct ring_quota){ .limit = rate * 60,
			.left = h->tokens > 0 ? h->tokens : 0,
			.reset = (rate * 60 - h->tokens) / rate };
	}
}

static enum ring_verdict
spend_request(struct held *h, double clock, struct ring_pass *pass)
{
	enum ring_verdict v = RING_GOOD;

	refill(h, clock);
	if (h->key.rps > 0 && h->requests < 1) {
		pass->wait = (1 - h->requests) / h->key.rps;
		v = RING_TOO_MANY;
	} else if (h->key.tokens_per_minute > 0 && h->tokens <= 0) {
		pass->wait = (1 - h->tokens) * 60 / (double)h->key.tokens_per_minute;
		v = RING_TOO_MUCH;
	} else {
		h->requests -= h->key.rps > 0;
	}
	measure(h, pass);
	return v;
}

enum ring_verdict
ring_check(struct ring *r, const char *text, int64_t now, double clock, struct ring_pass *pass)
{
	static const struct held nobody;
	unsigned char digest[32];
	enum ring_verdict v = RING_UNKNOWN;
	char id[MAAS_KEY_ID + 1] = "";
	struct held *h;
	int same;
	size_t n;

	*pass = (struct ring_pass){ 0 };
	if (!text)
		return RING_NO_KEY;
	n = strlen(text);
	while (n && strchr(" \t", text[n - 1])) /* no part of a header's value: RFC 9110, 5.5 */
		n--;
	/* The id is no secret: finding it may take what time it takes.  The digest of an unknown id's key is
	 * computed and compared all the same. */
	if (n < MAAS_KEY_TEXT && !strncmp(text, "maas_", 5))
		memcpy(id, text + 5, strnlen(text + 5, MAAS_KEY_ID));
	if (maas_digest(digest, text, n) < 0)
		return RING_UNKNOWN;
	pthread_mutex_lock(&r->lock);
	h = find(r, id);
	same = maas_same(digest, h ? h->key.digest : nobody.key.digest, sizeof digest);
	if (h && same) {
		memcpy(pass->id, h->key.id, sizeof pass->id);
		pass->scopes = h->key.scopes;
		pass->expires = end_of(r, h);
		v = good(r, h, now) ? spend_request(h, clock, pass) : h->key.revoked ? RING_REVOKED : RING_EXPIRED;
	}
	pthread_mutex_unlock(&r->lock);
	return v;
}

int64_t
ring_end(struct ring *r, int64_t created, int64_t expires)
{
	struct held h = { .key = { .created = created, .expires = expires } };

	return end_of(r, &h);
}

/* Is `model` in "a,b,c"? */
static int
listed(const char *list, const char *model)
{
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ",");

		if (n == strlen(model) && !strncmp(p, model, n))
			return 1;
		p += n + (p[n] == ',');
	}
	return 0;
}

int
ring_allows(struct ring *r, const char *id, const char *model)
{
	struct held *h;
	int yes;

	pthread_mutex_lock(&r->lock);
	h = find(r, id);
	yes = h && (!*h->models || listed(h->models, model));
	pthread_mutex_unlock(&r->lock);
	return yes;
}

double
ring_reserve(struct ring *r, const char *id, uint64_t tokens, double clock)
{
	struct held *h;
	double wait = 0;

	pthread_mutex_lock(&r->lock);
	h = find(r, id);
	if (h && h->key.tokens_per_minute > 0) {
		refill(h, clock);
		if (h->tokens <= 0)
			wait = (1 - h->tokens) * 60 / (double)h->key.tokens_per_minute;
		else
			h->tokens -= (double)tokens;
	}
	pthread_mutex_unlock(&r->lock);
	return wait;
}

void
ring_spend(struct ring *r, const char *id, uint64_t tokens, uint64_t reserved, double clock)
{
	struct held *h;

	pthread_mutex_lock(&r->lock);
	h = find(r, id);
	if (h && h->key.tokens_per_minute > 0) {
		refill(h, clock);
		h->tokens = fmin(h->tokens + (double)reserved, (double)h->key.tokens_per_minute) - (double)tokens;
	}
	pthread_mutex_unlock(&r->lock);
}
