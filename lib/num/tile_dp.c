/*
 * Products of bf16 by AVX-512's multiplication of pairs, twice what an fma does.  It is two fma, each rounded: first
 * the upper halves, then the lower.  So a word holds two neighbours of a chain, and a chain of 16 steps is 8 words.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "tile.h"
#include "turn.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define ROWS   4
#define CHAIN  (TILE_BF / 4) /* words of a chain */
#define FEW    32            /* rows that read weights in place; more are sooner done by tiles */

static const uint16_t order[TILE_BF] = { 2, 0, 6, 4, 10, 8, 14, 12, 18, 16, 22, 20, 26, 24, 30, 28, 3, 1, 7, 5, 11, 9,
	15, 13, 19, 17, 23, 21, 27, 25, 31, 29 };

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

INLINE __m512
pairs(__m512 c, __m512i a, __m512i b)
{
	return _mm512_dpbf16_ps(c, (__m512bh)a, (__m512bh)b);
}

INLINE __m512i
every(const float *word)
{
	int32_t w;

	memcpy(&w, word, sizeof w);
	return _mm512_set1_epi32(w);
}

INLINE void
step(__m512 s[ROWS][2], const float *a, const float *b, const int rows)
{
	__m512i b0 = _mm512_loadu_si512(b), b1 = _mm512_loadu_si512(b + 16);

#pragma GCC unroll 4
	for (int i = 0; i < rows; i++) {
		__m512i x = every(a + i * TILE_ROW);

		s[i][0] = pairs(s[i][0], x, b0);
		s[i][1] = pairs(s[i][1], x, b1);
	}
}

/* Both chains at once, and the sums too, are all the registers: 4 rows of 2 are 24 of them. */
INLINE void
bf16_rows(float *c, const float *a, const float *b, size_t k, int add, const int rows)
{
	__m512 s[ROWS][2];

#pragma GCC unroll 4
	for (int i = 0; i < rows; i++) {
		s[i][0] = add ? _mm512_loadu_ps(c + i * TILE_N) : _mm512_setzero_ps();
		s[i][1] = add ? _mm512_loadu_ps(c + i * TILE_N + 16) : _mm512_setzero_ps();
	}
	for (; k; k -= TILE_BF, a += 2 * CHAIN, b += 2 * CHAIN * TILE_N) {
		__m512 e[ROWS][2], o[ROWS][2];

#pragma GCC unroll 4
		for (int i = 0; i < rows; i++)
			e[i][0] = e[i][1] = o[i][0] = o[i][1] = _mm512_setzero_ps();
#pragma GCC unroll 2
		for (size_t w = 0; w < CHAIN; w++) {
			step(e, a + w, b + w * TILE_N, rows);
			step(o, a + w + CHAIN, b + (w + CHAIN) * TILE_N, rows);
		}
#pragma GCC unroll 4
		for (int i = 0; i < rows; i++) {
			s[i][0] = _mm512_add_ps(s[i][0], _mm512_add_ps(e[i][0], o[i][0]));
			s[i][1] = _mm512_add_ps(s[i][1], _mm512_add_ps(e[i][1], o[i][1]));
		}
	}
#pragma GCC unroll 4
	for (int i = 0; i < rows; i++) {
		_mm512_storeu_ps(c + i * TILE_N, s[i][0]);
		_mm512_storeu_ps(c + i * TILE_N + 16, s[i][1]);
	}
}

#define BF16_CASE(n) \
	case n: bf16_rows(c, a, b, k, add, n); break;

TARGET static void
bf16(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	for (; m >= ROWS; m -= ROWS, a += ROWS * TILE_ROW, c += ROWS * TILE_N)
		bf16_rows(c, a, b, k, add, ROWS);
	/* clang-format off */
	switch (m) {
	BF16_CASE(1) BF16_CASE(2) BF16_CASE(3)
	}
	/* clang-format on */
}

INLINE __mmask32
halves(size_t n)
{
	return n >= 32 ? 0xffffffff : (1u << n) - 1;
}

/* 32 steps of k from l on of 16 columns, in order and turned: r[h] holds word h of every column.  What comes next is
 * asked for. */
INLINE void
take(__m512 r[16], const struct maas_place *w, size_t l, __mmask32 in)
{
	const char *p = w->p + 2 * l, *soon = w->soon + l / 32 * w->step;
	__m512i to = _mm512_loadu_si512(order);

#pragma GCC unroll 16
	for (size_t j = 0; j < 16; j++) {
		r[j] = _mm512_castsi512_ps(_mm512_permutexvar_epi16(to, _mm512_maskz_loadu_epi16(in, p + j * w->row)));
		_mm_prefetch(soon + j * w->line, _MM_HINT_T0);
	}
	turn_16(r);
}

