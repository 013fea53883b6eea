/* Texts found by hash where they lie in a file, and counts by id. */
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

struct maas_span
table_text(const struct table *t, size_t i)
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

int
counts_add(struct counts *c, uint32_t id)
{
	size_t had = c->ids;

	if (id >= c->ids) {
		if (maas_grow(&c->count, c->ids, &c->ids, id + 1 - c->ids, sizeof *c->count) < 0)
			return -1;
		memset(c->count + had, 0, (c->ids - had) * sizeof *c->count);
	}
	if (c->count[id] == 0) {
		if (maas_grow(&c->id, c->n, &c->cap, 1, sizeof *c->id) < 0)
			return -1;
		c->id[c->n++] = id;
	}
	if (c->count[id] < UINT32_MAX)
		c->count[id]++;
	return 0;
}

static int
ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void
counts_sort(struct counts *c)
{
	if (c->n > 48) {
		qsort(c->id, c->n, sizeof *c->id, ascending);
		return;
	}
	for (size_t i = 1; i < c->n; i++) {
		uint32_t v = c->id[i];
		size_t k = i;

		for (; k > 0 && c->id[k - 1] > v; k--)
			c->id[k] = c->id[k - 1];
		c->id[k] = v;
	}
}

void
counts_clear(struct counts *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->count[c->id[i]] = 0;
	c->n = 0;
}

void
counts_free(struct counts *c)
{
	free(c->count);
	free(c->id);
}
