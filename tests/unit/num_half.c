/* num_half.c -- half precision to and fro, and matrices the other way round, in every tier. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "maas/num.h"

/* What the bits mean, by IEEE 754. */
static double
meaning(uint16_t h)
{
	int e = h >> 10 & 31, m = h & 1023;
	double x = e == 31 ? (m ? NAN : INFINITY) : e ? ldexp(1024 + m, e - 25) : ldexp(m, -24);

	return h & 0x8000 ? -x : x;
}

static void
widened(void)
{
	static uint16_t all[65536], back[65536];
	static float x[65536];
	int bad = 0, lost = 0;

	for (int i = 0; i < 65536; i++)
		all[i] = (uint16_t)i;
	maas_from_f16(x, all, 65536);
	maas_to_f16(back, x, 65536);
	for (int i = 0; i < 65536; i++) {
		double want = meaning((uint16_t)i);

		bad += isnan(want) ? !isnan(x[i]) : (double)x[i] != want || !signbit(x[i]) != !signbit(want);
		lost += isnan(want) ? !isnan(meaning(back[i])) : back[i] != all[i];
	}
	ok(bad == 0, "all halves mean what they should: %d do not", bad);
	ok(lost == 0, "and come back: %d do not", lost);
}

/* Nearest of all halves, ties to the even one; what is nearer to 2^16 than to the largest is infinite. */
static uint16_t
nearest(float x)
{
	uint16_t best = 0;
	double least = INFINITY;

	if (fabs((double)x) >= 65520)
		return (uint16_t)(0x7c00 | (x < 0 ? 0x8000 : 0));
	for (uint32_t h = 0; h < 0x7c00; h++) {
		double by = fabs(meaning((uint16_t)h) - fabs((double)x));

		if (by < least || (by == least && !(h & 1))) {
			least = by;
			best = (uint16_t)h;
		}
	}
	return (uint16_t)(best | (signbit(x) ? 0x8000 : 0));
}

static void
narrowed(void)
{
	float x[400] = { 0, -0.0f, 65504, 65519.996f, 65520, -70000, 1e-8f, 2.9802322e-8f, 2.9802326e-8f, 5.9604645e-8f,
		6.1035156e-5f, 6.1004e-5f, -6.0975e-5f, 1.00048828125f, 1.00146484375f, INFINITY, -INFINITY, 3e38f };
	uint16_t y[400];
	int bad = 0;

	for (int i = 18; i < 400; i++)
		x[i] = (float)ldexp(
		    maas_uniform(7, 1, (uint64_t)i) * 2 - 1, (int)(maas_uniform(7, 2, (uint64_t)i) * 45) - 28);
	maas_to_f16(y, x, 400);
	for (int i = 0; i < 400; i++)
		bad += y[i] != nearest(x[i]);
	ok(bad == 0, "the nearest half: %d are not", bad);
}

static void
turned(size_t rows, size_t cols, size_t size)
{
	size_t ldx = cols + 3, ldy = rows + 5, bad = 0, beyond = 0;
	unsigned char *x = malloc(rows * ldx * size), *y = malloc(cols * ldy * size);

	for (size_t i = 0; i < rows * ldx * size; i++)
		x[i] = (unsigned char)(maas_uniform(3, 1, i) * 256);
	memset(y, 0xee, cols * ldy * size);
	maas_turn(y, ldy, x, ldx, rows, cols, size);
	for (size_t j = 0; j < cols; j++) {
		for (size_t i = 0; i < rows; i++)
			bad += memcmp(y + (j * ldy + i) * size, x + (i * ldx + j) * size, size) != 0;
		for (size_t i = rows * size; i < ldy * size; i++)
			beyond += y[j * ldy * size + i] != 0xee;
	}
	ok(bad == 0 && beyond == 0, "%zu x %zu of %zu bytes: %zu wrong, %zu beyond", rows, cols, size, bad, beyond);
	free(x);
	free(y);
}

int
main(void)
{
	static const size_t shape[][2] = { { 1, 1 }, { 16, 16 }, { 17, 15 }, { 3, 200 }, { 129, 31 }, { 128, 256 },
		{ 300, 145 } };

	for (enum maas_isa isa = MAAS_PORTABLE; isa <= maas_isa_best(); isa++) {
		maas_isa_force(isa);
		widened();
		narrowed();
		for (size_t i = 0; i < MAAS_COUNT(shape); i++)
			for (size_t size = 2; size <= 4; size += 2)
				turned(shape[i][0], shape[i][1], size);
	}
	maas_flush_subnormals();
	widened();
	return done();
}
