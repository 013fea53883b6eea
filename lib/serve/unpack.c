/*
 * unpack.c -- bodies that take long to read: large ones, packed ones, pictures and sounds.  One thread
 * does so, that neither the threads of HTTP nor the scheduler wait for it.  What comes out of a picture
 * or a sound, as the columns of the model say, is a row, which the scheduler answers as that of a table.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "records.h"

struct unpacker {
	struct maas_server *server;
	pthread_t thread;
	int running;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;
	struct ask *first, **end;
	size_t waiting;
	int stopping;
};

int
unpack_type(const char *type, enum maas_medium *medium)
{
	static const struct {
		const char *name;
		enum maas_medium medium;
	} types[] = {
		{ "image/png", MAAS_PICTURE },
		{ "image/jpeg", MAAS_PICTURE },
		{ "audio/wav", MAAS_SOUND },
		{ "audio/x-wav", MAAS_SOUND },
		{ "audio/wave", MAAS_SOUND },
		{ "audio/vnd.wave", MAAS_SOUND },
		{ "audio/flac", MAAS_SOUND },
		{ "audio/x-flac", MAAS_SOUND },
		{ "audio/ogg", MAAS_SOUND },
		{ "application/ogg", MAAS_SOUND },
	};

	*medium = MAAS_NO_MEDIUM;
	for (size_t i = 0; i < MAAS_COUNT(types); i++)
		if (type_is(type, types[i].name)) {
			*medium = types[i].medium;
			return 0;
		}
	return strncasecmp(type, "image/", 6) && strncasecmp(type, "audio/", 6)
	    ? 0
	    : maas_fail("no such pictures or sounds are read: PNG and JPEG are, and WAV, FLAC and Ogg");
}

enum maas_medium
unpack_medium(const struct ask *a, const char *type)
{
	enum maas_medium medium;

	if (type && unpack_type(type, &medium) == 0 && medium)
		return medium;
	if (!type || type_is(type, "application/x-www-form-urlencoded") || type_is(type, "application/octet-stream"))
		return maas_medium(a->http->body);
	return MAAS_NO_MEDIUM;
}

/* The body as a row of the model's numbers, in the ask's arena. */
static int
take_apart(struct ask *a)
{
	struct records *r = a->records;
	const struct maas_columns *c = table_columns(a->model);
	struct maas_table *t = maas_table_open_text(&r->read, c, "body", r->table);
	struct maas_reader *reader = t ? maas_reader_new(c, t) : NULL;
	struct maas_row row;
	double *x;
	int rc = -1;

	if (reader && maas_reader_next(reader, &row) > 0) {
		if (row.bad)
			maas_fail("%s", row.bad);
		else if ((x = maas_take(a->arena, c->numbers, sizeof *x))) {
			memcpy(x, row.x, c->numbers * sizeof *x);
			r->ready = x;
			rc = 0;
		}
	}
	maas_reader_free(reader);
	maas_table_close(t);
	return rc;
}

/* A picture of more pixels than are read is not the client's mistake alone: it has a status of its own. */
static int
too_large(const struct ask *a)
{
	size_t height, width;

	return maas_columns_medium(table_columns(a->model)) == MAAS_PICTURE &&
	    maas_picture_sides(a->records->table, &height, &width) == 0 && height && width > MAAS_PIXELS / height;
}

void
unpack_record(struct ask *a)
{
	if (too_large(a))
		reply_error(
		    a, 413, "request_too_large", NULL, "a picture of more than %zu pixels", (size_t)MAAS_PIXELS);
	else if (take_apart(a) == 0)
		scheduler_queue(a, &work_table);
	else if (maas_why() == MAAS_DATA)
		reply_error(a, 400, "invalid_record", NULL, "%s", maas_error());
	else if (maas_why() == MAAS_UNAVAILABLE)
		reply_error(a, 501, "not_supported", NULL, "%s", maas_error());
	else
		reply_error(a, 503, "overloaded", NULL, "no memory for the picture or sound");
}

static void
end_early(struct ask *a, enum finished how)
{
	if (a->model) {
		a->finish = (int)how + 1;
		count_add(&a->model->metrics->finished[how], 1);
	}
	if (how == FINISHED_TIMEOUT)
		reply_error(a, 504, "timeout", NULL, "the answer took too long");
	else
		reply_error(a, 503, "stopping", NULL, "the server is stopping");
}

/* The next that waits; sleeps while there is none.  NULL: the thread ends. */
static struct ask *
next(struct unpacker *u, int *stopping)
{
	struct ask *a;

	pthread_mutex_lock(&u->lock);
	while (!u->first && !u->stopping)
		pthread_cond_wait(&u->work, &u->lock);
	if ((a = u->first)) {
		if (!(u->first = a->next))
			u->end = &u->first;
		u->waiting--;
		a->next = NULL;
	}
	*stopping = u->stopping;
	pthread_mutex_unlock(&u->lock);
	return a;
}

static void *
work_on(void *arg)
{
	struct ask *a;
	int stopping;

	while ((a = next(arg, &stopping))) {
		if (maas_http_gone(a->http))
			end_early(a, FINISHED_CANCELLED);
		else if (stopping || maas_clock() > a->until)
			end_early(a, stopping ? FINISHED_ERROR : FINISHED_TIMEOUT);
		else
			a->unpack(a);
		maas_thread_forget();
	}
	return NULL;
}

struct unpacker *
unpack_start(struct maas_server *s)
{
	struct unpacker *u = maas_alloc(1, sizeof *u);

	if (!u)
		return NULL;
	u->server = s;
	u->end = &u->first;
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->work, NULL);
	u->running = pthread_create(&u->thread, NULL, work_on, u) == 0;
	if (u->running)
		return u;
	unpack_free(u);
	maas_fail_as(MAAS_OS, "no thread for pictures and sounds");
	return NULL;
}

void
unpack_queue(struct unpacker *u, struct ask *a, void (*unpack)(struct ask *))
{
	int full;

	a->unpack = unpack;
	a->next = NULL;
	pthread_mutex_lock(&u->lock);
	full = u->stopping || u->waiting >= (size_t)u->server->options.queue;
	if (!full) {
		*u->end = a;
		u->end = &a->next;
		u->waiting++;
		pthread_cond_signal(&u->work);
	}
	pthread_mutex_unlock(&u->lock);
	if (!full)
		return;
	count_add(&u->server->rejected[REJECTED_QUEUE], 1);
	maas_http_set(a->http, "Retry-After", "1");
	reply_error(a, 503, "overloaded", NULL, "too many requests wait already");
}

void
unpack_stop(struct unpacker *u)
{
	if (!u)
		return;
	pthread_mutex_lock(&u->lock);
	u->stopping = 1;
	pthread_cond_signal(&u->work);
	pthread_mutex_unlock(&u->lock);
	if (u->running)
		pthread_join(u->thread, NULL);
	u->running = 0;
}

void
unpack_free(struct unpacker *u)
{
	if (!u)
		return;
	unpack_stop(u);
	pthread_cond_destroy(&u->work);
	pthread_mutex_destroy(&u->lock);
	free(u);
}
