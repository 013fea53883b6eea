/*
 * scheduler.c -- one thread that owns the team and the decoders.  Between any two steps it
 * takes what has come, lets go of what nobody waits for, begins what has a place, and lets
 * every model do a slice of each kind of work.  So new requests join running ones, and the
 * largest holds up the others by no more than a slice.
 */
#include <math.h>
#include <sched.h>
#include <string.h>

#include "records.h"

#define PATIENCE_MIN 1 /* seconds of Retry-After */
#define PATIENCE_MAX 30
#define LOOKS        16 /* for something to do, while others may have the core, before sleeping, which costs more */

static const struct work *const works[] = { &work_rows, &work_table, &work_text, &work_embed };

/* When to come again: after the queue at the late pace. */
static double
patience(const struct maas_server *s)
{
	double seconds = ceil(s->pace * (double)s->waiting);

	return seconds < PATIENCE_MIN ? PATIENCE_MIN : seconds > PATIENCE_MAX ? PATIENCE_MAX : seconds;
}

/* One that is alone may wait, however long it is. */
static int
room_for(const struct maas_server *s, size_t tokens)
{
	size_t most = (size_t)s->options.queue_tokens;

	return s->offline || !s->waiting_tokens || (tokens <= most && s->waiting_tokens <= most - tokens);
}

void
scheduler_queue(struct ask *a, const struct work *work)
{
	struct maas_server *s = a->server;
	double wait = 0;
	int stopping;

	a->work = work;
	a->next = NULL;
	pthread_mutex_lock(&s->lock);
	stopping = s->stopping;
	if (stopping || s->waiting >= (size_t)s->options.queue || !room_for(s, a->waits)) {
		wait = patience(s);
	} else {
		count_add(&a->model->now.queued, 1);
		*s->incoming_end = a;
		s->incoming_end = &a->next;
		s->waiting++;
		s->waiting_tokens += a->waits;
	}
	pthread_mutex_unlock(&s->lock);
	if (wait <= 0) {
		pthread_cond_signal(&s->work); /* it would wait for the lock at once, were it held */
	} else {
		count_add(&s->rejected[REJECTED_QUEUE], 1);
		maas_http_set(a->http, "Retry-After", "%.0f", wait);
		reply_error(a, 503, "overloaded", NULL, "%s",
		    stopping ? "the server is stopping" : "too many requests wait already");
	}
}

static void
unlink_active(struct ask *a)
{
	struct hosted *m = a->model;
	struct ask **p = &m->active;

	while (*p != a)
		p = &(*p)->next;
	*p = a->next;
	if (m->active_end == &a->next)
		m->active_end = p;
	count_subtract(&m->now.running, 1);
}

/* What the model has in common for its requests keeps nothing of this one. */
static void
forget(struct hosted *m)
{
	maas_buf_wipe(&m->scratch);
	maas_ids_wipe(&m->ids);
	if (m->encoder)
		maas_encoder_forget(m->encoder);
}

/* The key's tokens: what was used, not what might have been. */
static void
settle(struct ask *a)
{
	if (*a->key && (a->tokens || a->reserved))
		ring_spend(a->server->ring, a->key, a->tokens, a->reserved, maas_clock());
	a->reserved = 0;
}

int
scheduler_reserve(struct ask *a, uint64_t tokens)
{
	double wait = *a->key && !a->reserved ? ring_reserve(a->server->ring, a->key, tokens, maas_clock()) : 0;

	if (wait == 0) {
		a->reserved = tokens;
		return 0;
	}
	tally_count(a->server->tally, "quota-refused", a->key, a->http->peer, "");
	scheduler_done(a, FINISHED_ERROR);
	reply_wait(a, wait, "this key has used up its tokens a minute");
	return -1;
}

/* Before the reply: afterwards the ask is nobody's.  The pace is a mean that forgets. */
void
scheduler_done(struct ask *a, enum finished how)
{
	struct maas_server *s = a->server;
	double took = maas_clock() - a->http->start;

	unlink_active(a);
	a->finish = (int)how + 1;
	forget(a->model);
	count_add(&a->model->metrics->finished[how], 1);
	count_seconds(&a->model->metrics->request, SCALE_REQUEST, took);
	settle(a);
	pthread_mutex_lock(&s->lock);
	s->pace += 0.1 * (took - s->pace);
	pthread_mutex_unlock(&s->lock);
}

/* Has the ask lost its point: the client has left, its time is up, or the server stops?  Then it ends. */
static int
pointless(struct ask *a, int stopping, double now, enum finished *how)
{
	*how = maas_http_gone(a->http) ? FINISHED_CANCELLED : now > a->until ? FINISHED_TIMEOUT : FINISHED_ERROR;
	return stopping || *how != FINISHED_ERROR;
}

static void
end_early(struct ask *a, enum finished how)
{
	int status = how == FINISHED_TIMEOUT ? 504 : 503;
	const char *code = how == FINISHED_TIMEOUT ? "timeout" : "stopping";
	const char *message = how == FINISHED_TIMEOUT ? "the answer took too long" : "the server is stopping";
	struct maas_buf event = { 0 };

	if (!a->started) {
		maas_http_set(a->http, "Retry-After", "%d", PATIENCE_MIN);
		reply_error(a, status, code, NULL, "%s", message);
		return;
	}
	if (maas_buf_text(&event, "data: ") == 0 && put_error(&event, status, code, NULL, message) == 0 &&
	    maas_buf_text(&event, "\n\n") == 0 && maas_http_write(a->http, event.s, event.n) < 0)
		event.n = 0; /* the client has left: nobody is told */
	maas_buf_free(&event);
	maas_http_end(a->http, 1);
}

