/* sealed.c -- files that are read with a key alone; maas-model(5) has their format. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "maas/secret.h"

#define MAGIC     "MAASSEAL"
#define VERSION   1
#define HEAD      40 /* magic 8, version 4, piece 4, header of the stream 24 */
#define PIECE     ((size_t)1 << 16)
#define PIECE_MIN ((size_t)1 << 10)
#define PIECE_MAX ((size_t)1 << 24)

static void
put_u32(unsigned char to[4], uint32_t x)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(x >> 8 * i);
}

static uint32_t
get_u32(const unsigned char p[4])
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int
maas_sealed_is(struct maas_span s)
{
	return s.n >= sizeof MAGIC - 1 && !memcmp(s.s, MAGIC, sizeof MAGIC - 1);
}

/* Bytes of a piece before it was sealed; 0 with the reason. */
static size_t
piece_of(const char *name, const unsigned char *head, size_t n)
{
	size_t piece = n >= HEAD ? get_u32(head + 12) : 0;

	if (!maas_sealed_is((struct maas_span){ (const char *)head, n }))
		maas_fail("%s: not a sealed file", name);
	else if (n < HEAD)
		maas_fail("%s: a sealed file that is cut short", name);
	else if (get_u32(head + 8) != VERSION)
		maas_fail(
		    "%s: sealed in format %lu, this program reads %d", name, (unsigned long)get_u32(head + 8), VERSION);
	else if (piece < PIECE_MIN || piece > PIECE_MAX)
		maas_fail("%s: a sealed file whose header is damaged: pieces of %zu bytes", name, piece);
	else
		return piece;
	return 0;
}

/* What is no longer as it was sealed; its first piece tells the wrong key, too. */
static int
refuse(const char *name, uint64_t at)
{
	if (!at)
		return maas_fail("%s: sealed with another key, altered or cut short", name);
	return maas_fail(
	    "%s: altered or cut short since it was sealed, behind byte %llu", name, (unsigned long long)at);
}

/* Streams */

struct stream {
	const char *name;
	int fd;
	struct maas_out *out;
	unsigned char head[HEAD], *block, *in, *next, *to; /* block: room for three pieces */
	size_t piece;
	struct maas_seal seal;
};

/* n bytes, fewer at the end alone; -1 with the reason. */
static ssize_t
fill(const struct stream *s, unsigned char *to, size_t n)
{
	size_t have = 0;
	ssize_t got = 1;

	while (have < n && got > 0)
		if ((got = read(s->fd, to + have, n - have)) > 0)
			have += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	return got < 0 ? maas_fail_errno("%s", s->name) : (ssize_t)have;
}

/* -1 where the disk is full: there is no need to go on; what is to be said of it _commit says. */
static int
put(struct stream *s, const unsigned char *p, size_t n)
{
	return fwrite(p, 1, n, maas_out_file(s->out)) == n ? 0 : -1;
}

static struct maas_span
with(const struct stream *s)
{
	return (struct maas_span){ (const char *)s->head, HEAD };
}

static int
make_room(struct stream *s)
{
	if (!(s->block = s->in = maas_alloc(s->piece + MAAS_SEAL_MORE, 3)))
		return -1;
	s->next = s->in + s->piece + MAAS_SEAL_MORE;
	s->to = s->next + s->piece + MAAS_SEAL_MORE;
	return 0;
}

/* 1: writing failed. */
static int
seal_all(struct stream *s, const unsigned char key[MAAS_SECRET])
{
	ssize_t n, after;

	s->piece = PIECE;
	if (make_room(s) < 0 || (n = fill(s, s->in, s->piece)) < 0)
		return -1;
	if (maas_sealed_is((struct maas_span){ (const char *)s->in, (size_t)n }))
		return maas_fail("%s: sealed already", s->name);
	memcpy(s->head, MAGIC, sizeof MAGIC - 1);
	put_u32(s->head + 8, VERSION);
	put_u32(s->head + 12, (uint32_t)s->piece);
	if (maas_seal_begin(&s->seal, s->head + 16, key) < 0)
		return -1;
	if (put(s, s->head, HEAD) < 0)
		return 1;
	do {
		unsigned char *swap = s->in;

		after = (size_t)n < s->piece ? 0 : fill(s, s->next, s->piece);
		if (after < 0 || maas_seal_piece(&s->seal, s->to, s->in, (size_t)n, with(s), !after) < 0)
			return -1;
		if (put(s, s->to, (size_t)n + MAAS_SEAL_MORE) < 0)
			return 1;
		s->in = s->next;
		s->next = swap;
		n = after;
	} while (n);
	return 0;
}

