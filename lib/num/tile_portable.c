/* Products in portable C: what the other tiers are held to, byte for byte. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "tile.h"

static void
f32(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	for (size_t i = 0; i < m; i++) {
		float s[TILE_N] = { 0 };

		for (size_t l = 0; l < k; l++)
			for (size_t j = 0; j < TILE_N; j++)
				s[j] = fmaf(a[i * TILE_ROW + l], b[l * TILE_N + j], s[j]);
		for (size_t j = 0; j < TILE_N; j++)
			c[i * TILE_N + j] = add ? c[i * TILE_N + j] + s[j] : s[j];
	}
}

/* Where the processor's own flag for it is not set. */
static float
flush(float x)
{
	return fabsf(x) < FLT_MIN ? copysignf(0, x) : x;
}

static void
bf16(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	if (!add)
		for (size_t i = 0; i < m; i++)
			memset(c + i * TILE_N, 0, TILE_N * sizeof *c);
	for (size_t i = 0; i < m; i++)
		for (size_t l = 0; l < k; l += TILE_BF)
			for (size_t j = 0; j < TILE_N; j++) {
				const float *x = a + i * TILE_ROW + l, *w = b + l * TILE_N + j;
				float e = 0, o = 0;

				for (size_t h = 0; h < TILE_BF; h += 2) {
					e = flush(fmaf(x[h], w[h * TILE_N], e));
					o = flush(fmaf(x[h + 1], w[(h + 1) * TILE_N], o));
				}
				c[i * TILE_N + j] = flush(c[i * TILE_N + j] + flush(e + o));
			}
}

static void
pack(float *d, size_t to, const struct maas_matrix *s, size_t nx, size_t ny, int round)
{
	for (size_t x = 0; x < nx; x++)
		for (size_t y = 0; y < ny; y++)
			d[x * to + y] = tile_operand(s, x * s->row + y * s->col, round);
}

static void
pack_a(float *d, const struct maas_matrix *s, size_t m, size_t k)
{
	tile_words_a(pack, d, s, m, k);
}

static void
pack_b(float *d, const struct maas_matrix *s, size_t n, size_t k)
{
	tile_words_b(pack, d, s, n, k);
}

const struct maas_tile maas_tile_portable = {
	.rows_f32 = 1,
	.rows_bf16 = 1,
	.pair = 1,
	.f32 = f32,
	.bf16 = bf16,
	.pack = pack,
	.pack_a = pack_a,
	.pack_b = pack_b,
};
