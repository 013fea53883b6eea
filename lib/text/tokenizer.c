/* tokenizer -- opening the compiled form: every number in it is checked before it is used. */
#include <stdlib.h>
#include <string.h>

#include "bpe.h"

const char *const maas_pattern_names[] = { "gpt2", "cl100k", "llama3", NULL };

static size_t
padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static const char *
token(const struct maas_tokenizer *t, uint32_t id, size_t *n)
{
	*n = t->at[id + 1] - t->at[id];
	return t->bytes + t->at[id];
}

/* Find the parts; sizes must fill the data exactly. */
static int
lay_out(struct maas_tokenizer *t)
{
	const struct bpe_head *h = &t->head;
	size_t need = sizeof *h, bytes;

	if (t->data.n < sizeof *h || memcmp(t->data.s, BPE_MAGIC, 8) != 0)
		return maas_fail("no compiled tokeniser: it does not begin with %s", BPE_MAGIC);
	memcpy(&t->head, t->data.s, sizeof *h);
	if (h->version != BPE_VERSION)
		return maas_fail("compiled tokeniser of version %u, expected %d", h->version, BPE_VERSION);
	if (h->pattern > MAAS_LLAMA3 || h->flags > BPE_FLAGS || h->vocab > BPE_LIMIT || h->merges > BPE_LIMIT)
		return maas_fail("compiled tokeniser: header out of range");
	for (size_t i = 0; i < MAAS_COUNT(h->zero); i++)
		if (h->zero[i])
			return maas_fail("compiled tokeniser: header out of range");
	t->at = (const uint32_t *)(const void *)(t->data.s + need);
	need += ((size_t)h->vocab + 1) * sizeof *t->at;
	t->merge = (const struct bpe_merge *)(const void *)(t->data.s + need);
	need += (size_t)h->merges * sizeof *t->merge;
	t->kind = (const uint8_t *)t->data.s + need;
	need += padded(h->vocab);
	t->bytes = t->data.s + need;
	if (need > t->data.n)
		return maas_fail("compiled tokeniser: %zu bytes, expected %zu or more", t->data.n, need);
	bytes = t->at[h->vocab];
	if (t->data.n != need + padded(bytes))
		return maas_fail("compiled tokeniser: %zu bytes, expected %zu", t->data.n, need + padded(bytes));
	for (size_t i = bytes; i < padded(bytes); i++)
		if (t->bytes[i])
			return maas_fail("compiled tokeniser: padding is not zero");
	for (size_t i = h->vocab; i < padded(h->vocab); i++)
		if (t->kind[i])
			return maas_fail("compiled tokeniser: padding is not zero");
	return 0;
}

static int
check_tokens(const struct maas_tokenizer *t)
{
	const int32_t named[] = { t->head.bos, t->head.eos, t->head.unk };
	uint32_t vocab = t->head.vocab;

	if (t->at[0] != 0)
		return maas_fail("compiled tokeniser: tokens do not begin at 0");
	for (uint32_t i = 0; i < vocab; i++)
		if (t->at[i + 1] < t->at[i])
			return maas_fail("compiled tokeniser: token %u ends before it begins", i);
		else if (t->kind[i] > BPE_SPECIAL || (t->kind[i] == BPE_HOLE) != (t->at[i + 1] == t->at[i]))
			return maas_fail("compiled tokeniser: token %u of kind %u and %u bytes", i, t->kind[i],
			    t->at[i + 1] - t->at[i]);
	for (size_t i = 0; i < MAAS_COUNT(named); i++)
		if (named[i] < -1 || (named[i] >= 0 && ((uint32_t)named[i] >= vocab || !t->kind[named[i]])))
			return maas_fail("compiled tokeniser: no token %d, named in the header", named[i]);
	return 0;
}

