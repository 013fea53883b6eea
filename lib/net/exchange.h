/*
 * exchange.h -- what the files of the server share: connections (links), and requests on
 * their way (exchanges).
 *
 * Two locks, taken in this order: http->lock guards the list of links and link->x; x->lock
 * guards one exchange.  A link lives until the library has closed its descriptor, an
 * exchange until both the library and the application have let go of it.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <pthread.h>
#include <stdatomic.h>

#include "acceptor.h"
#include "maas/net.h"

#define HEAD_MAX  1024                  /* of the headers that the application adds */
#define ID_BYTES  12                    /* of chance in a request's name */
#define HEAD_FIELDS 80                  /* of a request: the guard refuses at fewer */
#define SPARE     256                   /* connections above the limit, to say 503 on */

struct MHD_Connection;
struct MHD_Daemon;

struct newcomer {
	int fd, spare;
	socklen_t n;
	struct sockaddr_storage at;
};

struct worker {                         /* a thread, and the library's connections that live in it */
	struct maas_http *http;
	struct MHD_Daemon *daemon;
	pthread_t thread;
	int running, bell;              /* bell: an eventfd */
	_Atomic int rung, ending;
	_Atomic size_t taken;           /* connections it has, or is about to get */
	pthread_mutex_t lock;           /* of those who come */
	struct newcomer *newcomer;
	size_t nnewcomer, cap;
	const struct newcomer *now;     /* the thread's own: who is let in at this moment */
};

struct link {                           /* a connection */
	struct maas_http *http;
	struct worker *worker;
	struct link *prev, *next;
	int fd;
	int spare;                      /* above the limit: it is told so */
	struct tls_pair *pair;          /* NULL: not encrypted */
	_Atomic double deadline;        /* the reaper cuts it then */
	struct maas_buf target;
	char peer[64];
	struct exchange *x;
};

enum stage { READING, HANDED, REPLIED, STREAMING };

struct exchange {
	struct maas_http_request r;     /* first: what the application sees */
	struct maas_http *http;
	struct link *link;              /* NULL once the library is through */
	struct MHD_Connection *connection;
	pthread_mutex_t lock;
	_Atomic int refs;               /* the library's, the application's */
	enum stage stage;
	int looks;
	int suspended, gone, ended, failed, close;
	size_t budget;                  /* bytes of bodies_max taken */
	double began;                   /* the body's first byte */
	int too_large, no_room;
	size_t wasted;                  /* bytes of a body that are read and not kept */
	struct maas_buf target, in, out;
	size_t taken;                   /* of out, by the reader */
	size_t waits;                   /* bytes of replies_max taken */
	const char *type;
	char head[HEAD_MAX];            /* name NUL value NUL ... */
	size_t nhead;
	void *app;
	unsigned char chance[20 * ID_BYTES];    /* for the names of requests */
	size_t nchance;                 /* bytes of it that are left */
	struct maas_http_call call;     /* replied NULL: it came over a connection */
	struct exchange *next;          /* in the pool */
};

struct maas_http {
	struct maas_http_setup set;
	struct worker *worker;          /* [set.threads], and as many again that speak TLS */
	struct acceptor *acceptor;
	int listener[LISTENERS];
	int port;
	struct maas_buf sorry;          /* what is said where there is no room to read a request */
	pthread_t reaper;
	int reaping;
	pthread_mutex_t lock;
	pthread_cond_t tick;
	struct tls_pair *pair;          /* what is shown to who comes now; NULL: no TLS */
	struct link links;              /* head of the ring */
	struct exchange *pool;
	size_t pending;                 /* exchanges in use */
	_Atomic size_t connections, bodies, replies, held, suspended;
	_Atomic int quiet, closing;
};

struct head {
	const char *method, *url, *version; /* where the library has them */
	struct maas_http_field field[HEAD_FIELDS];
	size_t n;
	size_t target_bytes;            /* as sent */
};

/* request.c -- a head that is there.  A text is why the request is refused. */
void request_name(struct exchange *);
const char *request_check_size(struct exchange *, int *status);
int request_wastes_body(const struct exchange *);
int request_more(struct exchange *, const char *, size_t);
void request_give_back(struct exchange *);      /* a body that is not kept takes no room from others */
/* in_place: the library left the head, of so many bytes, where it came. */
const char *request_check_layout(const struct head *, size_t bytes, int in_place, int *status);

/* http.c.  Both with x->lock held. */
void http_suspend(struct exchange *);
void http_resume(struct exchange *);

/* exchange.c */
/* a known one, or "?": it outlives the library's memory */
const char *http_method(const char *name);
void exchange_aim(struct exchange *);                           /* path and query of r.target */
struct exchange *exchange_take(struct maas_http *);             /* NULL: no memory */
void exchange_drop(struct exchange *);
void exchange_free_pool(struct maas_http *);
void exchange_sent(struct exchange *, size_t n);                /* so much of a stream.  x->lock is held */
/* The application's hold on a request: from before it gets it until its reply. */
void exchange_hand_over(struct exchange *);
void exchange_hand_back(struct exchange *);

/* reaper.c */
int reaper_start(struct maas_http *) MAAS_USE;
void reaper_stop(struct maas_http *);
void reaper_let_go(struct maas_http *);         /* until nothing is held by the application or suspended */

#endif
