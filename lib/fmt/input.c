#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef MAAS_HAS_ZLIB
#include <zlib.h>
#endif

#include "maas/fmt.h"

#define PIECE ((size_t)256 << 10)

/* Bytes that wait between two stages; what is before `at` was taken. */
struct queue {
	struct maas_buf buf;
	size_t at;
};

/* Three stages: read from the descriptor, gunzipped, turned to UTF-8. */
struct maas_input {
	char *name;
	int fd;
	int begun, raw_end, end; /* first bytes seen; descriptor dry; last stage dry */
	struct queue raw, plain, out;
	size_t lines;
	size_t longest;             /* line that is allowed; 0: any */
	struct maas_sha256 *digest; /* of what is read; NULL: not wanted */
	int clipped;                /* the rest of a line is to be passed over */
	size_t undigested;          /* of the last bytes of out: came by maas_input_fetch */
	struct maas_span digesting; /* of them, what maas_input_catch_up is to add */
	size_t room;                /* that maas_input_fetch may fill */
	size_t fetched;             /* by it, not yet settled */
	char late[512];             /* why it failed; "": it did not */
	enum maas_why late_why;
	enum { PLAIN, GZIP, GZIP_DONE } packed;
	iconv_t turn; /* (iconv_t)-1: as it is */
#ifdef MAAS_HAS_ZLIB
	z_stream z;
#endif
};

#ifdef MAAS_STATIC
/* iconv would load parts of another C library into this file: that of the machine it runs on. */
static iconv_t
turn_open(const char *encoding)
{
	maas_fail_as(MAAS_UNAVAILABLE, "encoding '%s': built for UTF-8 alone: iconv -f %s -t UTF-8 into a pipe",
	    encoding, encoding);
	return (iconv_t)-1;
}
#else
static iconv_t
turn_open(const char *encoding)
{
	iconv_t turn = iconv_open("UTF-8", encoding);

	if (turn == (iconv_t)-1)
		maas_fail_as(MAAS_USAGE, "encoding '%s' is not known (see iconv -l)", encoding);
	return turn;
}
#endif

