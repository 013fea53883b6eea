/*
 * loader.c -- one thread that looks at the models again, on SIGHUP or when an admin asks, and that closes those nobody
 * has any more: reading, trying and giving back hundreds of megabytes takes a while, in which neither the scheduler nor
 * the threads of HTTP wait.  Looks are made one after the other; who asks during one gets the next.
 */
#include <stdlib.h>
#include <string.h>

#include "server.h"

struct loader {
	struct maas_server *server;
	pthread_t thread;
	int running;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;
	int wanted, stopping;
	struct ask *asks, **asks_end; /* who wait for the next look */
	struct hosted *unused;
	int ended;               /* a look, since loader_result */
	struct maas_buf trouble; /* of it */
};

static int
put_looks(struct maas_buf *to, const struct ask *a, const struct looks *l, const char *name, enum looked how)
{
	const char *comma = "";

	if (maas_buf_printf(to, ",\"%s\":[", name) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		const struct look *x = &l->of[i];

		if (x->how != how || !ask_allows(a, x->name))
			continue;
		if (maas_buf_printf(to, "%s{\"model\":", comma) < 0 || put_text(to, x->name) < 0)
			return -1;
		if (x->number && maas_buf_printf(to, ",\"version\":\"%lld\"", (long long)x->number) < 0)
			return -1;
		if (x->why && (maas_buf_text(to, ",\"error\":") < 0 || put_text(to, x->why) < 0))
			return -1;
		if (maas_buf_text(to, "}") < 0)
			return -1;
		comma = ",";
	}
	return maas_buf_text(to, "]");
}

static size_t
count_failed(const struct ask *a, const struct looks *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->of[i].how == LOOKED_FAILED && ask_allows(a, l->of[i].name);
	return n;
}

/* An error to clients that look at the status alone, with all that came of it. */
static int
put_error_of(struct maas_buf *to, size_t failed)
{
	return failed
	    ? maas_buf_printf(to,
		  "{\"error\":{\"message\":\"%zu versions could not be loaded; what was served before is served "
		  "on\",\"type\":\"server_error\",\"param\":null,\"code\":\"load_failed\"},",
		  failed)
	    : maas_buf_text(to, "{");
}

static int
put_result(struct maas_buf *to, const struct ask *a, const struct looks *l, size_t failed)
{
	return put_error_of(to, failed) < 0 || maas_buf_text(to, "\"object\":\"reload\"") < 0 ||
		put_looks(to, a, l, "loaded", LOOKED_LOADED) < 0 || put_looks(to, a, l, "kept", LOOKED_KEPT) < 0 ||
		put_looks(to, a, l, "unloaded", LOOKED_UNLOADED) < 0 || put_looks(to, a, l, "failed", LOOKED_FAILED) < 0
	    ? -1
	    : maas_buf_text(to, "}\n");
}

static void
tell(struct ask *a)
{
	const struct looks *l = &a->server->looks;
	size_t failed = count_failed(a, l);

	if (put_result(maas_http_body(a->http), a, l, failed) < 0)
		reply_error(a, 503, "overloaded", NULL, "no memory for the answer");
	else
		maas_http_reply(a->http, failed ? 500 : 200, "application/json");
}

/* Afterwards the asks are nobody's. */
static void
answer(struct ask *asks, int rc)
{
	for (struct ask *a = asks, *next; a; a = next) {
		next = a->next;
		if (rc < 0)
			reply_error(a, 500, "reload_failed", NULL,
			    "the models could not be looked at again; the server's log says why");
		else
			tell(a);
	}
}

static void
look(struct loader *l, struct ask *asks)
{
	struct maas_server *s = l->server;
	int rc = families_reload(s);
	struct maas_buf trouble = { 0 };

	if (rc < 0 && maas_buf_printf(&trouble, "models are not looked at again: %s\n", maas_error()) < 0)
		trouble.n = 0; /* no memory, not even to say so */
	if (rc == 0 && looks_trouble(&s->looks, &trouble) < 0)
		trouble.n = 0;
	note_reload(s, rc == 0 && !trouble.n);
	answer(asks, rc);
	pthread_mutex_lock(&l->lock);
	l->ended = 1;
	if (trouble.n && maas_buf_add(&l->trouble, trouble.s, trouble.n) < 0)
		l->trouble.n = 0;
	pthread_mutex_unlock(&l->lock);
	maas_buf_free(&trouble);
}

