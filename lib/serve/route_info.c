/* route_info.c -- routes that answer at once: health, metrics, which models there are. */
#include <string.h>

#include "server.h"

static void
reply_state(struct ask *a, int status, const char *state)
{
	struct maas_buf *to = maas_http_body(a->http);

	maas_http_set(a->http, "Cache-Control", "no-store");
	if (maas_buf_printf(to, "{\"status\":\"%s\"}\n", state) < 0)
		to->n = 0;
	maas_http_reply(a->http, status, "application/json");
}

void
run_health(struct ask *a)
{
	reply_state(a, 200, "ok");
}

/* Every model was opened before the first request: ready until told to stop. */
void
run_ready(struct ask *a)
{
	int draining = atomic_load(&a->server->draining);

	if (draining)
		maas_http_set(a->http, "Retry-After", "1");
	reply_state(a, draining ? 503 : 200, draining ? "draining" : "ready");
}

void
run_nothing(struct ask *a)
{
	reply_error(a, 404, "not_found", NULL, "there is nothing at this path");
}

struct family **
families_of(struct ask *a, size_t *n)
{
	struct maas_server *s = a->server;
	struct family **all;

	*n = 0;
	pthread_mutex_lock(&s->lock);
	all = maas_take(a->arena, s->nfamily + 1, sizeof(struct family *));
	for (size_t i = 0; all && i < s->nfamily; i++)
		if (s->family[i]->n)
			all[(*n)++] = s->family[i];
	pthread_mutex_unlock(&s->lock);
	return all;
}

/* Versions that are in memory, which are held, and those that could not be loaded. */
static size_t
hold_versions(struct maas_server *s, struct metrics_version *to, struct hosted **held, size_t *nheld)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nmodel; i++) {
		struct hosted *m = s->model[i];

		if (m->retired)
			continue;
		m->users++;
		held[(*nheld)++] = m;
		to[n++] = (struct metrics_version){ m->name, m->number, &m->now, m->watch, m->found };
	}
	for (size_t i = 0; i < s->nfamily && n < 2 * MODELS; i++)
		for (size_t k = 0; k < s->family[i]->n && n < 2 * MODELS; k++) {
			const struct edition *e = &s->family[i]->edition[k];

			if (e->failed && !e->hosted)
				to[n++] = (struct metrics_version){ .model = s->family[i]->name, .number = e->number };
		}
	return n;
}

static int
put_metrics(struct ask *a, struct metrics_view *v, struct maas_buf *to)
{
	struct maas_server *s = a->server;
	struct hosted **held = maas_take(a->arena, MODELS, sizeof *held);
	struct metrics_version *version = maas_take(a->arena, 2 * MODELS, sizeof *version);
	size_t n = 0;
	int rc;

	if (!held || !version)
		return -1;
	pthread_mutex_lock(&s->lock);
	v->versions = hold_versions(s, version, held, &n);
	v->waiting = s->waiting;
	v->waiting_tokens = s->waiting_tokens;
	pthread_mutex_unlock(&s->lock);
	v->version = version;
	rc = metrics_print(v, to);
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < n; i++)
		hosted_let_go(held[i], s);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* Read from atomics, past the queue: it works when nothing else does.  The format is that of every version of
 * Prometheus, whatever Accept says. */
void
run_metrics(struct ask *a)
{
	struct maas_server *s = a->server;
	struct metrics_view v = { .routes = serve_nroutes,
		.rejected = s->rejected,
		.service = &s->service,
		.keys = s->keymeters,
		.connections = maas_http_connections(s->http),
		.capacity = (uint64_t)s->options.queue,
		.token_capacity = (uint64_t)s->options.queue_tokens,
		.started = s->started,
		.certified = (double)maas_http_tls_end(s->http) };
	struct family **f = families_of(a, &v.models);
	struct metrics_model *model = maas_take(a->arena, v.models + 1, sizeof *model);
	struct metrics_route *route = maas_take(a->arena, serve_nroutes, sizeof *route);
	int rc = -1;

	for (size_t i = 0; f && model && i < v.models; i++)
		model[i] = (struct metrics_model){ f[i]->name, &f[i]->metrics };
	for (size_t i = 0; route && i < serve_nroutes; i++)
		route[i] = (struct metrics_route){ serve_routes[i].path, serve_routes[i].method, &s->route_metrics[i] };
	v.model = model;
	v.route = route;
	if (f && model && route)
		rc = put_metrics(a, &v, maas_http_body(a->http));
	if (rc == 0)
		maas_http_reply(a->http, 200, "text/plain; version=0.0.4; charset=utf-8");
	else
		reply_json(a, rc);
}

void
run_models(struct ask *a)
{
	struct maas_server *s = a->server;
	struct maas_buf *to = maas_http_body(a->http);
	size_t n, told = 0;
	struct family **f = families_of(a, &n);
	int rc = f ? maas_buf_text(to, "{\"object\":\"list\",\"data\":[") : -1;

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (ask_allows(a, f[i]->name)) {
			if (told++)
				rc = maas_buf_text(to, ",");
			if (rc == 0)
				rc = put_card(s, to, f[i]);
		}
	reply_json(a, rc < 0 ? -1 : maas_buf_text(to, "]}"));
}

void
run_model(struct ask *a)
{
	struct family *f = family_of_path(a);
	struct maas_buf *to = maas_http_body(a->http);
	int rc;

	if (!f)
		return;
	rc = put_card(a->server, to, f);
	if (rc == 0) {
		to->n--; /* the brace: more of it follows */
		rc = put_card_inputs(a->server, to, f) < 0 ? -1 : maas_buf_text(to, "}");
	}
	reply_json(a, rc);
}
