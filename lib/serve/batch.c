/*
 * batch.c -- requests of a file, many under way at once, answered in their order.
 *
 * Three threads meet in a ring of slots: the caller's reads lines and asks, the scheduler's
 * answers in any order, one of ours hands out answers in the lines' order.  The ring has as
 * many slots as the server's queue takes, and holds so many bytes at most.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define HELD   ((size_t)64 << 20) /* bytes of lines and answers at once; a request alone may have more */
#define AROUND 65536              /* bytes of a line around its body */

enum state { FREE, ASKED, ANSWERED };

struct slot {
	struct batch *batch;
	enum state state;
	char id[MAAS_BATCH_ID];
	struct maas_buf line, target, custom, reply;
	int status;      /* of the reply; 0: the line is no request */
	const char *why; /* then */
	int json;        /* the reply is JSON */
};

struct batch {
	struct maas_server *server;
	const struct maas_batch *set;
	struct slot *slot;
	size_t slots;
	struct maas_buf out; /* the answering thread's */
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t asked, told; /* lines so far; slot i % slots has line i */
	size_t held;        /* bytes */
	size_t open;        /* asked and not answered */
	int ended;          /* no more lines come */
	int broken;         /* nothing is told any more */
};

size_t
maas_batch_line(const struct maas_serve_options *o)
{
	return o->body_max + AROUND;
}

void
maas_batch_id(char to[MAAS_BATCH_ID], size_t number, struct maas_span line, uint64_t seed)
{
	uint64_t place[2] = { number, seed };
	uint64_t hash = maas_hash(line.s, line.n, maas_hash(place, sizeof place, 0));

	snprintf(to, MAAS_BATCH_ID, "batch-%zu-%016llx", number, (unsigned long long)hash);
}

/* Answers: by a thread of ours, which alone has a slot that is ANSWERED */

static int
put_error_of(const struct slot *s, struct maas_buf *to)
{
	if (maas_buf_text(to, "null,\"error\":{\"code\":\"invalid_request\",\"message\":") < 0 ||
	    put_text(to, s->why) < 0)
		return -1;
	return maas_buf_text(to, "}}\n");
}

/* {"id","custom_id","response","error"}: see maas_batch_answers, which reads it. */
static int
put_answer(const struct slot *s, struct maas_buf *to)
{
	size_t n = s->reply.n;

	while (n && s->reply.s[n - 1] == '\n')
		n--;
	if (maas_buf_printf(to, "{\"id\":\"%s\",\"custom_id\":", s->id) < 0 ||
	    (s->custom.n ? maas_buf_add(to, s->custom.s, s->custom.n) : maas_buf_text(to, "null")) < 0 ||
	    maas_buf_text(to, ",\"response\":") < 0)
		return -1;
	if (!s->status)
		return put_error_of(s, to);
	if (maas_buf_printf(to, "{\"status_code\":%d,\"request_id\":\"%s\",\"body\":", s->status, s->id) < 0 ||
	    (n ? maas_buf_add(to, s->reply.s, n) : maas_buf_text(to, "null")) < 0)
		return -1;
	return maas_buf_text(to, "},\"error\":null}\n");
}

/* A JSON text as put_answer put it: its length. */
static size_t
literal(struct maas_span s)
{
	size_t n = 1;

	if (!s.n || *s.s != '"')
		return s.n < 4 ? s.n : 4; /* null */
	while (n < s.n && s.s[n] != '"')
		n += s.s[n] == '\\' ? 2 : 1;
	return n < s.n ? n + 1 : s.n;
}

int
maas_batch_answers(struct maas_span text, const char *id, int *status)
{
	static const char answered[] = ",\"response\":{\"status_code\":";
	char head[MAAS_BATCH_ID + 32];
	size_t n = (size_t)snprintf(head, sizeof head, "{\"id\":\"%s\",\"custom_id\":", id);

	*status = 0;
	if (text.n < n || memcmp(text.s, head, n) != 0)
		return 0;
	text = (struct maas_span){ text.s + n, text.n - n };
	n = literal(text);
	text = (struct maas_span){ text.s + n, text.n - n };
	n = sizeof answered - 1;
	for (size_t i = n; text.n >= n + 3 && !memcmp(text.s, answered, n) && i < n + 3; i++)
		*status = *status * 10 + (text.s[i] - '0');
	return 1;
}