static int
insert_pair(struct maas_tokenizer *t, const struct bpe_merge *m, uint32_t rank)
{
	uint64_t key = (uint64_t)m->a << 32 | m->b;
	size_t mask = ((size_t)1 << (64 - t->pair_shift)) - 1;
	size_t i = (size_t)((key * 0x9E3779B97F4A7C15u) >> t->pair_shift);

	while (t->pair[i].a != BPE_NONE) {
		if (t->pair[i].a == m->a && t->pair[i].b == m->b)
			return maas_fail("merge %u: the pair of merge %u again", rank + 1, t->pair[i].rank + 1);
		i = (i + 1) & mask;
	}
	t->pair[i] = (struct bpe_pair){ m->a, m->b, rank, m->id };
	return 0;
}

static int
check_merge(const struct maas_tokenizer *t, const struct bpe_merge *m, uint32_t rank)
{
	size_t na, nb, nc;
	const char *a, *b, *c;

	if (m->a >= t->head.vocab || m->b >= t->head.vocab || m->id >= t->head.vocab)
		return maas_fail("merge %u: an id of %u or more", rank + 1, t->head.vocab);
	a = token(t, m->a, &na);
	b = token(t, m->b, &nb);
	c = token(t, m->id, &nc);
	if (!na || !nb || nc != na + nb || memcmp(a, c, na) != 0 || memcmp(b, c + na, nb) != 0)
		return maas_fail("merge %u: token %u is not token %u and token %u", rank + 1, m->id, m->a, m->b);
	return 0;
}

/* The merges as a table, and what follows from them for two bytes side by side. */
static int
index_merges(struct maas_tokenizer *t)
{
	size_t slots = 4;

	for (t->pair_shift = 62; slots < 2 * (size_t)t->head.merges; slots *= 2)
		t->pair_shift--;
	t->pair = maas_alloc(slots, sizeof *t->pair);
	t->first = maas_alloc(65536, sizeof *t->first);
	if (!t->pair || !t->first)
		return -1;
	memset(t->pair, 0xFF, slots * sizeof *t->pair);
	memset(t->first, 0xFF, 65536 * sizeof *t->first);
	for (uint32_t r = 0; r < t->head.merges; r++) {
		const struct bpe_merge *m = &t->merge[r];
		const unsigned char *c;
		unsigned char x, y;
		size_t n;

		if (check_merge(t, m, r) < 0 || insert_pair(t, m, r) < 0)
			return -1;
		c = (const unsigned char *)token(t, m->a, &n);
		x = c[n - 1];
		y = *(const unsigned char *)token(t, m->b, &n);
		t->joint[x][y >> 6] |= 1ull << (y & 63);
		if (t->byte[x] == (int32_t)m->a && t->byte[y] == (int32_t)m->b)
			t->first[x << 8 | y] = r;
	}
	return 0;
}

/* A trained table merges only what it has made before; others are legal too, but slower. */
static int
index_order(struct maas_tokenizer *t)
{
	uint32_t *last = maas_alloc((size_t)t->head.vocab + 1, sizeof *last);

	if (!last)
		return -1;
	for (uint32_t r = 0; r < t->head.merges; r++)
		last[t->merge[r].id] = r + 1;
	t->ordered = 1;
	for (uint32_t r = 0; r < t->head.merges; r++)
		t->ordered &= last[t->merge[r].a] <= r && last[t->merge[r].b] <= r;
	free(last);
	return 0;
}

static void
index_bytes(struct maas_tokenizer *t)
{
	memset(t->byte, 0xFF, sizeof t->byte);
	for (uint32_t i = 0; i < t->head.vocab; i++) {
		size_t n;
		const unsigned char *s = (const unsigned char *)token(t, i, &n);

		if (n == 1 && t->kind[i] == BPE_NORMAL && t->byte[*s] < 0)
			t->byte[*s] = (int32_t)i;
	}
	for (size_t i = 0; i < 256; i++)
		t->incomplete |= t->byte[i] < 0;
}

