/* wrongs.c -- addresses that send wrong keys. */
#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

#define SETS    512
#define WAYS    8   /* the one longest quiet makes room */
#define FREE    10  /* wrong keys that cost no delay */
#define LONGEST 60  /* seconds of delay */
#define FORGIVE 600 /* seconds without another */

struct wrong {
	unsigned char address[16];
	double last;
	unsigned count;
};

struct wrongs {
	pthread_mutex_t lock;
	struct wrong at[SETS][WAYS];
};

struct wrongs *
wrongs_new(void)
{
	struct wrongs *w = maas_alloc(1, sizeof *w);

	if (w)
		pthread_mutex_init(&w->lock, NULL);
	return w;
}

void
wrongs_free(struct wrongs *w)
{
	if (!w)
		return;
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Who reaches the UNIX socket is the owner himself. */
static int
address_of(const char *peer, unsigned char to[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(to, mapped, sizeof mapped);
	if (inet_pton(AF_INET, peer, to + 12) == 1)
		return 0;
	if (inet_pton(AF_INET6, peer, to) != 1)
		return -1;
	if (memcmp(to, mapped, sizeof mapped) != 0)
		memset(to + 8, 0, 8);
	return 0;
}

/* The address's place, or the one it may take. */
static struct wrong *
place(struct wrongs *w, const unsigned char address[16])
{
	struct wrong *set = w->at[maas_hash(address, 16, 0) % SETS], *best = set;

	for (int i = 0; i < WAYS; i++) {
		if (set[i].count && !memcmp(set[i].address, address, 16))
			return &set[i];
		if (!set[i].count || set[i].last < best->last)
			best = &set[i];
	}
	return best;
}

static int
known(const struct wrong *x, const unsigned char address[16], double clock)
{
	return x->count && !memcmp(x->address, address, 16) && clock - x->last < FORGIVE;
}

double
wrongs_wait(struct wrongs *w, const char *peer, double clock)
{
	unsigned char address[16];
	double wait = 0, delay;
	struct wrong *x;

	if (address_of(peer, address) < 0)
		return 0;
	pthread_mutex_lock(&w->lock);
	x = place(w, address);
	if (known(x, address, clock) && x->count > FREE) {
		delay = x->count - FREE > 6 ? LONGEST : ldexp(1, (int)(x->count - FREE) - 1);
		wait = x->last + delay - clock;
	}
	pthread_mutex_unlock(&w->lock);
	return wait > 0 ? wait : 0;
}

void
wrongs_add(struct wrongs *w, const char *peer, double clock)
{
	unsigned char address[16];
	struct wrong *x;

	if (address_of(peer, address) < 0)
		return;
	pthread_mutex_lock(&w->lock);
	x = place(w, address);
	if (!known(x, address, clock)) {
		memcpy(x->address, address, 16);
		x->count = 0;
	}
	x->count++;
	x->last = clock;
	pthread_mutex_unlock(&w->lock);
}