static void
sweep_active(struct hosted *m, int stopping, double now)
{
	enum finished how;

	for (struct ask *a = m->active, *next; a; a = next) {
		next = a->next;
		if (!pointless(a, stopping, now, &how))
			continue;
		a->work->stop(a);
		scheduler_done(a, how);
		end_early(a, how);
	}
}

static void
leave_queue(struct maas_server *s, struct hosted *m, size_t tokens)
{
	count_subtract(&m->now.queued, 1);
	pthread_mutex_lock(&s->lock);
	s->waiting--;
	s->waiting_tokens -= tokens;
	pthread_mutex_unlock(&s->lock);
}

/* Into m->active before begin, so that scheduler_done is right from the first moment on. */
static enum begun
begin(struct ask *a)
{
	struct hosted *m = a->model;
	struct ask *next = a->next;
	enum begun b;

	a->next = NULL;
	a->begun = maas_clock();
	*m->active_end = a;
	m->active_end = &a->next;
	count_add(&m->now.running, 1);
	b = a->work->begin(a);
	if (b == BEGUN_LATER) {
		unlink_active(a);
		a->begun = 0;
		a->next = next;
	}
	return b;
}

/* First come, first begun, of each model: who finds no place holds back those behind him. */
static void
begin_waiting(struct maas_server *s, struct ask **queue, int stopping)
{
	double now = maas_clock();
	struct ask **p = queue, *a;
	enum finished how;

	for (size_t i = 0; i < s->nseen; i++)
		s->seen[i]->full = 0;
	while ((a = *p)) {
		struct hosted *m = a->model;
		struct ask *next = a->next;
		double queued = now - a->http->start;
		size_t tokens = a->waits;

		if (pointless(a, stopping, now, &how)) {
			*p = next;
			leave_queue(s, m, tokens);
			settle(a);
			a->finish = (int)how + 1;
			count_add(&m->metrics->finished[how], 1);
			end_early(a, how);
		} else if (m->full || begin(a) == BEGUN_LATER) {
			m->full = 1;
			p = &a->next;
		} else { /* it may be gone by now */
			*p = next;
			leave_queue(s, m, tokens);
			count_seconds(&m->metrics->queue, SCALE_REQUEST, queued);
		}
	}
}

static int
any_active(const struct maas_server *s)
{
	for (size_t i = 0; i < s->nseen; i++)
		if (s->seen[i]->active)
			return 1;
	return 0;
}

/* Under the lock: take out one that is retired and that nobody has; NULL: none. */
static struct hosted *
take_unused(struct maas_server *s)
{
	for (size_t i = 0; i < s->nmodel; i++)
		if (s->model[i]->retired && !s->model[i]->users) {
			struct hosted *m = s->model[i];

			s->model[i] = s->model[--s->nmodel];
			return m;
		}
	return NULL;
}

/* Under the lock. */
static void
close_unused(struct maas_server *s)
{
	struct hosted *m;

	while ((m = take_unused(s)))
		loader_close(s->loader, m);
	s->nseen = s->nmodel;
	memcpy(s->seen, s->model, s->nmodel * sizeof *s->model);
}

/* What has come, behind what waits.  Sleeps while there is nothing at all to do. */
static int
take_incoming(struct maas_server *s, struct ask **queue)
{
	struct ask **end = queue;
	int stopping;

	while (*end)
		end = &(*end)->next;
	pthread_mutex_lock(&s->lock);
	for (int looks = 0;; looks++) {
		close_unused(s); /* before it sleeps, too: who retired one meanwhile has found nobody to wake */
		if (s->incoming || *queue || s->stopping || any_active(s))
			break;
		if (looks < LOOKS) {
			pthread_mutex_unlock(&s->lock);
			sched_yield();
			pthread_mutex_lock(&s->lock);
		} else {
			pthread_cond_wait(&s->work, &s->lock);
		}
	}
	*end = s->incoming;
	s->incoming = NULL;
	s->incoming_end = &s->incoming;
	stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return stopping;
}

static void *
work_on(void *arg)
{
	struct maas_server *s = arg;
	struct ask *queue = NULL;
	int stopping;

	do {
		stopping = take_incoming(s, &queue);
		for (size_t i = 0; i < s->nseen; i++)
			sweep_active(s->seen[i], stopping, maas_clock());
		begin_waiting(s, &queue, stopping);
		for (size_t i = 0; i < s->nseen; i++)
			for (size_t w = 0; w < MAAS_COUNT(works); w++)
				if (s->seen[i]->active)
					works[w]->slice(s, s->seen[i]);
		maas_thread_forget();
	} while (!stopping || queue);
	return NULL;
}

int
scheduler_start(struct maas_server *s)
{
	s->incoming_end = &s->incoming;
	s->scheduling = 1;
	if (pthread_create(&s->scheduler, NULL, work_on, s) == 0)
		return 0;
	s->scheduling = 0;
	return maas_fail_as(MAAS_OS, "no thread for the scheduler");
}

/* What it still has is failed.  Nothing may be queued afterwards: queueing refuses from here on. */
void
scheduler_stop(struct maas_server *s)
{
	if (!s->scheduling)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = 1;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->scheduler, NULL);
	s->scheduling = 0;
}
