/*
 * Causal attention of one head in blocks of MAAS_KEYS queries by MAAS_KEYS keys, without the
 * matrix of scores in memory: Dao et al. 2022, "FlashAttention", forward and backward.
 * All five products are tiles of product.c: one chain of fma a sum, so a query's answer knows
 * nothing of the queries beside it.
 */
#include <math.h>
#include <string.h>

#include "attend.h"

#define TIER_FILE "attend.inc"
#include "tier.h"

#define ROWS   MAAS_KEYS
#define PANELS (MAAS_HEAD / TILE_N)
#define SCORES (MAAS_KEYS / TILE_N)

typedef float rows_of[ROWS * TILE_ROW];     /* operand a */
typedef float panel_of[MAAS_HEAD * TILE_N]; /* operand b, up to MAAS_HEAD steps */
typedef float sums_of[ROWS * TILE_N];

struct fwd_room {
	rows_of q, p;
	panel_of key[SCORES];
	float value[PANELS][MAAS_KEYS * TILE_N];
	sums_of score[SCORES], sum[PANELS];
	float state[ROWS][2];
};

struct bwd_room {
	rows_of q, dy, p, ds, pt, dst;
	panel_of key[SCORES], value[SCORES]; /* [hd][keys] */
	float key_by[PANELS][MAAS_KEYS * TILE_N], q_by[PANELS][ROWS * TILE_N], dy_by[PANELS][ROWS * TILE_N];
	sums_of score[SCORES], dp[SCORES], dq[PANELS], dk[PANELS], dv[PANELS];
	float d[ROWS];
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* [hd][keys] panel of n <= TILE_N rows of x. */
static void
pack_turned(const struct maas_tile *t, float *to, const void *x, enum maas_dtype type, size_t ld, size_t n, size_t hd)
{
	struct maas_matrix s = { x, type, 1, ld };

	if (n < TILE_N)
		memset(to, 0, hd * TILE_N * sizeof *to);
	t->pack(to, TILE_N, &s, hd, n, 0);
}

/* [rows][hd] panels of n rows of x. */
static void
pack_straight(const struct maas_tile *t, float (*to)[MAAS_KEYS * TILE_N], const void *x, enum maas_dtype type,
    size_t ld, size_t n, size_t hd)
{
	for (size_t c = 0; c < hd; c += TILE_N) {
		struct maas_matrix s = { (const char *)x + c * maas_dtype_size(type), type, ld, 1 };

		if (hd - c < TILE_N)
			memset(to[c / TILE_N], 0, n * TILE_N * sizeof(float));
		t->pack(to[c / TILE_N], TILE_N, &s, n, least(hd - c, TILE_N), 0);
	}
}

static void
pack_rows(const struct maas_tile *t, float *to, const float *x, size_t ld, size_t n, size_t hd)
{
	struct maas_matrix s = { x, MAAS_F32, ld, 1 };

	t->pack(to, TILE_ROW, &s, n, hd, 0);
}

size_t
maas_attend_scratch(size_t hd)
{
	size_t n =
	    sizeof(struct fwd_room) > sizeof(struct bwd_room) ? sizeof(struct fwd_room) : sizeof(struct bwd_room);

	(void)hd;
	return (n + 63) / 64 * 64;
}

/* Scores of n keys of a block.  One or a few queries read whole panels of keys where they are. */
static void
score_keys(const struct maas_tile *t, struct fwd_room *s, const struct maas_keys *keys, size_t block, size_t rows,
    size_t n, size_t hd)
{
	size_t size = maas_dtype_size(keys->type), row = keys->row * size, in_place = 0;

	for (size_t j = 0; keys->turned && j < SCORES && j * TILE_N < n; j++) {
		struct maas_matrix x = { (const char *)keys->k[block] + j * TILE_N * size, keys->type, MAAS_KEYS, 1 };

		t->pack(s->key[j], TILE_N, &x, hd, TILE_N, 0);
		t->f32(s->score[j], s->q, s->key[j], rows, hd, 0);
	}
	if (keys->turned)
		return;
	if (rows <= TILE_ROWS && keys->type == MAAS_F32 && t->few_f32)
		in_place = n / TILE_N;
	for (size_t j = 0; j < SCORES; j++) {
		const char *k = (const char *)keys->k[block] + j * TILE_N * row;

		if (j < in_place) {
			for (size_t h = 0; h < TILE_N; h += TILE_FEW)
				t->few_f32(
				    s->score[j] + h, s->q, k + h * row, row, k + (h + TILE_FEW) * row, rows, hd, 0);
		} else if (j * TILE_N < n) {
			pack_turned(t, s->key[j], k, keys->type, keys->row, least(n - j * TILE_N, TILE_N), hd);
			t->f32(s->score[j], s->q, s->key[j], rows, hd, 0);
		}
	}
}

/* One block of keys, the first n of which the last row sees. */
static void
meet(const struct maas_tile *t, struct fwd_room *s, const struct maas_keys *keys, size_t block, size_t rows, size_t at,
    size_t hd)
{
	size_t from = block * MAAS_KEYS, n = least(at + rows - from, MAAS_KEYS);
	float scale = 1.0f / sqrtf((float)hd);

	score_keys(t, s, keys, block, rows, n, hd);
	pack_straight(t, s->value, keys->v[block], keys->type, keys->row, n, hd);
	for (size_t r = 0; r < rows; r++) {
		size_t sees = least(at + r + 1 > from ? at + r + 1 - from : 0, n);
		float *p = s->p + r * TILE_ROW;

		if (!sees) {
			memset(p, 0, MAAS_KEYS * sizeof *p);
			continue;
		}
		float less =
		    PICK(online)(p, s->score[0] + r * TILE_N, s->score[1] + r * TILE_N, sees, scale, s->state[r]);

		for (size_t c = 0; block && c < hd; c += TILE_N)
			PICK(shrink)(s->sum[c / TILE_N] + r * TILE_N, less);
	}
	for (size_t c = 0; c < hd; c += TILE_N)
		t->f32(s->sum[c / TILE_N], s->p, s->value[c / TILE_N], rows, n, block > 0);
}

void
maas_attend_fwd(float *y, size_t ldy, float *lse, const float *q, size_t ldq, size_t rows, size_t at,
    const struct maas_keys *keys, size_t hd, void *scratch)
{
	const struct maas_tile *t = maas_tile_now();
	struct fwd_room *s = scratch;

	if (rows == 1 && keys->turned) {
		attend_row(y, lse, q, at, keys, hd);
		return;
	}
	for (size_t r0 = 0; r0 < rows; r0 += ROWS) {
		size_t n = least(rows - r0, ROWS);

		pack_rows(t, s->q, q + r0 * ldq, ldq, n, hd);
		for (size_t r = 0; r < n; r++) {
			s->state[r][0] = -INFINITY;
			s->state[r][1] = 0;
		}
		for (size_t b = 0; b * MAAS_KEYS < at + r0 + n; b++)
			meet(t, s, keys, b, n, at + r0, hd);
		for (size_t r = 0; r < n; r++) {
			for (size_t c = 0; c < hd; c += TILE_N)
				PICK(divide)
			(y + (r0 + r) * ldy + c, s->sum[c / TILE_N] + r * TILE_N, least(hd - c, TILE_N),
			    s->state[r][1]);
			if (lse)
				lse[r0 + r] = s->state[r][0] + logf(s->state[r][1]);
		}
	}
}

static void
give(float *to, size_t ld, sums_of *from, size_t rows, size_t hd, int add)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < hd; c += TILE_N) {
			const float *x = from[c / TILE_N] + r * TILE_N;
			size_t n = least(hd - c, TILE_N);

			if (add)
				maas_add(to + r * ld + c, x, n);
			else
				memcpy(to + r * ld + c, x, n * sizeof *x);
		}
}

