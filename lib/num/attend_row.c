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
	return queries * sizeof(struct attend_sums);
}

void
maas_attend_cached(float *y, const float *q, size_t at, const struct maas_cache *c, size_t hd, void *scratch)
{
	struct attend_sums *o = scratch;
	size_t bytes = maas_keys_bytes(c->type, hd), blocks = at / MAAS_KEYS + 1;
	struct attend_block b = { .type = c->type, .row = hd, .hd = hd, .scale = 1.0f / sqrtf((float)hd) };

	for (size_t h = 0; h < c->heads * c->group; h++)
		o[h].most = -INFINITY, o[h].sum = 0;
	for (size_t i = 0; i < blocks; i++) {
		b.n = tile_least(at + 1 - i * MAAS_KEYS, MAAS_KEYS);
		b.first = i == 0;
		for (size_t h = 0; h < c->heads; h++) {
			const char *k = (const char *)c->block[i] + h * 2 * bytes;

			b.k = k;
			b.v = k + bytes;
			b.soon = h + 1 < c->heads ? k + 2 * bytes : (const char *)c->block[i + 1 < blocks ? i + 1 : i];
			meet_all(o + h * c->group, q + h * c->group * hd, &b, c->group);
		}
	}
	for (size_t h = 0; h < c->heads * c->group; h++)
		end(y + h * hd, &o[h], &b);
}
