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

/* Neighbours of k in one word, in their order. */
static const uint16_t order[TILE_BF] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
	22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };

static void
pack_a(float *d, const struct maas_matrix *s, size_t m, size_t k)
{
	maas_pairs_a(d, s, m, k, order);
}

static void
pack_b(float *d, const struct maas_matrix *s, size_t n, size_t k)
{
	maas_pairs_b(d, s, n, k, order);
}

TARGET static void
rows_32(float *c, const float *a, const float *b, size_t k)
{
	const size_t down = 16 * TILE_N, c_row = TILE_N * sizeof *c, a_row = TILE_ROW * sizeof *a;

	__asm__ volatile("" ::: "memory"); /* the compiler does not know that a tile is loaded from memory */
	_tile_loadd(0, c, c_row);
	_tile_loadd(1, c + 16, c_row);
	_tile_loadd(2, c + down, c_row);
	_tile_loadd(3, c + down + 16, c_row);
	for (size_t w = 0; w < k / 2; w += TILE_BF / 2) {
		_tile_loadd(4, a + w, a_row);
		_tile_loadd(5, a + 16 * TILE_ROW + w, a_row);
		_tile_loadd(6, b + w * TILE_N, TILE_N * sizeof *b);
		_tile_loadd(7, b + w * TILE_N + 16, TILE_N * sizeof *b);
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
	float few_a[ROWS * TILE_ROW], few_c[ROWS * TILE_N];

	for (int i = 0; i < 8; i++) {
		shape.bytes[i] = 64;
		shape.rows[i] = 16;
	}
	if (!add)
		memset(c, 0, m * TILE_N * sizeof *c);
	_tile_loadconfig(&shape);
	for (; m >= ROWS; m -= ROWS, a += ROWS * TILE_ROW, c += ROWS * TILE_N)
		rows_32(c, a, b, k);
	if (m) {
		memset(few_a, 0, sizeof few_a);
		memset(few_c, 0, sizeof few_c);
		for (size_t i = 0; i < m; i++)
			memcpy(few_a + i * TILE_ROW, a + i * TILE_ROW, k / 2 * sizeof *a);
		memcpy(few_c, c, m * TILE_N * sizeof *c);
		rows_32(few_c, few_a, b, k);
		memcpy(c, few_c, m * TILE_N * sizeof *c);
	}
	_tile_release();
}

static struct maas_tile tile;

/* This processor's AMX is used where it gives the bytes that AVX-512 gives. */
static void
check(void)
{
	enum { M = 19, K = 64 };
	static float x[2][TILE_N * K], a[2][M * TILE_ROW], b[2][K * TILE_N], c[2][M * TILE_N];
	struct maas_matrix rows = { x[0], MAAS_F32, K, 1 }, columns = { x[1], MAAS_F32, K, 1 };

	tile = maas_tile_avx512;
	if (!__builtin_cpu_supports("avx512bf16"))
		return;
	for (size_t i = 0; i < MAAS_COUNT(x[0]); i++) { /* eight bits of all sizes, so that every sum is rounded */
		x[0][i] = ldexpf((float)(128 + i * 37 % 127) * (i % 3 ? 1 : -1), (int)(i * 7 % 15) - 14);
		x[1][i] = ldexpf((float)(128 + i * 53 % 127) * (i % 5 ? 1 : -1), (int)(i * 11 % 17) - 14);
	}
	tile.pack_a(a[0], &rows, M, K);
	tile.pack_b(b[0], &columns, TILE_N, K);
	pack_a(a[1], &rows, M, K);
	pack_b(b[1], &columns, TILE_N, K);
	tile.bf16(c[0], a[0], b[0], M, K, 0);
	bf16(c[1], a[1], b[1], M, K, 0);
	if (!memcmp(c[0], c[1], sizeof c[0])) {
		tile.pair = 2;
		tile.bf16 = bf16;
		tile.pack_a = pack_a;
		tile.pack_b = pack_b;
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
