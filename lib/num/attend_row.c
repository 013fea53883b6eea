/*
 * Attention of a few rows over a cache whose keys are turned: the chains of fma that attend.c makes of many, straight
 * from where keys and values lie.  Queries of one head of keys pass over a block together.
 */
#include <math.h>
#include <string.h>

#include "attend_row.h"
#include "chain.h"

#define TIER_FILE "online.inc"
#include "tier.h"

/* Is there a kernel for all of a block? */
static int
whole(size_t hd)
{
	return maas_isa() >= MAAS_AVX512 && hd % 32 == 0;
}

static void
meet(struct attend_sums *o, const float *q, const struct attend_block *b, size_t n)
{
	float score[MAAS_KEYS], p[MAAS_KEYS], part[MAAS_HEAD], state[2] = { o->most, o->sum };
	struct chain key = { b->type, b->k, MAAS_KEYS, b->v }, value = { b->type, b->v, b->row, b->soon };

	maas_chain(score, q, &key, b->hd, MAAS_KEYS);
	if (b->type == MAAS_I8)
		PICK(scale)(score, attend_scales(b->k, b->hd), n);
	float less = PICK(online)(p, score, score + TILE_N, n, b->scale, state);

	if (b->type == MAAS_I8)
		PICK(scale)(p, attend_scales(b->v, b->hd), n);
	maas_chain(b->first ? o->y : part, p, &value, n, b->hd);
	for (size_t c = 0; !b->first && c < b->hd; c += TILE_N) {
		PICK(shrink)(o->y + c, less);
		maas_add(o->y + c, part + c, tile_least(b->hd - c, TILE_N));
	}
	o->most = state[0];
	o->sum = state[1];
}

static void
meet_all(struct attend_sums *o, const float *q, const struct attend_block *b, size_t rows)
{
#if defined(__x86_64__)
	if (whole(b->hd)) {
		attend_block_avx512(o, q, b, rows);
		return;
	}
#endif
	for (size_t r = 0; r < rows; r++)
		meet(o + r, q + r * b->hd, b, attend_sees(b, r));
}

static void
end(float *y, const struct attend_sums *o, const struct attend_block *b)
{
#if defined(__x86_64__)
	if (whole(b->hd)) {
		attend_end_avx512(y, o, b);
		return;
	}
#endif
	PICK(divide)(y, o->y, b->hd, o->sum);
}

size_t
attend_few_most(size_t hd)
{
	return whole(hd) ? ATTEND_FEW : ATTEND_FEW / 4;
}

void
attend_few(float *y, size_t ldy, float *lse, const float *q, size_t ldq, size_t rows, size_t at,
    const struct maas_keys *keys, size_t hd, void *scratch)
{
	struct few {
		struct attend_sums sums[ATTEND_FEW];
		float q[ATTEND_FEW * MAAS_HEAD];
	} *s = scratch;
	struct attend_block b = { .type = keys->type, .row = keys->row, .hd = hd, .scale = 1.0f / sqrtf((float)hd) };
	size_t blocks = (at + rows - 1) / MAAS_KEYS + 1;

	for (size_t r = 0; r < rows; r++) {
		s->sums[r].most = -INFINITY;
		s->sums[r].sum = 0;
		memcpy(s->q + r * hd, q + r * ldq, hd * sizeof *q);
	}
	b.more = 1;
	for (size_t i = 0; i < blocks; i++) {
		size_t from = i * MAAS_KEYS, r = at < from ? from - at : 0; /* the first that sees any of it */

		b.k = keys->k[i];
		b.v = keys->v[i];
		b.n = at + r + 1 - from;
		b.first = i == 0;
		b.soon = i + 1 < blocks ? keys->k[i + 1] : keys->k[i];
		meet_all(s->sums + r, s->q + r * hd, &b, rows - r);
	}
	for (size_t r = 0; r < rows; r++) {
		end(y + r * ldy, &s->sums[r], &b);
		if (lse)
			lse[r] = s->sums[r].most + logf(s->sums[r].sum);
	}
}

size_t
maas_attend_cached_scratch(size_t queries)
{
	return queries * (sizeof(struct attend_sums) + MAAS_HEAD * sizeof(float));
}

/* Those from r on that share block i of the cache, and see as much of it. */
static size_t
sharing(const struct maas_asking *of, size_t n, size_t r, size_t i)
{
	size_t end = r + 1, keys = tile_least(of[r].at + 1 - i * MAAS_KEYS, MAAS_KEYS);

	while (end < n && of[end].at >= i * MAAS_KEYS && of[end].block[i] == of[r].block[i] &&
	    tile_least(of[end].at + 1 - i * MAAS_KEYS, MAAS_KEYS) == keys)
		end++;
	return end;
}

/* Block i of the cache meets the rows of `rows` sequences, of whose n the first one's are o and q: [heads, n,
 * group]. */
static void
meet_block(struct attend_sums *o, const float *q, const struct maas_asking *of, size_t i, size_t rows, size_t n,
    const struct maas_cache *c, struct attend_block *b)
{
	size_t bytes = maas_keys_bytes(c->type, b->hd), last = of->at / MAAS_KEYS;

	b->n = tile_least(of->at + 1 - i * MAAS_KEYS, MAAS_KEYS);
	b->first = i == 0;
	for (size_t h = 0; h < c->heads; h++, o += n * c->group, q += n * c->group * b->hd) {
		const char *k = (const char *)of->block[i] + h * 2 * bytes;

		b->k = k;
		b->v = k + bytes;
		b->soon = h + 1 < c->heads ? k + 2 * bytes : (const char *)of->block[i < last ? i + 1 : i];
		meet_all(o, q, b, rows * c->group);
	}
}

void
maas_attend_cached(const struct maas_asking *of, size_t n, const struct maas_cache *c, size_t hd, void *scratch)
{
	struct attend_sums *o = scratch;
	size_t all = n * c->heads * c->group, blocks = 0;
	float *q = (float *)(void *)(o + all);
	struct attend_block b = { .type = c->type, .row = hd, .hd = hd, .scale = 1.0f / sqrtf((float)hd) };

	for (size_t i = 0; i < all; i++)
		o[i].most = -INFINITY, o[i].sum = 0;
	for (size_t r = 0; r < n; r++) {
		blocks = of[r].at / MAAS_KEYS + 1 > blocks ? of[r].at / MAAS_KEYS + 1 : blocks;
		for (size_t h = 0; h < c->heads; h++)
			memcpy(q + (h * n + r) * c->group * hd, of[r].q + h * c->group * hd, c->group * hd * sizeof *q);
	}
	for (size_t i = 0; i < blocks; i++)
		for (size_t r = 0, next; r < n; r = next) {
			next = r + 1;
			if (of[r].at < i * MAAS_KEYS)
				continue;
			next = sharing(of, n, r, i);
			meet_block(o + r * c->group, q + r * c->group * hd, of + r, i, next - r, n, c, &b);
		}
	for (size_t r = 0; r < n; r++)
		for (size_t h = 0; h < c->heads; h++)
			for (size_t g = 0; g < c->group; g++)
				end(of[r].y + (h * c->group + g) * hd, &o[(h * n + r) * c->group + g], &b);
}
