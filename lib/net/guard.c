/* guard.c -- which heads of requests are let in: pure functions of text. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "maas/net.h"

#define FIELDS_MAX 64
#define TARGET_MAX 4096

const char *const maas_http_methods[] = { "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", NULL };

static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/* Is every byte one of alnum or `more`, and is there one? */
static int
all_of(struct maas_span s, const char *more)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.s[i] || (!strchr(alnum, s.s[i]) && !strchr(more, s.s[i])))
			return 0;
	return s.n > 0;
}

/* A header's name, whatever its case. */
static int
named(struct maas_span s, const char *name)
{
	return s.n == strlen(name) && !strncasecmp(s.s, name, s.n);
}

static int
digits(struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] < '0' || s.s[i] > '9')
			return 0;
	return s.n > 0 && s.n <= 18;
}

/* RFC 9110, 5.5: no control but the tab. */
static int
printable(struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.s[i] < ' ' && s.s[i] != '\t') || s.s[i] == 0x7f)
			return 0;
	return 1;
}

static const char *
check_target(const char *t, int *status)
{
	size_t n = strlen(t);

	if (n > TARGET_MAX) {
		*status = 414;
		return "the request's target is longer than 4096 bytes";
	}
	if (*t != '/' && strcmp(t, "*"))
		return "the request's target does not begin with '/'";
	for (size_t i = 0; i < n; i++)
		if (t[i] <= ' ' || t[i] > '~')
			return "the request's target has a byte that must be escaped";
	if (strstr(t, "%00"))
		return "the request's target has a NUL";
	return NULL;
}

/* How the body is framed, and for whom it is: said once and plainly, or not at all. */
struct framing {
	int hosts, lengths, encodings;
};

static const char *
check_field(const struct maas_http_field *f, struct framing *seen, int *status)
{
	if (!all_of(f->name, "!#$%&'*+-.^_`|~"))
		return "a header's name has a byte that no name may have";
	if (!printable(f->value))
		return "a header's value has a control character";
	seen->hosts += named(f->name, "Host");
	if (named(f->name, "Content-Length")) {
		seen->lengths++;
		if (!digits(f->value))
			return "Content-Length is not a number";
	}
	if (named(f->name, "Transfer-Encoding")) {
		seen->encodings++;
		if (!named(f->value, "chunked")) {
			*status = 501;
			return "Transfer-Encoding is not 'chunked'";
		}
	}
	return NULL;
}

static const char *
check_framing(const struct framing *seen, int recent)
{
	if (seen->lengths > 1)
		return "more than one Content-Length";
	if (seen->encodings > 1)
		return "more than one Transfer-Encoding";
	if (seen->lengths && seen->encodings)
		return "Content-Length together with Transfer-Encoding";
	if (seen->encodings && !recent)
		return "Transfer-Encoding in HTTP/1.0"; /* RFC 9112, 6.1: take the framing for faulty */
	if (seen->hosts > 1)
		return "more than one Host";
	if (recent && !seen->hosts)
		return "no Host";
	return NULL;
}

const char *
maas_http_guard(
    const char *method, const char *target, const char *version, const struct maas_http_field *f, size_t n, int *status)
{
	struct framing seen = { 0 };
	const char *why;
	size_t m = 0;

	*status = 505;
	if (strcmp(version, "HTTP/1.1") && strcmp(version, "HTTP/1.0"))
		return "not HTTP/1.1";
	*status = 501;
	while (maas_http_methods[m] && strcmp(maas_http_methods[m], method))
		m++;
	if (!maas_http_methods[m])
		return "an unknown method";
	*status = 431;
	if (n > FIELDS_MAX)
		return "more than 64 headers";
	*status = 400;
	if ((why = check_target(target, status)))
		return why;
	for (size_t i = 0; i < n; i++)
		if ((why = check_field(&f[i], &seen, status)))
			return why;
	return check_framing(&seen, !strcmp(version, "HTTP/1.1"));
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
maas_http_unescape(struct maas_span s, struct maas_buf *to)
{
	size_t begin = to->n;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (c == '%') {
			if (s.n - i < 3 || hex(s.s[i + 1]) < 0 || hex(s.s[i + 2]) < 0)
				return maas_fail("a '%%' in the target without two hexadecimal digits");
			c = (char)(hex(s.s[i + 1]) * 16 + hex(s.s[i + 2]));
			i += 2;
		}
		if (!c)
			return maas_fail("a NUL in the target");
		if (maas_buf_add(to, &c, 1) < 0)
			return -1;
	}
	if (s.n && !maas_utf8_good((struct maas_span){ to->s + begin, to->n - begin }))
		return maas_fail("the target is not UTF-8");
	return 0;
}

int
maas_http_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, address, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return 0;
}

int
maas_http_host_local(const char *host, const char *own)
{
	char name[256];
	const char *colon;
	size_t n = strlen(host);

	if (*host == '[') {
		const char *close = strchr(host, ']');

		if (!close || (close[1] && close[1] != ':'))
			return 0;
		colon = close + 1;
		host++;
		n = (size_t)(close - host);
	} else {
		colon = strchr(host, ':');
		n = colon ? (size_t)(colon - host) : n;
	}
	if (colon && *colon && colon[1 + strspn(colon + 1, "0123456789")])
		return 0;
	if (!n || n >= sizeof name)
		return 0;
	memcpy(name, host, n);
	name[n] = '\0';
	if (name[n - 1] == '.') /* the root of all names */
		name[n - 1] = '\0';
	return !strcasecmp(name, "localhost") || maas_http_loopback(name) || (own && !strcasecmp(name, own));
}

int
maas_http_id_decent(const char *id)
{
	return strlen(id) <= MAAS_HTTP_ID && all_of(maas_span(id), "._-");
}
