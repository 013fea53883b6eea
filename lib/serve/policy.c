/* policy.c -- the policy: which routes, models and sizes a scope may use, and from where. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"
#include "maas/signature.h"
#include "policy.h"
#include "server.h"

#define TERMS_MAX 65536
#define SCOPES    2

static const char own_terms[] =
    "This service keeps, for each key: its name, its models and limits, and by day and model the number of requests and "
    "tokens.  It keeps a trail of security events with times, keys and addresses.  Texts and rows that are sent are "
    "answered and not kept.\n";

const struct maas_field maas_policy_fields[] = { MAAS_LIST(0, maas_policy, infer_route, "ROUTE",
						     "the scope infer reaches this route only; may be repeated"),
	MAAS_LIST(0, maas_policy, infer_model, "NAME", "the scope infer asks this model only; may be repeated"),
	MAAS_SIZE(0, maas_policy, infer_body_max, 0, 1 << 30, 0, "largest body with the scope infer; 0: any"),
	MAAS_INT(0, maas_policy, infer_tokens_max, 0, 1e12, 0,
	    "most tokens, read and written, of a request with the scope infer; 0: any"),
	MAAS_INT(
	    0, maas_policy, infer_rows_max, 0, 1e12, 0, "most rows or texts of a request with the scope infer; 0: any"),
	MAAS_LIST(0, maas_policy, admin_route, "ROUTE", "the scope admin reaches this route only; may be repeated"),
	MAAS_LIST(0, maas_policy, admin_model, "NAME", "the scope admin asks this model only; may be repeated"),
	MAAS_SIZE(0, maas_policy, admin_body_max, 0, 1 << 30, 0, "largest body with the scope admin; 0: any"),
	MAAS_INT(0, maas_policy, admin_tokens_max, 0, 1e12, 0,
	    "most tokens, read and written, of a request with the scope admin; 0: any"),
	MAAS_INT(
	    0, maas_policy, admin_rows_max, 0, 1e12, 0, "most rows or texts of a request with the scope admin; 0: any"),
	MAAS_DURATION(0, maas_policy, key_lifetime, 0, "no key is good for longer than this; 0: as long as it says"),
	MAAS_LIST(0, maas_policy, allow_address, "ADDRESS[/BITS]", "only from here; may be repeated"),
	MAAS_LIST(0, maas_policy, deny_address, "ADDRESS[/BITS]", "not from here; may be repeated"),
	MAAS_FLAG(0, maas_policy, behind_proxy,
	    "a proxy in front speaks TLS, and adds the client's address to X-Forwarded-For"),
	MAAS_LIST(0, maas_policy, proxy_address, "ADDRESS[/BITS]", "the proxy's; others are refused; may be repeated"),
	MAAS_TEXT(0, maas_policy, terms, NULL, "file of the text of /v1/terms"),
	MAAS_LIST(0, maas_policy, price, "NAME=IN[/OUT[/REQUESTS]]",
	    "price of a million tokens read, written, and of requests to a model; may be repeated"),
	MAAS_LIST(0, maas_policy, require_signature, "FILE",
	    "load models alone that are signed by the public key in this file; may be repeated"),
	MAAS_DURATION(0, maas_policy, keep_usage, 0, "erase usage older than this; 0: never"),
	MAAS_DURATION(0, maas_policy, keep_audit, 0, "erase events older than this; 0: never"),
	MAAS_DURATION(0, maas_policy, keep_log, 0,
	    "begin a log each day, and erase those of days longer ago than this; 0: one log, for ever"),
	MAAS_END };

struct net {
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	int bits;
};

struct nets {
	struct net *net;
	size_t n;
};

struct policy {
	const struct maas_policy *said;
	struct nets allow, deny, proxy;
	struct maas_buf terms;
	unsigned char (*signer)[MAAS_SECRET];
	size_t nsigner;
};

static int
read_address(const char *text, unsigned char to[16], int *v4)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(to, mapped, sizeof mapped);
	*v4 = inet_pton(AF_INET, text, to + 12) == 1;
	return *v4 || inet_pton(AF_INET6, text, to) == 1 ? 0 : -1;
}

static int
read_net(const char *text, struct net *to)
{
	const char *slash = strchr(text, '/');
	char address[64];
	int64_t bits = 128;
	int v4;

	snprintf(address, sizeof address, "%.*s", (int)(slash ? slash - text : 63), text);
	if (strlen(text) > 60 || read_address(address, to->address, &v4) < 0 ||
	    (slash && maas_parse_int(maas_span(slash + 1), &bits) < 0) || bits < 0 || bits > (v4 && slash ? 32 : 128))
		return maas_fail_as(MAAS_CONFIG, "'%s' is no address: want 192.0.2.0/24 or 2001:db8::/32", text);
	to->bits = (int)bits + (v4 && slash ? 96 : 0);
	return 0;
}

static int
read_nets(const struct maas_list *list, struct nets *to)
{
	if (list->n && !(to->net = maas_alloc(list->n, sizeof *to->net)))
		return -1;
	for (; to->n < list->n; to->n++)
		if (read_net(list->item[to->n], &to->net[to->n]) < 0)
			return -1;
	return 0;
}

static int
inside(const struct nets *nets, const unsigned char address[16])
{
	for (size_t i = 0; i < nets->n; i++) {
		const struct net *n = &nets->net[i];
		int whole = n->bits / 8, rest = n->bits % 8;

		if (!memcmp(n->address, address, (size_t)whole) &&
		    (!rest || (n->address[whole] ^ address[whole]) >> (8 - rest) == 0))
			return 1;
	}
	return 0;
}

/* Several paths have one name. */
static int
is_first(size_t route)
{
	for (size_t i = 0; i < route; i++)
		if (!strcmp(serve_routes[i].name, serve_routes[route].name))
			return 0;
	return 1;
}

