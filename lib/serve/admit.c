/*
 * admit.c -- from a request's head to its route: who asks, and for what.  Nobody gets past
 * without a key but to the routes that routes.def opens; whoever has none learns not even
 * which paths there are.
 */
#include <math.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "completions.h"
#include "records.h"

#define OPEN_MAX   65536        /* bytes of a body from who has no key */
#define SHORT      65536        /* bytes of a body that is read at once */
#define PATIENCE   60           /* seconds that clients wait where they are told to */
#define ARENA_KEEP (256 * 1024) /* one that grew larger is not kept for the next request */

const struct route serve_routes[] = {
#define ROUTE(name, method, path, scope, open) { #name, method, path, scope, open, run_##name },
#include "maas/routes.def"
#undef ROUTE
	{ "nothing", "any", "other", 0, 0, run_nothing },
};
const size_t serve_nroutes = MAAS_COUNT(serve_routes);

/* Does the path match the template?  What stands for {model}, and for {version} or {label}, is handed out as sent. */
static int
matches(const char *template, struct maas_span path, struct ask *a)
{
	const char *p = path.s, *end = path.s + path.n;

	while (*template) {
		if (*template == '{') {
			const char *begin = p;

			while (p < end && *p != '/')
				p++;
			*(template[1] == 'm' ? &a->model_name : &a->version) =
			    (struct maas_span){ begin, (size_t)(p - begin) };
			template += strcspn(template, "}") + 1;
			if (p == begin)
				return 0;
		} else if (p == end || *p++ != *template ++) {
			return 0;
		}
	}
	return p == end;
}

/* HEAD is GET whose body is left out. */
static const struct route *
find_route(const struct maas_http_request *r, struct ask *a, const char **allow)
{
	const char *method = strcmp(r->method, "HEAD") ? r->method : "GET";

	*allow = NULL;
	for (size_t i = 0; i + 1 < serve_nroutes; i++) {
		a->model_name = a->version = (struct maas_span){ 0 };
		if (route_served(a->server, &serve_routes[i]) && matches(serve_routes[i].path, r->path, a)) {
			if (!strcmp(serve_routes[i].method, method))
				return &serve_routes[i];
			*allow = serve_routes[i].method;
		}
	}
	return &serve_routes[serve_nroutes - 1];
}

static const char *
key_of(const struct maas_http_request *r)
{
	const char *text = maas_http_header(r, "Authorization");

	if (text && !strncasecmp(text, "Bearer ", 7))
		return text + 7 + strspn(text + 7, " ");
	return maas_http_header(r, "X-Api-Key");
}

void
reply_wait(struct ask *a, double seconds, const char *why)
{
	seconds = ceil(seconds);
	count_add(&a->server->rejected[REJECTED_QUOTA], 1);
	maas_http_set(a->http, "Retry-After", "%.0f", seconds > 1 ? seconds : 1);
	if (seconds > PATIENCE) /* clients would not wait that long, and ask again at once */
		maas_http_set(a->http, "x-should-retry", "false");
	reply_error(a, 429, "rate_limit_exceeded", NULL, "%s", why);
}

/* 403, and a mark in the audit trail. */
static int
forbid(struct ask *a, const char *event, const char *code, const char *param, const char *why)
{
	tally_count(a->server->tally, event, a->key, a->http->peer, a->route->name);
	reply_error(a, 403, code, param, "%s", why);
	return -1;
}

/* A page of a stranger's site can point a name at this machine; its requests carry that name. */
static int
check_host(struct ask *a)
{
	const char *host = maas_http_header(a->http, "Host");

	if (!a->server->check_host || !strcmp(a->http->peer, "unix") || !host ||
	    maas_http_host_local(host, a->server->options.host))
		return 0;
	count_add(&a->server->rejected[REJECTED_HOST], 1);
	return forbid(
	    a, "host-refused", "host_not_allowed", NULL, "this server answers to localhost and 127.0.0.1 only");
}

/* Behind a proxy: from here on the peer is who it speaks for. */
static int
check_proxy(struct ask *a)
{
	const struct policy *p = a->server->policy;

	if (!policy_behind_proxy(p))
		return 0;
	if (!policy_allows_proxy(p, a->http->peer))
		return forbid(
		    a, "address-refused", "permission_denied", NULL, "this server is reached through its proxy only");
	policy_client(maas_http_header_last(a->http, "X-Forwarded-For"), a->http->peer);
	return 0;
}

static int
check_peer(struct ask *a)
{
	if (policy_allows_peer(a->server->policy, a->http->peer))
		return 0;
	return forbid(a, "address-refused", "permission_denied", NULL, "this address is not let in");
}

