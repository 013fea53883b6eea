/*
 * reaper.c -- a look at every connection, again and again: the library's own time-out counts
 * from the last byte, and it does not look at a suspended connection at all.
 */
#include <math.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "exchange.h"

#define TICK_MS 50 /* between two looks at who may have left */
#define IDLE    5  /* such times between two looks, where nobody waits for an answer: for deadlines alone */

/* Has the other end closed, or half closed?  A client that will send nothing more is taken to have left. */
static int
hung_up(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static void
look_at(struct link *l, double now)
{
	int late = now > atomic_load(&l->deadline), closing = atomic_load(&l->http->closing);

	if (late) {
		atomic_store(&l->deadline, INFINITY);
		shutdown(l->fd, SHUT_RDWR); /* the library sees the end, and closes */
	}
	if (!l->x)
		return;
	pthread_mutex_lock(&l->x->lock);
	if (closing || (l->x->suspended && (late || hung_up(l->fd)))) {
		l->x->gone = 1;
		http_resume(l->x);
	}
	pthread_mutex_unlock(&l->x->lock);
}

static void
look_at_all(struct maas_http *h)
{
	double now = maas_clock();

	for (struct link *l = h->links.next; l != &h->links; l = l->next)
		look_at(l, now);
}

static void *
reap(void *arg)
{
	struct maas_http *h = arg;

	pthread_mutex_lock(&h->lock);
	for (unsigned i = 0; h->reaping; i++) {
		struct timespec t;

		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_nsec += TICK_MS * 1000000L;
		t.tv_sec += t.tv_nsec / 1000000000L;
		t.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&h->tick, &h->lock, &t);
		if (i % IDLE == 0 || atomic_load(&h->suspended))
			look_at_all(h);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

/*
 * A suspended connection at the end is a panic of the library.  Once `closing` is set nothing is handed
 * to the application any more (whole), and what it still holds it learns to be gone and lets go; the
 * last suspended connection is resumed then.
 */
void
reaper_let_go(struct maas_http *h)
{
	atomic_store(&h->closing, 1);
	while (atomic_load(&h->held) || atomic_load(&h->suspended)) {
		struct timespec t = { 0, 2000000 };

		pthread_mutex_lock(&h->lock);
		look_at_all(h);
		pthread_mutex_unlock(&h->lock);
		nanosleep(&t, NULL);
	}
}

int
reaper_start(struct maas_http *h)
{
	h->reaping = 1;
	if (pthread_create(&h->reaper, NULL, reap, h) == 0)
		return 0;
	h->reaping = 0;
	return maas_fail_as(MAAS_OS, "no thread for the HTTP server");
}

void
reaper_stop(struct maas_http *h)
{
	if (!h->reaping)
		return;
	pthread_mutex_lock(&h->lock);
	h->reaping = 0;
	pthread_cond_signal(&h->tick);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->reaper, NULL);
}
