/* cross -- products of columns summed over rows: the portable tier, and which one serves. */
#include <math.h>
#include <string.h>

#include "cross.h"

static void
doubles(double *c, size_t ldc, const double *x, size_t ldx, size_t rows, size_t i, size_t from, size_t to)
{
	for (size_t a = i; a < i + CROSS_PANEL; a++)
		for (size_t j = from; j < to; j += CROSS_PANEL) {
			double sum[CROSS_PANEL] = { 0 };

			for (size_t r = 0; r < rows; r++)
				for (size_t b = 0; b < CROSS_PANEL; b++)
					sum[b] = fma(x[r * ldx + a], x[r * ldx + j + b], sum[b]);
			for (size_t b = 0; b < CROSS_PANEL; b++)
				c[a * ldc + j + b] += sum[b];
		}
}

/* [rows, columns] as they are, in half of the room. */
static void
pack(unsigned char *to, size_t columns, const unsigned char *x, size_t rows, size_t n)
{
	for (size_t r = 0; r < CROSS_GROUP; r++) {
		if (r < rows)
			memcpy(to + r * columns, x + r * n, n);
		memset(to + r * columns + (r < rows ? n : 0), 0, columns - (r < rows ? n : 0));
	}
}

static void
bytes(int32_t *c, size_t ldc, const unsigned char *packed, size_t columns, size_t groups, size_t i, size_t from,
    size_t to)
{
	for (size_t g = 0; g < groups; g++)
		for (size_t r = 0; r < CROSS_GROUP; r++) {
			const unsigned char *x = packed + (2 * g * CROSS_GROUP + r) * columns;

			for (size_t a = i; a < i + CROSS_PANEL; a++)
				for (size_t j = from; x[a] && j < to; j++)
					c[a * ldc + j] += x[a] * x[j];
		}
}

const struct cross_tier cross_portable = { doubles, pack, bytes, 0 };

const struct cross_tier *
cross_now(void)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX512 && __builtin_cpu_supports("avx512vnni"))
		return &cross_avx512;
	if (maas_isa() >= MAAS_AVX2)
		return &cross_avx2;
#endif
	return &cross_portable;
}