/* With all there are: who sees this wants to know. */
static int
no_route(const char *name)
{
	struct maas_buf all = { 0 };

	for (size_t i = 0; i + 1 < serve_nroutes; i++)
		if (is_first(i) && maas_buf_printf(&all, "%s%s", i ? ", " : "", serve_routes[i].name) < 0)
			break;
	maas_fail_as(MAAS_CONFIG, "there is no route '%s': %s", name, all.s ? all.s : "");
	maas_buf_free(&all);
	return -1;
}

static int
check_routes(const struct maas_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		size_t k = 0;

		while (k + 1 < serve_nroutes && strcmp(serve_routes[k].name, list->item[i]))
			k++;
		if (k + 1 >= serve_nroutes)
			return no_route(list->item[i]);
	}
	return 0;
}

static int
check_proxy(const struct maas_policy *said)
{
	if (!said->proxy_address.n || said->behind_proxy)
		return 0;
	return maas_fail_as(MAAS_CONFIG, "--proxy-address is for a server --behind-proxy");
}

static int
read_terms(const char *path, struct maas_buf *to)
{
	struct maas_input *in;
	int rc = -1, last;

	if (!path)
		return maas_buf_text(to, own_terms);
	if (!(in = maas_input_open(path, "UTF-8")))
		return -1;
	if (maas_input_block(in, to, TERMS_MAX, &last) == 0)
		rc = last ? maas_buf_text(to, "") /* ends it as a text */
			  : maas_fail_as(MAAS_CONFIG, "%s: terms of more than %d bytes", path, TERMS_MAX);
	maas_input_close(in);
	return rc;
}

static int
read_signers(const struct maas_list *files, struct policy *p)
{
	if (files->n && !(p->signer = maas_alloc(files->n, sizeof *p->signer)))
		return -1;
	for (; p->nsigner < files->n; p->nsigner++)
		if (maas_secret_load(p->signer[p->nsigner], MAAS_SECRET_PUBLIC, files->item[p->nsigner]) < 0)
			return maas_in("--require-signature");
	return 0;
}

struct policy *
policy_new(const struct maas_policy *said)
{
	static const struct maas_policy nothing;
	struct policy *p = maas_alloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->said = said ? said : &nothing;
	if (check_routes(&p->said->infer_route) == 0 && check_routes(&p->said->admin_route) == 0 &&
	    read_nets(&p->said->allow_address, &p->allow) == 0 && read_nets(&p->said->deny_address, &p->deny) == 0 &&
	    read_nets(&p->said->proxy_address, &p->proxy) == 0 && check_proxy(p->said) == 0 &&
	    maas_prices_check(&p->said->price) == 0 && read_terms(p->said->terms, &p->terms) == 0 &&
	    read_signers(&p->said->require_signature, p) == 0)
		return p;
	policy_free(p);
	return NULL;
}

void
policy_free(struct policy *p)
{
	if (!p)
		return;
	free(p->allow.net);
	free(p->deny.net);
	free(p->proxy.net);
	maas_buf_free(&p->terms);
	free(p->signer);
	free(p);
}

static int
on_list(const struct maas_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->item[i], name))
			return 1;
	return !list->n;
}

