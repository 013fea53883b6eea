/*
 * http.c -- the door to libmicrohttpd: an epoll loop in a few threads, which suspend a
 * connection while its reply is made elsewhere.
 *
 * What the library leaves open is closed around it: framing that can be read two ways
 * (guard.c), deadlines that count from the beginning and not from the last byte, clients
 * that leave while suspended (reaper.c).
 */
#include <errno.h>
#include <math.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "listen.h"
#include "tls.h"

#define BLOCK         32768 /* of a connection's memory: its head must fit; of a stream's pieces */
#define MINUTE        60000 /* ms */
#define SPARE_SECONDS 2     /* for the head of a connection above the limit */
#define LOOKS         2 /* for an answer, between other connections' work, before one is suspended: that costs more */

/* The worker has something to look at. */
static void
ring(struct worker *w)
{
	const uint64_t one = 1;

	if (!atomic_exchange(&w->rung, 1))
		(void)!write(w->bell, &one, sizeof one);
}

/* x->lock is held. */
void
http_suspend(struct exchange *x)
{
	x->suspended = 1;
	atomic_fetch_add(&x->http->suspended, 1);
	MHD_suspend_connection(x->connection);
}

void
http_resume(struct exchange *x)
{
	if (!x->suspended || !x->connection)
		return;
	x->suspended = 0;
	MHD_resume_connection(x->connection);
	ring(x->link->worker);
	atomic_fetch_sub(&x->http->suspended, 1);
}

const char *
maas_http_header(const struct maas_http_request *r, const char *name)
{
	struct MHD_Connection *c = ((const struct exchange *)r)->connection;

	return c ? MHD_lookup_connection_value(c, MHD_HEADER_KIND, name) : NULL;
}

struct wanted {
	const char *name, *value;
};

static enum MHD_Result
look(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct wanted *w = cls;

	(void)kind;
	if (!strcasecmp(key, w->name))
		w->value = value;
	return MHD_YES;
}

const char *
maas_http_header_last(const struct maas_http_request *r, const char *name)
{
	struct MHD_Connection *c = ((const struct exchange *)r)->connection;
	struct wanted w = { name, NULL };

	if (c)
		MHD_get_connection_values(c, MHD_HEADER_KIND, look, &w);
	return w.value;
}

/* Replies: to the library */

static ssize_t
stream_read(void *cls, uint64_t pos, char *to, size_t max)
{
	struct exchange *x = cls;
	size_t have;
	ssize_t n = 0;

	(void)pos;
	pthread_mutex_lock(&x->lock);
	have = x->out.n - x->taken;
	if (x->gone || (x->failed && !have))
		n = MHD_CONTENT_READER_END_WITH_ERROR;
	else if (have) {
		n = (ssize_t)(have < max ? have : max);
		memcpy(to, x->out.s + x->taken, (size_t)n);
		exchange_sent(x, (size_t)n);
		atomic_store(&x->link->deadline, maas_clock() + x->http->set.write_seconds);
	} else if (x->ended)
		n = MHD_CONTENT_READER_END_OF_STREAM;
	else {
		atomic_store(&x->link->deadline, INFINITY);
		http_suspend(x);
	}
	pthread_mutex_unlock(&x->lock);
	return n;
}

/* Queue what the application has said. */
static enum MHD_Result
answer(struct exchange *x, struct MHD_Connection *c)
{
	const struct maas_http_setup *set = &x->http->set;
	struct MHD_Response *rs;
	enum MHD_Result rc;

	if (x->stage == STREAMING) {
		rs = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, stream_read, x, NULL);
	} else {
		rs =
		    MHD_create_response_from_buffer(x->out.n, x->out.s ? x->out.s : (void *)"", MHD_RESPMEM_PERSISTENT);
		x->r.sent = x->out.n;
	}
	if (!rs)
		return MHD_NO;
	MHD_add_response_header(rs, "X-Request-Id", x->r.id);
	if (x->type)
		MHD_add_response_header(rs, "Content-Type", x->type);
	for (size_t i = 0; i < x->nhead;) {
		const char *name = x->head + i, *value = name + strlen(name) + 1;

		MHD_add_response_header(rs, name, value);
		i += strlen(name) + strlen(value) + 2;
	}
	if (x->close || atomic_load(&x->http->quiet))
		MHD_add_response_header(rs, "Connection", "close");
	atomic_store(&x->link->deadline, maas_clock() + set->write_seconds + (double)x->r.sent / (double)set->min_rate);
	rc = MHD_queue_response(c, (unsigned)x->r.status, rs);
	MHD_destroy_response(rs);
	return rc;
}

