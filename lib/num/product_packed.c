/*
 * Products of few rows, one after the other, with weights that are packed once for all of them: as the steps of a
 * recurrent layer are.  The sums are those of product.c.
 */
#include <string.h>

#include "tile.h"

enum { ROWS = 16 };                      /* that meet a panel while it is near */
enum { PARTS = MAAS_PACKED_K / TILE_K }; /* of k at most */

struct room {
	float a[PARTS * TILE_ROW];
	float c[ROWS * TILE_N];
};

/* How k is cut: as product.c cuts it, in f32 by the order of rounding, in bf16 as may be. */
struct cut {
	const struct maas_tile *tile;
	size_t step, parts, words; /* steps of a part; parts; words of a panel's part */
	int half;
};

static struct cut
cut(size_t k, enum maas_dtype precision)
{
	struct cut c = { .tile = maas_tile_now(), .half = precision == MAAS_BF16 };

	c.step = c.half ? TILE_K * c.tile->pair : TILE_K;
	c.parts = (k + c.step - 1) / c.step;
	c.words = tile_least(c.half ? TILE_UP(k, TILE_BF) / c.tile->pair : k, TILE_K);
	return c;
}

size_t
maas_packed_floats(size_t n, size_t k)
{
	return TILE_UP(n, TILE_N) * TILE_UP(k, TILE_K);
}

static float *
panel(const struct cut *c, const float *packed, size_t j, size_t part)
{
	return (float *)(uintptr_t)packed + (j / TILE_N * c->parts + part) * c->words * TILE_N;
}

void
maas_packed_fill(float *packed, struct maas_matrix b, size_t n, size_t k, enum maas_dtype precision)
{
	struct cut c = cut(k, precision);

	for (size_t j = 0; j < n; j += TILE_N)
		for (size_t part = 0; part < c.parts; part++) {
			struct maas_matrix at = tile_at(b, j, part * c.step), by_step = tile_turned(at);
			size_t wide = tile_least(n - j, TILE_N), steps = tile_least(k - part * c.step, c.step);
			float *to = panel(&c, packed, j, part);

			if (c.half) {
				c.tile->pack_b(to, &at, wide, steps);
				continue;
			}
			if (wide < TILE_N)
				memset(to, 0, steps * TILE_N * sizeof *to);
			c.tile->pack(to, TILE_N, &by_step, steps, wide, 0);
		}
}

static void
pack_rows(const struct cut *c, struct room *s, struct maas_matrix a, size_t m, size_t k)
{
	for (size_t part = 0; part < c->parts; part++) {
		struct maas_matrix at = tile_at(a, 0, part * c->step);
		size_t steps = tile_least(k - part * c->step, c->step);

		if (c->half)
			c->tile->pack_a(s->a + part * m * TILE_ROW, &at, m, steps);
		else
			c->tile->pack(s->a + part * m * TILE_ROW, TILE_ROW, &at, m, steps, 0);
	}
}

/* A panel's sums to y: a whole panel is worth a loop of known length. */
static void
finish(float *y, size_t ldy, const float *c, const float *bias, size_t m, size_t n, int add)
{
	for (size_t i = 0; i < m; i++, y += ldy, c += TILE_N) {
		if (n < TILE_N || bias || !add) {
			for (size_t j = 0; j < n; j++) {
				float v = bias ? c[j] + bias[j] : c[j];

				y[j] = add ? y[j] + v : v;
			}
			continue;
		}
		for (size_t j = 0; j < TILE_N; j++)
			y[j] += c[j];
	}
}

static void
rows(const struct cut *c, float *y, size_t ldy, const float *packed, size_t m, size_t n, size_t k, const float *bias,
    int add, struct room *s)
{
	for (size_t j = 0; j < n; j += TILE_N) {
		for (size_t part = 0; part < c->parts; part++) {
			size_t steps = tile_least(k - part * c->step, c->step);
			const float *a = s->a + part * m * TILE_ROW, *b = panel(c, packed, j, part);

			if (c->half)
				c->tile->bf16(s->c, a, b, m, TILE_UP(steps, TILE_BF), part > 0);
			else
				c->tile->f32(s->c, a, b, m, steps, part > 0);
		}
		finish(y + j, ldy, s->c, bias ? bias + j : NULL, m, tile_least(n - j, TILE_N), add);
	}
}

void
maas_product_packed(float *y, size_t ldy, struct maas_matrix a, const float *packed, size_t m, size_t n, size_t k,
    enum maas_dtype precision, const float *bias, int add, void *scratch)
{
	struct cut c = cut(k, precision);
	unsigned was = c.half ? tile_subnormals_off() : 0;
	struct room *s = scratch;

	for (size_t i = 0, now; i < m; i += now) {
		now = tile_least(tile_least(m - i, ROWS), PARTS / (c.parts ? c.parts : 1));
		pack_rows(&c, s, tile_at(a, i, 0), now, k);
		rows(&c, y + i * ldy, ldy, packed, now, n, k, bias, add, s);
	}
	if (c.half)
		tile_subnormals_back(was);
	if (c.tile->leave)
		c.tile->leave();
}