static int
by_length(const void *a, const void *b, void *of)
{
	const struct maas_tokenizer *t = of;
	int32_t i = *(const int32_t *)a, j = *(const int32_t *)b;
	size_t n, m;

	token(t, (uint32_t)i, &n);
	token(t, (uint32_t)j, &m);
	return n != m ? (n < m ? 1 : -1) : (i > j) - (i < j);
}

static int
index_added(struct maas_tokenizer *t)
{
	for (uint32_t i = 0; i < t->head.vocab; i++)
		t->nadded += t->kind[i] >= BPE_ADDED;
	if (!(t->added = maas_alloc(t->nadded + 1, sizeof *t->added)))
		return -1;
	for (uint32_t i = 0, n = 0; i < t->head.vocab; i++)
		if (t->kind[i] >= BPE_ADDED)
			t->added[n++] = (int32_t)i;
	qsort_r(t->added, t->nadded, sizeof *t->added, by_length, t);
	return 0;
}

static int
index_whole(struct maas_tokenizer *t)
{
	size_t slots = 16;

	if (!(t->head.flags & BPE_IGNORE_MERGES))
		return 0;
	while (slots < 2 * (size_t)t->head.vocab)
		slots *= 2;
	if (!(t->whole = maas_alloc(slots, sizeof *t->whole)))
		return -1;
	t->whole_mask = slots - 1;
	for (uint32_t i = 0; i < t->head.vocab; i++) {
		size_t n, k;
		const char *s = token(t, i, &n);

		if (t->kind[i] != BPE_NORMAL || maas_bpe_whole(t, s, n) >= 0)
			continue;
		for (k = maas_hash(s, n, 0) & t->whole_mask; t->whole[k];)
			k = (k + 1) & t->whole_mask;
		t->whole[k] = i + 1;
	}
	return 0;
}

int32_t
maas_bpe_whole(const struct maas_tokenizer *t, const char *s, size_t n)
{
	for (size_t k = maas_hash(s, n, 0) & t->whole_mask; t->whole[k]; k = (k + 1) & t->whole_mask) {
		size_t m;
		const char *c = token(t, t->whole[k] - 1, &m);

		if (m == n && !memcmp(c, s, n))
			return (int32_t)t->whole[k] - 1;
	}
	return -1;
}

/* Who reads the special tokens' names must not change what a text is: only what encoding uses counts. */
static uint64_t
digest(const struct maas_tokenizer *t)
{
	const uint32_t by[] = { t->head.pattern, t->head.flags & BPE_IGNORE_MERGES, t->head.vocab, t->head.merges };

	return maas_hash(t->data.s + sizeof t->head, t->data.n - sizeof t->head, maas_hash(by, sizeof by, 0));
}

struct maas_tokenizer *
maas_tokenizer_open(struct maas_span data)
{
	struct maas_tokenizer *t = maas_alloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->data = data;
	if ((uintptr_t)data.s % sizeof(uint32_t)) { /* where it lies it cannot be used */
		if (!(t->own = maas_alloc(data.n + 1, 1)))
			goto fail;
		t->data.s = memcpy(t->own, data.s, data.n);
	}
	if (lay_out(t) < 0 || check_tokens(t) < 0)
		goto fail;
	index_bytes(t);
	if (index_merges(t) < 0 || index_order(t) < 0 || index_added(t) < 0 || index_whole(t) < 0)
		goto fail;
	t->digest = digest(t);
	return t;
fail:
	maas_tokenizer_free(t);
	return NULL;
}

void
maas_tokenizer_free(struct maas_tokenizer *t)
{
	if (!t)
		return;
	free(t->own);
	free(t->pair);
	free(t->first);
	free(t->whole);
	free(t->added);
	free(t);
}

int
maas_tokenizer_compile(const struct maas_tokenizer *t, struct maas_buf *to)
{
	return maas_buf_add(to, t->data.s, t->data.n);
}