/* Requests: from the library */

static enum MHD_Result
collect(void *cls, enum MHD_ValueKind kind, const char *key, size_t nkey, const char *value, size_t nvalue)
{
	struct head *to = cls;

	(void)kind;
	if (to->n < MAAS_COUNT(to->field))
		to->field[to->n++] =
		    (struct maas_http_field){ { key, nkey }, { value ? value : "", value ? nvalue : 0 } };
	return MHD_YES;
}

static const char *
guard(struct exchange *x, struct head *h, int *status)
{
	const union MHD_ConnectionInfo *info;
	const char *why;

	MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, collect, h);
	why = maas_http_guard(x->r.method, x->r.target, h->version, h->field, h->n, status);
	if (why)
		return why;
	info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	return info ? request_check_layout(h, info->header_size, MHD_VERSION < 0x01000000, status) : NULL;
}

/* We refuse; the application phrases it. */
static enum MHD_Result
refuse(struct exchange *x, int status, const char *why)
{
	x->close = 1;
	exchange_hand_over(x);
	if (status == 503)
		maas_http_set(&x->r, "Retry-After", "1");
	x->http->set.refuse(x->http->set.ctx, &x->r, status, why);
	return x->stage == REPLIED ? answer(x, x->connection) : MHD_NO;
}

/* The head is there. */
static enum MHD_Result
begin(struct link *l, struct MHD_Connection *c, struct head *head, void **con_cls)
{
	struct maas_http *h = l->http;
	struct exchange *x = exchange_take(h);
	const char *why;
	int status;

	if (!x)
		return MHD_NO;
	*con_cls = x;
	atomic_store(&x->refs, 1);
	x->link = l;
	x->connection = c;
	x->target.n = 0;
	if (maas_buf_add(&x->target, l->target.s, l->target.n) < 0)
		x->target.n = 0;
	maas_buf_wipe(&l->target);
	head->target_bytes = x->target.n;
	x->r.method = http_method(head->method);
	x->r.target = x->target.n ? x->target.s : "";
	x->r.start = x->began = maas_clock();
	x->r.body_max = h->set.body_max;
	exchange_aim(x);
	memcpy(x->r.peer, l->peer, sizeof x->r.peer);
	pthread_mutex_lock(&h->lock);
	l->x = x;
	pthread_mutex_unlock(&h->lock);
	atomic_store(&l->deadline, x->began + h->set.body_seconds);
	request_name(x);
	if ((why = guard(x, head, &status)) || (why = request_check_size(x, &status)))
		return refuse(x, status, why);
	/* Where chunks end is a thing of which others may think otherwise: what follows them is no request. */
	x->close = maas_http_header(&x->r, "Transfer-Encoding") != NULL;
	exchange_hand_over(x);
	if (h->set.admit(h->set.ctx, &x->r) < 0) {
		request_give_back(x);
		return x->stage != REPLIED ? MHD_NO : request_wastes_body(x) ? MHD_YES : answer(x, c);
	}
	exchange_hand_back(x);
	return MHD_YES;
}

