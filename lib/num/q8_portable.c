/* Products with 8-bit and 4-bit weights in portable C: what the other tiers are held to, byte for byte. */
#include <math.h>

#include "q8.h"

/* Of all rows, the one at i0 + h in a stack of n. */
static void
row(float *c, const struct q8_rows *a, const struct q8_part *b, size_t i0, size_t n, size_t h)
{
	const int8_t *w = b->w, *x = a->p + (i0 * a->groups + b->first * n) * a->group + h * 4;
	const float *scale = a->scale + i0 * a->groups + b->first * n + h;

	for (size_t j = 0; j < Q8_PANEL; j++) {
		float acc = b->first ? c[j] : 0;

		for (size_t g = 0; g < b->groups; g++) {
			int32_t sum = 0;

			for (size_t l = g * a->group; l < (g + 1) * a->group; l++)
				sum += x[l / 4 * 4 * n + l % 4] * w[l / 4 * 4 * Q8_PANEL + j * 4 + l % 4];
			acc = fmaf((float)sum * scale[g * n], q8_scale(b->scale[g * Q8_PANEL + j]), acc);
		}
		c[j] = acc;
	}
}

static void
bytes(float *c, const struct q8_rows *a, const struct q8_part *b, size_t m)
{
	for (size_t i = 0, n; i < m; i += n) {
		n = q8_stack(m - i);
		for (size_t h = 0; h < n; h++)
			row(c + (i + h) * Q8_LD, a, b, i, n, h);
	}
}

static void
widen(int8_t *to, const uint8_t *w, size_t groups)
{
	size_t half = MAAS_Q4_GROUP / 2 * Q8_PANEL;

	for (size_t g = 0; g < groups; g++, w += half, to += 2 * half)
		for (size_t i = 0; i < half; i++) {
			to[i] = maas_q4_level[w[i] & 15];
			to[i + half] = maas_q4_level[w[i] >> 4];
		}
}

/* A group after the other, widened. */
static void
nibbles(float *c, const struct q8_rows *a, const struct q8_part *b, size_t m)
{
	int8_t w[MAAS_Q4_GROUP * Q8_PANEL];
	const uint8_t *at = b->w;

	for (size_t g = 0; g < b->groups; g++) {
		struct q8_part one = { .w = w, .scale = b->scale + g * Q8_PANEL, .first = b->first + g, .groups = 1 };

		widen(w, at + g * sizeof w / 2, 1);
		bytes(c, a, &one, m);
	}
}

const struct maas_q8_tier maas_q8_portable = { maas_q8_round_plain, bytes, nibbles, NULL, widen };
