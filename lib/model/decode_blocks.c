/*
 * decode_blocks.c -- the blocks of key/value cache: who has them, and what is in those that nobody has.
 *
 * A block that was filled is remembered by the tokens it stands for, the block before it, and for whom it was made; a
 * sequence that begins the same way takes it instead of filling one of its own (Kwon et al. 2023, "Efficient memory
 * management for large language model serving with PagedAttention").  The tokens are somebody's text: they are kept as
 * a digest, one that nobody finds two texts for, so that what is found is what would have been computed.  Blocks that
 * nobody has keep what they hold until they are taken for something else, the one left alone longest first; what cannot
 * be found again is wiped at once.
 */
#include <assert.h>
#include <string.h>

#include "decode.h"

#define NONE UINT32_MAX

static void
unlink_spare(struct blocks *b, uint32_t i)
{
	struct block *x = &b->block[i];

	*(x->before == NONE ? &b->first : &b->block[x->before].after) = x->after;
	*(x->after == NONE ? &b->last : &b->block[x->after].before) = x->before;
	b->spare--;
}

static void
prepend_spare(struct blocks *b, uint32_t i)
{
	struct block *x = &b->block[i];

	x->before = NONE;
	x->after = b->first;
	*(b->first == NONE ? &b->last : &b->block[b->first].before) = i;
	b->first = i;
	b->spare++;
}

static void
append_spare(struct blocks *b, uint32_t i)
{
	struct block *x = &b->block[i];

	x->before = b->last;
	x->after = NONE;
	*(b->last == NONE ? &b->first : &b->block[b->last].after) = i;
	b->last = i;
	b->spare++;
}

/* One that was never written to. */
static void
lay_by(struct blocks *b, uint32_t i)
{
	b->block[i].after = b->fresh;
	b->fresh = i;
	b->spare++;
}

int
blocks_make(struct blocks *b, struct maas_arena *arena, unsigned char *cache, size_t n, size_t bytes, int keep)
{
	size_t buckets = 64;

	while (buckets < 2 * n)
		buckets *= 2;
	if (!(b->block = maas_take(arena, n, sizeof *b->block)) ||
	    !(b->bucket = maas_take(arena, buckets, sizeof *b->bucket)))
		return -1;
	b->cache = cache;
	b->bytes = bytes;
	b->n = n;
	b->keep = keep;
	b->buckets = buckets;
	b->first = b->last = NONE;
	memset(b->bucket, 0xff, buckets * sizeof *b->bucket);
	b->fresh = NONE;
	for (size_t i = n; i-- > 0;)
		lay_by(b, (uint32_t)i);
	return 0;
}

static size_t
bucket_of(const struct blocks *b, const struct block_key *k)
{
	return (size_t)maas_hash(k->digest, sizeof k->digest, k->share ^ k->parent) & (b->buckets - 1);
}

static int
same(const struct block_key *a, const struct block_key *b)
{
	return a->share == b->share && a->parent == b->parent && !memcmp(a->digest, b->digest, sizeof a->digest);
}

static uint32_t
find(const struct blocks *b, const struct block_key *k)
{
	uint32_t i = b->bucket[bucket_of(b, k)];

	while (i != NONE && !same(&b->block[i].key, k))
		i = b->block[i].next;
	return i;
}

/* It holds something else from now on. */
static void
forget(struct blocks *b, uint32_t i)
{
	uint32_t *p;

	if (!b->block[i].name)
		return;
	p = &b->bucket[bucket_of(b, &b->block[i].key)];
	while (*p != i)
		p = &b->block[*p].next;
	*p = b->block[i].next;
	b->block[i].name = 0;
}

uint32_t
blocks_take(struct blocks *b)
{
	uint32_t i = b->first;

	if (b->fresh != NONE && (i == NONE || b->block[i].name)) {
		i = b->fresh;
		b->fresh = b->block[i].after;
		b->spare--;
	} else {
		unlink_spare(b, i);
	}
	b->forgotten += b->block[i].name != 0;
	forget(b, i);
	b->block[i].users = 1;
	return i;
}

void
blocks_share(struct blocks *b, uint32_t i)
{
	b->block[i].users++;
}

void
blocks_touch(struct blocks *b, uint32_t i)
{
	b->block[i].touched = b->block[i].dirty = 1;
}

void
blocks_give(struct blocks *b, uint32_t i)
{
	struct block *x = &b->block[i];

	assert(x->users > 0);
	if (--x->users > 0)
		return;
	if (!b->keep)
		forget(b, i);
	if (x->dirty && !x->name) {
		maas_wipe(b->cache + i * b->bytes, b->bytes);
		x->dirty = 0;
	}
	if (!x->touched)
		lay_by(b, i);
	else if (x->name)
		append_spare(b, i);
	else
		prepend_spare(b, i); /* nobody will ask for it */
}

static void
key_of(const struct blocks *b, struct block_key *k, uint64_t share, const uint32_t *block, size_t at, const int32_t *id)
{
	k->share = share;
	k->parent = at ? b->block[block[at - 1]].name : 0;
	maas_sha256(k->digest, id + at * MAAS_KEYS, MAAS_KEYS * sizeof *id);
}

int
blocks_find(struct blocks *b, uint64_t share, const uint32_t *block, size_t at, const int32_t *id, uint32_t *found)
{
	struct block_key k;

	key_of(b, &k, share, block, at, id);
	*found = find(b, &k);
	if (*found == NONE)
		return 0;
	if (b->block[*found].users++ == 0)
		unlink_spare(b, *found);
	return 1;
}

void
blocks_name(struct blocks *b, uint64_t share, uint32_t *block, size_t at, const int32_t *id)
{
	struct block *x = &b->block[block[at]];
	uint32_t other;
	size_t h;

	if (blocks_find(b, share, block, at, id, &other)) {
		blocks_give(b, block[at]);
		block[at] = other;
		return;
	}
	key_of(b, &x->key, share, block, at, id);
	x->name = ++b->names;
	h = bucket_of(b, &x->key);
	x->next = b->bucket[h];
	b->bucket[h] = block[at];
}
