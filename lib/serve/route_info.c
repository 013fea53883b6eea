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

/* Read from atomics, past the queue: it works when nothing else does. */
void
run_metrics(struct ask *a)
{
	struct maas_server *s = a->server;
	struct maas_buf *to = maas_http_body(a->http);
	struct metrics_model *model = maas_take(a->arena, s->nmodel + 1, sizeof *model);
	struct metrics_route *route = maas_take(a->arena, serve_nroutes, sizeof *route);
	int rc = -1;

	for (size_t i = 0; model && i < s->nmodel; i++)
		model[i] = (struct metrics_model){ s->model[i].name, &s->model[i].metrics };
	for (size_t i = 0; route && i < serve_nroutes; i++)
		route[i] = (struct metrics_route){ serve_routes[i].path, serve_routes[i].method, &s->route_metrics[i] };
	if (model && route)
		rc = metrics_print(&(struct metrics_view){ .model = model,
				       .models = s->nmodel,
				       .route = route,
				       .routes = serve_nroutes,
				       .rejected = s->rejected,
				       .connections = maas_http_connections(s->http),
				       .started = s->started },
		    to);
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
	int rc = maas_buf_text(to, "{\"object\":\"list\",\"data\":["), n = 0;

	for (size_t i = 0; rc == 0 && i < s->nmodel; i++)
		if (ask_allows(a, s->model[i].name)) {
			if (n++)
				rc = maas_buf_text(to, ",");
			if (rc == 0)
				rc = put_card(to, &s->model[i]);
		}
	reply_json(a, rc < 0 ? -1 : maas_buf_text(to, "]}"));
}

void
run_model(struct ask *a)
{
	struct hosted *m = hosted_of_path(a);

	if (m)
		reply_json(a, put_card(maas_http_body(a->http), m));
}
