/*
 * Attention of one head without the matrix of scores in memory: Dao et al. 2022, "FlashAttention".  A block of
 * QUERIES rows meets the keys in steps of MAAS_KEYS, a panel of TILE_N rows at a time, and everything stands on its
 * side: scores are keys by queries, sums channels by queries.  So what one tile leaves is the next one's operand where
 * it lies, and softmax runs down the lanes.  A score and a sum over the keys of a step are one chain of fma each, so a
 * query's answer knows nothing of the queries beside it.
 */
#include <math.h>
#include <string.h>

#include "attend.h"

#define QUERIES 256

struct room {
	float wide[MAAS_KEYS * MAAS_HEAD]; /* a block of integers as numbers */
	float key[MAAS_KEYS * TILE_ROW];   /* a: [key, channel] */
	float value[MAAS_HEAD * TILE_ROW]; /* a: [channel, key] */
	float p[MAAS_KEYS * TILE_N];       /* scores, then what they weigh: [key, query] */
	float by[MAAS_KEYS * TILE_N];      /* b: [key, query] */
	struct panel {
		float q[MAAS_HEAD * TILE_N]; /* b: [channel, query] */
		float sum[MAAS_HEAD * TILE_N];
		float state[2 * TILE_N];
	} panel[QUERIES / TILE_N];
	float less[TILE_N];
};

size_t
maas_attend_scratch(void)
{
	size_t back = attend_back_scratch();

	return sizeof(struct room) > back ? (sizeof(struct room) + 63) / 64 * 64 : back;
}

/* A block of rows that stand at `at` ... on their way past the keys. */
struct pass {
	struct attend_math math;
	struct room *s;
	const struct maas_keys *keys;
	size_t at, rows, hd;
};

/* Keys that rows 0 ... rows - 1 of the pass see. */
static size_t
seen(const struct pass *s, size_t rows)
{
	return s->keys->all ? s->keys->all : s->at + rows;
}

/* A panel of rows, r ... of the pass, meets the first n keys of a block that begins at `from`. */
static void
meet(const struct pass *s, size_t r, size_t from, size_t n)
{
	struct panel *p = &s->s->panel[r / TILE_N];
	int sees = (int)((ptrdiff_t)seen(s, r + 1) - (ptrdiff_t)from);
	const struct maas_keys *keys = s->keys;
	float *c = s->s->p;

	attend_multiply(&s->math, c, s->s->key, p->q, n, s->hd, 0);
	if (keys->type == MAAS_I8)
		attend_scale(c, attend_scales(keys->k[from / MAAS_KEYS], s->hd), n);
	if (attend_online(c, n, sees, 1.0f / sqrtf((float)s->hd), p->state, s->s->less) && from)
		attend_shrink(p->sum, s->s->less, s->hd);
	if (keys->type == MAAS_I8)
		attend_scale(c, attend_scales(keys->v[from / MAAS_KEYS], s->hd), n);
	attend_multiply(&s->math, p->sum, s->s->value, attend_sums_b(&s->math, s->s->by, c, n), s->hd, n, from > 0);
}

/* Keys as the products' operands, and values. */
static void
pack_block(const struct pass *s, size_t block, size_t n)
{
	const struct maas_keys *k = s->keys;
	const void *key = k->k[block], *value = k->v[block];
	enum maas_dtype type = k->type == MAAS_I8 ? MAAS_F32 : k->type;

	if (k->type == MAAS_I8) {
		attend_widen(s->s->wide, key, MAAS_KEYS * s->hd);
		key = value = s->s->wide;
	}
	attend_pack_a(&s->math, s->s->key,
	    k->turned ? attend_turned(key, type, MAAS_KEYS) : attend_rows(key, type, k->row), n, s->hd);
	if (k->type == MAAS_I8)
		attend_widen(s->s->wide, k->v[block], n * s->hd);
	attend_pack_a(&s->math, s->s->value, attend_turned(value, type, k->row), s->hd, n);
}