/* The application gets it.  -1: the server ends. */
static int
hand_over(struct exchange *x)
{
	struct maas_http *h = x->http;

	exchange_hand_over(x); /* before the look at closing: see reaper_let_go */
	if (atomic_load(&h->closing)) {
		exchange_hand_back(x);
		return -1;
	}
	pthread_mutex_lock(&x->lock);
	x->stage = HANDED;
	pthread_mutex_unlock(&x->lock);
	x->r.body = (struct maas_span){ x->in.s, x->in.n };
	atomic_store(&x->link->deadline, INFINITY);
	h->set.handle(h->set.ctx, &x->r);
	return 0;
}

/* All is there, or the reply is. */
static enum MHD_Result
whole(struct exchange *x, struct MHD_Connection *c)
{
	enum stage stage;
	int gone;

	pthread_mutex_lock(&x->lock);
	stage = x->stage;
	pthread_mutex_unlock(&x->lock);
	if (stage == READING && x->too_large)
		return x->no_room ? refuse(x, 503, "too many large bodies at once")
				  : refuse(x, 413, "the body is larger than the server takes");
	if (stage == READING && hand_over(x) < 0)
		return MHD_NO;
	pthread_mutex_lock(&x->lock);
	gone = x->gone;
	stage = x->stage;
	if (!gone && stage == HANDED && x->looks++ >= LOOKS)
		http_suspend(x);
	pthread_mutex_unlock(&x->lock);
	if (gone)
		return MHD_NO;
	return stage == HANDED ? MHD_YES : answer(x, c);
}

static struct link *
link_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result
on_access(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version,
    const char *data, size_t *n, void **con_cls)
{
	struct link *l = link_of(c);
	size_t got = *n;

	(void)cls;
	if (!l)
		return MHD_NO;
	if (!*con_cls) {
		struct head head = { .method = method, .url = url, .version = version };

		return begin(l, c, &head, con_cls);
	}
	if (!got)
		return whole(*con_cls, c);
	*n = 0;
	return request_more(*con_cls, data, got) < 0 ? MHD_NO : MHD_YES;
}

static void
expect_head(struct link *l)
{
	double seconds = l->http->set.head_seconds;

	if (l->spare && seconds > SPARE_SECONDS)
		seconds = SPARE_SECONDS;
	atomic_store(&l->deadline, maas_clock() + seconds);
}

/* The request line is there: the target as it was sent, and the head must follow soon. */
static void *
on_target(void *cls, const char *target, struct MHD_Connection *c)
{
	struct link *l = link_of(c);

	(void)cls;
	if (l) {
		l->target.n = 0;
		if (maas_buf_text(&l->target, target) < 0)
			l->target.n = 0;
		expect_head(l);
	}
	return NULL;
}

/* The library is through with a request, well or not. */
static void
on_completed(void *cls, struct MHD_Connection *c, void **con_cls, enum MHD_RequestTerminationCode how)
{
	struct maas_http *h = cls;
	struct exchange *x = *con_cls;
	struct link *l;

	(void)c;
	if (!x)
		return;
	*con_cls = NULL;
	pthread_mutex_lock(&x->lock);
	l = x->link;
	x->link = NULL;
	x->connection = NULL;
	x->gone |= how != MHD_REQUEST_TERMINATED_COMPLETED_OK;
	if (!x->r.status)
		x->r.status = 499;
	pthread_mutex_unlock(&x->lock);
	pthread_mutex_lock(&h->lock);
	l->x = NULL;
	pthread_mutex_unlock(&h->lock);
	atomic_store(&l->deadline, maas_clock() + h->set.idle_seconds);
	exchange_drop(x);
	maas_thread_forget();
}

/* h->lock is held. */
static void
show_certificate(struct link *l, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	if (!info || !info->tls_session)
		return;
	l->pair = tls_pair_share(l->http->pair);
	tls_session_show(info->tls_session, l->pair);
}