/* An address that goes on sending wrong keys waits; with a good one it is let in at any time. */
static int
refuse_wrong(struct ask *a, enum ring_verdict v)
{
	struct maas_server *s = a->server;
	double wait = wrongs_wait(s->wrongs, a->http->peer, a->http->start);

	tally_count(s->tally,
	    v == RING_EXPIRED       ? "expired-key-used"
		: v == RING_REVOKED ? "revoked-key-used"
				    : "wrong-key",
	    a->key, a->http->peer, "");
	if (wait > 0) {
		reply_wait(a, wait, "too many wrong keys came from this address");
		return -1;
	}
	wrongs_add(s->wrongs, a->http->peer, a->http->start);
	maas_http_set(a->http, "WWW-Authenticate", "Bearer realm=\"maas\", error=\"invalid_token\"");
	reply_error(a, 401, "invalid_api_key", NULL, "the key is unknown, revoked or expired");
	return -1;
}

static int
refuse_key(struct ask *a, enum ring_verdict v, double wait)
{
	if (v == RING_TOO_MANY || v == RING_TOO_MUCH) {
		tally_count(a->server->tally, "quota-refused", a->key, a->http->peer, "");
		reply_wait(a, wait,
		    v == RING_TOO_MANY ? "this key has used up its requests a second"
				       : "this key has used up its tokens a minute");
		return -1;
	}
	if (v != RING_NO_KEY)
		return refuse_wrong(a, v);
	tally_count(a->server->tally, "no-key", "", a->http->peer, "");
	maas_http_set(a->http, "WWW-Authenticate", "Bearer realm=\"maas\"");
	reply_error(a, 401, "invalid_api_key", NULL, "no key: send it as 'Authorization: Bearer maas_...'");
	return -1;
}

/* "20ms", "8.5s", "6m0s": as OpenAI says it. */
static void
set_reset(struct ask *a, const char *name, double seconds)
{
	long whole = (long)ceil(seconds);

	if (seconds < 1)
		maas_http_set(a->http, name, "%.0fms", ceil(seconds * 1000));
	else if (seconds < 60)
		maas_http_set(a->http, name, "%.3gs", seconds);
	else
		maas_http_set(a->http, name, "%ldm%lds", whole / 60, whole % 60);
}

static void
set_quotas(struct ask *a, const struct ring_pass *p)
{
	if (p->requests.limit > 0) {
		maas_http_set(a->http, "x-ratelimit-limit-requests", "%.0f", floor(p->requests.limit));
		maas_http_set(a->http, "x-ratelimit-remaining-requests", "%.0f", floor(p->requests.left));
		set_reset(a, "x-ratelimit-reset-requests", p->requests.reset);
	}
	if (p->tokens.limit > 0) {
		maas_http_set(a->http, "x-ratelimit-limit-tokens", "%.0f", p->tokens.limit);
		maas_http_set(a->http, "x-ratelimit-remaining-tokens", "%.0f", floor(p->tokens.left));
		set_reset(a, "x-ratelimit-reset-tokens", p->tokens.reset);
	}
}

/* What this process asks itself are answers of models. */
static int
check_offline(struct ask *a)
{
	a->scopes = MAAS_SCOPE_INFER;
	if (a->route == &serve_routes[serve_nroutes - 1] ||
	    (a->route->scope == MAAS_SCOPE_INFER && !strcmp(a->route->method, "POST")))
		return 0;
	reply_error(a, 404, "not_found", NULL, "this path is served over HTTP alone");
	return -1;
}

static int
check_key(struct ask *a)
{
	struct ring_pass pass;
	enum ring_verdict v;

	if (a->server->offline)
		return check_offline(a);
	if (a->route->open)
		return 0;
	v = ring_check(a->server->ring, key_of(a->http), time(NULL), a->http->start, &pass);
	if (v == RING_UNKNOWN) {
		ring_look_again(a->server->ring, a->http->start);
		v = ring_check(a->server->ring, key_of(a->http), time(NULL), a->http->start, &pass);
	}
	set_quotas(a, &pass);
	memcpy(a->key, pass.id, sizeof a->key);
	if (v != RING_GOOD)
		return refuse_key(a, v, pass.wait);
	a->scopes = pass.scopes;
	a->expires = pass.expires;
	a->quota[0] = pass.requests;
	a->quota[1] = pass.tokens;
	if (a->route->scope && !(pass.scopes & (a->route->scope | MAAS_SCOPE_ADMIN)))
		return forbid(a, "scope-refused", "permission_denied", NULL, "this key's scope does not reach here");
	if (a->route != &serve_routes[serve_nroutes - 1] &&
	    !policy_allows_route(a->server->policy, a->scopes, a->route->name))
		return forbid(
		    a, "route-refused", "permission_denied", NULL, "the policy keeps this key from this route");
	return 0;
}

