/* attend.h -- inside attention: panels of TILE_N queries, one row over a cache. */
#ifndef MAAS_ATTEND_H
#define MAAS_ATTEND_H

#include "tile.h"

#define ATTEND_PANELS (MAAS_HEAD / TILE_N) /* of a head's channels */

/* maas_attend_fwd of one row, for keys that are turned. */
void attend_row(float *y, float *lse, const float *q, size_t at, const struct maas_keys *, size_t hd);

size_t attend_back_scratch(void);

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

static inline size_t
attend_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Operands of a tile.  a: m rows of k steps.  b: n <= TILE_N rows of k steps, the rest of TILE_N zero. */
static inline void
attend_pack_a(const struct maas_tile *t, float *to, struct maas_matrix s, size_t m, size_t k)
{
	t->pack(to, TILE_ROW, &s, m, k, 0);
}

static inline void
attend_pack_b(const struct maas_tile *t, float *to, struct maas_matrix s, size_t n, size_t k)
{
	struct maas_matrix turned = { s.p, s.type, s.col, s.row };

	if (n < TILE_N)
		__builtin_memset(to, 0, k * TILE_N * sizeof *to);
	t->pack(to, TILE_N, &turned, k, n, 0);
}

#endif