static void
start_link(struct worker *w, struct MHD_Connection *c, void **context)
{
	struct maas_http *h = w->http;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct link *l = calloc(1, sizeof *l);

	atomic_fetch_add(&h->connections, 1);
	*context = l; /* NULL: its first request ends it */
	if (!l)
		return;
	l->http = h;
	l->worker = w;
	l->spare = w->now->spare;
	l->fd = info->connect_fd;
	http_peer(l->fd, l->peer, sizeof l->peer);
	pthread_mutex_lock(&h->lock);
	expect_head(l);
	show_certificate(l, c);
	l->next = &h->links;
	l->prev = h->links.prev;
	l->prev->next = l->next->prev = l;
	pthread_mutex_unlock(&h->lock);
}

static void
end_link(struct maas_http *h, struct link *l)
{
	atomic_fetch_sub(&h->connections, 1);
	if (!l)
		return;
	pthread_mutex_lock(&h->lock);
	l->prev->next = l->next;
	l->next->prev = l->prev;
	pthread_mutex_unlock(&h->lock);
	tls_pair_drop(l->pair);
	maas_buf_free(&l->target);
	free(l);
}

static void
on_connection(void *cls, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode what)
{
	struct worker *w = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		start_link(w, c, context);
		w->now = NULL;
	} else {
		end_link(w->http, *context);
		*context = NULL;
		atomic_fetch_sub(&w->taken, 1);
	}
}

/* Connections: from the acceptor */

/* To the worker of its kind that has fewest.  Where all are, with those above the limit, there is no room. */
static int
take(void *ctx, int listener, int fd, const struct sockaddr *at, socklen_t n)
{
	struct maas_http *h = ctx;
	int tls = listener == 0 && h->set.tls_cert, rc;
	struct worker *kind = h->worker + (tls ? h->set.threads : 0), *to = kind;
	size_t all = 0;

	for (int i = 0; i < 2 * h->set.threads; i++)
		all += atomic_load(&h->worker[i].taken);
	for (int i = 1; i < h->set.threads; i++)
		if (atomic_load(&kind[i].taken) < atomic_load(&to->taken))
			to = &kind[i];
	if (all >= h->set.connections + SPARE)
		return -1;
	pthread_mutex_lock(&to->lock);
	rc = maas_grow(&to->newcomer, to->nnewcomer, &to->cap, 1, sizeof *to->newcomer);
	if (rc == 0) {
		struct newcomer *c = &to->newcomer[to->nnewcomer++];

		*c = (struct newcomer){ .fd = fd, .spare = all >= h->set.connections, .n = n };
		memcpy(&c->at, at, n);
		atomic_fetch_add(&to->taken, 1);
	}
	pthread_mutex_unlock(&to->lock);
	ring(to);
	return rc;
}

/* One is let in, or closed. */
static void
let_in(struct worker *w, const struct newcomer *c)
{
	w->now = c;
	MHD_add_connection(w->daemon, c->fd, (const struct sockaddr *)&c->at, c->n);
	if (w->now) /* it was never a connection, and is closed by now */
		atomic_fetch_sub(&w->taken, 1);
	w->now = NULL;
}

static void
let_all_in(struct worker *w)
{
	struct newcomer come[16];
	size_t n;

	do {
		pthread_mutex_lock(&w->lock);
		n = w->nnewcomer < MAAS_COUNT(come) ? w->nnewcomer : MAAS_COUNT(come);
		if (n) {
			memcpy(come, w->newcomer, n * sizeof *come);
			memmove(w->newcomer, w->newcomer + n, (w->nnewcomer - n) * sizeof *come);
			w->nnewcomer -= n;
		}
		pthread_mutex_unlock(&w->lock);
		for (size_t i = 0; i < n; i++)
			let_in(w, &come[i]);
	} while (n);
}

/*
 * The loop is ours: the library's own, where events come by exactly as many as it takes at a time, waits for the next
 * before it looks at them.
 */
