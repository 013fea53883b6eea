/*
 * tokens -- token files, maas-tokens(5):
 *
 *	0   8  "maastoks"
 *	8   4  version, 1
 *	12  4  width of an id, 2 or 4 bytes
 *	16  8  size of the vocabulary: ids are below it
 *	24  8  digest of the tokeniser
 *	32     ids, little-endian
 *	end-16 8  how many ids
 *	end-8  8  "sktsaam\n"
 *
 * The count stands at the end, so that a writer needs no seeking, and a file that was cut is known.
 * llm.c's shards: 256 int32 (20240520, 1, n: ids of 2 bytes; 20240801, 7, n: of 4), then ids.
 * nanoGPT's: ids of 2 bytes, nothing else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpe.h"

#define HEAD 32
#define FOOT 16
static const char magic[] = "maastoks", mark[] = "sktsaam\n";
enum { SHARD_GPT2 = 20240520, SHARD_LLAMA3 = 20240801, SHARD_HEAD = 1024 };

static uint64_t
get(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)(unsigned char)p[i] << 8 * i;
	return v;
}

static void
put(char *p, size_t n, uint64_t v)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(v >> 8 * i);
}

static int
is_shard(struct maas_span s)
{
	uint64_t kind = s.n >= 8 ? get(s.s, 4) : 0, version = kind ? get(s.s + 4, 4) : 0;

	return (kind == SHARD_GPT2 && version == 1) || (kind == SHARD_LLAMA3 && version == 7);
}

int
maas_tokens_is(struct maas_span s)
{
	return (s.n >= 8 && !memcmp(s.s, magic, 8)) || is_shard(s);
}

static int
parse_ours(struct maas_tokens *t, struct maas_span s)
{
	uint64_t n;

	if (s.n < HEAD + FOOT)
		return maas_fail("a token file of %zu bytes; expected %d or more", s.n, HEAD + FOOT);
	if (get(s.s + 8, 4) != 1)
		return maas_fail("a token file of version %llu, expected 1", (unsigned long long)get(s.s + 8, 4));
	t->width = (int)get(s.s + 12, 4);
	t->vocab = get(s.s + 16, 8);
	t->digest = get(s.s + 24, 8);
	if ((t->width != 2 && t->width != 4) || t->vocab > BPE_LIMIT || t->vocab == 0 ||
	    (t->width == 2 && t->vocab > 65536))
		return maas_fail("a token file of %d bytes an id and %zu tokens", t->width, t->vocab);
	if (memcmp(s.s + s.n - 8, mark, 8) != 0)
		return maas_fail("the token file was cut short");
	n = get(s.s + s.n - FOOT, 8);
	if ((s.n - HEAD - FOOT) % (size_t)t->width || n != (s.n - HEAD - FOOT) / (size_t)t->width)
		return maas_fail("a token file of %llu ids in %zu bytes", (unsigned long long)n, s.n - HEAD - FOOT);
	t->id = s.s + HEAD;
	t->n = (size_t)n;
	return maas_tokens_check(t, t->vocab);
}

static int
parse_shard(struct maas_tokens *t, struct maas_span s)
{
	uint64_t n;

	t->width = get(s.s, 4) == SHARD_GPT2 ? 2 : 4;
	n = s.n >= SHARD_HEAD ? get(s.s + 8, 4) : 0;
	if (s.n < SHARD_HEAD || s.n - SHARD_HEAD != n * (size_t)t->width)
		return maas_fail("a shard of %llu ids in %zu bytes", (unsigned long long)n, s.n);
	t->id = s.s + SHARD_HEAD;
	t->n = (size_t)n;
	return 0;
}

int
maas_tokens_parse(struct maas_tokens *t, struct maas_span s)
{
	memset(t, 0, sizeof *t);
	if (s.n >= 8 && !memcmp(s.s, magic, 8))
		return parse_ours(t, s);
	if (is_shard(s))
		return parse_shard(t, s);
	return maas_fail("no token file");
}

int
maas_tokens_open(struct maas_tokens *t, const char *path)
{
	struct maas_span s;
	struct maas_map map;
	int rc;

	memset(t, 0, sizeof *t);
	if (maas_map_open(&map, path) < 0)
		return -1;
	s = (struct maas_span){ (const char *)map.p, map.n };
	if (maas_tokens_is(s)) {
		rc = maas_tokens_parse(t, s);
	} else if (s.n == 0 || s.n % 2) {
		rc = maas_fail("no token file: it has no mark of one, and %zu bytes are no ids of 2 bytes", s.n);
	} else {
		*t = (struct maas_tokens){ .id = s.s, .width = 2, .n = s.n / 2 };
		rc = 0;
	}
	if (rc < 0) {
		maas_map_close(&map);
		return maas_in("%s", path);
	}
	t->map = map;
	return 0;
}

void
maas_tokens_close(struct maas_tokens *t)
{
	maas_map_close(&t->map);
	memset(t, 0, sizeof *t);
}

int32_t
maas_tokens_at(const struct maas_tokens *t, size_t i)
{
	uint16_t small;
	int32_t id;

	if (t->width == 2) {
		memcpy(&small, (const char *)t->id + 2 * i, 2);
		return small;
	}
	memcpy(&id, (const char *)t->id + 4 * i, 4);
	return id;
}

int
maas_tokens_check(const struct maas_tokens *t, size_t vocab)
{
	const char *p = t->id;
	uint32_t max = 0, wide;
	uint16_t small;

	if (t->width == 2 && vocab > UINT16_MAX)
		return 0;
	for (size_t i = 0; i < t->n; i++, p += t->width) {
		if (t->width == 2) {
			memcpy(&small, p, 2);
			wide = small;
		} else {
			memcpy(&wide, p, 4);
		}
		max = wide > max ? wide : max;
	}
	for (size_t i = 0; max >= vocab && i < t->n; i++)
		if ((uint32_t)maas_tokens_at(t, i) >= vocab)
			return maas_fail(
			    "token %zu: no id %u: ids are below %zu", i + 1, (uint32_t)maas_tokens_at(t, i), vocab);
	return 0;
}

static int
write_out(struct maas_tokens_out *o, const void *p, size_t n)
{
	if (fwrite(p, 1, n, o->to) == n)
		return 0;
	return maas_fail_as(MAAS_IO, "token file: %s", strerror(errno));
}

int
maas_tokens_begin(struct maas_tokens_out *o, FILE *to, const struct maas_tokenizer *t)
{
	char head[HEAD] = { 0 };
	size_t vocab = maas_tokenizer_size(t);

	*o = (struct maas_tokens_out){ to, vocab <= 65536 ? 2 : 4, 0 };
	memcpy(head, magic, 8);
	put(head + 8, 4, 1);
	put(head + 12, 4, (uint64_t)o->width);
	put(head + 16, 8, vocab);
	put(head + 24, 8, maas_tokenizer_digest(t));
	return write_out(o, head, sizeof head);
}

int
maas_tokens_put(struct maas_tokens_out *o, const int32_t *id, size_t n)
{
	char b[4096];

	o->n += n;
	while (n) {
		size_t k = n < sizeof b / 4 ? n : sizeof b / 4;

		for (size_t i = 0; i < k; i++)
			put(b + i * (size_t)o->width, (size_t)o->width, (uint32_t)id[i]);
		if (write_out(o, b, k * (size_t)o->width) < 0)
			return -1;
		id += k;
		n -= k;
	}
	return 0;
}

int
maas_tokens_end(struct maas_tokens_out *o)
{
	char foot[FOOT];

	put(foot, 8, o->n);
	memcpy(foot + 8, mark, 8);
	return write_out(o, foot, sizeof foot);
}