size_t
maas_tokenizer_size(const struct maas_tokenizer *t)
{
	return t->head.vocab;
}

size_t
maas_tokenizer_merges(const struct maas_tokenizer *t)
{
	return t->head.merges;
}

enum maas_pattern
maas_tokenizer_pattern(const struct maas_tokenizer *t)
{
	return (enum maas_pattern)t->head.pattern;
}

uint64_t
maas_tokenizer_digest(const struct maas_tokenizer *t)
{
	return t->digest;
}

int
maas_tokenizer_adds_bos(const struct maas_tokenizer *t)
{
	return (t->head.flags & BPE_ADDS_BOS) != 0;
}

int
maas_tokenizer_adds_eos(const struct maas_tokenizer *t)
{
	return (t->head.flags & BPE_ADDS_EOS) != 0;
}

struct maas_span
maas_token_bytes(const struct maas_tokenizer *t, int32_t id)
{
	struct maas_span s = { "", 0 };

	if (id >= 0 && (uint32_t)id < t->head.vocab)
		s.s = token(t, (uint32_t)id, &s.n);
	return s;
}

int
maas_token_special(const struct maas_tokenizer *t, int32_t id)
{
	return id >= 0 && (uint32_t)id < t->head.vocab && t->kind[id] == BPE_SPECIAL;
}

int32_t
maas_token_find(const struct maas_tokenizer *t, struct maas_span text)
{
	for (size_t i = 0; i < t->nadded; i++) {
		struct maas_span s = maas_token_bytes(t, t->added[i]);

		if (t->kind[t->added[i]] == BPE_SPECIAL && s.n == text.n && !memcmp(s.s, text.s, s.n))
			return t->added[i];
	}
	return -1;
}

int32_t
maas_token_bos(const struct maas_tokenizer *t)
{
	return t->head.bos;
}

int32_t
maas_token_eos(const struct maas_tokenizer *t)
{
	return t->head.eos;
}

int32_t
maas_token_unk(const struct maas_tokenizer *t)
{
	return t->head.unk;
}

uint32_t
maas_byte_char(unsigned char b)
{
	if ((b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174)
		return b;
	return b <= 32 ? 0x100u + b : b <= 160 ? 0x121u + (b - 127u) : 0x143u;
}

int
maas_char_byte(int32_t cp)
{
	if ((cp >= 33 && cp <= 126) || (cp >= 161 && cp <= 172) || (cp >= 174 && cp <= 255))
		return cp;
	if (cp >= 0x100 && cp <= 0x120)
		return cp - 0x100;
	if (cp >= 0x121 && cp <= 0x142)
		return cp - 0x121 + 127;
	return cp == 0x143 ? 173 : -1;
}

int
maas_token_spell(const struct maas_tokenizer *t, int32_t id, struct maas_buf *to)
{
	struct maas_span s = maas_token_bytes(t, id);
	int plain = s.n > 0 && t->kind[id] >= BPE_ADDED;

	for (size_t i = 0; i < s.n; i++)
		plain &= (unsigned char)s.s[i] > ' ';
	if (plain)
		return maas_buf_add(to, s.s, s.n);
	for (size_t i = 0; i < s.n; i++) {
		char c[4];

		if (maas_buf_add(to, c, maas_utf8_put(c, maas_byte_char((unsigned char)s.s[i]))) < 0)
			return -1;
	}
	return 0;
}

int
maas_decode(const struct maas_tokenizer *t, const int32_t *id, size_t n, int skip_special, struct maas_buf *to)
{
	for (size_t i = 0; i < n; i++) {
		struct maas_span s = maas_token_bytes(t, id[i]);

		if (!s.n)
			return maas_fail("token %zu: no id %d: ids are below %u", i + 1, id[i], t->head.vocab);
		if ((!skip_special || t->kind[id[i]] != BPE_SPECIAL) && maas_buf_add(to, s.s, s.n) < 0)
			return -1;
	}
	return 0;
}
