/* route_accounts.c -- register, usage, terms: what a user sees of his own key. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "books.h"
#include "server.h"

#define REGISTER_BURST 20 /* of all addresses together: each is a transaction on the disk */
#define REGISTER_RATE  5.0

static int
too_many(struct ask *a)
{
	struct maas_server *s = a->server;
	double clock = a->http->start, wait = wrongs_wait(s->wrongs, a->http->peer, clock);

	pthread_mutex_lock(&s->lock);
	if (clock > s->registered_at) {
		s->registers -= (clock - s->registered_at) * REGISTER_RATE;
		s->registers = s->registers > 0 ? s->registers : 0;
		s->registered_at = clock;
	}
	if (wait == 0 && s->registers >= REGISTER_BURST)
		wait = 1;
	s->registers += wait == 0;
	pthread_mutex_unlock(&s->lock);
	if (wait > 0)
		reply_wait(a, wait, "too many attempts to register");
	return wait > 0;
}

/* A text member without NULs, of at most `most` bytes, copied. */
static const char *
read_member(struct ask *a, const struct maas_json *j, const char *name, size_t most)
{
	const struct maas_json *member = maas_json_get(j, name);
	struct maas_span text;
	const char *copy;

	if (!member || maas_json_text(member, &text) < 0 || !text.n || text.n > most || memchr(text.s, '\0', text.n)) {
		reply_error(
		    a, 400, "invalid_value", name, "'%s' is no text of 1 to %zu bytes without NULs", name, most);
		return NULL;
	}
	copy = maas_take_text(a->arena, text.s, text.n);
	if (!copy)
		reply_error(a, 503, "overloaded", NULL, "no memory for the answer");
	return copy;
}

static int
put_key(struct maas_buf *to, const struct maas_key *k, const char *text)
{
	const char *p = *k->models ? k->models : "*";

	if (maas_buf_printf(to, "{\"key\":\"%s\",\"id\":\"%s\",\"models\":[", text, k->id) < 0)
		return -1;
	while (*p) {
		size_t n = strcspn(p, ",");

		if (maas_json_put_text(to, (struct maas_span){ p, n }) < 0 || (p[n] && maas_buf_text(to, ",") < 0))
			return -1;
		p += n + (p[n] == ',');
	}
	return k->expires ? maas_buf_printf(to, "],\"expires\":%lld}", (long long)k->expires)
			  : maas_buf_text(to, "],\"expires\":null}");
}

static void
refuse_invite(struct ask *a)
{
	struct maas_server *s = a->server;

	if (maas_why() == MAAS_NEGATIVE) {
		wrongs_add(s->wrongs, a->http->peer, a->http->start);
		tally_count(s->tally, "wrong-invite", "", a->http->peer, "");
		reply_error(a, 403, "invalid_invite", "invite", "%s", maas_error());
	} else {
		maas_http_set(a->http, "Retry-After", "5");
		reply_error(a, 503, "overloaded", NULL, "no key can be written now");
	}
}

static void
register_name(struct ask *a, const char *invite, const char *name)
{
	struct maas_server *s = a->server;
	struct maas_key k = { .name = name, .expires = ring_end(s->ring, time(NULL), 0) };
	struct maas_buf models = { 0 };
	char text[MAAS_KEY_TEXT] = "";

	if (maas_key_name_check(name) < 0)
		reply_error(a, 400, "invalid_value", "name", "%s", maas_error());
	else if (too_many(a)) /* what is no attempt counts for none: else anybody could keep all others from it */
		return;
	else if (invite_accept(s->state, invite, a->http->peer, &k, text, &models) < 0)
		refuse_invite(a);
	else {
		if (ring_refresh(s->ring) < 0) /* seen a second later, then */
			tally_count(s->tally, "keys-not-read", "", "", "");
		maas_http_set(a->http, "Cache-Control", "no-store");
		reply_json(a, put_key(maas_http_body(a->http), &k, text));
	}
	maas_buf_free(&models);
}

void
run_register(struct ask *a)
{
	static const char *const known[] = { "invite", "name", NULL };
	const char *invite, *name;
	struct maas_json *j;

	if (!(j = read_object(a)))
		return;
	if (check_members(a, j, known) == 0 && (invite = read_member(a, j, "invite", 200)) &&
	    (name = read_member(a, j, "name", MAAS_KEY_NAME)))
		register_name(a, invite, name);
	maas_json_free(j);
}

struct lines {
	struct ask *ask;
	struct maas_buf *to;
	size_t n;
};

static int
put_usage(void *ctx, const struct maas_usage *u)
{
	static const struct maas_list free_of_charge;
	struct lines *l = ctx;
	const struct maas_policy *p = l->ask->server->options.policy;
	time_t at = (time_t)(u->day * 86400);
	char day[16] = "";
	struct tm tm;

	if (gmtime_r(&at, &tm))
		strftime(day, sizeof day, "%Y-%m-%d", &tm);
	if (maas_buf_printf(l->to, "%s{\"day\":\"%s\",\"model\":", l->n++ ? "," : "", day) < 0 ||
	    put_text(l->to, u->model) < 0)
		return -1;
	return maas_buf_printf(l->to, ",\"requests\":%llu,\"tokens_in\":%llu,\"tokens_out\":%llu,\"amount\":%.6f}",
	    (unsigned long long)u->requests, (unsigned long long)u->tokens_in, (unsigned long long)u->tokens_out,
	    maas_usage_amount(u, p ? &p->price : &free_of_charge));
}

/* What the headers of each answer say of the quotas too. */
static int
put_quotas(struct maas_buf *to, const struct ask *a)
{
	static const char *const name[] = { "requests", "tokens" };

	for (size_t i = 0; i < MAAS_COUNT(name); i++) {
		const struct ring_quota *q = &a->quota[i];

		if (maas_buf_printf(to, "%s\"%s\":", i ? "," : "],\"quotas\":{", name[i]) < 0 ||
		    (q->limit > 0 ? maas_buf_printf(to, "{\"limit\":%.0f,\"remaining\":%.0f,\"reset\":%.3f}",
					floor(q->limit), floor(q->left), q->reset)
				  : maas_buf_text(to, "null")) < 0)
			return -1;
	}
	return a->expires ? maas_buf_printf(to, "},\"expires\":%lld}", (long long)a->expires)
			  : maas_buf_text(to, "},\"expires\":null}");
}

void
run_usage(struct ask *a)
{
	struct lines l = { a, maas_http_body(a->http), 0 };
	int rc = maas_buf_text(l.to, "{\"object\":\"list\",\"data\":[");

	if (rc == 0)
		rc = ledger_each(a->server->ledger, a->key, put_usage, &l);
	maas_http_set(a->http, "Cache-Control", "no-store");
	reply_json(a, rc < 0 ? -1 : put_quotas(l.to, a));
}

void
run_terms(struct ask *a)
{
	struct maas_buf *to = maas_http_body(a->http);
	int rc = maas_buf_text(to, "{\"terms\":");

	if (rc == 0)
		rc = put_text(to, policy_terms(a->server->policy));
	reply_json(a, rc < 0 ? -1 : maas_buf_text(to, "}"));
}
