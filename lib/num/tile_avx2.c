/* Products with AVX2 and FMA: tiles of 6 rows in f32, of 3 in bf16 (two chains a sum), 16 columns wide. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "tile.h"

#define TARGET    __attribute__((target("avx2,fma")))
#define INLINE    static inline __attribute__((always_inline)) TARGET
#define F32_ROWS  6
#define BF16_ROWS 3
#define WIDE      16
#define FEW_ROWS  32  /* that read weights in place; more are sooner done by tiles */
#define LINE      256 /* elements made f32 at a time */

INLINE void
f32_rows(float *c, const float *a, const float *b, const size_t to, size_t k, int add, const int rows)
{
	__m256 s[F32_ROWS][2];

#pragma GCC unroll 6
	for (int i = 0; i < rows; i++)
		s[i][0] = s[i][1] = _mm256_setzero_ps();
	for (size_t l = 0; l < k; l++) {
		__m256 b0 = _mm256_loadu_ps(b + l * to), b1 = _mm256_loadu_ps(b + l * to + 8);

#pragma GCC unroll 6
		for (int i = 0; i < rows; i++) {
			__m256 x = _mm256_set1_ps(a[i * TILE_ROW + l]);

			s[i][0] = _mm256_fmadd_ps(x, b0, s[i][0]);
			s[i][1] = _mm256_fmadd_ps(x, b1, s[i][1]);
		}
	}
#pragma GCC unroll 6
	for (int i = 0; i < rows; i++) {
		if (add) {
			s[i][0] = _mm256_add_ps(_mm256_loadu_ps(c + i * TILE_N), s[i][0]);
			s[i][1] = _mm256_add_ps(_mm256_loadu_ps(c + i * TILE_N + 8), s[i][1]);
		}
		_mm256_storeu_ps(c + i * TILE_N, s[i][0]);
		_mm256_storeu_ps(c + i * TILE_N + 8, s[i][1]);
	}
}

#define F32_CASE(n) \
	case n: f32_rows(c + j, a, b + j, TILE_N, k, add, n); break;

TARGET static void
f32(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	for (; m; a += F32_ROWS * TILE_ROW, c += F32_ROWS * TILE_N) {
		size_t rows = m < F32_ROWS ? m : F32_ROWS;

		for (size_t j = 0; j < TILE_N; j += WIDE)
			/* clang-format off */
			switch (rows) {
			F32_CASE(1) F32_CASE(2) F32_CASE(3) F32_CASE(4)
			F32_CASE(5) F32_CASE(6)
			}
		/* clang-format on */
		m -= rows;
	}
}

INLINE void
bf16_rows(float *c, const float *a, const float *b, const size_t to, size_t k, const int rows)
{
	for (size_t l = 0; l < k; l += TILE_BF, a += TILE_BF, b += TILE_BF * to) {
		__m256 s[2][BF16_ROWS][2];

#pragma GCC unroll 3
		for (int i = 0; i < rows; i++)
			s[0][i][0] = s[0][i][1] = s[1][i][0] = s[1][i][1] = _mm256_setzero_ps();
#pragma GCC unroll 2
		for (size_t h = 0; h < TILE_BF; h += 2)
#pragma GCC unroll 2
			for (int odd = 0; odd < 2; odd++) {
				const float *w = b + (h + (size_t)odd) * to;
				__m256 b0 = _mm256_loadu_ps(w), b1 = _mm256_loadu_ps(w + 8);

#pragma GCC unroll 3
				for (int i = 0; i < rows; i++) {
					__m256 x = _mm256_set1_ps(a[(size_t)i * TILE_ROW + h + (size_t)odd]);

					s[odd][i][0] = _mm256_fmadd_ps(x, b0, s[odd][i][0]);
					s[odd][i][1] = _mm256_fmadd_ps(x, b1, s[odd][i][1]);
				}
			}
#pragma GCC unroll 3
		for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
			for (int v = 0; v < 2; v++) {
				float *y = c + i * TILE_N + v * 8;

				_mm256_storeu_ps(
				    y, _mm256_add_ps(_mm256_loadu_ps(y), _mm256_add_ps(s[0][i][v], s[1][i][v])));
			}
	}
}

#define BF16_CASE(n) \
	case n: bf16_rows(c + j, a, b + j, TILE_N, k, n); break;

