/* acceptor.h -- a thread that takes the connections that come at listening sockets. */
#ifndef ACCEPTOR_H
#define ACCEPTOR_H

#include <sys/socket.h>

#include "maas/base.h"

#define LISTENERS 2                     /* TCP, UNIX */

struct acceptor;
struct acceptor_setup {
	int fd[LISTENERS];              /* listening and non-blocking; -1: none.  Borrowed */
	/* Take it, and close it in the end.  -1: there is no room for it. */
	int (*take)(void *ctx, int listener, int fd, const struct sockaddr *, socklen_t);
	/* For that one there was no room, or no descriptor. */
	void (*turned_away)(void *ctx);
	void *ctx;
	const char *sorry[LISTENERS];   /* said to it before it is closed; NULL: nothing.  Borrowed */
};
struct acceptor *acceptor_new(const struct acceptor_setup *) MAAS_USE;
/* What has come by now is still taken; nothing later. */
void acceptor_stop(struct acceptor *);
void acceptor_free(struct acceptor *);  /* stops it */

#endif