static int
unseal_all(struct stream *s, const unsigned char key[MAAS_SECRET])
{
	ssize_t n = fill(s, s->head, HEAD);
	uint64_t at = 0;
	int last = 0;

	if (n < 0 || !(s->piece = piece_of(s->name, s->head, (size_t)n)) || make_room(s) < 0 ||
	    maas_unseal_begin(&s->seal, s->head + 16, key) < 0)
		return -1;
	while (!last) {
		if ((n = fill(s, s->in, s->piece + MAAS_SEAL_MORE)) < 0)
			return -1;
		if (maas_unseal_piece(&s->seal, s->to, s->in, (size_t)n, with(s), &last) < 0)
			return refuse(s->name, at);
		n -= MAAS_SEAL_MORE;
		if (put(s, s->to, (size_t)n) < 0)
			return 1;
		at += (uint64_t)n;
	}
	n = fill(s, s->in, 1);
	return n > 0 ? maas_fail("%s: bytes behind the end of what was sealed", s->name) : n < 0 ? -1 : 0;
}

static int
convert(const char *from, const char *to, int (*all)(struct stream *, const unsigned char *),
    const unsigned char key[MAAS_SECRET])
{
	struct stream s = { .name = strcmp(from, "-") ? from : "<stdin>" };
	int rc = -1;

	s.fd = strcmp(from, "-") ? open(from, O_RDONLY | O_CLOEXEC) : 0;
	if (s.fd < 0)
		return maas_fail_errno("%s", from);
	if ((s.out = maas_out_open(to)))
		rc = all(&s, key);
	if (s.block)
		maas_wipe(s.block, 3 * (s.piece + MAAS_SEAL_MORE));
	free(s.block);
	maas_seal_end(&s.seal);
	if (s.fd)
		close(s.fd);
	if (rc >= 0)
		return maas_out_commit(s.out, MAAS_DURABLE);
	maas_out_abort(s.out);
	return -1;
}

int
maas_seal_file(const char *from, const char *to, const unsigned char key[32])
{
	return convert(from, to, seal_all, key);
}

int
maas_unseal_file(const char *from, const char *to, const unsigned char key[32])
{
	return convert(from, to, unseal_all, key);
}

/* In memory */

/* All pieces of a sealed file, one behind the other, into `to`, which has room for them and not a byte more. */
static int
unseal_pieces(const struct maas_map *m, const char *name, size_t piece, const unsigned char *key, unsigned char *to)
{
	struct maas_span head = { (const char *)m->p, HEAD };
	size_t left = m->n - HEAD, at = 0;
	struct maas_seal seal;
	int last = 0, rc = maas_unseal_begin(&seal, m->p + 16, key);

	while (rc == 0 && left) {
		size_t n = left < piece + MAAS_SEAL_MORE ? left : piece + MAAS_SEAL_MORE;

		if (last)
			rc = maas_fail("%s: bytes behind the end of what was sealed", name);
		else if (maas_unseal_piece(&seal, to + at, m->p + m->n - left, n, head, &last) < 0)
			rc = refuse(name, at);
		left -= n;
		at += n - MAAS_SEAL_MORE;
	}
	if (rc == 0 && !last)
		rc = refuse(name, at);
	maas_seal_end(&seal);
	return rc;
}

/* How many bytes come out; -1 where no sealed file has so many. */
static int
plain_size(size_t sealed, size_t piece, size_t *n)
{
	size_t whole = sealed / (piece + MAAS_SEAL_MORE), rest = sealed % (piece + MAAS_SEAL_MORE);

	*n = whole * piece + (rest ? rest - MAAS_SEAL_MORE : 0);
	return sealed && (!rest || rest >= MAAS_SEAL_MORE) ? 0 : -1;
}

int
maas_unseal_bytes(const struct maas_map *m, const char *name, const unsigned char key[32], struct maas_map *to)
{
	size_t piece = piece_of(name, m->p, m->n), n;
	unsigned char *p = NULL;

	*to = (struct maas_map){ NULL, 0 };
	if (!piece)
		return -1;
	if (plain_size(m->n - HEAD, piece, &n) < 0)
		return refuse(name, 0);
	if (n && (p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) == MAP_FAILED)
		return maas_fail_as(MAAS_OS, "%s: no memory for %zu bytes", name, n);
	if (n) {
		(void)!madvise(p, n, MADV_DONTDUMP); /* neither dumped nor swapped, where that can be had */
		(void)!madvise(p, n, MADV_HUGEPAGE);
		(void)!mlock(p, n);
	}
	*to = (struct maas_map){ p, n };
	if (unseal_pieces(m, name, piece, key, p) < 0) {
		maas_map_close(to);
		return -1;
	}
	if (n)
		(void)!mprotect(p, n, PROT_READ);
	return 0;
}

int
maas_map_unseal(struct maas_map *m, const char *path)
{
	const char *file = getenv("MAAS_KEY_FILE");
	unsigned char key[MAAS_SECRET];
	struct maas_map plain;
	int rc;

	if (!file || !*file)
		return maas_fail_as(MAAS_NOPERM, "%s: sealed, and there is no key: --key-file FILE", path);
	if (maas_secret_load(key, MAAS_SECRET_SEAL, file) < 0)
		return -1;
	rc = maas_unseal_bytes(m, path, key, &plain);
	maas_wipe(key, sizeof key);
	if (rc < 0)
		return -1;
	maas_map_close(m);
	*m = plain;
	return 0;
}