static void
close_all(struct hosted *unused)
{
	for (struct hosted *next; unused; unused = next) {
		next = unused->next;
		hosted_close(unused);
	}
}

static void *
work_on(void *arg)
{
	struct loader *l = arg;
	int stopping = 0;

	while (!stopping) {
		struct ask *asks = NULL;
		struct hosted *unused;
		int wanted;

		pthread_mutex_lock(&l->lock);
		while (!l->wanted && !l->unused && !l->stopping)
			pthread_cond_wait(&l->work, &l->lock);
		unused = l->unused;
		l->unused = NULL;
		stopping = l->stopping;
		wanted = l->wanted && !stopping;
		if (wanted) {
			asks = l->asks;
			l->asks = NULL;
			l->asks_end = &l->asks;
			l->wanted = 0;
		}
		pthread_mutex_unlock(&l->lock);
		close_all(unused);
		if (wanted)
			look(l, asks);
	}
	return NULL;
}

struct loader *
loader_start(struct maas_server *s)
{
	struct loader *l = maas_alloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->server = s;
	l->asks_end = &l->asks;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->work, NULL);
	l->running = pthread_create(&l->thread, NULL, work_on, l) == 0;
	if (l->running)
		return l;
	maas_fail_as(MAAS_OS, "no thread to load models");
	loader_free(l);
	return NULL;
}

/* What is under way comes to its end; who waits for another look is told that there is none. */
void
loader_stop(struct loader *l)
{
	struct ask *asks;

	if (!l || !l->running)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = 1;
	asks = l->asks;
	l->asks = NULL;
	pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
	for (struct ask *next; asks; asks = next) {
		next = asks->next;
		reply_error(asks, 503, "stopping", NULL, "the server is stopping");
	}
	pthread_join(l->thread, NULL);
	l->running = 0;
}

void
loader_free(struct loader *l)
{
	if (!l)
		return;
	loader_stop(l);
	close_all(l->unused);
	maas_buf_free(&l->trouble);
	pthread_cond_destroy(&l->work);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

void
loader_close(struct loader *l, struct hosted *m)
{
	pthread_mutex_lock(&l->lock);
	m->next = l->unused;
	l->unused = m;
	pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
}

int
loader_look(struct loader *l, struct ask *a)
{
	int stopping;

	pthread_mutex_lock(&l->lock);
	stopping = l->stopping;
	if (!stopping) {
		l->wanted = 1;
		if (a) {
			a->next = NULL;
			*l->asks_end = a;
			l->asks_end = &a->next;
		}
		pthread_cond_signal(&l->work);
	}
	pthread_mutex_unlock(&l->lock);
	return stopping ? -1 : 0;
}

int
loader_result(struct loader *l, struct maas_buf *trouble)
{
	int ended;

	pthread_mutex_lock(&l->lock);
	ended = l->ended;
	if (ended) {
		struct maas_buf was = *trouble;

		*trouble = l->trouble;
		l->trouble = was;
		l->trouble.n = 0;
		l->ended = 0;
	}
	pthread_mutex_unlock(&l->lock);
	return ended;
}

void
run_reload(struct ask *a)
{
	struct maas_json *j = NULL;

	if (a->http->body.n) {
		static const char *const none[] = { NULL };
		int bad = !(j = read_object(a)) || check_members(a, j, none) < 0;

		maas_json_free(j);
		if (bad)
			return;
	}
	tally_count(a->server->tally, "reload", a->key, a->http->peer, "");
	if (loader_look(a->server->loader, a) < 0)
		reply_error(a, 503, "stopping", NULL, "the server is stopping");
}
