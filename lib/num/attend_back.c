/*
 * The backward pass of attention, with the scores computed anew: Dao et al. 2022, "FlashAttention", algorithm 4.
 * A stretch of keys keeps its gradients near while all queries pass by, QUERIES at a time; of these a step of MAAS_KEYS
 * keys meets a panel of TILE_N.  Scores stand as in attend.c, keys by queries: they are operands of the gradients where
 * they lie, or copied as they lie.
 */
#include <math.h>
#include <string.h>

#include "attend.h"

#define STRETCH 256 /* keys of 64 channels; fewer of wider heads: about a second cache's */
#define QUERIES 128

struct back_room {
	float key[STRETCH * TILE_ROW], value[STRETCH * TILE_ROW]; /* a: [key, channel] */
	float key_by[MAAS_HEAD * TILE_ROW];                       /* a: [channel, key] */
	float dk[ATTEND_PANELS][STRETCH * TILE_N], dv[ATTEND_PANELS][STRETCH * TILE_N];
	float q_by[ATTEND_PANELS][QUERIES * TILE_N], dy_by[ATTEND_PANELS][QUERIES * TILE_N]; /* b: [query, channel] */
	float p[MAAS_KEYS * TILE_ROW], ds[MAAS_KEYS * TILE_ROW];                             /* a: [key, query] */
	float score[MAAS_KEYS * TILE_N], dp[MAAS_KEYS * TILE_N], by[MAAS_KEYS * TILE_N];
	struct side {
		float q[MAAS_HEAD * TILE_N], dy[MAAS_HEAD * TILE_N]; /* b: [channel, query] */
		float dq[MAAS_HEAD * TILE_N];
		float lse[TILE_N], d[TILE_N];
	} side[QUERIES / TILE_N];
	float part[TILE_N * MAAS_HEAD];
};

/* A block of queries of one head. */
struct block {
	const struct maas_attend *a;
	struct attend_math math;
	struct back_room *s;
	size_t head, at, rows; /* queries at ... */
	size_t from, keys;     /* the stretch of keys */
};

size_t
attend_back_scratch(void)
{
	return (sizeof(struct back_room) + 63) / 64 * 64;
}

static size_t
stretch(size_t hd)
{
	return hd <= 64 ? STRETCH : hd <= 128 ? STRETCH / 2 : MAAS_KEYS;
}

static void
pack_keys(const struct block *b)
{
	const struct maas_attend *a = b->a;
	struct maas_matrix k = tile_at(attend_rows(a->k, a->type, a->ld), b->from, 0),
			   v = tile_at(attend_rows(a->v, a->type, a->ld), b->from, 0);

	attend_ask(attend_ahead(k, b->keys, a->hd), 0, 1);
	attend_ask(attend_ahead(v, b->keys, a->hd), 0, 1);
	attend_pack_a(&b->math, b->s->key, k, b->keys, a->hd);
	attend_pack_a(&b->math, b->s->value, v, b->keys, a->hd);
	attend_pack_a(&b->math, b->s->key_by, tile_turned(k), a->hd, b->keys);
}

/* y dy of the block's rows, once for all keys: the first that meet a row are those from 0 on. */
static void
inner(const struct block *b, const float *dy)
{
	const struct maas_attend *a = b->a;
	const float *y = a->y + b->head * a->hd + b->at * a->ldy;
	float *to = a->inner + b->head * a->ldlse + b->at;

	attend_ask(attend_ahead(attend_rows(y, MAAS_F32, a->ldy), b->rows, a->hd), 0, 1);
	for (size_t i = 0; i < b->rows; i++)
		to[i] = attend_inner(dy + i * a->ldy, y + i * a->ldy, a->hd);
}

static void
pack_queries(const struct block *b)
{
	const struct maas_attend *a = b->a;
	const float *rows = a->dy + b->head * a->hd + b->at * a->ldy;
	struct maas_matrix q = tile_at(attend_rows(a->q, a->type, a->ld), b->at, b->head * a->hd),
			   dy = attend_rows(rows, MAAS_F32, a->ldy);
	size_t row = b->head * a->ldlse + b->at;

	attend_ask(attend_ahead(q, b->rows, a->hd), 0, 1);
	attend_ask(attend_ahead(dy, b->rows, a->hd), 0, 1);
	if (!b->from)
		inner(b, rows);
	for (size_t r = 0; r < b->rows; r += TILE_N) {
		struct side *side = &b->s->side[r / TILE_N];
		size_t n = tile_least(b->rows - r, TILE_N);

		attend_pack_b(&b->math, side->q, tile_at(q, r, 0), n, a->hd);
		attend_pack_b(&b->math, side->dy, tile_at(dy, r, 0), n, a->hd);
		memset(side->lse, 0, sizeof side->lse);
		memset(side->d, 0, sizeof side->d);
		memcpy(side->lse, a->lse + row + r, n * sizeof *side->lse);
		memcpy(side->d, a->inner + row + r, n * sizeof *side->d);
	}
	for (size_t c = 0; c < a->hd; c += TILE_N) {
		size_t n = tile_least(a->hd - c, TILE_N);

		attend_pack_b(&b->math, b->s->q_by[c / TILE_N], tile_turned(tile_at(q, 0, c)), n, b->rows);
		attend_pack_b(&b->math, b->s->dy_by[c / TILE_N], tile_turned(tile_at(dy, 0, c)), n, b->rows);
	}
}