static void
clear(struct slot *s)
{
	struct maas_buf *b[] = { &s->line, &s->target, &s->custom, &s->reply };

	for (size_t i = 0; i < MAAS_COUNT(b); i++) {
		if (b[i]->cap > 65536)
			maas_buf_free(b[i]);
		b[i]->n = 0;
	}
	s->status = s->json = 0;
	s->why = NULL;
}

static int
tell(struct batch *b, struct slot *s, int more)
{
	struct maas_batch_answer answer;

	b->out.n = 0;
	if (s->status && !s->json) {
		s->status = 0;
		s->why = "no answer in JSON came of it";
	}
	if (put_answer(s, &b->out) < 0)
		return -1;
	answer = (struct maas_batch_answer){ { b->out.s, b->out.n }, s->status, more };
	return b->set->answer(b->set->ctx, &answer);
}

static void *
tell_all(void *arg)
{
	struct batch *b = arg;

	pthread_mutex_lock(&b->lock);
	for (;;) {
		struct slot *s = &b->slot[b->told % b->slots];
		size_t held;
		int more, rc;

		while (!b->broken && s->state != ANSWERED && !(b->ended && b->told == b->asked))
			pthread_cond_wait(&b->moved, &b->lock);
		if (b->broken || s->state != ANSWERED)
			break;
		more = b->slot[(b->told + 1) % b->slots].state == ANSWERED;
		held = s->line.n + s->reply.n;
		pthread_mutex_unlock(&b->lock);
		rc = tell(b, s, more);
		clear(s);
		pthread_mutex_lock(&b->lock);
		b->broken |= rc < 0;
		s->state = FREE;
		b->held -= held;
		b->told++;
		pthread_cond_broadcast(&b->moved);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

/* Requests: by the caller's thread */

static void
answered(struct slot *s)
{
	struct batch *b = s->batch;

	pthread_mutex_lock(&b->lock);
	s->state = ANSWERED;
	b->held += s->reply.n;
	b->open--;
	pthread_cond_broadcast(&b->moved);
	pthread_mutex_unlock(&b->lock);
}

static void
replied(void *ctx, int status, const char *type, struct maas_buf *out)
{
	struct slot *s = ctx;
	struct maas_buf old = s->reply;

	s->status = status;
	s->json = type && !strcmp(type, "application/json");
	s->reply = *out;
	*out = old;
	out->n = 0;
	answered(s);
}

/* "custom_id" as it was written, so far as it is a text: a bad line is told by it too. */
static const char *
read_custom(struct slot *s, const struct maas_json *j, struct maas_span line)
{
	struct maas_span id, raw;

	if (maas_json_text(maas_json_get(j, "custom_id"), &id) < 0)
		return "there is no 'custom_id', or it is no text";
	if (maas_json_member(line, "custom_id", &raw) < 0 || maas_buf_add(&s->custom, raw.s, raw.n) < 0)
		return "no memory for the line";
	return NULL;
}

static const char *
read_request(struct slot *s, const struct maas_json *j, struct maas_span line, struct maas_span *body)
{
	struct maas_span text;
	const char *why = read_custom(s, j, line);

	if (why)
		return why;
	if (maas_json_text(maas_json_get(j, "method"), &text) < 0 || !maas_span_is(text, "POST"))
		return "'method' is not \"POST\"";
	if (maas_json_text(maas_json_get(j, "url"), &text) < 0 || !text.n || *text.s != '/' ||
	    memchr(text.s, '\0', text.n))
		return "'url' is no path such as \"/v1/completions\"";
	if (maas_buf_add(&s->target, text.s, text.n) < 0)
		return "no memory for the line";
	if (!maas_json_get(j, "body") || maas_json_type(maas_json_get(j, "body")) != MAAS_J_OBJECT)
		return "'body' is no object";
	return maas_json_member(line, "body", body) < 0 ? "'body' is no object" : NULL;
}

/* The line, which the slot holds, as a request.  NULL, or why it is none. */
static const char *
read_line(struct slot *s, size_t most, struct maas_span *body)
{
	struct maas_span line = { s->line.s, s->line.n };
	struct maas_json *j;
	const char *why;

	if (line.n > most)
		return "the line is longer than the largest body";
	if (line.n >= 3 && !memcmp(line.s, "\xef\xbb\xbf", 3))
		line = (struct maas_span){ line.s + 3, line.n - 3 };
	j = maas_json_parse(line);
	if (!j)
		return maas_buf_text(&s->reply, maas_error()) < 0 ? "not JSON" : s->reply.s;
	why = maas_json_type(j) == MAAS_J_OBJECT ? read_request(s, j, line, body) : "the line is no JSON object";
	maas_json_free(j);
	return why;
}

static void
ask(struct batch *b, struct slot *s)
{
	struct maas_http_call call = { .method = "POST", .id = s->id, .replied = replied, .ctx = s };

	s->why = read_line(s, maas_batch_line(&b->server->options), &call.body);
	call.target = s->target.s;
	if (!s->why && maas_http_call(b->server->http, &call) < 0)
		s->why = "no memory for the request";
	if (s->why)
		answered(s);
}

/* A slot for one more line; NULL: nothing is told any more. */
static struct slot *
wait_for_slot(struct batch *b)
{
	struct slot *s;

	pthread_mutex_lock(&b->lock);
	while (!b->broken && b->asked > b->told && (b->asked - b->told == b->slots || b->held > HELD))
		pthread_cond_wait(&b->moved, &b->lock);
	s = b->broken ? NULL : &b->slot[b->asked % b->slots];
	pthread_mutex_unlock(&b->lock);
	return s;
}

/* 1, 0 at the end, -1. */
static int
ask_next(struct batch *b)
{
	struct slot *s = wait_for_slot(b);
	struct maas_span line;
	int rc = s ? b->set->next(b->set->ctx, &line) : -1;

	if (rc <= 0)
		return rc;
	if (maas_buf_add(&s->line, line.s, line.n) < 0)
		return -1;
	maas_batch_id(s->id, b->set->first + b->asked, line, b->set->seed);
	pthread_mutex_lock(&b->lock);
	s->state = ASKED;
	b->held += line.n;
	b->asked++;
	b->open++;
	pthread_mutex_unlock(&b->lock);
	ask(b, s);
	return 1;
}

/* No more is asked.  Where all is to end at once, what still computes is given up. */
static void
stop_asking(struct batch *b, int now)
{
	pthread_mutex_lock(&b->lock);
	b->ended = 1;
	b->broken |= now;
	pthread_cond_broadcast(&b->moved);
	now = b->broken;
	pthread_mutex_unlock(&b->lock);
	if (now)
		scheduler_stop(b->server);
}

static int
run(struct batch *b)
{
	pthread_t teller;
	int rc;

	if (pthread_create(&teller, NULL, tell_all, b) != 0)
		return maas_fail_as(MAAS_OS, "no thread for the answers");
	do
		rc = ask_next(b);
	while (rc > 0);
	stop_asking(b, rc < 0);
	pthread_join(teller, NULL);
	if (b->broken) {
		stop_asking(b, 1);
		rc = -1;
	}
	pthread_mutex_lock(&b->lock);
	while (b->open)
		pthread_cond_wait(&b->moved, &b->lock);
	pthread_mutex_unlock(&b->lock);
	return rc;
}

int
maas_batch_run(struct maas_server *server, const struct maas_batch *set)
{
	struct batch b = { .server = server, .set = set, .slots = (size_t)server->options.queue };
	int rc = -1;

	b.slot = maas_alloc(b.slots, sizeof *b.slot);
	pthread_mutex_init(&b.lock, NULL);
	pthread_cond_init(&b.moved, NULL);
	for (size_t i = 0; b.slot && i < b.slots; i++)
		b.slot[i].batch = &b;
	if (b.slot)
		rc = run(&b);
	for (size_t i = 0; b.slot && i < b.slots; i++) {
		maas_buf_free(&b.slot[i].line);
		maas_buf_free(&b.slot[i].target);
		maas_buf_free(&b.slot[i].custom);
		maas_buf_free(&b.slot[i].reply);
	}
	maas_buf_free(&b.out);
	free(b.slot);
	pthread_cond_destroy(&b.moved);
	pthread_mutex_destroy(&b.lock);
	return rc;
}