static void *
work(void *arg)
{
	struct worker *w = arg;
	struct pollfd p[2] = { { .fd = w->bell, .events = POLLIN }, { .events = POLLIN } };
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	p[1].fd = info->epoll_fd;
	while (!atomic_load(&w->ending)) {
		MHD_UNSIGNED_LONG_LONG ms;
		int wait = MHD_get_timeout(w->daemon, &ms) == MHD_YES ? (int)(ms < MINUTE ? ms : MINUTE) : MINUTE;
		uint64_t times;

		poll(p, 2, wait);
		if (p[0].revents & POLLIN) {
			(void)!read(w->bell, &times, sizeof times);
			atomic_store(&w->rung, 0);
			let_all_in(w);
		}
		MHD_run(w->daemon);
	}
	return NULL;
}

static void
turned_away(void *ctx)
{
	struct maas_http *h = ctx;

	if (h->set.turned_away)
		h->set.turned_away(h->set.ctx);
}

/* The server */

static int
start_worker(struct maas_http *h, struct worker *w, int tls)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(h->set.connections + 2 * SPARE), NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, BLOCK, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)h->set.idle_seconds + 1, NULL },
	/* Strictness of older versions adds a missing Host, which the guard refuses in better form. */
#if MHD_VERSION >= 0x01000100
		{ MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL },
#endif
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, h },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, h },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, w },
		{ tls ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0, (void *)tls_priorities },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, tls_retrieve() },
		{ MHD_OPTION_END, 0, NULL }
	};

	w->http = h;
	pthread_mutex_init(&w->lock, NULL);
	w->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->bell < 0)
		return maas_fail_errno("the HTTP server does not start");
	w->daemon = MHD_start_daemon(
	    flags | (tls ? MHD_USE_TLS : 0), 0, NULL, NULL, on_access, h, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (!w->daemon)
		return maas_fail_errno("the HTTP server does not start");
	if ((errno = pthread_create(&w->thread, NULL, work, w)) != 0)
		return maas_fail_errno("no thread for the HTTP server");
	w->running = 1;
	return 0;
}

static void
stop_worker(struct worker *w)
{
	if (w->running) {
		atomic_store(&w->ending, 1);
		ring(w);
		pthread_join(w->thread, NULL);
	}
	if (w->daemon)
		MHD_stop_daemon(w->daemon);
	for (size_t i = 0; i < w->nnewcomer; i++)
		close(w->newcomer[i].fd);
	free(w->newcomer);
	if (w->http) {
		if (w->bell >= 0)
			close(w->bell);
		pthread_mutex_destroy(&w->lock);
	}
}

/* Those of either kind that somebody can come to. */
static int
start_workers(struct maas_http *h)
{
	int n = h->set.threads, plain = h->listener[1] >= 0 || !h->pair;

	h->worker = maas_alloc(2 * (size_t)n, sizeof *h->worker);
	if (!h->worker)
		return -1;
	for (int i = plain ? 0 : n; i < (h->pair ? 2 * n : n); i++)
		if (start_worker(h, &h->worker[i], i >= n) < 0)
			return -1;
	return 0;
}

static int
start_accepting(struct maas_http *h)
{
	const struct maas_http_setup *set = &h->set;
	const char *body = set->busy ? set->busy : "";
	struct acceptor_setup a = { .take = take, .turned_away = turned_away, .ctx = h };

	if (maas_buf_printf(&h->sorry,
		"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
		"Retry-After: 1\r\nConnection: close\r\n\r\n%s",
		strlen(body), body) < 0)
		return -1;
	for (int i = 0; i < LISTENERS; i++) {
		a.fd[i] = h->listener[i];
		a.sorry[i] = i == 0 && h->pair ? NULL : h->sorry.s; /* without a handshake nothing can be said */
	}
	h->acceptor = acceptor_new(&a);
	return h->acceptor ? 0 : -1;
}

