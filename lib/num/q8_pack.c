/* Weights rounded to 8 and to 4 bits, a panel at a time, and looked up again. */
#include <math.h>
#include <string.h>

#include "q8.h"

#define NO_NUMBER 0x7fc0
#define TURNS     24 /* scales tried for a group of 4-bit weights, half of them negative */

/*
 * Sixteen levels that make the squared error of normal numbers the least, where each group of MAAS_Q4_GROUP of them has
 * the scale that is best for it (Lloyd 1982, "Least squares quantization in PCM"); scripts/make-levels finds them.
 */
const int8_t maas_q4_level[16] = { -127, -100, -79, -62, -47, -34, -21, -9, 2, 13, 25, 37, 50, 65, 83, 106 };

#define TIER_FILE "q8_pack.inc"
#include "tier.h"

int
maas_is_quant(enum maas_dtype type)
{
	return type == MAAS_I8 || type == MAAS_U8;
}

size_t
maas_quant_group(enum maas_dtype type)
{
	return type == MAAS_I8 ? MAAS_Q8_GROUP : MAAS_Q4_GROUP;
}

size_t
maas_quant_groups(enum maas_dtype type, size_t k)
{
	size_t group = maas_quant_group(type);

	return k / group + (k % group > 0);
}

size_t
maas_quant_panels(size_t n)
{
	return n / MAAS_PANEL + (n % MAAS_PANEL > 0);
}

size_t
maas_quant_panel_bytes(enum maas_dtype type, size_t k)
{
	return maas_quant_groups(type, k) * maas_quant_group(type) * MAAS_PANEL / (type == MAAS_I8 ? 1 : 2);
}

static maas_bf16
pack_bytes(int8_t *to, const float *x, size_t n)
{
	int8_t q[MAAS_Q8_GROUP];
	maas_bf16 scale = PICK(pack_q8)(q, x, n);

	for (size_t l = 0; l < MAAS_Q8_GROUP; l += 4)
		memcpy(to + l * MAAS_PANEL, q + l, 4);
	return scale;
}

static maas_bf16
pack_nibbles(uint8_t *to, const float *x, size_t n)
{
	uint8_t q[MAAS_Q4_GROUP];
	maas_bf16 scale = PICK(pack_q4)(q, x, n);

	for (size_t l = 0; l < MAAS_Q4_GROUP / 2; l++)
		to[l / 4 * 4 * MAAS_PANEL + l % 4] = (uint8_t)(q[l] | q[l + MAAS_Q4_GROUP / 2] << 4);
	return scale;
}

void
maas_quant_pack(void *p, maas_bf16 *scale, enum maas_dtype type, const float *x, size_t ldx, size_t n, size_t k)
{
	size_t group = maas_quant_group(type), groups = maas_quant_groups(type, k),
	       step = maas_quant_panel_bytes(type, group);

	memset(p, 0, groups * step);
	memset(scale, 0, groups * MAAS_PANEL * sizeof *scale);
	for (size_t j = 0; j < n; j++)
		for (size_t g = 0; g < groups; g++) {
			size_t left = k - g * group < group ? k - g * group : group;
			uint8_t *to = (uint8_t *)p + g * step + j * 4;
			const float *from = x + j * ldx + g * group;

			scale[g * MAAS_PANEL + j] =
			    type == MAAS_I8 ? pack_bytes((int8_t *)to, from, left) : pack_nibbles(to, from, left);
		}
}

void
maas_quant_row(float *y, struct maas_quant b, size_t j, size_t k)
{
	size_t group = maas_quant_group(b.type), groups = maas_quant_groups(b.type, k), step = group * MAAS_PANEL;
	const uint8_t *p = (const uint8_t *)b.p + j / MAAS_PANEL * maas_quant_panel_bytes(b.type, k);
	const maas_bf16 *scale = b.scale + j / MAAS_PANEL * groups * MAAS_PANEL + j % MAAS_PANEL;
	int8_t q[MAAS_Q8_GROUP];

	for (size_t g = 0; g < groups; g++, y += group) {
		const uint8_t *at = p + j % MAAS_PANEL * 4 + g * step / (b.type == MAAS_I8 ? 1 : 2);

		if (b.type == MAAS_I8)
			for (size_t l = 0; l < group; l += 4)
				memcpy(q + l, at + l * MAAS_PANEL, 4);
		else
			for (size_t l = 0; l < group / 2; l++) {
				uint8_t two = at[l / 4 * 4 * MAAS_PANEL + l % 4];

				q[l] = maas_q4_level[two & 15];
				q[l + group / 2] = maas_q4_level[two >> 4];
			}
		PICK(times)(y, q, q8_scale(scale[g * MAAS_PANEL]), k - g * group < group ? k - g * group : group);
	}
}
