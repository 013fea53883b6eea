/*
 * net -- HTTP/1.1: a server in front of two functions, one that admits a request when its
 * head is there, one that gets it whole.  Knows nothing of models, keys or JSON.  The
 * library underneath shows nowhere in this header.
 *
 *	static int admit(void *ctx, struct maas_http_request *r) { ... return 0; }
 *	static void handle(void *ctx, struct maas_http_request *r)
 *	{
 *		maas_buf_text(maas_http_body(r), "hello\n");
 *		maas_http_reply(r, 200, "text/plain");
 *	}
 */
#ifndef MAAS_NET_H
#define MAAS_NET_H

#include "maas/base.h"

#define MAAS_HTTP_ID 128                /* a request id's longest */

struct maas_http;

/*
 * A request on its way.  From handle() on it belongs to the application, which replies
 * exactly once, then or later, from any thread; after the reply (or the end of the stream)
 * it is not touched again.
 */
struct maas_http_request {
	const char *method;             /* "GET" ... */
	const char *target;             /* path and query as sent */
	struct maas_span path;          /* of the target, as sent: still with its %xx */
	struct maas_span query;         /* behind the '?'; empty */
	char id[MAAS_HTTP_ID + 1];      /* X-Request-Id: the client's where it is decent, else ours */
	char peer[64];                  /* address, or "unix"; who knows better may change it */
	struct maas_span body;          /* in handle() and later */
	size_t body_max;                /* bytes: the setup's; admit() may lower it */
	double start;                   /* maas_clock() when the head was read */
	int status;                     /* of the reply; 499 where the client left before it; 0: none yet */
	size_t sent;                    /* bytes of reply body handed to the client */
	void *app;                      /* app_size bytes: zero at first, then as the last request left them */
};

struct maas_http_setup {
	const char *host;               /* numeric address; NULL: no TCP */
	int port;                       /* 0: any free one */
	/* PEM files of the certificate (with those that lead from it to its root) and of its key: TCP speaks TLS, 1.2
	 * or later.  NULL: it does not.  All names must last. */
	const char *tls_cert, *tls_key;
	const char *unix_path;          /* NULL: none.  Mode 0600; a dead socket of that name is replaced */
	int threads;                    /* that talk to clients; 0: 1 */
	size_t body_max;                /* bytes of one body, at most; 0: 8 MiB */
	size_t bodies_max;              /* of all bodies together; 0: 256 MiB */
	size_t replies_max;             /* of all large replies that wait for who asked; more become 503; 0: 256 MiB */
	size_t connections;             /* more get 503; 0: 1000 */
	double head_seconds, body_seconds, idle_seconds, write_seconds;         /* 0: 10, 10, 60, 30 */
	/* bytes a second a body must come and a reply must go with, behind those; 0: 16384 */
	size_t min_rate;
	/* The head is there, the body not.  0: go on; -1: replied (the body will not be read).  Headers may be read. */
	int (*admit)(void *ctx, struct maas_http_request *);
	/* All is there.  Headers may be read until it returns. */
	void (*handle)(void *ctx, struct maas_http_request *);
	/* net refuses, before handle(), or a reply it has no room for: phrase it and reply with this status.  `why` is
	 * one of our own texts. */
	void (*refuse)(void *ctx, struct maas_http_request *, int status, const char *why);
	/*
	 * Of so many connections that not even requests are read, or where there is no descriptor: the new ones get
	 * 503 with this JSON, and are closed.  `turned_away` counts them, in a thread of its own; may be NULL.
	 */
	const char *busy;               /* NULL: no body */
	void (*turned_away)(void *ctx);
	/* Nobody will touch the request again: count it, log it, clear app.  Any thread. */
	void (*finished)(void *ctx, struct maas_http_request *);
	size_t app_size;
	void (*app_free)(void *app);    /* at the end; NULL: nothing to free in it */
	void *ctx;
};

