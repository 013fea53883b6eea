/* Texts found by hash where they lie in a file, and the features of a text with their counts. */
#include <stdlib.h>
#include <string.h>

#include "vectorize.h"

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static inline struct maas_span
text_at(const struct table *t, size_t i)
{
	size_t from, to;

	if (i >= t->n)
		return (struct maas_span){ "", 0 };
	from = get32(t->at + 4 * i);
	to = get32(t->at + 4 * i + 4);
	if (from > to || to > t->bytes)
		return (struct maas_span){ "", 0 };
	return (struct maas_span){ (const char *)t->text + from, to - from };
}

struct maas_span
table_text(const struct table *t, size_t i)
{
	return text_at(t, i);
}

int
table_take(struct table *t, const unsigned char **p, size_t *left, uint64_t n, uint64_t bytes)
{
	size_t slots, head;

	if (n > UINT32_MAX / 2 || n > *left / 12 || bytes > UINT32_MAX)
		return -1;
	slots = table_slots((size_t)n);
	head = 4 * ((size_t)n + 1) + 8 * slots;
	if (head > *left || bytes > *left - head)
		return -1;
	*t = (struct table){ *p, *p + 4 * (n + 1), *p + head, (size_t)n, slots, (size_t)bytes };
	*p += head + bytes;
	*left -= head + (size_t)bytes;
	return 0;
}

int64_t
table_find(const struct table *t, const char *s, size_t n)
{
	uint64_t hash = maas_hash(s, n, 0);
	uint32_t id, tag = (uint32_t)(hash >> 32);
	struct maas_span found;

	for (size_t probe = 0; probe < t->slots; probe++) {
		const unsigned char *slot = t->slot + 8 * ((hash + probe) & (t->slots - 1));

		if (!(id = get32(slot)))
			return -1;
		if (get32(slot + 4) != tag)
			continue;
		found = table_text(t, id - 1);
		if (found.n == n && id <= t->n && !memcmp(found.s, s, n))
			return id - 1;
	}
	return -1;
}

/* The first slot of the hash's tag: its text's number, not compared yet; NO_ID: none. */
static uint32_t
likely(const struct table *t, uint64_t hash)
{
	uint32_t id, tag = (uint32_t)(hash >> 32);

	for (size_t probe = 0; probe < t->slots; probe++) {
		const unsigned char *slot = t->slot + 8 * ((hash + probe) & (t->slots - 1));

		if (!(id = get32(slot)))
			return NO_ID;
		if (get32(slot + 4) == tag)
			return id <= t->n ? id - 1 : NO_ID;
	}
	return NO_ID;
}

static inline int
same(struct maas_span a, struct maas_span b)
{
	uint64_t x[2], y[2];

	if (a.n != b.n)
		return 0;
	if (a.n <= 8)
		return key_of(a.s, a.n) == key_of(b.s, b.n);
	if (a.n > 16)
		return !memcmp(a.s, b.s, a.n);
	memcpy(&x[0], a.s, 8);
	memcpy(&x[1], a.s + a.n - 8, 8);
	memcpy(&y[0], b.s, 8);
	memcpy(&y[1], b.s + b.n - 8, 8);
	return x[0] == y[0] && x[1] == y[1];
}

void
table_find_all(const struct table *t, const struct maas_span *term, size_t n, uint32_t *id)
{
	uint64_t hash[BATCH];
	struct maas_span found[BATCH];

	if (!t->slots) {
		memset(id, 0xff, n * sizeof *id);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		hash[i] = maas_hash(term[i].s, term[i].n, 0);
		__builtin_prefetch(t->slot + 8 * (hash[i] & (t->slots - 1)));
	}
	for (size_t i = 0; i < n; i++)
		if ((id[i] = likely(t, hash[i])) != NO_ID)
			__builtin_prefetch(t->at + 4 * (size_t)id[i]);
	for (size_t i = 0; i < n; i++)
		if (id[i] != NO_ID) {
			found[i] = text_at(t, id[i]);
			__builtin_prefetch(found[i].s);
		}
	for (size_t i = 0; i < n; i++)
		if (id[i] != NO_ID && !same(found[i], term[i])) {
			int64_t other = table_find(t, term[i].s, term[i].n); /* two texts of one tag */

			id[i] = other < 0 ? NO_ID : (uint32_t)other;
		}
}

size_t
table_slots(size_t n)
{
	size_t k = 1;

	while (k < 2 * n)
		k *= 2;
	return n ? k : 0;
}

static void
fill(const struct table *t, unsigned char *slot)
{
	for (size_t i = 0; i < t->n; i++) {
		struct maas_span s = table_text(t, i);
		uint64_t hash = maas_hash(s.s, s.n, 0);
		size_t k = hash & (t->slots - 1);

		while (get32(slot + 8 * k))
			k = (k + 1) & (t->slots - 1);
		put32(slot + 8 * k, (uint32_t)(i + 1));
		put32(slot + 8 * k + 4, (uint32_t)(hash >> 32));
	}
}

int
table_put64(struct maas_buf *b, uint64_t v)
{
	unsigned char p[8];

	for (int i = 0; i < 8; i++)
		p[i] = (unsigned char)(v >> 8 * i);
	return maas_buf_add(b, p, 8);
}