/* A part of the keys and values of a block that is met soon. */
static void
ask_keys(const struct pass *s, size_t block, size_t part, size_t parts)
{
	const struct maas_keys *k = s->keys;
	size_t size = maas_dtype_size(k->type), row = k->row * size, turned = MAAS_KEYS * size;
	struct attend_ahead values = { k->v[block], row, s->hd * size, MAAS_KEYS }, keys = values;

	keys.p = k->k[block];
	if (k->turned)
		keys = (struct attend_ahead){ k->k[block], turned, turned, s->hd };
	attend_ask(keys, part, parts);
	attend_ask(values, part, parts);
}

/* One block of keys of several, and those of the rows that see any of it. */
static void
meet_all(const struct pass *s, size_t block, size_t blocks)
{
	size_t from = block * MAAS_KEYS, n = tile_least(seen(s, s->rows) - from, MAAS_KEYS);
	size_t panels = (s->rows + TILE_N - 1) / TILE_N;

	pack_block(s, block, n);
	for (size_t i = 0; i < panels; i++) {
		size_t end = seen(s, tile_least(s->rows, (i + 1) * TILE_N));

		if (block + 1 < blocks)
			ask_keys(s, block + 1, i, panels);
		if (end > from)
			meet(s, i * TILE_N, from, tile_least(end - from, n));
	}
}

static void
begin(const struct pass *s, struct maas_matrix q)
{
	attend_ask(attend_ahead(q, s->rows, s->hd), 0, 1);
	ask_keys(s, 0, 0, 1);
	for (size_t r = 0; r < s->rows; r += TILE_N) {
		struct panel *p = &s->s->panel[r / TILE_N];

		attend_pack_b(&s->math, p->q, tile_at(q, r, 0), tile_least(s->rows - r, TILE_N), s->hd);
		for (size_t l = 0; l < TILE_N; l++) {
			p->state[l] = -INFINITY;
			p->state[TILE_N + l] = 0;
		}
	}
}

static void
finish(const struct pass *s, float *y, size_t ldy, float *lse)
{
	attend_ask_to_write(attend_ahead(attend_rows(y, MAAS_F32, ldy), s->rows, s->hd));
	for (size_t r = 0; r < s->rows; r += TILE_N) {
		struct panel *p = &s->s->panel[r / TILE_N];
		struct maas_matrix sum = attend_turned(p->sum, MAAS_F32, TILE_N);
		size_t n = tile_least(s->rows - r, TILE_N);

		attend_divide(p->sum, p->state + TILE_N, s->hd);
		s->math.tile->pack(y + r * ldy, ldy, &sum, n, s->hd, 0);
		for (size_t i = 0; lse && i < n; i++)
			lse[r + i] = p->state[i] + logf(p->state[TILE_N + i]);
	}
}

void
maas_attend_fwd(float *y, size_t ldy, float *lse, const void *q, size_t ldq, size_t rows, size_t at,
    const struct maas_keys *keys, size_t hd, void *scratch)
{
	struct pass s = { .math = attend_begin(keys->precision), .s = scratch, .keys = keys, .hd = hd };
	struct maas_matrix queries = attend_rows(q, keys->queries, ldq);
	size_t r = 0, few = rows % TILE_N; /* behind the last whole panel */

	if (!keys->turned || keys->all || s.math.half || keys->queries != MAAS_F32 || few > attend_few_most(hd))
		few = 0;
	for (; r + few < rows; r += s.rows) {
		s.rows = tile_least(rows - few - r, QUERIES);
		s.at = at + r;
		size_t blocks = (seen(&s, s.rows) + MAAS_KEYS - 1) / MAAS_KEYS;

		begin(&s, tile_at(queries, r, 0));
		for (size_t b = 0; b < blocks; b++)
			meet_all(&s, b, blocks);
		finish(&s, y + r * ldy, ldy, lse ? lse + r : NULL);
	}
	if (few)
		attend_few(y + r * ldy, ldy, lse ? lse + r : NULL, (const float *)q + r * ldq, ldq, few, at + r, keys,
		    hd, scratch);
	attend_end(&s.math);
}