int
ask_allows(const struct ask *a, const char *model)
{
	if (a->server->offline)
		return 1;
	return ring_allows(a->server->ring, a->key, model) && policy_allows_model(a->server->policy, a->scopes, model);
}

/* Chunked bodies say no length before: what came is looked at too. */
static int
check_policy_bytes(struct ask *a, size_t n)
{
	if (a->route->open ? n <= OPEN_MAX : policy_allows_bytes(a->server->policy, a->scopes, n))
		return 0;
	tally_count(a->server->tally, "size-refused", a->key, a->http->peer, a->route->name);
	reply_too_large(a);
	return -1;
}

static int
check_most(const struct ask *a, const char *what, size_t n, size_t most, char why[SIZE_WHY])
{
	if (n <= most)
		return 0;
	tally_count(a->server->tally, "size-refused", a->key, a->http->peer, a->route->name);
	count_add(&a->server->rejected[REJECTED_SIZE], 1);
	snprintf(why, SIZE_WHY, "the policy lets a request of this key have %zu %s, and this one has more", most, what);
	return -1;
}

int
ask_tokens_check(const struct ask *a, size_t n, char why[SIZE_WHY])
{
	return check_most(a, "tokens, read and written", n, policy_most_tokens(a->server->policy, a->scopes), why);
}

int
ask_rows_check(const struct ask *a, size_t n, char why[SIZE_WHY])
{
	return check_most(a, "rows", n, policy_most_rows(a->server->policy, a->scopes), why);
}

static int
check_route(struct ask *a, const char *allow)
{
	if (a->route != &serve_routes[serve_nroutes - 1])
		return 0;
	if (allow) {
		maas_http_set(a->http, "Allow", "%s", strcmp(allow, "GET") ? allow : "GET, HEAD");
		reply_error(a, 405, "method_not_allowed", NULL, "%s is not for this path", a->http->method);
	} else {
		reply_error(a, 404, "not_found", NULL, "there is nothing at this path");
	}
	return -1;
}

static int
takes_tables(const struct route *r)
{
	return r->run == run_predict || r->run == run_explain;
}

static int
takes_bytes(const struct route *r)
{
	return r->run == run_v2_infer;
}

/* Net lets bodies in that are as large as a table may be. */
static size_t
most_bytes(const struct ask *a)
{
	const char *type = maas_http_header(a->http, "Content-Type");
	int json = type_is(type, "application/json");

	return (takes_tables(a->route) || takes_bytes(a->route)) && !json ? a->server->options.table_max
									  : a->server->options.body_max;
}

static int
check_length(struct ask *a)
{
	const char *text = maas_http_header(a->http, "Content-Length");
	size_t most = most_bytes(a);
	int64_t n;

	if (!text || maas_parse_int(maas_span(text), &n) < 0 || n < 0)
		return 0;
	if ((size_t)n <= most)
		return check_policy_bytes(a, (size_t)n);
	reply_too_large(a);
	return -1;
}

/* JSON, said or not said; curl -d calls everything a form. */
static int
check_type(struct ask *a)
{
	const char *type = maas_http_header(a->http, "Content-Type");
	enum maas_medium medium = MAAS_NO_MEDIUM;

	if (strcmp(a->http->method, "POST"))
		return 0;
	if (body_coding(a) < 0)
		return -1;
	if (!type || type_is(type, "application/json") || type_is(type, "application/x-www-form-urlencoded"))
		return 0;
	if (takes_tables(a->route) && unpack_type(type, &medium) < 0) {
		reply_error(a, 415, "unsupported_media_type", NULL, "%s", maas_error());
		return -1;
	}
	if (takes_tables(a->route) && (medium || table_type(type, &(struct records){ 0 })))
		return 0;
	if (takes_bytes(a->route) && type_is(type, "application/octet-stream"))
		return 0;
	reply_error(a, 415, "unsupported_media_type", NULL,
	    takes_tables(a->route)
		? "Content-Type is neither application/json nor text/csv, text/tab-separated-values, "
		  "text/plain, application/x-ndjson, application/octet-stream, a picture or a sound"
		: "Content-Type is not application/json");
	return -1;
}

/* Chunks do not say before how many they are: what is too much is not kept, nor waited for. */
static size_t
most_chunks(const struct ask *a)
{
	size_t most = most_bytes(a), said = a->route->open ? OPEN_MAX : policy_most_bytes(a->server->policy, a->scopes);

	most = said < most ? said : most;
	return most ? most : 1;
}