int
policy_allows_route(const struct policy *p, unsigned scopes, const char *route)
{
	return ((scopes & MAAS_SCOPE_INFER) && on_list(&p->said->infer_route, route)) ||
	    ((scopes & MAAS_SCOPE_ADMIN) && on_list(&p->said->admin_route, route)) ||
	    ((scopes & MAAS_SCOPE_METRICS) && !strcmp(route, "metrics"));
}

int
policy_allows_model(const struct policy *p, unsigned scopes, const char *model)
{
	return ((scopes & MAAS_SCOPE_INFER) && on_list(&p->said->infer_model, model)) ||
	    ((scopes & MAAS_SCOPE_ADMIN) && on_list(&p->said->admin_model, model));
}

int
policy_allows_bytes(const struct policy *p, unsigned scopes, size_t n)
{
	size_t most[SCOPES] = { p->said->infer_body_max, p->said->admin_body_max };

	return ((scopes & MAAS_SCOPE_INFER) && (!most[0] || n <= most[0])) ||
	    ((scopes & MAAS_SCOPE_ADMIN) && (!most[1] || n <= most[1])) || ((scopes & MAAS_SCOPE_METRICS) && !n);
}

/* The larger one of the scopes a key has; 0 is any. */
static size_t
larger(unsigned scopes, long infer, long admin)
{
	size_t i = scopes & MAAS_SCOPE_INFER ? (infer ? (size_t)infer : SIZE_MAX) : 0;
	size_t a = scopes & MAAS_SCOPE_ADMIN ? (admin ? (size_t)admin : SIZE_MAX) : 0;

	return i > a ? i : a;
}

size_t
policy_most_bytes(const struct policy *p, unsigned scopes)
{
	return larger(scopes, (long)p->said->infer_body_max, (long)p->said->admin_body_max);
}

size_t
policy_most_tokens(const struct policy *p, unsigned scopes)
{
	return larger(scopes, p->said->infer_tokens_max, p->said->admin_tokens_max);
}

size_t
policy_most_rows(const struct policy *p, unsigned scopes)
{
	return larger(scopes, p->said->infer_rows_max, p->said->admin_rows_max);
}

int
policy_allows_peer(const struct policy *p, const char *peer)
{
	unsigned char address[16];
	int v4;

	if ((!p->allow.n && !p->deny.n) || !strcmp(peer, "unix"))
		return 1;
	if (read_address(peer, address, &v4) < 0)
		return 0;
	return !inside(&p->deny, address) && (!p->allow.n || inside(&p->allow, address));
}

int
policy_behind_proxy(const struct policy *p)
{
	return p->said->behind_proxy;
}

int
policy_allows_proxy(const struct policy *p, const char *hop)
{
	unsigned char address[16];
	int v4;

	if (!p->proxy.n || !strcmp(hop, "unix"))
		return 1;
	return read_address(hop, address, &v4) == 0 && inside(&p->proxy, address);
}

/* The last address of the list, which the proxy itself has added: those before it are hearsay. */
static void
last_address(const char *list, char to[64])
{
	const char *comma = strrchr(list, ','), *s = comma ? comma + 1 : list, *dot, *colon;
	size_t n;

	s += strspn(s, " \t");
	if (*s == '[') { /* "[2001:db8::1]:4711", as some write it */
		s++;
		n = strcspn(s, "]");
	} else {
		n = strcspn(s, " \t");
		dot = memchr(s, '.', n);
		colon = memchr(s, ':', n);
		if (dot && colon && dot < colon) /* "192.0.2.1:4711"; "::ffff:192.0.2.1" is none such */
			n = (size_t)(colon - s);
	}
	snprintf(to, 64, "%.*s", n < 64 ? (int)n : 0, s);
}

void
policy_client(const char *forwarded, char peer[64])
{
	unsigned char address[16];
	char text[64];
	int v4;

	if (!forwarded)
		return;
	last_address(forwarded, text);
	if (read_address(text, address, &v4) == 0)
		memcpy(peer, text, sizeof text);
}

int
policy_check_model(const struct policy *p, const char *path, const char *sha256)
{
	if (!p->nsigner)
		return 0;
	if (!*sha256)
		return maas_fail(
		    "%s: a directory has no signature, which the policy requires; convert it to a model file", path);
	return maas_signature_check(path, sha256, (const unsigned char(*)[MAAS_SECRET])p->signer, p->nsigner);
}

const char *
policy_terms(const struct policy *p)
{
	return p->terms.s ? p->terms.s : "";
}
