/* turn.c -- a matrix the other way round. */
#include <string.h>

#include "maas/num.h"
#include "turn.h"

#define TILE 128 /* rows and columns at a time: what is read and written stays in cache */

static void
square_portable(uint32_t *y, size_t ldy, const uint32_t *x, size_t ldx)
{
	for (size_t j = 0; j < 16; j++)
		for (size_t i = 0; i < 16; i++)
			y[j * ldy + i] = x[i * ldx + j];
}

#if defined(__x86_64__)
#define SQUARE (maas_isa() >= MAAS_AVX512 ? turn_square_avx512 : square_portable)
#else
#define SQUARE square_portable
#endif

static void
words(uint32_t *y, size_t ldy, const uint32_t *x, size_t ldx, size_t rows, size_t cols)
{
	size_t whole_rows = rows / 16 * 16, whole_cols = cols / 16 * 16;
	void (*square)(uint32_t *, size_t, const uint32_t *, size_t) = SQUARE;

	for (size_t i = 0; i < whole_rows; i += 16)
		for (size_t j = 0; j < whole_cols; j += 16)
			square(y + j * ldy + i, ldy, x + i * ldx + j, ldx);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = i < whole_rows ? whole_cols : 0; j < cols; j++)
			y[j * ldy + i] = x[i * ldx + j];
}

static void
halves(uint16_t *y, size_t ldy, const uint16_t *x, size_t ldx, size_t rows, size_t cols)
{
	for (size_t i0 = 0; i0 < rows; i0 += 32)
		for (size_t j = 0; j < cols; j++)
			for (size_t i = i0; i < rows && i < i0 + 32; i++)
				y[j * ldy + i] = x[i * ldx + j];
}

void
maas_turn(void *y, size_t ldy, const void *x, size_t ldx, size_t rows, size_t cols, size_t size)
{
	for (size_t i = 0; i < rows; i += TILE)
		for (size_t j = 0; j < cols; j += TILE) {
			size_t m = rows - i < TILE ? rows - i : TILE, n = cols - j < TILE ? cols - j : TILE;

			if (size == 4)
				words((uint32_t *)y + j * ldy + i, ldy, (const uint32_t *)x + i * ldx + j, ldx, m, n);
			else
				halves((uint16_t *)y + j * ldy + i, ldy, (const uint16_t *)x + i * ldx + j, ldx, m, n);
		}
}
