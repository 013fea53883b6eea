/*
 * route_page.c -- the page: its files lie in the binary.  Open to all, since there is nothing in them but the page
 * itself: what it shows it asks for with the key of who sits before it.
 *
 * Its policy lets it load and ask nothing but this server, run no script but its own files, and make no markup of
 * texts (Content Security Policy Level 3, Trusted Types).
 */
#include <string.h>

#include "page.h"
#include "server.h"

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

static const struct page_file *
find(struct maas_span path)
{
	struct maas_span name = { path.s + 1, path.n - 1 };

	for (const struct page_file *f = page_files; f->name; f++)
		if (maas_span_is(name, f->name))
			return f;
	return NULL;
}

/* Browsers ask each time, and get the file again only if it is another: page and server are never of different age. */
static void
reply_file(struct ask *a, const struct page_file *f, const char *type)
{
	const char *have = maas_http_header(a->http, "If-None-Match");

	maas_http_set(a->http, "Cache-Control", "no-cache");
	maas_http_set(a->http, "ETag", "%s", f->tag);
	maas_http_set(a->http, "Content-Security-Policy", "%s", policy);
	maas_http_set(a->http, "X-Content-Type-Options", "nosniff");
	maas_http_set(a->http, "Referrer-Policy", "no-referrer");
	maas_http_set(a->http, "Cross-Origin-Opener-Policy", "same-origin");
	maas_http_set(a->http, "Cross-Origin-Resource-Policy", "same-origin");
	if (have && strstr(have, f->tag))
		maas_http_reply(a->http, 304, NULL);
	else if (maas_buf_add(maas_http_body(a->http), f->bytes, f->n) < 0)
		reply_json(a, -1);
	else
		maas_http_reply(a->http, 200, type);
}

static void
reply_path(struct ask *a, const char *type)
{
	const struct page_file *f = find(a->http->path);

	if (f)
		reply_file(a, f, type);
	else
		run_nothing(a);
}

void
run_page(struct ask *a)
{
	reply_file(a, find(maas_span("/page.html")), "text/html; charset=utf-8");
}

void
run_page_style(struct ask *a)
{
	reply_path(a, "text/css; charset=utf-8");
}

void
run_page_script(struct ask *a)
{
	reply_path(a, "text/javascript; charset=utf-8");
}

void
run_page_icon(struct ask *a)
{
	reply_path(a, "image/svg+xml");
}

int
route_served(const struct maas_server *s, const struct route *r)
{
	return s->options.page ||
	    (r->run != run_page && r->run != run_page_style && r->run != run_page_script && r->run != run_page_icon);
}