int
table_print(struct maas_buf *b, const struct maas_span *text, size_t n)
{
	size_t bytes = 0, slots = table_slots(n), head = 4 * (n + 1) + 8 * slots, start = b->n;
	unsigned char *at;
	struct table t;

	for (size_t i = 0; i < n; i++)
		bytes += text[i].n;
	if (n > UINT32_MAX / 2 || bytes > UINT32_MAX)
		return maas_fail(
		    "vocabulary: %zu features of %zu bytes, at most %u bytes are kept", n, bytes, UINT32_MAX);
	if (maas_grow(&b->s, b->n, &b->cap, head + bytes + 1, 1) < 0)
		return -1;
	at = (unsigned char *)b->s + start;
	memset(at, 0, head);
	t = (struct table){ at, at + 4 * (n + 1), at + head, n, slots, bytes };
	bytes = 0;
	for (size_t i = 0; i < n; i++) {
		memcpy(at + head + bytes, text[i].s, text[i].n);
		bytes += text[i].n;
		put32(at + 4 * (i + 1), (uint32_t)bytes);
	}
	fill(&t, at + 4 * (n + 1));
	b->n += head + bytes;
	b->s[b->n] = 0;
	return 0;
}

#define SHORT 200       /* items that are sorted by insertion */
#define LEVEL 64        /* after they were dealt by as many parts of their range */
#define LONG  (1 << 16) /* items that are put together before there are more */

static void
insert(uint64_t *item, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t v = item[i];
		size_t k = i;

		for (; k > 0 && item[k - 1] > v; k--)
			item[k] = item[k - 1];
		item[k] = v;
	}
}

/* Few items: into parts of their range, then by insertion, which has little left to do. */
static void
spread(uint64_t *item, uint64_t *spare, size_t n)
{
	uint64_t low = UINT64_MAX, high = 0;
	unsigned char at[LEVEL + 1] = { 0 };
	int shift;

	if (n < 8) {
		insert(item, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		low = item[i] < low ? item[i] : low;
		high = item[i] > high ? item[i] : high;
	}
	shift = 58 - __builtin_clzll((high - low) | LEVEL);
	for (size_t i = 0; i < n; i++)
		at[((item[i] - low) >> shift) + 1]++;
	for (size_t b = 1; b < LEVEL; b++)
		at[b] = (unsigned char)(at[b] + at[b - 1]);
	for (size_t i = 0; i < n; i++)
		spare[at[(item[i] - low) >> shift]++] = item[i];
	memcpy(item, spare, n * sizeof *item);
	insert(item, n);
}

/* Into `to`, by the byte at `shift`, equal ones in their order. */
static void
deal(uint64_t *to, const uint64_t *item, size_t n, int shift)
{
	size_t at[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		at[item[i] >> shift & 255]++;
	for (size_t b = 0; b < 256; b++) {
		size_t count = at[b];

		at[b] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[at[item[i] >> shift & 255]++] = item[i];
}

/* By feature: by those of its bytes that differ. */
static void
radix(uint64_t *item, uint64_t *spare, size_t n)
{
	uint64_t differ = 0, *from = item, *to = spare, *swap;

	for (size_t i = 1; i < n; i++)
		differ |= item[i] ^ item[0];
	for (int shift = 32; shift < 64; shift += 8)
		if (differ >> shift & 255) {
			deal(to, from, n, shift);
			swap = from, from = to, to = swap;
		}
	if (from != item)
		memcpy(item, from, n * sizeof *item);
}

size_t
items_sort(uint64_t *item, uint64_t *spare, size_t n)
{
	size_t k = 0;

	if (n <= SHORT)
		spread(item, spare, n);
	else
		radix(item, spare, n);
	for (size_t i = 0; i < n; i++)
		if (k && count_feature(item[k - 1]) == count_feature(item[i])) {
			uint64_t sum = (uint64_t)(uint32_t)item[k - 1] + (uint32_t)item[i];

			item[k - 1] = item[k - 1] >> 32 << 32 | (sum < UINT32_MAX ? sum : UINT32_MAX);
		} else
			item[k++] = item[i];
	return k;
}

int
counts_sort(struct counts *c)
{
	if (maas_grow(&c->spare, 0, &c->spare_cap, c->n, sizeof *c->spare) < 0)
		return -1;
	c->n = items_sort(c->item, c->spare, c->n);
	return 0;
}

/* A text may have far more terms than features: what is held stays in proportion to the latter. */
int
counts_add(struct counts *c, const uint32_t *feature, size_t n)
{
	if (c->n + n > (c->full ? c->full : LONG)) {
		if (counts_sort(c) < 0)
			return -1;
		c->full = 2 * c->n > LONG ? 2 * c->n + n : LONG;
	}
	if (maas_grow(&c->item, c->n, &c->cap, n, sizeof *c->item) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		c->item[c->n] = (uint64_t)feature[i] << 32 | 1;
		c->n += feature[i] != NO_ID;
	}
	return 0;
}

void
counts_free(struct counts *c)
{
	free(c->item);
	free(c->spare);
}
