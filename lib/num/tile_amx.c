/*
 * Products of bf16 with AMX: a tile instruction sums 32 steps of k for 16 rows by 16 columns, and keeps the order of
 * rounding that num.h says.  The rest is AVX-512's.
 *
 * Four tiles of sums, two of a and two of b make 32 rows by 32 columns: each operand loaded serves two multiplications,
 * of 16 cycles each.  The panel of b (32 KiB at most) stays in the first cache, rows of a come from the second, 2 KiB
 * in 64 cycles; the sums are loaded and stored once in TILE_K words.  What instructions take is Intel's table of
 * throughput and latency: TDPBF16PS 16 and 52, TILELOADD 8 and 45, TILESTORED 16, LDTILECFG 204.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "tile.h"
#include "turn.h"

#define TARGET __attribute__((target("amx-tile,amx-bf16,avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define SIDE   16
#define ROWS   (2 * SIDE)
#define WORDS  (TILE_BF / 2) /* of a step */

struct shape { /* what ldtilecfg reads */
	uint8_t palette, start, none[14];
	uint16_t bytes[16];
	uint8_t rows[16];
};

/* Neighbours of k are in one word, in their order. */
static void
pack_a(float *d, const struct maas_matrix *s, size_t m, size_t k)
{
	maas_pairs_a(d, s, m, k, NULL);
}

static void
pack_b(float *d, const struct maas_matrix *s, size_t n, size_t k)
{
	maas_pairs_b(d, s, n, k, NULL);
}