TARGET static void
bf16(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	if (!add)
		for (size_t i = 0; i < m * TILE_N; i += 8)
			_mm256_storeu_ps(c + i, _mm256_setzero_ps());
	for (; m; a += BF16_ROWS * TILE_ROW, c += BF16_ROWS * TILE_N) {
		size_t rows = m < BF16_ROWS ? m : BF16_ROWS;

		for (size_t j = 0; j < TILE_N; j += WIDE)
			/* clang-format off */
			switch (rows) {
			BF16_CASE(1) BF16_CASE(2) BF16_CASE(3)
			}
		/* clang-format on */
		m -= rows;
	}
}

INLINE void
turn_8(__m256 r[8])
{
	__m256 t[8], u[8];

#pragma GCC unroll 4
	for (int i = 0; i < 8; i += 2) {
		t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
		t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
	}
#pragma GCC unroll 2
	for (int i = 0; i < 8; i += 4) {
		u[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
		u[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
		u[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
		u[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		r[i] = _mm256_permute2f128_ps(u[i], u[i + 4], 0x20);
		r[i + 4] = _mm256_permute2f128_ps(u[i], u[i + 4], 0x31);
	}
}

/* 8 x 8 at d from 8 source rows, contiguous along x. */
INLINE void
turn(float *d, size_t to, const float *s, size_t stride)
{
	__m256 r[8];

#pragma GCC unroll 8
	for (size_t y = 0; y < 8; y++)
		r[y] = _mm256_loadu_ps(s + y * stride);
	turn_8(r);
#pragma GCC unroll 8
	for (size_t x = 0; x < 8; x++)
		_mm256_storeu_ps(d + x * to, r[x]);
}

/* n elements in a row as they are multiplied; a bf16 subnormal is the processor's to ignore. */
static void
line(float *to, const struct maas_matrix *s, size_t at, size_t n, int round)
{
	maas_bf16 half[LINE];

	if (s->type == MAAS_BF16) {
		maas_from_bf16(to, (const maas_bf16 *)s->p + at, n);
	} else if (round) {
		maas_to_bf16(half, (const float *)s->p + at, n);
		maas_from_bf16(to, half, n);
	} else {
		memcpy(to, (const float *)s->p + at, n * sizeof *to);
	}
}

/* Eight source rows are made f32 first, then turned in squares. */
TARGET static void
turn_rows(float *d, size_t to, const struct maas_matrix *s, size_t at, size_t nx, int round)
{
	float rows[8 * LINE];
	size_t even = nx / 8 * 8;

	for (size_t y = 0; y < 8; y++)
		line(rows + y * LINE, s, at + y * s->col, nx, round);
	for (size_t x = 0; x < even; x += 8)
		turn(d + x * to, to, rows + x, LINE);
	for (size_t x = even; x < nx; x++)
		for (size_t y = 0; y < 8; y++)
			d[x * to + y] = rows[y * LINE + x];
}

TARGET static void
pack(float *d, size_t to, const struct maas_matrix *s, size_t nx, size_t ny, int round)
{
	size_t even = s->row == 1 ? ny / 8 * 8 : 0;

	if (s->col == 1) {
		for (size_t x = 0; x < nx; x++)
			for (size_t y = 0; y < ny; y += LINE)
				line(d + x * to + y, s, x * s->row + y, ny - y < LINE ? ny - y : LINE, round);
		return;
	}
	for (size_t y = 0; y < even; y += 8)
		for (size_t x = 0; x < nx; x += LINE)
			turn_rows(d + x * to + y, to, s, x + y * s->col, nx - x < LINE ? nx - x : LINE, round);
	for (size_t x = 0; x < nx; x++)
		for (size_t y = even; y < ny; y++)
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

/* Asks for what comes next, for 32 bytes of k: in turn one half of the lines and the other. */
INLINE void
ask(const struct maas_place *w, size_t bytes)
{
	const char *soon = w->soon + bytes / 64 * w->step + bytes / 32 % 2 * 8 * w->line;

#pragma GCC unroll 8
	for (size_t j = 0; j < 8; j++)
		_mm_prefetch(soon + j * w->line, _MM_HINT_T0);
}

/* One row: weights are multiplied while they are in registers; k is whole steps of 8. */
INLINE void
one_f32(float *c, const float *a, const struct maas_place *w, size_t k, int add)
{
	__m256 s[2] = { _mm256_setzero_ps(), _mm256_setzero_ps() }, r[8];

	for (size_t l = 0; l < k; l += 8) {
#pragma GCC unroll 2
		for (size_t v = 0; v < 2; v++) {
#pragma GCC unroll 8
			for (size_t j = 0; j < 8; j++)
				r[j] = _mm256_loadu_ps((const float *)(w->p + (v * 8 + j) * w->row) + l);
			turn_8(r);
#pragma GCC unroll 8
			for (size_t h = 0; h < 8; h++)
				s[v] = _mm256_fmadd_ps(_mm256_set1_ps(a[l + h]), r[h], s[v]);
		}
		ask(w, l * sizeof *a);
	}
#pragma GCC unroll 2
	for (size_t v = 0; v < 2; v++)
		_mm256_storeu_ps(c + v * 8, add ? _mm256_add_ps(_mm256_loadu_ps(c + v * 8), s[v]) : s[v]);
}

/* Parts' sums are made side by side: each is a chain of its own. */
INLINE void
one_f32_parts(float *c, const float *a, const struct maas_place *w, int add, const size_t parts)
{
	__m256 s[TILE_PARTS], r[8], sum;

#pragma GCC unroll 4
	for (size_t v = 0; v < parts; v++)
		s[v] = _mm256_setzero_ps();
	for (size_t l = 0; l < TILE_K; l += 8) { /* in a row that is asked for, 32 steps of l are its whole */
		const char *soon = w->soon + l / 32 * w->row + l % 32 * 32 * parts;

#pragma GCC unroll 4
		for (size_t v = 0; v < parts; v++) {
#pragma GCC unroll 8
			for (size_t j = 0; j < TILE_ONE; j++)
				r[j] = _mm256_loadu_ps((const float *)(w->p + j * w->row) + v * TILE_K + l);
#pragma GCC unroll 4
			for (size_t i = 0; i < 4; i++)
				_mm_prefetch(soon + (4 * v + i) * 64, _MM_HINT_T0);
			turn_8(r);
#pragma GCC unroll 8
			for (size_t h = 0; h < 8; h++)
				s[v] = _mm256_fmadd_ps(_mm256_set1_ps(a[v * TILE_ROW + l + h]), r[h], s[v]);
		}
	}
	sum = add ? _mm256_add_ps(_mm256_loadu_ps(c), s[0]) : s[0];
#pragma GCC unroll 4
	for (size_t v = 1; v < parts; v++)
		sum = _mm256_add_ps(sum, s[v]);
	_mm256_storeu_ps(c, sum);
}

#define ONE_F32_CASE(n) \
	case n: one_f32_parts(c, a, w, add, n); break;

TARGET void
tile_one_f32(float *c, const float *a, const struct maas_place *w, size_t parts, int add)
{
	/* clang-format off */
	switch (parts) {
	ONE_F32_CASE(1) ONE_F32_CASE(2) ONE_F32_CASE(3) ONE_F32_CASE(4)
	}
	/* clang-format on */
}

#define FEW_F32_CASE(n) \
	case n: f32_rows(c, a, t, TILE_FEW, k, add, n); break;

/* Weights are turned once for all rows, into the first cache. */
TARGET static void
few_f32(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add)
{
	_Alignas(64) float t[TILE_K * TILE_FEW];
	size_t l = 0;

	if (m == 1 && k % 8 == 0) {
		one_f32(c, a, w, k, add);
		return;
	}
	for (; l + 8 <= k; l += 8) {
		for (size_t j = 0; j < TILE_FEW; j += 8)
			turn(
			    t + l * TILE_FEW + j, TILE_FEW, (const float *)(w->p + j * w->row) + l, w->row / sizeof *t);
		ask(w, l * sizeof(float));
	}
	for (; l < k; l++)
		for (size_t j = 0; j < TILE_FEW; j++)
			t[l * TILE_FEW + j] = ((const float *)(w->p + j * w->row))[l];
	for (; m; a += F32_ROWS * TILE_ROW, c += F32_ROWS * TILE_N) {
		size_t rows = m < F32_ROWS ? m : F32_ROWS;

		/* clang-format off */
		switch (rows) {
		FEW_F32_CASE(1) FEW_F32_CASE(2) FEW_F32_CASE(3) FEW_F32_CASE(4)
		FEW_F32_CASE(5) FEW_F32_CASE(6)
		}
		/* clang-format on */
		m -= rows;
	}
}

/* 16 steps of 8 columns; a pair is turned as if it were one number. */
INLINE void
turn_pairs(float *d, const char *w, size_t row)
{
	const __m256i high = _mm256_set1_epi32((int)0xffff0000);
	__m256 r[8];

#pragma GCC unroll 8
	for (size_t j = 0; j < 8; j++)
		r[j] = _mm256_castsi256_ps(_mm256_loadu_si256((const void *)(w + j * row)));
	turn_8(r);
#pragma GCC unroll 8
	for (size_t h = 0; h < 8; h++) {
		__m256i u = _mm256_castps_si256(r[h]);

		_mm256_storeu_ps(d + 2 * h * TILE_FEW, _mm256_castsi256_ps(_mm256_slli_epi32(u, 16)));
		_mm256_storeu_ps(d + (2 * h + 1) * TILE_FEW, _mm256_castsi256_ps(_mm256_and_si256(u, high)));
	}
}

/* One row: as of f32; k is whole steps of TILE_BF. */
INLINE void
one_bf16(float *c, const float *a, const struct maas_place *w, size_t k, int add)
{
	const __m256i high = _mm256_set1_epi32((int)0xffff0000);
	__m256 s[2], r[8];

#pragma GCC unroll 2
	for (size_t v = 0; v < 2; v++)
		s[v] = add ? _mm256_loadu_ps(c + v * 8) : _mm256_setzero_ps();
	for (size_t l = 0; l < k; l += TILE_BF) {
#pragma GCC unroll 2
		for (size_t v = 0; v < 2; v++) {
			__m256 e = _mm256_setzero_ps(), o = e;

#pragma GCC unroll 2
			for (size_t p = l; p < l + TILE_BF; p += 16) {
#pragma GCC unroll 8
				for (size_t j = 0; j < 8; j++)
					r[j] = _mm256_loadu_ps(
					    (const void *)(w->p + (v * 8 + j) * w->row + p * sizeof(maas_bf16)));
				turn_8(r);
#pragma GCC unroll 8
				for (size_t h = 0; h < 8; h++) {
					__m256i u = _mm256_castps_si256(r[h]);
					__m256 even = _mm256_castsi256_ps(_mm256_slli_epi32(u, 16)),
					       odd = _mm256_castsi256_ps(_mm256_and_si256(u, high));

					e = _mm256_fmadd_ps(_mm256_set1_ps(a[p + 2 * h]), even, e);
					o = _mm256_fmadd_ps(_mm256_set1_ps(a[p + 2 * h + 1]), odd, o);
				}
			}
			s[v] = _mm256_add_ps(s[v], _mm256_add_ps(e, o));
		}
		ask(w, l * sizeof(maas_bf16));
		ask(w, (l + 16) * sizeof(maas_bf16));
	}
#pragma GCC unroll 2
	for (size_t v = 0; v < 2; v++)
		_mm256_storeu_ps(c + v * 8, s[v]);
}

#define FEW_BF16_CASE(n) \
	case n: bf16_rows(c, a, t, TILE_FEW, k, n); break;

TARGET static void
few_bf16(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add)
{
	_Alignas(64) float t[TILE_K * TILE_FEW];
	size_t l = 0;

	if (m == 1 && k % TILE_BF == 0) {
		one_bf16(c, a, w, k, add);
		return;
	}
	for (; l + 16 <= k; l += 16) {
		for (size_t j = 0; j < TILE_FEW; j += 8)
			turn_pairs(t + l * TILE_FEW + j, w->p + j * w->row + l * sizeof(maas_bf16), w->row);
		ask(w, l * sizeof(maas_bf16));
	}
	for (; l < k; l++)
		for (size_t j = 0; j < TILE_FEW; j++)
			maas_from_bf16(t + l * TILE_FEW + j, (const maas_bf16 *)(w->p + j * w->row) + l, 1);
	for (; k % TILE_BF; k++)
		memset(t + k * TILE_FEW, 0, TILE_FEW * sizeof *t);
	for (size_t i = 0; !add && i < m; i++)
		memset(c + i * TILE_N, 0, TILE_FEW * sizeof *c);
	for (; m; a += BF16_ROWS * TILE_ROW, c += BF16_ROWS * TILE_N) {
		size_t rows = m < BF16_ROWS ? m : BF16_ROWS;

		/* clang-format off */
		switch (rows) {
		FEW_BF16_CASE(1) FEW_BF16_CASE(2) FEW_BF16_CASE(3)
		}
		/* clang-format on */
		m -= rows;
	}
}

const struct maas_tile maas_tile_avx2 = {
	.rows_f32 = F32_ROWS,
	.rows_bf16 = BF16_ROWS,
	.pair = 1,
	.f32 = f32,
	.bf16 = bf16,
	.pack = pack,
	.pack_a = pack_a,
	.pack_b = pack_b,
	.few_f32 = few_f32,
	.few_bf16 = few_bf16,
	.one_f32 = tile_one_f32,
	.pack_few = pack_a,
	.few_rows_f32 = FEW_ROWS,
	.few_rows = FEW_ROWS,
};
#endif