/* Queries i ... of one head against the keys packed before, which start at j and are n. */
static void
meet_back(const struct maas_tile *t, struct bwd_room *s, float *dq, const struct maas_attend *a, size_t head, size_t i,
    size_t j, size_t n, int fresh)
{
	size_t rows = least(a->time - i, ROWS), hd = a->hd;
	const float *q = a->q + head * hd + i * a->ld, *dy = a->dy + head * hd + i * a->ldy,
		    *y = a->y + head * hd + i * a->ldy;
	const float *lse = a->lse + head * a->ldlse + i;
	float scale = 1.0f / sqrtf((float)hd);

	pack_rows(t, s->q, q, a->ld, rows, hd);
	pack_rows(t, s->dy, dy, a->ldy, rows, hd);
	pack_straight(t, s->q_by, q, MAAS_F32, a->ld, rows, hd);
	pack_straight(t, s->dy_by, dy, MAAS_F32, a->ldy, rows, hd);
	for (size_t c = 0; c < SCORES; c++) {
		t->f32(s->score[c], s->q, s->key[c], rows, hd, 0);
		t->f32(s->dp[c], s->dy, s->value[c], rows, hd, 0);
	}
	for (size_t r = 0; r < rows; r++) {
		size_t sees = i + r < j ? 0 : least(i + r + 1 - j, n);
		float *p = s->p + r * TILE_ROW, *ds = s->ds + r * TILE_ROW;

		PICK(again)(p, s->score[0] + r * TILE_N, s->score[1] + r * TILE_N, sees, scale, lse[r]);
		PICK(slope)
		(ds, p, s->dp[0] + r * TILE_N, s->dp[1] + r * TILE_N, PICK(inner)(dy + r * a->ldy, y + r * a->ldy, hd),
		    scale);
	}
	struct maas_matrix pt = { s->p, MAAS_F32, 1, TILE_ROW }, dst = { s->ds, MAAS_F32, 1, TILE_ROW };

	t->pack(s->pt, TILE_ROW, &pt, n, rows, 0);
	t->pack(s->dst, TILE_ROW, &dst, n, rows, 0);
	for (size_t c = 0; c < hd; c += TILE_N) {
		size_t b = c / TILE_N;

		t->f32(s->dq[b], s->ds, s->key_by[b], rows, n, 0);
		t->f32(s->dv[b], s->pt, s->dy_by[b], n, rows, !fresh);
		t->f32(s->dk[b], s->dst, s->q_by[b], n, rows, !fresh);
	}
	give(dq + head * hd + i * a->ld, a->ld, s->dq, rows, hd, j > 0 || a->add);
}