struct maas_http *maas_http_open(const struct maas_http_setup *) MAAS_USE;      /* serves at once */
/* MAAS_DATA: they do not belong together, or are not good today; or as a file that cannot be read. */
int maas_http_tls_check(const char *cert, const char *key) MAAS_USE;
/* Read the files again, for connections from now on.  -1: as _check, and the old ones stay.  Not for two threads. */
int maas_http_tls_reload(struct maas_http *) MAAS_USE;
/* when the certificate expires, seconds since 1970; 0: no TLS */
int64_t maas_http_tls_end(struct maas_http *);
int maas_http_port(const struct maas_http *);           /* of TCP; 0: none */
size_t maas_http_connections(const struct maas_http *); /* open now */
/* Accept nothing more; replies from now on close their connection. */
void maas_http_quiesce(struct maas_http *);
size_t maas_http_pending(struct maas_http *);           /* requests not finished */
/* Cut off what is left, wait until the application has let go of every request, end. */
void maas_http_close(struct maas_http *);

/*
 * A request of this process's own: it goes the way of one that came over a connection, from admit() on, but there is
 * no connection, so it has no headers, is never gone, and what it is answered is handed back.  For those a setup
 * without host and unix_path will do.
 */
struct maas_http_call {
	const char *method, *target, *id;       /* all that is pointed to stays until replied() */
	struct maas_span body;
	/* Once, from any thread.  type NULL: no JSON, no text, nothing.  `out` is the body; it may be taken away. */
	void (*replied)(void *ctx, int status, const char *type, struct maas_buf *out);
	void *ctx;
};
int maas_http_call(struct maas_http *, const struct maas_http_call *) MAAS_USE;         /* -1: no memory */

/* NULL: no such header. */
const char *maas_http_header(const struct maas_http_request *, const char *name);
const char *maas_http_header_last(const struct maas_http_request *, const char *name);  /* of several */
/* Has the client left?  Known within a quarter of a second. */
int maas_http_gone(struct maas_http_request *);

/* Add a header to the reply to come; at most 8, name and value together under 512 bytes. */
void maas_http_set(struct maas_http_request *, const char *name, const char *fmt, ...) MAAS_PRINTF(3, 4);
/* The reply's body, empty at first: put it here, then reply.  type NULL: no body. */
struct maas_buf *maas_http_body(struct maas_http_request *);
void maas_http_reply(struct maas_http_request *, int status, const char *type);
/* Or piece by piece: _begin, then any number of _write, then _end.  _write copies; -1: the client has left or
 * reads too slowly (more than 1 MiB waits): call _end.  Not ok: the connection is cut without a proper end. */
void maas_http_begin(struct maas_http_request *, int status, const char *type);
int maas_http_write(struct maas_http_request *, const void *, size_t n);
void maas_http_end(struct maas_http_request *, int ok);

/*
 * The guard: what a request's head must be, beyond what the library checks.  Framing that two
 * readers could read in two ways (RFC 9112, 6.3) is refused, and closes the connection.
 */
extern const char *const maas_http_methods[];  /* known ones, NULL-terminated */
struct maas_http_field {
	struct maas_span name, value;
};
/* NULL: fine; else why not, with the status (400, 414, 431, 501, 505) in *status. */
const char *maas_http_guard(const char *method, const char *target, const char *version,
    const struct maas_http_field *, size_t n, int *status);
/* "%41b" -> "Ab".  -1: a broken escape, a NUL, or no UTF-8. */
int maas_http_unescape(struct maas_span, struct maas_buf *to) MAAS_USE;
/* Is this Host header this machine's own: localhost, 127.0.0.0/8, [::1] or `own` (may be NULL), with any port? */
int maas_http_host_local(const char *host, const char *own);
int maas_http_host_check(const char *) MAAS_USE;         /* MAAS_USAGE: no numeric address, nor localhost */
/* Does this numeric address reach no further than this machine? */
int maas_http_loopback(const char *address);
int maas_http_id_decent(const char *id);                /* [A-Za-z0-9._-]{1,128} */

#endif
