/* Products of bf16 with AMX: tiles of 32 rows by 32 columns, 32 steps of k an instruction.  The rest is AVX-512's. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "tile.h"

#define TARGET __attribute__((target("amx-tile,amx-bf16,avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define ROWS   32

struct shape { /* what ldtilecfg reads */
	uint8_t palette, start, none[14];
	uint16_t bytes[16];
	uint8_t rows[16];
};

struct room {
	_Alignas(64) maas_bf16 a[ROWS * TILE_K];
	_Alignas(64) maas_bf16 b[TILE_K * TILE_N]; /* [pair of steps][column][2] */
	_Alignas(64) float c[ROWS * TILE_N];
};

/* Packed numbers are bf16 already: their lower halves are zero. */
TARGET static void
pair_steps(maas_bf16 *to, const float *b, size_t k)
{
	const __m512i high = _mm512_set1_epi32((int)0xffff0000);

	for (size_t l = 0; l < k; l += 2)
		for (size_t j = 0; j < TILE_N; j += 16) {
			__m512i even = _mm512_loadu_si512(b + l * TILE_N + j);
			__m512i odd = _mm512_loadu_si512(b + (l + 1) * TILE_N + j);

			_mm512_store_si512(to + l * TILE_N + 2 * j,
			    _mm512_or_si512(_mm512_srli_epi32(even, 16), _mm512_and_si512(odd, high)));
		}
}

TARGET static void
narrow_rows(maas_bf16 *to, const float *a, size_t rows, size_t k)
{
	for (size_t i = 0; i < rows; i++)
		for (size_t l = 0; l < k; l += 16)
			_mm256_store_si256((void *)(to + i * TILE_K + l),
			    _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_loadu_si512(a + i * TILE_ROW + l), 16)));
	for (size_t i = rows; i < ROWS; i++)
		memset(to + i * TILE_K, 0, k * sizeof *to);
}

TARGET static void
rows_32(float *c, const struct room *s, size_t k)
{
	const size_t down = 16 * TILE_N, c_row = TILE_N * sizeof(float), a_row = TILE_K * sizeof(maas_bf16);

	__asm__ volatile("" ::: "memory"); /* the compiler does not know that a tile is loaded from memory */
	_tile_loadd(0, c, c_row);
	_tile_loadd(1, c + 16, c_row);
	_tile_loadd(2, c + down, c_row);
	_tile_loadd(3, c + down + 16, c_row);
	for (size_t l = 0; l < k; l += TILE_BF) {
		_tile_loadd(4, s->a + l, a_row);
		_tile_loadd(5, s->a + 16 * TILE_K + l, a_row);
		_tile_loadd(6, s->b + l * TILE_N, 2 * TILE_N * sizeof(maas_bf16));
		_tile_loadd(7, s->b + l * TILE_N + TILE_N, 2 * TILE_N * sizeof(maas_bf16));
		_tile_dpbf16ps(0, 4, 6);
		_tile_dpbf16ps(1, 4, 7);
		_tile_dpbf16ps(2, 5, 6);
		_tile_dpbf16ps(3, 5, 7);
	}
	_tile_stored(0, c, c_row);
	_tile_stored(1, c + 16, c_row);
	_tile_stored(2, c + down, c_row);
	_tile_stored(3, c + down + 16, c_row);
}

TARGET static void
bf16(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	struct shape shape = { .palette = 1 };
	struct room s;

	for (int i = 0; i < 8; i++) {
		shape.bytes[i] = 64;
		shape.rows[i] = 16;
	}
	if (!add)
		memset(c, 0, m * TILE_N * sizeof *c);
	pair_steps(s.b, b, k);
	_tile_loadconfig(&shape);
	for (size_t i = 0; i < m; i += ROWS) {
		size_t rows = m - i < ROWS ? m - i : ROWS;

		narrow_rows(s.a, a + i * TILE_ROW, rows, k);
		if (rows == ROWS) {
			rows_32(c + i * TILE_N, &s, k);
			continue;
		}
		memset(s.c, 0, sizeof s.c);
		memcpy(s.c, c + i * TILE_N, rows * TILE_N * sizeof *c);
		rows_32(s.c, &s, k);
		memcpy(c + i * TILE_N, s.c, rows * TILE_N * sizeof *c);
	}
	_tile_release();
}

static struct maas_tile tile;

/* This processor's AMX is used where it gives the bytes that AVX-512 gives. */
static void
check(void)
{
	enum { M = 19, K = 64 };
	static float a[M * TILE_ROW], b[K * TILE_N], c[2][M * TILE_N];

	for (size_t i = 0; i < MAAS_COUNT(a); i++) /* eight bits of all sizes, so that every sum is rounded */
		a[i] = ldexpf((float)(128 + i * 37 % 127) * (i % 3 ? 1 : -1), (int)(i * 7 % 15) - 14);
	for (size_t i = 0; i < MAAS_COUNT(b); i++)
		b[i] = ldexpf((float)(128 + i * 53 % 127) * (i % 5 ? 1 : -1), (int)(i * 11 % 17) - 14);
	tile = maas_tile_avx512;
	tile.bf16(c[0], a, b, M, K, 0);
	bf16(c[1], a, b, M, K, 0);
	if (!memcmp(c[0], c[1], sizeof c[0])) {
		tile.bf16 = bf16;
		tile.chunk = 3 * ROWS;
	}
}

const struct maas_tile *
maas_tile_amx(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, check);
	return &tile;
}
#endif