void
maas_attend_bwd(float *dq, float *dk, float *dv, const struct maas_attend *a, void *scratch)
{
	const struct maas_tile *t = maas_tile_now();
	struct bwd_room *s = scratch;

	for (size_t j = 0; j < a->time; j += MAAS_KEYS) {
		size_t n = least(a->time - j, MAAS_KEYS);
		int fresh = 1;

		for (size_t c = 0; c < SCORES; c++) {
			size_t from = j + c * TILE_N, have = n > c * TILE_N ? least(n - c * TILE_N, TILE_N) : 0;

			pack_turned(t, s->key[c], a->k + (have ? from : j) * a->ld, MAAS_F32, a->ld, have, a->hd);
			pack_turned(t, s->value[c], a->v + (have ? from : j) * a->ld, MAAS_F32, a->ld, have, a->hd);
		}
		pack_straight(t, s->key_by, a->k + j * a->ld, MAAS_F32, a->ld, n, a->hd);
		for (size_t h = 0; h < a->group; h++)
			for (size_t i = j; i < a->time; i += ROWS) {
				meet_back(t, s, dq, a, h, i, j, n, fresh);
				fresh = 0;
			}
		give(dk + j * a->ld, a->ld, s->dk, n, a->hd, a->add);
		give(dv + j * a->ld, a->ld, s->dv, n, a->hd, a->add);
	}
}