static int
prepare(struct ask *a, struct maas_server *s, struct maas_http_request *r)
{
	a->server = s;
	a->http = r;
	a->until = r->start + s->options.timeout;
	if (!a->arena && !(a->arena = maas_arena_new(16384)))
		return -1;
	return 0;
}

int
admit_request(void *ctx, struct maas_http_request *r)
{
	struct ask *a = r->app;
	const char *allow;

	if (prepare(a, ctx, r) < 0) {
		a->route = &serve_routes[serve_nroutes - 1];
		maas_http_reply(r, 503, NULL);
		return -1;
	}
	a->route = find_route(r, a, &allow);
	if (check_proxy(a) < 0 || check_host(a) < 0 || check_peer(a) < 0 || check_key(a) < 0 ||
	    check_route(a, allow) < 0 || check_type(a) < 0 || check_length(a) < 0)
		return -1;
	r->body_max = most_chunks(a);
	return 0;
}

static void
take_body(struct ask *a)
{
	if (a->packed && body_unpack(a, a->route->open ? OPEN_MAX : most_bytes(a)) < 0)
		return;
	if (check_policy_bytes(a, a->http->body.n) == 0)
		a->route->run(a);
}

/* The connection may be gone before it is read. */
static int
keep(struct ask *a, const char **header)
{
	if (*header && !(*header = maas_take_text(a->arena, *header, strlen(*header))))
		return -1;
	return 0;
}

/* A thread of HTTP has others to look after: what takes long is for the unpacker. */
void
admit_handle(void *ctx, struct maas_http_request *r)
{
	struct maas_server *s = ctx;
	struct ask *a = r->app;

	a->type = maas_http_header(r, "Content-Type");
	a->accept = maas_http_header(r, "Accept");
	a->head_bytes = maas_http_header(r, "Inference-Header-Content-Length");
	a->packed = !strcmp(r->method, "POST") && body_coding(a);
	if (!s->unpacker || (!a->packed && r->body.n <= SHORT))
		take_body(a);
	else if (keep(a, &a->type) < 0 || keep(a, &a->accept) < 0 || keep(a, &a->head_bytes) < 0)
		reply_json(a, -1);
	else
		unpack_queue(s->unpacker, a, take_body);
}

void
admit_refuse(void *ctx, struct maas_http_request *r, int status, const char *why)
{
	struct ask *a = r->app;

	prepare(a, ctx, r);
	if (!a->route)
		a->route = &serve_routes[serve_nroutes - 1];
	if (status == 413)
		count_add(&a->server->rejected[REJECTED_SIZE], 1);
	if (status == 413 && r->body_max < most_bytes(a))
		tally_count(a->server->tally, "size-refused", a->key, r->peer, a->route->name);
	if (status == 503)
		count_add(&a->server->rejected[REJECTED_CONNECTIONS], 1);
	reply_error(a, status,
	    status == 413       ? "request_too_large"
		: status == 503 ? "overloaded"
				: "bad_request",
	    NULL, "%s", why);
}

static uint64_t
tokens_out(const struct ask *a)
{
	uint64_t out = a->prompts ? a->prompts->completion_tokens : 0;

	return out < a->tokens ? out : a->tokens;
}

/* What was answered, and what was computed for a client that left.  Without memory to count it in, it is given away. */
static void
count_usage(struct maas_server *s, const struct ask *a)
{
	uint64_t out = tokens_out(a);

	if (ledger_add(s->ledger, time(NULL), a->key, a->model->name, a->tokens - out, out) < 0)
		tally_count(s->tally, "usage-lost", a->key, "", "");
}

void
admit_finished(void *ctx, struct maas_http_request *r)
{
	struct maas_server *s = ctx;
	struct ask *a = r->app;
	struct maas_arena *arena = a->arena;
	struct route_metrics *m = &s->route_metrics[a->route ? a->route - serve_routes : (ptrdiff_t)serve_nroutes - 1];

	if (s->log.fd >= 0 && a->http && accesslog_add(&s->log, a) < 0)
		count_add(&s->service.log_lost, 1);
	if (*a->key)
		keymeters_add(s->keymeters, a->key, r->status, a->tokens - tokens_out(a), tokens_out(a));
	if (a->model && *a->key && (r->status < 400 || a->tokens))
		count_usage(s, a);
	if (a->server)
		hosted_release(a);
	body_free(a);
	count_code(m, r->status);
	count_seconds(&m->duration, SCALE_REQUEST, maas_clock() - r->start);
	if (arena && maas_arena_bytes(arena) > ARENA_KEEP) {
		maas_arena_free(arena);
		arena = NULL;
	}
	if (arena)
		maas_arena_reset(arena);
	*a = (struct ask){ .arena = arena };
}

void
admit_free(void *app)
{
	struct ask *a = app;

	maas_arena_free(a->arena);
}