struct maas_input *
maas_input_open(const char *path, const char *encoding)
{
	int std = !strcmp(path, "-");
	struct maas_input *in = maas_alloc(1, sizeof *in);
	struct stat st;

	if (!in)
		return NULL;
	in->fd = -1;
	in->turn = (iconv_t)-1;
	if (!(in->name = strdup(std ? "<stdin>" : path))) {
		maas_fail_as(MAAS_OS, "no memory for a path");
		goto fail;
	}
	if ((in->fd = std ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		maas_fail_errno("%s", in->name);
		goto fail;
	}
	if (fstat(in->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		maas_fail_errno("%s", in->name);
		goto fail;
	}
	if (encoding && strcasecmp(encoding, "UTF-8") && strcasecmp(encoding, "UTF8") &&
	    (in->turn = turn_open(encoding)) == (iconv_t)-1)
		goto fail;
	return in;
fail:
	maas_input_close(in);
	return NULL;
}

const char *
maas_input_name(const struct maas_input *in)
{
	return in->name;
}

static size_t
waiting(const struct queue *q)
{
	return q->buf.n - q->at;
}

/* Room for n more bytes; what was taken is dropped where that spares growing. */
static int
make_room(struct queue *q, size_t n)
{
	struct maas_buf *b = &q->buf;

	if (q->at && (q->at == b->n || b->cap - b->n <= n)) {
		memmove(b->s, b->s + q->at, b->n - q->at);
		b->n -= q->at;
		q->at = 0;
	}
	return maas_grow(&b->s, b->n, &b->cap, n + 1, 1);
}

/* One read(): what has arrived. */
static int
read_some(struct maas_input *in, struct queue *q)
{
	ssize_t n;

	if (make_room(q, PIECE) < 0)
		return -1;
	do
		n = read(in->fd, q->buf.s + q->buf.n, PIECE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return maas_fail_errno("%s: reading", in->name);
	in->raw_end = n == 0;
	q->buf.n += (size_t)n;
	return 0;
}

#ifdef MAAS_HAS_ZLIB
static int
gunzip_start(struct maas_input *in)
{
	if (inflateInit2(&in->z, 15 + 16) != Z_OK)
		return maas_fail_as(MAAS_OS, "%s: no memory to gunzip", in->name);
	in->packed = GZIP;
	return 0;
}

/* A file may hold several members in a row; what else follows is padding, as gzip sees it. */
static int
next_member(struct maas_input *in)
{
	if (!waiting(&in->raw) && !in->raw_end && read_some(in, &in->raw) < 0)
		return -1;
	if (!waiting(&in->raw) || (unsigned char)in->raw.buf.s[in->raw.at] != 0x1f) {
		in->raw.at = in->raw.buf.n;
		in->packed = GZIP_DONE;
		inflateEnd(&in->z);
		return 0;
	}
	return inflateReset(&in->z) == Z_OK ? 0 : maas_fail("%s: gzip data is damaged", in->name);
}

static int
gunzip_some(struct maas_input *in, struct queue *q)
{
	int rc;

	if (!waiting(&in->raw) && !in->raw_end && read_some(in, &in->raw) < 0)
		return -1;
	if (make_room(q, PIECE) < 0)
		return -1;
	in->z.next_in = (unsigned char *)in->raw.buf.s + in->raw.at;
	in->z.avail_in = (unsigned)waiting(&in->raw);
	in->z.next_out = (unsigned char *)q->buf.s + q->buf.n;
	in->z.avail_out = (unsigned)PIECE;
	rc = inflate(&in->z, Z_NO_FLUSH);
	in->raw.at = in->raw.buf.n - in->z.avail_in;
	q->buf.n += PIECE - in->z.avail_out;
	if (rc == Z_STREAM_END)
		return next_member(in);
	if (rc == Z_BUF_ERROR && in->raw_end)
		return maas_fail("%s: gzip data is cut short", in->name);
	if (rc != Z_OK && rc != Z_BUF_ERROR)
		return maas_fail("%s: gzip data is damaged", in->name);
	return 0;
}

static void
gunzip_stop(struct maas_input *in)
{
	if (in->packed == GZIP)
		inflateEnd(&in->z);
}

/* As far as there is room for: 1 there is more, 0 the end of a member, -1. */
static int
unpack(z_stream *z, size_t most, struct maas_buf *to)
{
	for (;;) {
		size_t room = most - to->n < PIECE ? most - to->n : PIECE;
		int rc;

		if (maas_grow(&to->s, to->n, &to->cap, room + 1, 1) < 0)
			return -1;
		z->next_out = (unsigned char *)to->s + to->n;
		z->avail_out = (unsigned)room + 1;
		rc = inflate(z, Z_NO_FLUSH);
		to->n += room + 1 - z->avail_out;
		if (to->n > most)
			return 1;
		if (rc == Z_STREAM_END)
			return 0;
		if (rc != Z_OK)
			return maas_fail(rc == Z_BUF_ERROR ? "gzip data is cut short" : "gzip data is damaged");
	}
}

int
maas_gunzip(struct maas_span packed, size_t most, struct maas_buf *to)
{
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)packed.s };
	size_t limit = to->n + most;
	int rc = 0;

	if (packed.n > UINT_MAX)
		return 1;
	z.avail_in = (unsigned)packed.n;
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		return maas_fail_as(MAAS_OS, "no memory to gunzip");
	do
		rc = unpack(&z, limit, to);
	while (rc == 0 && z.avail_in && inflateReset(&z) == Z_OK);
	inflateEnd(&z);
	return rc;
}
#else
int
maas_gunzip(struct maas_span packed, size_t most, struct maas_buf *to)
{
	(void)packed, (void)most, (void)to;
	return maas_fail_as(MAAS_UNAVAILABLE, "built without zlib");
}

static int
gunzip_start(struct maas_input *in)
{
	return maas_fail_as(MAAS_UNAVAILABLE, "%s: built without zlib: gunzip -c it into a pipe", in->name);
}

static int
gunzip_some(struct maas_input *in, struct queue *q)
{
	(void)q;
	return gunzip_start(in);
}

static void
gunzip_stop(struct maas_input *in)
{
	(void)in;
}
#endif

/* Is it gzip?  A second byte is waited for only where the first one could begin it. */
static int
begin(struct maas_input *in)
{
	struct maas_buf *b = &in->raw.buf;

	in->begun = 1;
	while (!in->raw_end && (b->n < 1 || (b->n < 2 && b->s[0] == 0x1f)))
		if (read_some(in, &in->raw) < 0)
			return -1;
	if (b->n >= 2 && !memcmp(b->s, "\x1f\x8b", 2))
		return gunzip_start(in);
	return 0;
}

/* Some bytes past the second stage, *dry where there will be no more. */
static int
next_plain(struct maas_input *in, struct queue *q, int *dry)
{
	if (!in->begun && begin(in) < 0)
		return -1;
	if (in->packed == GZIP)
		return gunzip_some(in, q);
	if (in->packed == PLAIN && waiting(&in->raw)) { /* what begin() read */
		if (make_room(q, waiting(&in->raw)) < 0)
			return -1;
		memcpy(q->buf.s + q->buf.n, in->raw.buf.s + in->raw.at, waiting(&in->raw));
		q->buf.n += waiting(&in->raw);
		in->raw.at = in->raw.buf.n;
		return 0;
	}
	if (in->packed == PLAIN && !in->raw_end && read_some(in, q) < 0)
		return -1;
	*dry = in->packed == GZIP_DONE || in->raw_end;
	return 0;
}

static void
digest_late(struct maas_input *in)
{
	if (in->digest && in->undigested)
		maas_sha256_add(in->digest, in->out.buf.s + in->out.buf.n - in->undigested, in->undigested);
	in->undigested = 0;
}

/* The same, into the digest too: what was waiting keeps its length, wherever it is moved. */
static int
plain_some(struct maas_input *in, struct queue *q, int *dry)
{
	size_t had = waiting(q);

	digest_late(in);
	if (next_plain(in, q, dry) < 0)
		return -1;
	if (in->digest && waiting(q) > had)
		maas_sha256_add(in->digest, q->buf.s + q->at + had, waiting(q) - had);
	return 0;
}

static int
turn_some(struct maas_input *in)
{
	struct queue *from = &in->plain, *to = &in->out;
	size_t have, space = 4 * PIECE;
	char *p, *q;
	int dry = 0;

	if (plain_some(in, from, &dry) < 0 || make_room(to, space) < 0)
		return -1;
	p = from->buf.s + from->at;
	q = to->buf.s + to->buf.n;
	have = waiting(from);
	if (have && iconv(in->turn, &p, &have, &q, &space) == (size_t)-1) {
		if (errno == EILSEQ)
			return maas_fail(
			    "%s: bytes that are not in the encoding named, after line %zu", in->name, in->lines);
		if (errno == EINVAL && dry)
			return maas_fail("%s: ends inside a character", in->name);
	}
	from->at = from->buf.n - have;
	to->buf.n = (size_t)(q - to->buf.s);
	in->end = dry && !have;
	return 0;
}

static int
more(struct maas_input *in)
{
	return in->turn != (iconv_t)-1 ? turn_some(in) : plain_some(in, &in->out, &in->end);
}

int
maas_input_peek(struct maas_input *in, size_t n, struct maas_span *s)
{
	while (waiting(&in->out) < n && !in->end)
		if (more(in) < 0)
			return -1;
	*s = (struct maas_span){ in->out.buf.s ? in->out.buf.s + in->out.at : "", waiting(&in->out) };
	return 0;
}

long
maas_input_read(struct maas_input *in, void *to, size_t n)
{
	size_t have;

	while (!waiting(&in->out) && !in->end)
		if (more(in) < 0)
			return -1;
	have = waiting(&in->out);
	if (have > n)
		have = n;
	if (have)
		memcpy(to, in->out.buf.s + in->out.at, have);
	in->out.at += have;
	return (long)have;
}

int
maas_input_room(struct maas_input *in, size_t n)
{
	struct queue *q = &in->out;

	if (in->turn != (iconv_t)-1)
		return 0;
	if (q->at == q->buf.n || q->buf.cap - q->buf.n < n + 2 * PIECE) {
		if (waiting(q))
			memmove(q->buf.s, q->buf.s + q->at, waiting(q));
		q->buf.n -= q->at;
		q->at = 0;
	}
	/* Several times as much as is waiting: what waits is moved seldom. */
	if (q->buf.cap - q->buf.n < n + 2 * PIECE &&
	    maas_grow(&q->buf.s, q->buf.n, &q->buf.cap, waiting(q) + 4 * (n + 2 * PIECE), 1) < 0)
		return -1;
	in->room = n;
	in->fetched = 0;
	in->digesting = (struct maas_span){ q->buf.s + q->buf.n - in->undigested, in->undigested };
	return 1;
}

/* Pieces are no longer than the room that is kept, so nothing moves. */
void
maas_input_fetch(struct maas_input *in)
{
	size_t before = in->out.buf.n;
	int rc = 0;

	while (rc == 0 && !in->end && in->out.buf.n - before < in->room)
		rc = next_plain(in, &in->out, &in->end);
	in->room = 0;
	in->fetched = in->out.buf.n - before;
	if (rc < 0) {
		snprintf(in->late, sizeof in->late, "%s", maas_error());
		in->late_why = maas_why();
		in->end = 1;
	}
}

void
maas_input_catch_up(struct maas_input *in)
{
	if (in->digest && in->digesting.n)
		maas_sha256_add(in->digest, in->digesting.s, in->digesting.n);
	in->digesting.n = 0;
}

int
maas_input_settle(struct maas_input *in)
{
	if (in->digesting.n)
		maas_input_catch_up(in);
	in->undigested = in->fetched;
	in->fetched = 0;
	return *in->late ? maas_fail_as(in->late_why, "%s", in->late) : 0;
}

void
maas_input_take(struct maas_input *in, size_t n, size_t lines)
{
	in->out.at += n;
	in->lines += lines;
}

int
maas_input_ended(const struct maas_input *in)
{
	return in->end;
}

int
maas_input_block(struct maas_input *in, struct maas_buf *b, size_t n, int *last)
{
	size_t want = b->n + n;
	long got = 1;

	if (maas_grow(&b->s, b->n, &b->cap, n, 1) < 0)
		return -1;
	for (; got > 0 && b->n < want; b->n += (size_t)got)
		if ((got = maas_input_read(in, b->s + b->n, want - b->n)) < 0)
			return -1;
	*last = got == 0;
	return 0;
}

int
maas_input_line(struct maas_input *in, struct maas_span *line, int *no_lf)
{
	struct queue *q = &in->out;
	size_t seen = 0, have;
	char *lf = NULL;

	for (;;) {
		have = waiting(q);
		if (have > seen && (lf = memchr(q->buf.s + q->at + seen, '\n', have - seen)))
			break;
		seen = have;
		if (in->longest && have > in->longest)
			return maas_fail("%s:%zu: a line of more than %zu bytes", in->name, in->lines + 1, in->longest);
		if (in->end)
			break;
		if (more(in) < 0)
			return -1;
	}
	if (!lf && !have)
		return 0;
	line->s = q->buf.s + q->at;
	line->n = lf ? (size_t)(lf - line->s) : have;
	q->at += line->n + (lf != NULL);
	in->lines++;
	if (no_lf)
		*no_lf = !lf;
	return 1;
}

/* Up to the next LF, or the end. */
static int
pass_over(struct maas_input *in)
{
	struct queue *q = &in->out;
	char *lf = NULL;

	do {
		if (waiting(q))
			lf = memchr(q->buf.s + q->at, '\n', waiting(q));
		q->at = lf ? (size_t)(lf - q->buf.s) + 1 : q->buf.n;
		if (lf || in->end)
			break;
	} while (more(in) == 0);
	in->clipped = 0;
	return lf || in->end ? 0 : -1;
}

int
maas_input_clip(struct maas_input *in, size_t most, struct maas_span *line)
{
	struct queue *q = &in->out;
	size_t have = 0;
	char *lf = NULL;

	if (in->clipped && pass_over(in) < 0)
		return -1;
	for (size_t seen = 0; !lf && have <= most; seen = have) {
		if (waiting(q) == seen && in->end)
			break;
		if (waiting(q) == seen && more(in) < 0)
			return -1;
		have = waiting(q);
		lf = have > seen ? memchr(q->buf.s + q->at + seen, '\n', have - seen) : NULL;
	}
	if (!lf && !have)
		return 0;
	line->s = q->buf.s + q->at;
	line->n = lf ? (size_t)(lf - line->s) : have;
	in->clipped = !lf && line->n > most;
	if (line->n > most)
		line->n = most + 1;
	q->at += lf ? (size_t)(lf - line->s) + 1 : line->n;
	in->lines++;
	return 1;
}

void
maas_input_limit(struct maas_input *in, size_t line)
{
	in->longest = line;
}

size_t
maas_input_lines(const struct maas_input *in)
{
	return in->lines;
}

void
maas_input_digest(struct maas_input *in, struct maas_sha256 *digest)
{
	in->digest = digest;
}

int
maas_input_sha256(const char *path, struct maas_sha256 *digest)
{
	struct maas_input *in = maas_input_open(path, NULL);
	int rc = in ? 0 : -1;

	while (rc == 0 && !in->end) {
		in->out.at = in->out.buf.n;
		if ((rc = more(in)) == 0 && waiting(&in->out))
			maas_sha256_add(digest, in->out.buf.s + in->out.at, waiting(&in->out));
	}
	maas_input_close(in);
	return rc;
}

int
maas_input_all(struct maas_input *in, struct maas_buf *to)
{
	struct queue *q = &in->out;

	do {
		if (waiting(q) && maas_buf_add(to, q->buf.s + q->at, waiting(q)) < 0)
			return -1;
		q->at = q->buf.n;
		if (in->end)
			return 0;
	} while (more(in) == 0);
	return -1;
}

void
maas_input_close(struct maas_input *in)
{
	if (!in)
		return;
	digest_late(in);
	gunzip_stop(in);
	if (in->turn != (iconv_t)-1)
		iconv_close(in->turn);
	if (in->fd >= 0)
		close(in->fd);
	maas_buf_free(&in->raw.buf);
	maas_buf_free(&in->plain.buf);
	maas_buf_free(&in->out.buf);
	free(in->name);
	free(in);
}