/* Some rows by the 32 steps in r. */
INLINE void
few_group(float *c, const float *a, const __m512 r[16], const int rows)
{
	__m512 e[ROWS], o[ROWS];

#pragma GCC unroll 4
	for (int i = 0; i < rows; i++)
		e[i] = o[i] = _mm512_setzero_ps();
#pragma GCC unroll 8
	for (int w = 0; w < CHAIN; w++)
#pragma GCC unroll 4
		for (int i = 0; i < rows; i++) {
			const float *x = a + i * TILE_ROW + w;

			e[i] = pairs(e[i], every(x), _mm512_castps_si512(r[w]));
			o[i] = pairs(o[i], every(x + CHAIN), _mm512_castps_si512(r[w + CHAIN]));
		}
#pragma GCC unroll 4
	for (int i = 0; i < rows; i++)
		_mm512_storeu_ps(
		    c + i * TILE_N, _mm512_add_ps(_mm512_loadu_ps(c + i * TILE_N), _mm512_add_ps(e[i], o[i])));
}

#define FEW_CASE(n) \
	case n: few_group(y, x, r, n); break;

/* Weights are turned once for all rows. */
TARGET static void
few(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add)
{
	for (size_t i = 0; !add && i < m; i++)
		_mm512_storeu_ps(c + i * TILE_N, _mm512_setzero_ps());
	for (size_t l = 0; l < k; l += TILE_BF, a += 2 * CHAIN) {
		const float *x = a;
		float *y = c;
		__m512 r[16];
		size_t i = m;

		take(r, w, l, halves(k - l));
		for (; i >= ROWS; i -= ROWS, x += ROWS * TILE_ROW, y += ROWS * TILE_N)
			few_group(y, x, r, ROWS);
		/* clang-format off */
		switch (i) {
		FEW_CASE(1) FEW_CASE(2) FEW_CASE(3)
		}
		/* clang-format on */
	}
}

static struct maas_tile tile;

static double
seconds(const struct maas_tile *t, float *c, const float *a, const float *b, size_t m)
{
	double best = INFINITY;

	for (int turn = 0; turn < 5; turn++) {
		double start = maas_clock();

		t->bf16(c, a, b, m, TILE_K, 0);
		best = fmin(best, maas_clock() - start);
	}
	return best;
}

/* Pairs are used where they give the bytes that fma gives, and sooner: some processors have half the units for them. */
static void
check(void)
{
	enum { M = 42 };
	static float x[2][M * TILE_K], a[2][M * TILE_ROW], b[2][TILE_K * TILE_N], c[2][M * TILE_N];
	struct maas_tile with = maas_tile_avx512;
	const struct maas_tile *t[2] = { &maas_tile_avx512, &with };
	double took[2];
	unsigned was;

	tile = maas_tile_avx512;
	if (!__builtin_cpu_supports("avx512bf16"))
		return;
	with.rows_bf16 = ROWS;
	with.pair = 2;
	with.bf16 = bf16;
	with.pack_a = with.pack_few = pack_a;
	with.pack_b = pack_b;
	with.few_bf16 = few;
	with.few_rows = FEW;
	for (size_t i = 0; i < MAAS_COUNT(x[0]); i++) { /* of all sizes, so that every sum is rounded, and subnormal */
		x[0][i] = ldexpf((float)(257 + i * 37 % 255) * (i % 3 ? 1 : -1), (int)(i * 7 % 71) - 100);
		x[1][i] = ldexpf((float)(257 + i * 53 % 255) * (i % 5 ? 1 : -1), (int)(i * 11 % 73) - 100);
	}
	was = tile_subnormals_off();
	for (int i = 0; i < 2; i++) {
		struct maas_matrix rows = { x[0], MAAS_F32, TILE_K, 1 }, columns = { x[1], MAAS_F32, TILE_K, 1 };

		t[i]->pack_a(a[i], &rows, M, TILE_K);
		t[i]->pack_b(b[i], &columns, TILE_N, TILE_K);
		took[i] = seconds(t[i], c[i], a[i], b[i], M);
	}
	tile_subnormals_back(was);
	if (!memcmp(c[0], c[1], sizeof c[0]) && took[1] < 0.9 * took[0])
		tile = with;
}

const struct maas_tile *
maas_tile_dp(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, check);
	return &tile;
}
#endif