/* Keys j ... (n of them) of the stretch meet a panel of queries, the first r of the block: p, ds, and their part of
 * dq. */
static void
meet(const struct block *b, size_t j, size_t keys, size_t r)
{
	struct back_room *s = b->s;
	struct side *side = &s->side[r / TILE_N];
	size_t rows = tile_least(b->rows - r, TILE_N), hd = b->a->hd, at = b->at + r;
	size_t sees = b->a->both ? MAAS_KEYS : at + 1 - (b->from + j), n = tile_least(keys, sees + rows - 1);
	const struct attend_math *t = &b->math;
	const float *by;

	attend_multiply(t, s->score, s->key + j * TILE_ROW, side->q, n, hd, 0);
	attend_multiply(t, s->dp, s->value + j * TILE_ROW, side->dy, n, hd, 0);
	attend_slope(s->score, s->dp, n, (int)tile_least(sees, MAAS_KEYS), 1.0f / sqrtf((float)hd), side->lse, side->d);
	memset(s->score + n * TILE_N, 0, (keys - n) * TILE_N * sizeof *s->score);
	memset(s->dp + n * TILE_N, 0, (keys - n) * TILE_N * sizeof *s->dp);
	attend_pack_a(t, s->p + r / t->pair, attend_rows(s->score, MAAS_F32, TILE_N), keys, rows);
	attend_pack_a(t, s->ds + r / t->pair, attend_rows(s->dp, MAAS_F32, TILE_N), keys, rows);
	by = attend_sums_b(t, s->by, s->dp, n);
	attend_multiply(t, side->dq, s->key_by + j / t->pair, by, hd, n, j > 0);
}

/* Keys j ... of the stretch and all queries of the block that see any of them. */
static void
meet_all(const struct block *b, size_t j)
{
	struct back_room *s = b->s;
	size_t keys = tile_least(b->keys - j, MAAS_KEYS), key = b->from + j;
	size_t first = key > b->at && !b->a->both ? key - b->at : 0, left = b->rows - first,
	       skip = first / b->math.pair;
	int more = b->head > 0 || b->at > (b->a->both ? 0 : key); /* others have met these keys */

	for (size_t r = first; r < b->rows; r += TILE_N)
		meet(b, j, keys, r);
	for (size_t c = 0; c < ATTEND_PANELS && c * TILE_N < b->a->hd; c++) {
		attend_multiply(
		    &b->math, s->dv[c] + j * TILE_N, s->p + skip, s->dy_by[c] + skip * TILE_N, keys, left, more);
		attend_multiply(
		    &b->math, s->dk[c] + j * TILE_N, s->ds + skip, s->q_by[c] + skip * TILE_N, keys, left, more);
	}
}

static void
give(const struct block *b, float *to, struct maas_matrix sum, size_t rows, size_t cols, int add)
{
	float *part = b->s->part;

	attend_ask_to_write(attend_ahead(attend_rows(to, MAAS_F32, b->a->ld), rows, cols));
	if (!add) {
		b->math.tile->pack(to, b->a->ld, &sum, rows, cols, 0);
		return;
	}
	b->math.tile->pack(part, cols, &sum, rows, cols, 0);
	for (size_t i = 0; i < rows; i++)
		maas_add(to + i * b->a->ld, part + i * cols, cols);
}

static void
give_queries(const struct block *b, float *dq)
{
	const struct maas_attend *a = b->a;

	for (size_t r = 0; r < b->rows; r += TILE_N)
		give(b, dq + b->head * a->hd + (b->at + r) * a->ld,
		    attend_turned(b->s->side[r / TILE_N].dq, MAAS_F32, TILE_N), tile_least(b->rows - r, TILE_N), a->hd,
		    b->from || a->add);
}

static void
give_keys(const struct block *b, float *to, float from[][STRETCH * TILE_N])
{
	const struct maas_attend *a = b->a;

	for (size_t c = 0; c < a->hd; c += TILE_N)
		give(b, to + b->from * a->ld + c, attend_rows(from[c / TILE_N], MAAS_F32, TILE_N), b->keys,
		    tile_least(a->hd - c, TILE_N), a->add);
}

void
maas_attend_bwd(float *dq, float *dk, float *dv, const struct maas_attend *a, void *scratch)
{
	struct block b = { .a = a, .math = attend_begin(a->precision), .s = scratch };

	for (b.from = 0; b.from < a->time; b.from += stretch(a->hd)) {
		b.keys = tile_least(a->time - b.from, stretch(a->hd));
		pack_keys(&b);
		for (b.head = 0; b.head < a->group; b.head++)
			for (b.at = a->both ? 0 : b.from; b.at < a->time; b.at += QUERIES) {
				size_t seen = a->both ? b.keys : tile_least(b.keys, b.at - b.from + QUERIES);

				b.rows = tile_least(a->time - b.at, QUERIES);
				pack_queries(&b);
				for (size_t j = 0; j < seen; j += MAAS_KEYS)
					meet_all(&b, j);
				give_queries(&b, dq);
			}
		give_keys(&b, dk, b.s->dk);
		give_keys(&b, dv, b.s->dv);
	}
	attend_end(&b.math);
}
