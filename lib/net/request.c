/* request.c -- what is found out about a request from its head alone, and how its body is taken in. */
#include <string.h>

#include "exchange.h"

#define HEAD_BYTES 16384     /* of a head; the library itself refuses at about twice as many, in HTML */
#define WASTE      (1 << 20) /* of a body that is read though the reply is there already */

void
request_name(struct exchange *x)
{
	static const char digit[] = "0123456789abcdef";
	const char *theirs = maas_http_header(&x->r, "X-Request-Id");
	const unsigned char *raw;

	if (theirs && maas_http_id_decent(theirs)) {
		snprintf(x->r.id, sizeof x->r.id, "%s", theirs);
		return;
	}
	if (!x->nchance) {
		if (maas_random(x->chance, sizeof x->chance) < 0)
			memset(x->chance, 0, sizeof x->chance);
		x->nchance = sizeof x->chance;
	}
	x->nchance -= ID_BYTES;
	raw = x->chance + x->nchance;
	for (size_t i = 0; i < ID_BYTES; i++) {
		x->r.id[2 * i] = digit[raw[i] >> 4];
		x->r.id[2 * i + 1] = digit[raw[i] & 15];
	}
}

/* Does the body fit?  By Content-Length, before a byte of it is read. */
const char *
request_check_size(struct exchange *x, int *status)
{
	struct maas_http *h = x->http;
	const char *text = maas_http_header(&x->r, "Content-Length");
	int64_t n = 0;

	if (text && maas_parse_int(maas_span(text), &n) < 0)
		n = 0;
	*status = 413;
	if ((size_t)n > h->set.body_max)
		return "the body is larger than the server takes";
	x->budget = (size_t)n;
	*status = 503;
	if (atomic_fetch_add(&h->bodies, x->budget) + x->budget > h->set.bodies_max)
		return "too many large bodies at once";
	if (x->link->spare)
		return "too many connections";
	return NULL;
}

/*
 * Is the body read, unkept, before the reply that is there already goes out?  Who sends on, and finds the connection
 * closed, would not get to read it.
 */
int
request_wastes_body(const struct exchange *x)
{
	const char *length = maas_http_header(&x->r, "Content-Length");
	int64_t n = maas_http_header(&x->r, "Transfer-Encoding") ? WASTE : 0;

	if (length && maas_parse_int(maas_span(length), &n) < 0)
		n = 0;
	return n > 0 && n <= WASTE && !maas_http_header(&x->r, "Expect");
}

void
request_give_back(struct exchange *x)
{
	maas_buf_wipe(&x->in);
	atomic_fetch_sub(&x->http->bodies, x->budget);
	x->budget = 0;
}

/* A piece of the body.  One too large is read on for a while, unkept, too.  -1: it was long enough. */
int
request_more(struct exchange *x, const char *p, size_t n)
{
	struct maas_http *h = x->http;
	size_t all = x->in.n + n;

	if (x->stage == REPLIED || x->too_large) {
		x->wasted += n;
		return x->wasted > WASTE + (x->too_large ? 2 * x->r.body_max : 0) ? -1 : 0;
	}
	atomic_store(&x->link->deadline, x->began + h->set.body_seconds + (double)all / (double)h->set.min_rate);
	if (all > x->budget) { /* chunked: what comes is not known before */
		size_t extra = all - x->budget;

		x->budget = all;
		x->no_room = atomic_fetch_add(&h->bodies, extra) + extra > h->set.bodies_max;
	}
	if (all > x->r.body_max || x->no_room || maas_buf_add(&x->in, p, n) < 0) {
		x->too_large = 1;
		request_give_back(x);
	}
	return 0;
}

/*
 * libmicrohttpd before 1.0 reads a head leniently: lines end in a bare LF, values hold a NUL or go on in the next line.
 * But it reads it where it lies, and hands out where the parts are: in a head as it must be there is between two of
 * them just what must be, and the name of a folded line is elsewhere.  So places are compared, and nothing is read
 * twice.
 */
static int
seamless(const struct head *h, size_t bytes)
{
	const char *target = h->method + strlen(h->method) + 1, *at = h->version + strlen(h->version) + 2;

	if (h->url != target || h->url + h->target_bytes + 1 != h->version)
		return 0;
	for (size_t i = 0; i < h->n; i++) {
		const struct maas_http_field *f = &h->field[i];

		if (f->name.s != at || f->value.s <= f->name.s + f->name.n)
			return 0;
		at = f->value.s + f->value.n + 2;
	}
	return at + 2 == h->method + bytes;
}

const char *
request_check_layout(const struct head *h, size_t bytes, int in_place, int *status)
{
	*status = 400;
	if (in_place && !seamless(h, bytes))
		return "the head has a bare LF, a NUL, a folded line, or more than one space in its first line";
	*status = 431;
	return bytes > HEAD_BYTES ? "the head is longer than 16 KiB" : NULL;
}
