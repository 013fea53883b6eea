/*
 * Causal attention of one head without the matrix of scores in memory: Dao et al. 2022, "FlashAttention".  A block of
 * QUERIES rows meets the keys in steps of MAAS_KEYS, a panel of TILE_N rows at a time, and everything stands on its
 * side: scores are keys by queries, sums channels by queries.  So what one tile leaves is the next one's operand where
 * it lies, and softmax runs down the lanes.  A score and a sum over the keys of a step are one chain of fma each, so a
 * query's answer knows nothing of the queries beside it.
 */
#include <math.h>
#include <string.h>

#include "attend.h"

#define QUERIES 256
#define FEW     4 /* rows that are made sooner one by one than in a panel */

struct room {
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
maas_attend_scratch(size_t hd)
{
	size_t back = attend_back_scratch();

	(void)hd;
	return sizeof(struct room) > back ? (sizeof(struct room) + 63) / 64 * 64 : back;
}

/* A panel of rows that stand at `at` ... meets the first n keys of a block that begins at `from`. */
static void
meet(const struct attend_math *t, struct room *s, struct panel *p, size_t at, size_t from, size_t n, size_t hd)
{
	int sees = (int)((ptrdiff_t)(at + 1) - (ptrdiff_t)from);

	attend_multiply(t, s->p, s->key, p->q, n, hd, 0);
	if (attend_online(s->p, n, sees, 1.0f / sqrtf((float)hd), p->state, s->less) && from)
		attend_shrink(p->sum, s->less, hd);
	attend_multiply(t, p->sum, s->value, attend_sums_b(t, s->by, s->p, n), hd, n, from > 0);
}

/* One block of keys, and those of the rows that see any of it. */
static void
meet_all(const struct attend_math *t, struct room *s, const struct maas_keys *keys, size_t block, size_t rows,
    size_t at, size_t hd)
{
	size_t from = block * MAAS_KEYS, n = attend_least(at + rows - from, MAAS_KEYS);
	enum maas_dtype type = keys->type;

	attend_pack_a(t, s->key,
	    keys->turned ? attend_turned(keys->k[block], type, MAAS_KEYS)
			 : attend_rows(keys->k[block], type, keys->row),
	    n, hd);
	attend_pack_a(t, s->value, attend_turned(keys->v[block], type, keys->row), hd, n);
	for (size_t r = 0; r < rows; r += TILE_N) {
		size_t end = at + attend_least(rows, r + TILE_N);

		if (end > from)
			meet(t, s, &s->panel[r / TILE_N], at + r, from, attend_least(end - from, n), hd);
	}
}

static void
begin(const struct attend_math *t, struct panel *p, const float *q, size_t ldq, size_t rows, size_t hd)
{
	attend_pack_b(t, p->q, attend_rows(q, MAAS_F32, ldq), rows, hd);
	for (size_t l = 0; l < TILE_N; l++) {
		p->state[l] = -INFINITY;
		p->state[TILE_N + l] = 0;
	}
}

static void
finish(const struct attend_math *t, struct panel *p, float *y, size_t ldy, float *lse, size_t rows, size_t hd)
{
	struct maas_matrix sum = attend_turned(p->sum, MAAS_F32, TILE_N);

	attend_divide(p->sum, p->state + TILE_N, hd);
	t->tile->pack(y, ldy, &sum, rows, hd, 0);
	for (size_t r = 0; lse && r < rows; r++)
		lse[r] = p->state[r] + logf(p->state[TILE_N + r]);
}

void
maas_attend_fwd(float *y, size_t ldy, float *lse, const float *q, size_t ldq, size_t rows, size_t at,
    const struct maas_keys *keys, size_t hd, void *scratch)
{
	struct attend_math math = attend_math(keys->precision), *t = &math;
	unsigned was = math.half ? tile_subnormals_off() : 0;
	struct room *s = scratch;
	size_t r0 = 0, few = keys->turned && !math.half ? FEW : 0;

	for (size_t n; r0 + few < rows; r0 += n) {
		n = attend_least(rows - r0, QUERIES);
		for (size_t r = 0; r < n; r += TILE_N)
			begin(t, &s->panel[r / TILE_N], q + (r0 + r) * ldq, ldq, attend_least(n - r, TILE_N), hd);
		for (size_t b = 0; b * MAAS_KEYS < at + r0 + n; b++)
			meet_all(t, s, keys, b, n, at + r0, hd);
		for (size_t r = 0; r < n; r += TILE_N)
			finish(t, &s->panel[r / TILE_N], y + (r0 + r) * ldy, ldy, lse ? lse + r0 + r : NULL,
			    attend_least(n - r, TILE_N), hd);
	}
	for (; r0 < rows; r0++)
		attend_row(y + r0 * ldy, lse ? lse + r0 : NULL, q + r0 * ldq, at + r0, keys, hd);
	if (math.half)
		tile_subnormals_back(was);
}
