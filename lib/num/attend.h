/* attend.h -- inside attention: panels of TILE_N queries, one row over a cache. */
#ifndef MAAS_ATTEND_H
#define MAAS_ATTEND_H

#include "tile.h"

#define ATTEND_PANELS (MAAS_HEAD / TILE_N) /* of a head's channels */

#define ATTEND_FEW 20
/* maas_attend_fwd of at most ATTEND_FEW rows in f32, for keys that are turned, and scratch as for it. */
void attend_few(float *y, size_t ldy, float *lse, const float *q, size_t ldq, size_t rows, size_t at,
    const struct maas_keys *, size_t hd, void *scratch);
size_t attend_few_most(size_t hd); /* rows that are made sooner so than in a panel */

size_t attend_back_scratch(void);

/* Of a block of keys or values of MAAS_I8. */
static inline const float *
attend_scales(const void *block, size_t hd)
{
	return (const float *)((const char *)block + MAAS_KEYS * hd);
}
/* Rows of a panel, each by its own. */
void attend_scale(float *c, const float *by, size_t rows);
/* y [n] = integers */
void attend_widen(float *y, const int8_t *x, size_t n);

/*
 * What a panel goes through, of attend.inc: scores s [keys, TILE_N], keys a row, queries side by side, so nothing is
 * ever summed across a register.  Query l sees the first sees + l keys of n.  state: maxima [TILE_N], sums [TILE_N].
 */
int attend_online(float *s, size_t n, int sees, float scale, float *state, float *less);
void attend_slope(float *s, float *dp, size_t n, int sees, float scale, const float *lse, const float *d);
void attend_shrink(float *c, const float *less, size_t rows);
void attend_divide(float *c, const float *total, size_t rows);
float attend_inner(const float *a, const float *b, size_t n);
#if defined(__x86_64__)
int attend_online_avx512(float *s, size_t n, int sees, float scale, float *state, float *less);
void attend_slope_avx512(float *s, float *dp, size_t n, int sees, float scale, const float *lse, const float *d);
#endif

/* Element (row, col) of a head on: rows ld apart. */
static inline struct maas_matrix
attend_rows(const void *p, enum maas_dtype type, size_t ld)
{
	return (struct maas_matrix){ p, type, ld, 1 };
}

static inline struct maas_matrix
attend_turned(const void *p, enum maas_dtype type, size_t ld)
{
	return (struct maas_matrix){ p, type, 1, ld };
}

/*
 * Rows of a head are a few lines each, far apart, which the processor does not foresee by itself: they are asked for
 * all at once, or a part at a time, before they are packed or written.
 */
struct attend_ahead {
	const void *p;
	size_t row, bytes, rows;
};

static inline struct attend_ahead
attend_ahead(struct maas_matrix s, size_t rows, size_t hd)
{
	size_t size = maas_dtype_size(s.type);

	return (struct attend_ahead){ s.p, s.row * size, hd * size, rows };
}

static inline void
attend_ask(struct attend_ahead a, size_t part, size_t parts)
{
	for (size_t i = a.rows * part / parts; i < a.rows * (part + 1) / parts; i++)
		for (size_t l = 0; l < a.bytes; l += 64)
			__builtin_prefetch((const char *)a.p + i * a.row + l, 0, 2);
}

static inline void
attend_ask_to_write(struct attend_ahead a)
{
	for (size_t i = 0; i < a.rows; i++)
		for (size_t l = 0; l < a.bytes; l += 64)
			__builtin_prefetch((const char *)a.p + i * a.row + l, 1, 2);
}

/* The products of one precision: operands as its tile wants them, sums in f32. */
struct attend_math {
	const struct maas_tile *tile;
	int half;       /* bf16 */
	size_t pair;    /* steps of k in a word of an operand */
	unsigned flags; /* of the processor, to be given back */
};

static inline struct attend_math
attend_begin(enum maas_dtype precision)
{
	const struct maas_tile *t = maas_tile_now();
	int half = precision == MAAS_BF16;

	return (struct attend_math){ t, half, half ? t->pair : 1, half ? tile_subnormals_off() : 0 };
}

static inline void
attend_end(const struct attend_math *t)
{
	if (!t->half)
		return;
	if (t->tile->leave)
		t->tile->leave();
	tile_subnormals_back(t->flags);
}

/* m rows of k steps; step l of them lies l / pair words on. */
static inline void
attend_pack_a(const struct attend_math *t, float *to, struct maas_matrix s, size_t m, size_t k)
{
	if (t->half)
		t->tile->pack_a(to, &s, m, k);
	else
		t->tile->pack(to, TILE_ROW, &s, m, k, 0);
}

/* n <= TILE_N rows of k steps, the rest of TILE_N zero; step l lies l / pair * TILE_N words on. */
static inline void
attend_pack_b(const struct attend_math *t, float *to, struct maas_matrix s, size_t n, size_t k)
{
	struct maas_matrix turned = tile_turned(s);

	if (t->half) {
		t->tile->pack_b(to, &s, n, k);
		return;
	}
	if (n < TILE_N)
		__builtin_memset(to, 0, k * TILE_N * sizeof *to);
	t->tile->pack(to, TILE_N, &turned, k, n, 0);
}

/* c [m, TILE_N] = or += (add). */
static inline void
attend_multiply(const struct attend_math *t, float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	if (t->half)
		t->tile->bf16(c, a, b, m, (k + TILE_BF - 1) / TILE_BF * TILE_BF, add);
	else
		t->tile->f32(c, a, b, m, k, add);
}

/* Sums c [k, TILE_N] as operand b: in f32 they are one where they lie. */
static inline const float *
attend_sums_b(const struct attend_math *t, float *to, const float *c, size_t k)
{
	if (!t->half)
		return c;
	attend_pack_b(t, to, attend_turned(c, MAAS_F32, TILE_N), TILE_N, k);
	return to;
}

#endif
