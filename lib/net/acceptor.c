/*
 * acceptor.c -- accepting is ours and not the library's: its threads race for the listening
 * socket when it is taken from them, stop listening where they are full, and say nothing to
 * whom they turn away.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "acceptor.h"

#define LEAVING  64         /* turned away, and not closed yet: who is closed at once may not get to read why */
#define LINGER   1000       /* ms that they may take for it */
#define NAP      50         /* ms, where there is no descriptor */
#define ROUND    256        /* connections taken from one socket before the other is looked at */
#define LAST     4096       /* likewise, at the end: no more wait (listen.c) */
#define PATIENCE (64 << 10) /* bytes of a request that is not answered, read before the end */

struct acceptor {
	struct acceptor_setup set;
	pthread_t thread;
	int running;
	int wake;    /* told to stop */
	int reserve; /* a descriptor to give up where there is none left */
	int leaving[LEAVING];
	size_t nleaving;
};

static void
let_go(int fd)
{
	char waste[4096];

	for (int n = 0; n < PATIENCE && recv(fd, waste, sizeof waste, MSG_DONTWAIT) > 0; n += (int)sizeof waste)
		;
	close(fd);
}

static void
let_all_go(struct acceptor *a)
{
	while (a->nleaving)
		let_go(a->leaving[--a->nleaving]);
}

static void
turn_away(struct acceptor *a, int listener, int fd)
{
	const char *sorry = a->set.sorry[listener];
	ssize_t said = sorry ? send(fd, sorry, strlen(sorry), MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

	a->set.turned_away(a->set.ctx);
	if (said <= 0) {
		let_go(fd);
		return;
	}
	shutdown(fd, SHUT_WR);
	if (a->nleaving == LEAVING) { /* the one that had longest */
		let_go(a->leaving[0]);
		memmove(a->leaving, a->leaving + 1, --a->nleaving * sizeof *a->leaving);
	}
	a->leaving[a->nleaving++] = fd;
}

static int
reserve(const struct acceptor *a)
{
	return fcntl(a->wake, F_DUPFD_CLOEXEC, 0);
}

/* There is no descriptor for who comes: it is told so on the one in reserve.  Never in a hurry: it may last. */
static void
make_do(struct acceptor *a, int listener)
{
	struct pollfd stop = { .fd = a->wake, .events = POLLIN };
	int fd;

	let_all_go(a);
	if (a->reserve >= 0)
		close(a->reserve);
	fd = accept4(a->set.fd[listener], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		turn_away(a, listener, fd);
		poll(&stop, 1, NAP);
		let_all_go(a);
	}
	a->reserve = reserve(a);
	if (fd < 0)
		poll(&stop, 1, NAP);
}

/* All that wait there, or so many.  accept(2) hands on what befell a connection before it was taken. */
static void
take_those_of(struct acceptor *a, int listener, int most)
{
	for (int i = 0; i < most; i++) {
		struct sockaddr_storage at;
		socklen_t n = sizeof at;
		int fd = accept4(a->set.fd[listener], (struct sockaddr *)&at, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
			make_do(a, listener);
			return;
		}
		if (fd >= 0 && a->set.take(a->set.ctx, listener, fd, (struct sockaddr *)&at, n) < 0)
			turn_away(a, listener, fd);
	}
}

static void *
run(void *arg)
{
	struct acceptor *a = arg;
	struct pollfd p[LISTENERS + 1];

	p[LISTENERS] = (struct pollfd){ .fd = a->wake, .events = POLLIN };
	for (int i = 0; i < LISTENERS; i++)
		p[i] = (struct pollfd){ .fd = a->set.fd[i], .events = POLLIN };
	do {
		if (poll(p, LISTENERS + 1, a->nleaving ? LINGER : -1) == 0)
			let_all_go(a);
		for (int i = 0; i < LISTENERS; i++)
			if (p[i].fd >= 0 && (p[i].revents || p[LISTENERS].revents))
				take_those_of(a, i, p[LISTENERS].revents ? LAST : ROUND);
	} while (!p[LISTENERS].revents);
	let_all_go(a);
	return NULL;
}

struct acceptor *
acceptor_new(const struct acceptor_setup *set)
{
	struct acceptor *a = maas_alloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->set = *set;
	a->reserve = -1;
	a->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->wake < 0 || (a->reserve = reserve(a)) < 0) {
		maas_fail_errno("the HTTP server does not start");
	} else if ((errno = pthread_create(&a->thread, NULL, run, a)) != 0) {
		maas_fail_errno("no thread for the HTTP server");
	} else {
		a->running = 1;
		return a;
	}
	acceptor_free(a);
	return NULL;
}

void
acceptor_stop(struct acceptor *a)
{
	const uint64_t one = 1;

	if (!a || !a->running)
		return;
	a->running = 0;
	if (write(a->wake, &one, sizeof one) == (ssize_t)sizeof one)
		pthread_join(a->thread, NULL);
}

void
acceptor_free(struct acceptor *a)
{
	if (!a)
		return;
	acceptor_stop(a);
	if (a->wake >= 0)
		close(a->wake);
	if (a->reserve >= 0)
		close(a->reserve);
	free(a);
}
