/* tally.c -- security events that strangers cause, counted in memory, written to the audit trail now and then. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "store.h"

#define KINDS 64 /* entries between two writes: nobody fills the disk by asking */
#define PAUSE 10 /* seconds between two writes, at least */

struct counted {
	char what[24], key[MAAS_KEY_ID + 1], peer[64], detail[80];
	int64_t count;
};

struct tally {
	pthread_mutex_t lock;
	struct counted kind[KINDS];
	size_t n;
	double written;
};

struct tally *
tally_new(void)
{
	struct tally *t = maas_alloc(1, sizeof *t);

	if (t)
		pthread_mutex_init(&t->lock, NULL);
	return t;
}

void
tally_free(struct tally *t)
{
	if (!t)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static int
same(const struct counted *a, const struct counted *b)
{
	return !strcmp(a->what, b->what) && !strcmp(a->key, b->key) && !strcmp(a->peer, b->peer) &&
	    !strcmp(a->detail, b->detail);
}

/* The last places are for those that no longer find one of their own, told apart by what they are alone. */
static void
add(struct tally *t, struct counted c)
{
	for (int rough = t->n >= KINDS - 16; rough < 2; rough++) {
		if (rough)
			*c.key = *c.peer = *c.detail = '\0';
		for (size_t i = 0; i < t->n; i++)
			if (same(&t->kind[i], &c)) {
				t->kind[i].count += c.count;
				return;
			}
		if (t->n < (size_t)(rough ? KINDS : KINDS - 16)) {
			t->kind[t->n++] = c;
			return;
		}
	}
}

void
tally_count(struct tally *t, const char *what, const char *key, const char *peer, const char *detail)
{
	struct counted c = { .count = 1 };

	snprintf(c.what, sizeof c.what, "%s", what);
	snprintf(c.key, sizeof c.key, "%s", key);
	snprintf(c.peer, sizeof c.peer, "%s", peer);
	snprintf(c.detail, sizeof c.detail, "%s", detail);
	pthread_mutex_lock(&t->lock);
	add(t, c);
	pthread_mutex_unlock(&t->lock);
}

static int
write_all(const struct counted *kind, size_t n, struct maas_state *s)
{
	int rc = 0;

	if (store_begin(s) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = audit_add(s,
		    &(struct event){ .what = kind[i].what,
			.key = kind[i].key,
			.peer = kind[i].peer,
			.count = kind[i].count,
			.detail = kind[i].detail });
	return store_close(s, rc);
}

int
tally_write(struct tally *t, struct maas_state *s, double clock, int now)
{
	struct counted kind[KINDS];
	size_t n;
	int rc;

	pthread_mutex_lock(&t->lock);
	n = now || clock - t->written >= PAUSE ? t->n : 0;
	memcpy(kind, t->kind, n * sizeof *kind);
	t->n -= n;
	pthread_mutex_unlock(&t->lock);
	if (!n)
		return 0;
	rc = write_all(kind, n, s);
	pthread_mutex_lock(&t->lock);
	if (rc == 0)
		t->written = clock;
	for (size_t i = 0; rc < 0 && i < n; i++)
		add(t, kind[i]);
	pthread_mutex_unlock(&t->lock);
	return rc;
}
