/* exchange.c -- requests on their way, and what the application says to them, from any thread. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

#define WAITING (1 << 20) /* bytes a slow reader may leave in a stream */
#define LARGE   (1 << 16) /* bytes of a reply that is counted while it waits */

static struct exchange *
exchange_of(const struct maas_http_request *r)
{
	return (struct exchange *)r;
}

struct exchange *
exchange_take(struct maas_http *h)
{
	struct exchange *x;

	pthread_mutex_lock(&h->lock);
	x = h->pool;
	if (x)
		h->pool = x->next;
	pthread_mutex_unlock(&h->lock);
	if (!x) {
		x = calloc(1, sizeof *x);
		if (!x)
			return NULL;
		x->app = calloc(1, h->set.app_size ? h->set.app_size : 1);
		if (!x->app) {
			free(x);
			return NULL;
		}
		pthread_mutex_init(&x->lock, NULL);
		x->http = h;
	}
	x->r.app = x->app;
	pthread_mutex_lock(&h->lock);
	h->pending++;
	pthread_mutex_unlock(&h->lock);
	return x;
}

/* The last to let go counts it and puts it back. */
void
exchange_drop(struct exchange *x)
{
	struct maas_http *h = x->http;

	if (atomic_fetch_sub(&x->refs, 1) > 1)
		return;
	h->set.finished(h->set.ctx, &x->r);
	if (x->call.replied)
		x->call.replied(x->call.ctx, x->r.status, x->type, &x->out);
	x->call.replied = NULL;
	atomic_fetch_sub(&h->bodies, x->budget);
	atomic_fetch_sub(&h->replies, x->waits);
	maas_buf_wipe(&x->in); /* nothing of a request outlives it */
	maas_buf_wipe(&x->out);
	maas_buf_wipe(&x->target);
	maas_wipe(x->head, x->nhead);
	memset(&x->r, 0, sizeof x->r);
	x->stage = READING;
	x->looks = x->suspended = x->gone = x->ended = x->failed = x->close = x->too_large = x->no_room = 0;
	x->budget = x->waits = x->wasted = x->taken = x->nhead = 0;
	x->type = NULL;
	pthread_mutex_lock(&h->lock);
	x->next = h->pool;
	h->pool = x;
	h->pending--;
	pthread_mutex_unlock(&h->lock);
}

void
exchange_sent(struct exchange *x, size_t n)
{
	x->taken += n;
	x->r.sent += n;
	if (x->taken < x->out.n)
		return;
	maas_buf_wipe(&x->out);
	x->taken = 0;
}

void
exchange_hand_over(struct exchange *x)
{
	atomic_fetch_add(&x->refs, 1);
	atomic_fetch_add(&x->http->held, 1);
}

void
exchange_hand_back(struct exchange *x)
{
	struct maas_http *h = x->http;

	exchange_drop(x);
	atomic_fetch_sub(&h->held, 1);
}

const char *
http_method(const char *name)
{
	for (size_t i = 0; maas_http_methods[i]; i++)
		if (!strcmp(maas_http_methods[i], name))
			return maas_http_methods[i];
	return "?";
}

void
exchange_aim(struct exchange *x)
{
	struct maas_http_request *r = &x->r;
	size_t n = strcspn(r->target, "?");

	r->path = (struct maas_span){ r->target, n };
	r->query = maas_span(r->target + n + (r->target[n] == '?'));
}

/* Replies: from the application, any thread */

void
maas_http_set(struct maas_http_request *r, const char *name, const char *fmt, ...)
{
	struct exchange *x = exchange_of(r);
	size_t n = strlen(name) + 1, room = sizeof x->head - x->nhead;
	va_list ap;
	int m;

	if (n >= room)
		return;
	memcpy(x->head + x->nhead, name, n);
	va_start(ap, fmt);
	m = vsnprintf(x->head + x->nhead + n, room - n, fmt, ap);
	va_end(ap);
	if (m >= 0 && (size_t)m < room - n)
		x->nhead += n + (size_t)m + 1;
}

struct maas_buf *
maas_http_body(struct maas_http_request *r)
{
	return &exchange_of(r)->out;
}

static void
reply(struct exchange *x, enum stage stage, int status, const char *type)
{
	pthread_mutex_lock(&x->lock);
	x->stage = stage;
	x->type = type;
	if (!x->gone)
		x->r.status = status;
	http_resume(x);
	pthread_mutex_unlock(&x->lock);
}

/* A reply stays in memory until its reader has it: those who ask and never read get no more than a share of it. */
static int
find_room(struct exchange *x)
{
	struct maas_http *h = x->http;
	size_t n = x->out.n;

	if (n < LARGE || x->call.replied)
		return 0;
	if (atomic_fetch_add(&h->replies, n) + n > h->set.replies_max) {
		atomic_fetch_sub(&h->replies, n);
		maas_buf_free(&x->out);
		return -1;
	}
	x->waits = n;
	return 0;
}

void
maas_http_reply(struct maas_http_request *r, int status, const char *type)
{
	const struct maas_http_setup *set = &exchange_of(r)->http->set;

	if (find_room(exchange_of(r)) < 0) {
		set->refuse(set->ctx, r, 503, "too many large replies wait for those who asked for them");
		return;
	}
	reply(exchange_of(r), REPLIED, status, type);
	exchange_hand_back(exchange_of(r));
}

void
maas_http_begin(struct maas_http_request *r, int status, const char *type)
{
	reply(exchange_of(r), STREAMING, status, type);
}

int
maas_http_write(struct maas_http_request *r, const void *p, size_t n)
{
	struct exchange *x = exchange_of(r);
	int rc = -1;

	pthread_mutex_lock(&x->lock);
	if (!x->gone && (x->out.n - x->taken + n > WAITING || maas_buf_add(&x->out, p, n) < 0))
		x->gone = 1;
	else if (!x->gone) {
		if (x->link && x->taken == x->out.n - n) /* nothing was waiting: the stall begins now at best */
			atomic_store(&x->link->deadline, maas_clock() + x->http->set.write_seconds);
		rc = 0;
	}
	http_resume(x);
	pthread_mutex_unlock(&x->lock);
	return rc;
}

void
maas_http_end(struct maas_http_request *r, int ok)
{
	struct exchange *x = exchange_of(r);

	pthread_mutex_lock(&x->lock);
	x->ended = 1;
	x->failed = !ok;
	http_resume(x);
	pthread_mutex_unlock(&x->lock);
	exchange_hand_back(x);
}

int
maas_http_gone(struct maas_http_request *r)
{
	struct exchange *x = exchange_of(r);
	int gone;

	pthread_mutex_lock(&x->lock);
	gone = x->gone;
	pthread_mutex_unlock(&x->lock);
	return gone;
}

void
exchange_free_pool(struct maas_http *h)
{
	for (struct exchange *x = h->pool, *next; x; x = next) {
		next = x->next;
		maas_buf_free(&x->in);
		maas_buf_free(&x->out);
		maas_buf_free(&x->target);
		if (h->set.app_free)
			h->set.app_free(x->app);
		free(x->app);
		pthread_mutex_destroy(&x->lock);
		free(x);
	}
}
