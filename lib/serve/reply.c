/* reply.c -- bodies of replies, and of requests, as JSON. */
#include <stdarg.h>
#include <string.h>

#include "server.h"

int
put_text(struct maas_buf *to, const char *text)
{
	return maas_json_put_text(to, maas_span(text));
}

static const char *
type_of(int status)
{
	switch (status) {
	case 401: return "authentication_error";
	case 403: return "permission_error";
	case 429: return "rate_limit_error";
	default: return status < 500 ? "invalid_request_error" : "server_error";
	}
}

int
put_error(struct maas_buf *to, int status, const char *code, const char *param, const char *message)
{
	if (maas_buf_text(to, "{\"error\":{\"message\":") < 0 || put_text(to, message) < 0)
		return -1;
	if (maas_buf_printf(to, ",\"type\":\"%s\",\"param\":", type_of(status)) < 0 ||
	    (param ? put_text(to, param) : maas_buf_text(to, "null")) < 0)
		return -1;
	return maas_buf_printf(to, ",\"code\":\"%s\"}}", code);
}

/* The Open Inference Protocol has an error shape of its own. */
static int
of_v2(const struct ask *a)
{
	struct maas_span path = a->http->path;

	return path.n >= 3 && !memcmp(path.s, "/v2", 3) && (path.n == 3 || path.s[3] == '/');
}

static int
put_short_error(struct maas_buf *to, const char *message)
{
	return maas_buf_text(to, "{\"error\":") < 0 || put_text(to, message) < 0 ? -1 : maas_buf_text(to, "}");
}

void
reply_error(struct ask *a, int status, const char *code, const char *param, const char *fmt, ...)
{
	struct maas_buf *body = maas_http_body(a->http);
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	if (status == 500 || status == 501) /* clients try these again of themselves: in vain */
		maas_http_set(a->http, "x-should-retry", "false");
	body->n = 0;
	if ((of_v2(a) ? put_short_error(body, message) : put_error(body, status, code, param, message)) < 0 ||
	    maas_buf_text(body, "\n") < 0)
		body->n = 0;
	maas_http_reply(a->http, status, body->n ? "application/json" : NULL);
}

void
reply_json(struct ask *a, int rc)
{
	if (rc == 0)
		rc = maas_buf_text(maas_http_body(a->http), "\n");
	if (rc == 0)
		maas_http_reply(a->http, 200, "application/json");
	else
		reply_error(a, 503, "overloaded", NULL, "no memory for the answer");
}

void
reply_too_large(struct ask *a)
{
	count_add(&a->server->rejected[REJECTED_SIZE], 1);
	reply_error(a, 413, "request_too_large", NULL, "the body is larger than the server takes");
}

struct maas_json *
read_object(struct ask *a)
{
	return read_object_in(a, a->http->body);
}

struct maas_json *
read_object_in(struct ask *a, struct maas_span text)
{
	struct maas_json *j;

	if (text.n > a->server->options.body_max) {
		reply_too_large(a);
		return NULL;
	}
	if (text.n >= 3 && !memcmp(text.s, "\xef\xbb\xbf", 3)) /* the mark that some editors put */
		text = (struct maas_span){ text.s + 3, text.n - 3 };
	if (!text.n) {
		reply_error(a, 400, "invalid_json", NULL, "the body is empty");
		return NULL;
	}
	j = maas_json_parse(text);
	if (j && maas_json_type(j) == MAAS_J_OBJECT)
		return j;
	if (j)
		maas_fail("the body is no JSON object");
	maas_json_free(j);
	reply_error(a, 400, "invalid_json", NULL, "%s", maas_error());
	return NULL;
}

int
check_members(struct ask *a, const struct maas_json *j, const char *const *known)
{
	struct maas_span key;
	const struct maas_json *value;
	void *it = NULL;

	while ((it = maas_json_next(j, it, &key, &value))) {
		char name[64];
		const char *near;
		size_t i = 0;

		while (known[i] && !maas_span_is(key, known[i]))
			i++;
		if (known[i])
			continue;
		snprintf(name, sizeof name, "%.*s",
		    (int)(key.n < 60 ? maas_utf8_whole(key.s, key.n) : maas_utf8_whole(key.s, 60)), key.s);
		near = maas_nearest(name, known);
		reply_error(a, 400, "unknown_parameter", name,
		    near ? "no such member: '%s'; '%s'?" : "no such member: '%s'", name, near);
		return -1;
	}
	return 0;
}
