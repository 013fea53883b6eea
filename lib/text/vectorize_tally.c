/* A tally: the terms of some of a fit's texts, each once, with how many of the texts have it; one thread's. */
#include <stdlib.h>
#include <string.h>

#include "vectorize.h"

int
tally_open(struct tally *y, const struct rules *rules, const struct table *stops)
{
	y->terms = (struct terms){ .rules = *rules, .stops = stops };
	y->hash = rules->hash;
	return !y->hash || (y->df = maas_alloc((size_t)1 << y->hash, sizeof *y->df)) ? 0 : -1;
}

void
tally_close(struct tally *y)
{
	terms_free(&y->terms);
	counts_free(&y->counts);
	maas_buf_free(&y->bytes);
	free(y->seen);
	free(y->tf);
	free(y->slot);
	free(y->df);
	free(y->item);
	free(y->rank);
}

static uint64_t
hash_of(const struct tally *y, size_t i)
{
	return maas_hash(y->bytes.s + y->seen[i].at, y->seen[i].n, 0);
}

/* Twice the slots, the hashes being made anew. */
static int
widen(struct tally *y)
{
	size_t slots = y->slots ? y->slots * 2 : 1 << 12;
	uint64_t *slot = maas_alloc(slots, sizeof *slot);

	if (!slot)
		return -1;
	for (size_t i = 0; i < y->n; i++) {
		uint64_t hash = hash_of(y, i);
		size_t k = hash & (slots - 1);

		while (slot[k])
			k = (k + 1) & (slots - 1);
		slot[k] = hash >> 32 << 32 | (i + 1);
	}
	free(y->slot);
	y->slot = slot;
	y->slots = slots;
	return 0;
}

/* Which seen it is, at `from` in the slots or behind; NO_ID: none, and *at is the slot for it. */
static uint32_t
search(const struct tally *y, struct maas_span term, uint64_t key, uint64_t hash, size_t *at)
{
	uint64_t v;

	for (*at = hash & (y->slots - 1); (v = y->slot[*at]); *at = (*at + 1) & (y->slots - 1)) {
		const struct seen *s = &y->seen[(uint32_t)v - 1];

		if (v >> 32 == hash >> 32 && s->n == term.n && s->key == key &&
		    (term.n <= 8 || !memcmp(y->bytes.s + s->at + 8, term.s + 8, term.n - 8)))
			return (uint32_t)v - 1;
	}
	return NO_ID;
}

static int
add_seen(struct tally *y, struct maas_span term, uint64_t key, uint64_t hash, size_t at)
{
	if (y->n >= UINT32_MAX / 4 || term.n > UINT32_MAX)
		return maas_fail("more than %zu different features: see --min-df, --ngrams", y->n);
	if (maas_grow(&y->seen, y->n, &y->cap, 1, sizeof *y->seen) < 0 ||
	    (y->ranked && maas_grow(&y->tf, y->n, &y->tf_cap, 1, sizeof *y->tf) < 0))
		return -1;
	y->seen[y->n] = (struct seen){ .key = key, .at = y->bytes.n, .n = (uint32_t)term.n };
	if (y->ranked)
		y->tf[y->n] = 0;
	if (maas_buf_add(&y->bytes, term.s, term.n) < 0)
		return -1;
	y->slot[at] = hash >> 32 << 32 | ++y->n;
	return 0;
}

/* One more of a seen in the text at hand, whose items have room. */
static void
count(struct tally *y, uint32_t id)
{
	struct seen *s = &y->seen[id];

	if (s->text != y->text) {
		s->text = y->text;
		s->place = (uint32_t)(y->items - y->first);
		s->df++;
		y->item[y->items++] = (uint64_t)id << 32 | 1;
	} else if ((uint32_t)y->item[y->first + s->place] < UINT32_MAX)
		y->item[y->first + s->place]++;
}

/* A batch of terms: the memory that each will want is asked for before it is waited for. */
static int
add_terms(void *ctx, const struct maas_span *term, size_t n)
{
	struct tally *y = ctx;
	uint64_t hash[BATCH], key[BATCH], v;

	while (2 * (y->n + n) >= y->slots)
		if (widen(y) < 0)
			return -1;
	if (maas_grow(&y->item, y->items, &y->item_cap, n, sizeof *y->item) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		hash[i] = maas_hash(term[i].s, term[i].n, 0);
		__builtin_prefetch(&y->slot[hash[i] & (y->slots - 1)]);
	}
	for (size_t i = 0; i < n; i++) {
		key[i] = key_of(term[i].s, term[i].n);
		if ((v = y->slot[hash[i] & (y->slots - 1)]))
			__builtin_prefetch(&y->seen[(uint32_t)v - 1]);
	}
	for (size_t i = 0; i < n; i++) {
		size_t at;
		uint32_t id = search(y, term[i], key[i], hash[i], &at);

		if (id == NO_ID) {
			if (add_seen(y, term[i], key[i], hash[i], at) < 0)
				return -1;
			id = (uint32_t)(y->n - 1);
		}
		count(y, id);
	}
	return 0;
}

static int
add_hashes(void *ctx, const struct maas_span *term, size_t n)
{
	struct tally *y = ctx;
	uint32_t id[BATCH];

	for (size_t i = 0; i < n; i++)
		id[i] = bucket_of(y->hash, maas_hash(term[i].s, term[i].n, 0));
	return counts_add(&y->counts, id, n);
}

static int
hashed(struct tally *y, struct maas_span text)
{
	struct counts *c = &y->counts;

	c->n = 0;
	if (terms_of(&y->terms, text, add_hashes, y) < 0 || counts_sort(c) < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++)
		y->df[count_feature(c->item[i])]++;
	if (!y->keep)
		return 0;
	if (maas_grow(&y->item, y->items, &y->item_cap, c->n, sizeof *y->item) < 0)
		return -1;
	if (c->n)
		memcpy(y->item + y->items, c->item, c->n * sizeof *y->item);
	y->items += c->n;
	return 0;
}

int
tally_add(struct tally *y, struct maas_span text)
{
	if (!y->keep)
		y->items = 0;
	y->first = y->items;
	y->text++;
	if (y->hash)
		return hashed(y, text);
	if (terms_of(&y->terms, text, add_terms, y) < 0)
		return -1;
	for (size_t i = y->first; y->ranked && i < y->items; i++)
		y->tf[y->item[i] >> 32] += y->ranked > 1 ? 1 : (uint32_t)y->item[i];
	return 0;
}
