/*
 * body.c -- bodies that come packed.  What gzip data become is not known before, so memory is set
 * aside for the most it can be, and for all such bodies together there is a limit.
 */
#include <string.h>
#include <strings.h>

#include "server.h"

#define UNPACKED_MAX ((size_t)256 << 20) /* bytes of all; one of the largest at least */
#define RATIO        1032                /* of deflate, at best (RFC 1951: 258 bytes in two bits) */

int
body_coding(struct ask *a)
{
	const char *coding = maas_http_header(a->http, "Content-Encoding");

	if (!coding || !strcasecmp(coding, "identity"))
		return 0;
	if (!strcasecmp(coding, "gzip") || !strcasecmp(coding, "x-gzip"))
		return 1;
	maas_http_set(a->http, "Accept-Encoding", "gzip");
	reply_error(a, 415, "unsupported_media_type", NULL, "Content-Encoding is neither 'gzip' nor 'identity'");
	return -1;
}

static int
refuse(struct ask *a)
{
	if (maas_why() == MAAS_UNAVAILABLE)
		reply_error(a, 415, "unsupported_media_type", NULL, "%s", maas_error());
	else if (maas_why() == MAAS_OS)
		reply_error(a, 503, "overloaded", NULL, "no memory for the body");
	else
		reply_error(a, 400, "invalid_encoding", NULL, "the body: %s", maas_error());
	return -1;
}

int
body_unpack(struct ask *a, size_t most)
{
	struct maas_server *s = a->server;
	struct maas_span packed = a->http->body;
	size_t room = packed.n < most / RATIO ? packed.n * RATIO : most,
	       limit = UNPACKED_MAX > most ? UNPACKED_MAX : most;
	int rc;

	if (atomic_fetch_add(&s->unpacked, room) + room > limit) {
		atomic_fetch_sub(&s->unpacked, room);
		maas_http_set(a->http, "Retry-After", "1");
		reply_error(a, 503, "overloaded", NULL, "too many large bodies at once");
		return -1;
	}
	rc = maas_gunzip(packed, room, &a->plain);
	if (a->plain.n < room)
		atomic_fetch_sub(&s->unpacked, room - a->plain.n);
	else
		a->plain.n = room;
	if (rc < 0)
		return refuse(a);
	if (rc > 0) {
		reply_too_large(a);
		return -1;
	}
	a->http->body = (struct maas_span){ a->plain.s, a->plain.n };
	return 0;
}

void
body_free(struct ask *a)
{
	if (a->plain.n)
		atomic_fetch_sub(&a->server->unpacked, a->plain.n);
	maas_buf_free(&a->plain);
}