static void
fill_in(struct maas_http_setup *s)
{
	s->threads = s->threads > 0 ? s->threads : 1;
	s->body_max = s->body_max ? s->body_max : 8u << 20;
	s->bodies_max = s->bodies_max ? s->bodies_max : 256u << 20;
	s->replies_max = s->replies_max ? s->replies_max : 256u << 20;
	s->connections = s->connections ? s->connections : 1000;
	s->head_seconds = s->head_seconds > 0 ? s->head_seconds : 10;
	s->body_seconds = s->body_seconds > 0 ? s->body_seconds : 10;
	s->idle_seconds = s->idle_seconds > 0 ? s->idle_seconds : 60;
	s->write_seconds = s->write_seconds > 0 ? s->write_seconds : 30;
	s->min_rate = s->min_rate ? s->min_rate : 16384;
}

static int
start(struct maas_http *h)
{
	const struct maas_http_setup *set = &h->set;

	if (set->host && set->tls_cert && !(h->pair = tls_pair_load(set->tls_cert, set->tls_key)))
		return -1;
	if (set->unix_path && (h->listener[1] = http_listen_unix(set->unix_path)) < 0)
		return -1;
	if (set->host && (h->listener[0] = http_listen_tcp(set->host, set->port, &h->port)) < 0)
		return -1;
	if (start_workers(h) < 0 || reaper_start(h) < 0 || start_accepting(h) < 0)
		return -1;
	return 0;
}

/* Signals are for the threads of who calls: those made here take none. */
struct maas_http *
maas_http_open(const struct maas_http_setup *set)
{
	struct maas_http *h = maas_alloc(1, sizeof *h);
	sigset_t all, old;
	int rc;

	if (!h)
		return NULL;
	h->set = *set;
	fill_in(&h->set);
	h->listener[0] = h->listener[1] = -1;
	h->links.next = h->links.prev = &h->links;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->tick, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = start(h);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return h;
	maas_http_close(h);
	return NULL;
}

int
maas_http_tls_check(const char *cert, const char *key)
{
	struct tls_pair *p = tls_pair_load(cert, key);

	tls_pair_drop(p);
	return p ? 0 : -1;
}

int
maas_http_tls_reload(struct maas_http *h)
{
	struct tls_pair *old, *p;

	if (!h->pair)
		return 0;
	if (!(p = tls_pair_load(h->set.tls_cert, h->set.tls_key)))
		return -1;
	pthread_mutex_lock(&h->lock);
	old = h->pair;
	h->pair = p;
	pthread_mutex_unlock(&h->lock);
	tls_pair_drop(old);
	return 0;
}

int64_t
maas_http_tls_end(struct maas_http *h)
{
	int64_t end;

	pthread_mutex_lock(&h->lock);
	end = h->pair ? tls_pair_end(h->pair) : 0;
	pthread_mutex_unlock(&h->lock);
	return end;
}

int
maas_http_port(const struct maas_http *h)
{
	return h->port;
}

size_t
maas_http_connections(const struct maas_http *h)
{
	return atomic_load(&h->connections);
}

size_t
maas_http_pending(struct maas_http *h)
{
	size_t n;

	pthread_mutex_lock(&h->lock);
	n = h->pending;
	pthread_mutex_unlock(&h->lock);
	return n;
}

void
maas_http_quiesce(struct maas_http *h)
{
	if (atomic_exchange(&h->quiet, 1))
		return;
	acceptor_stop(h->acceptor);
	if (h->listener[1] >= 0)
		unlink(h->set.unix_path);
	for (int i = 0; i < LISTENERS; i++)
		if (h->listener[i] >= 0)
			close(h->listener[i]);
}

void
maas_http_close(struct maas_http *h)
{
	if (!h)
		return;
	maas_http_quiesce(h);
	acceptor_free(h->acceptor);
	reaper_let_go(h);
	for (int i = 0; h->worker && i < 2 * h->set.threads; i++)
		stop_worker(&h->worker[i]);
	free(h->worker);
	tls_pair_drop(h->pair);
	reaper_stop(h);
	exchange_free_pool(h);
	maas_buf_free(&h->sorry);
	pthread_cond_destroy(&h->tick);
	pthread_mutex_destroy(&h->lock);
	free(h);
}