/* A tile is loaded from memory that the compiler does not see being read. */
INLINE void
written(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Rows of the tiles that hold sums and a in this thread; 0: there are no tiles. */
static _Thread_local size_t tall;

/* Sums in tiles 0 to 3, a in 4 and 5, b in 6 and 7.  To say so takes as long as 12 multiplications: it stays said. */
TARGET static void
configure(size_t rows)
{
	struct shape shape = { .palette = 1 };

	if (rows == tall)
		return;
	for (int t = 0; t < 8; t++) {
		shape.bytes[t] = 4 * SIDE;
		shape.rows[t] = (uint8_t)(t < 6 ? rows : SIDE);
	}
	written();
	_tile_loadconfig(&shape);
	tall = rows;
}

/* Tiles are 8 KiB that the system would carry along while this thread waits. */
TARGET static void
leave(void)
{
	if (tall)
		_tile_release();
	tall = 0;
}

/* A tile is asked for as soon as the one that it replaces is done with, while others are multiplied. */
INLINE void
multiply(float *c, float *c1, const float *a, const float *a1, const float *b, size_t k, int add)
{
	const size_t c_row = TILE_N * sizeof *c, a_row = TILE_ROW * sizeof *a, b_row = TILE_N * sizeof *b;

	if (add) {
		_tile_loadd(0, c, c_row);
		_tile_loadd(1, c + SIDE, c_row);
		_tile_loadd(2, c1, c_row);
		_tile_loadd(3, c1 + SIDE, c_row);
	} else {
		_tile_zero(0);
		_tile_zero(1);
		_tile_zero(2);
		_tile_zero(3);
	}
	for (size_t w = 0; w < k / 2; w += WORDS) {
		_tile_loadd(4, a + w, a_row);
		_tile_loadd(6, b + w * TILE_N, b_row);
		_tile_dpbf16ps(0, 4, 6);
		_tile_loadd(7, b + w * TILE_N + SIDE, b_row);
		_tile_dpbf16ps(1, 4, 7);
		_tile_loadd(5, a1 + w, a_row);
		_tile_dpbf16ps(2, 5, 6);
		_tile_dpbf16ps(3, 5, 7);
	}
	_tile_stored(0, c, c_row);
	_tile_stored(1, c + SIDE, c_row);
	_tile_stored(2, c1, c_row);
	_tile_stored(3, c1 + SIDE, c_row);
}

/* Blocks of like size, their rows in two tiles each: a row that is in both comes out the same twice. */
TARGET static void
bf16(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	size_t blocks = (m + ROWS - 1) / ROWS, rows = m < SIDE ? (m + 1) / 2 : SIDE;

	configure(rows);
	written();
	for (size_t i = 0; i < blocks; i++) {
		size_t top = i * m / blocks, low = (i + 1) * m / blocks - rows;

		multiply(c + top * TILE_N, c + low * TILE_N, a + top * TILE_ROW, a + low * TILE_ROW, b, k, add);
	}
}

/* Groups of ROWS rows as columns of pairs: word w of row i + j at d + i * TILE_ROW + w * rows of the group + j. */
static void
pack_few(float *d, const struct maas_matrix *s, size_t m, size_t k)
{
	float words[TILE_K * TILE_N];

	for (size_t i = 0; i < m; i += ROWS) {
		size_t n = m - i < ROWS ? m - i : ROWS;
		struct maas_matrix x = *s;

		x.p = (const char *)s->p + i * s->row * maas_dtype_size(s->type);
		maas_pairs_b(words, &x, n, k, NULL);
		for (size_t w = 0; w < (k + TILE_BF - 1) / TILE_BF * WORDS; w++)
			memcpy(d + i * TILE_ROW + w * n, words + w * TILE_N, n * sizeof *d);
	}
}

/* The last steps of 16 rows of weights: what lies behind them is somebody else's, and may be no number. */
INLINE void
copy_rest(uint16_t (*to)[TILE_BF], const char *w, size_t row, size_t k)
{
	for (size_t j = 0; j < SIDE; j++)
		_mm512_store_si512(to[j], _mm512_maskz_loadu_epi16((1u << k) - 1, w + j * row));
}

INLINE void
load_turned(float *to, const float *c, size_t m)
{
	__m512 r[SIDE];

#pragma GCC unroll 16
	for (size_t i = 0; i < SIDE; i++)
		r[i] = i < m ? _mm512_loadu_ps(c + i * TILE_N) : _mm512_setzero_ps();
	turn_16(r);
#pragma GCC unroll 16
	for (size_t i = 0; i < SIDE; i++)
		_mm512_store_ps(to + i * SIDE, r[i]);
}

INLINE void
store_turned(float *c, const float *from, size_t m)
{
	__m512 r[SIDE];

#pragma GCC unroll 16
	for (size_t i = 0; i < SIDE; i++)
		r[i] = _mm512_load_ps(from + i * SIDE);
	turn_16(r);
#pragma GCC unroll 16
	for (size_t i = 0; i < SIDE; i++)
		if (i < m)
			_mm512_storeu_ps(c + i * TILE_N, r[i]);
}

INLINE void
few_sums(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add, const int two)
{
	_Alignas(64) float sums[2][SIDE * SIDE];
	_Alignas(64) uint16_t rest[SIDE][TILE_BF];
	size_t all = k / TILE_BF * TILE_BF, line = SIDE * sizeof(float);

	for (int i = 0; add && i <= two; i++)
		load_turned(sums[i], c + i * SIDE * TILE_N, m - (size_t)i * SIDE);
	if (all < k)
		copy_rest(rest, w->p + 2 * all, w->row, k - all);
	written();
	_tile_zero(0);
	_tile_zero(1);
	if (add)
		_tile_loadd(0, sums[0], line);
	if (add && two)
		_tile_loadd(1, sums[1], line);
	for (size_t l = 0; l < k; l += TILE_BF, a += WORDS * m) {
#pragma GCC unroll 16
		for (size_t j = 0; j < SIDE; j++)
			_mm_prefetch(w->soon + l / TILE_BF * w->step + j * w->line, _MM_HINT_T1);
		if (l < all)
			_tile_loadd(4, w->p + 2 * l, w->row);
		else
			_tile_loadd(4, rest, sizeof *rest);
		_tile_loadd(6, a, m * sizeof *a);
		_tile_dpbf16ps(0, 4, 6);
		if (two) {
			_tile_loadd(7, a + SIDE, m * sizeof *a);
			_tile_dpbf16ps(1, 4, 7);
		}
	}
	_tile_stored(0, sums[0], line);
	if (two)
		_tile_stored(1, sums[1], line);
	for (int i = 0; i <= two; i++)
		store_turned(c + i * SIDE * TILE_N, sums[i], m - (size_t)i * SIDE);
}

/*
 * Weights are the left operand, where they lie; the sums come out weight by row, and are turned.  Behind m columns of
 * activations others are multiplied too, of the words that follow: nobody looks at their sums.
 */
TARGET static void
few(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add)
{
	configure(SIDE);
	if (m > SIDE)
		few_sums(c, a, w, m, k, add, 1);
	else
		few_sums(c, a, w, m, k, add, 0);
}

enum { CHECK_M = 45, CHECK_K = 3 * TILE_BF, CHECK_FEW = TILE_ROWS }; /* whole tiles and a rest */

struct trial {
	float a[CHECK_M * TILE_ROW], b[CHECK_K * TILE_N], c[CHECK_M * TILE_N], few[CHECK_FEW * TILE_N];
};

/* What a tier makes of x [CHECK_M, CHECK_K] and y [TILE_N, CHECK_K], twice over. */
static void
make(struct trial *t, const struct maas_tile *with, const float *x, const maas_bf16 *y)
{
	struct maas_matrix rows = { x, MAAS_F32, CHECK_K, 1 }, columns = { y, MAAS_BF16, CHECK_K, 1 };
	struct maas_place place = { (const char *)y, (const char *)y, CHECK_K * sizeof *y, 0, 0 };

	with->pack_a(t->a, &rows, CHECK_M, CHECK_K);
	with->pack_b(t->b, &columns, TILE_N, CHECK_K);
	for (int add = 0; add < 2; add++)
		with->bf16(t->c, t->a, t->b, CHECK_M, CHECK_K, add);
	with->pack_few(t->a, &rows, CHECK_FEW, CHECK_K - 1);
	for (int add = 0; add < 2; add++)
		with->few_bf16(t->few, t->a, &place, CHECK_FEW, CHECK_K - 1, add);
}

static struct maas_tile tile;

/* This processor's AMX is used where it gives the bytes that AVX-512 gives. */
static void
check(void)
{
	static struct trial want, got;
	static float x[CHECK_M * CHECK_K], w[TILE_N * CHECK_K];
	static maas_bf16 y[TILE_N * CHECK_K];
	struct maas_tile with = maas_tile_avx512;
	unsigned was;

	with.rows_bf16 = ROWS;
	with.pair = 2;
	with.bf16 = bf16;
	with.pack_a = pack_a;
	with.pack_b = pack_b;
	with.few_bf16 = few;
	with.pack_few = pack_few;
	with.few_rows = ROWS;
	with.leave = leave;
	for (size_t i = 0; i < MAAS_COUNT(x); i++) /* of all sizes, so that every sum is rounded, and subnormal */
		x[i] = ldexpf((float)(257 + i * 37 % 255) * (i % 3 ? 1 : -1), (int)(i * 7 % 71) - 100);
	for (size_t i = 0; i < MAAS_COUNT(w); i++)
		w[i] = ldexpf((float)(257 + i * 53 % 255) * (i % 5 ? 1 : -1), (int)(i * 11 % 73) - 100);
	maas_to_bf16(y, w, MAAS_COUNT(y));
	was = tile_subnormals_off();
	make(&want, &maas_tile_avx512, x, y);
	make(&got, &with, x, y);
	leave();
	tile_subnormals_back(was);
	tile = maas_tile_avx512;
	if (!memcmp(want.c, got.c, sizeof want.c) && !memcmp(want.few, got.few, sizeof want.few))
		tile = with;
}

const struct maas_tile *
maas_tile_amx(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, check);
	return &tile;
}
#endif
