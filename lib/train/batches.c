/* Which tokens a step learns from: a function of the seed and a count, nothing else. */
#include "trainer.h"

/* Streams of random numbers; initialisation and dropout have others by their seeds. */
enum { PHASE = 1, ORDER = 2 };

int
maas_batches_init(struct maas_batches *b, struct maas_stretch from, size_t time, uint64_t seed)
{
	size_t n = from.end - from.begin;

	if (n < time + 1)
		return maas_fail(
		    "%zu tokens to train on, a context of %zu wants at least %zu (see --context)", n, time, time + 1);
	b->from = from;
	b->time = time;
	b->seed = seed;
	/* One block less than there is room for: where the first begins can move by a whole block. */
	b->blocks = (n - 1) / time > 1 ? (n - 1) / time - 1 : 1;
	b->slack = n - 1 - b->blocks * time;
	return 0;
}

/* Half of what is keyed: any function of its arguments will do. */
static uint64_t
mix(uint64_t x, uint64_t key)
{
	x = (x ^ key) * 0x9E3779B97F4A7C15u;
	x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9u;
	return x ^ x >> 32;
}

/* A Feistel network of four rounds on the next power of four, walked until it falls below n (Black and Rogaway
 * 2002). */
uint64_t
order_permute(uint64_t i, uint64_t n, uint64_t seed, uint64_t epoch)
{
	uint32_t key[4];
	unsigned half = 1;
	uint64_t mask;

	while (half < 32 && (uint64_t)1 << 2 * half < n)
		half++;
	mask = ((uint64_t)1 << half) - 1;
	maas_philox(key, seed, ORDER, epoch);
	do {
		uint64_t l = i >> half, r = i & mask;

		for (int round = 0; round < 4; round++) {
			uint64_t next = l ^ (mix(r, key[round]) & mask);

			l = r;
			r = next;
		}
		i = l << half | r;
	} while (i >= n);
	return i;
}

void
maas_batches_take(const struct maas_batches *b, uint64_t k, int32_t *ids, int32_t *targets)
{
	uint64_t epoch = k / b->blocks, block = order_permute(k % b->blocks, b->blocks, b->seed, epoch);
	size_t phase = (size_t)(maas_uniform(b->seed, PHASE, epoch) * (double)(b->slack + 1));
	size_t at = b->from.begin + phase + (size_t)block * b->time;

	for (size_t i = 0; i < b->time; i++) {
		ids[i] = maas_corpus_at(b->from.corpus, at + i);
		targets[i] = maas_corpus_at(b->from.corpus, at + i + 1);
	}
}
