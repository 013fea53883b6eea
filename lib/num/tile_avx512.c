/* Products with AVX-512: tiles of 14 rows in f32, of 6 in bf16 (two chains a sum), 32 columns wide. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "tile.h"
#include "turn.h"

#define TARGET    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define INLINE    static inline __attribute__((always_inline)) TARGET
#define F32_ROWS  14
#define BF16_ROWS 6
#define FEW_ROWS  32 /* of f32 that read weights in place; more are sooner done by tiles */
#define MANY_ROWS 16 /* of those at a time, where weights are turned for more than TILE_ROWS */

INLINE void
f32_rows(float *c, const float *a, const float *b, size_t k, int add, const int rows)
{
	__m512 s[F32_ROWS][2];

#pragma GCC unroll 14
	for (int i = 0; i < rows; i++)
		s[i][0] = s[i][1] = _mm512_setzero_ps();
	for (size_t l = 0; l < k; l++) {
		__m512 b0 = _mm512_loadu_ps(b + l * TILE_N), b1 = _mm512_loadu_ps(b + l * TILE_N + 16);

#pragma GCC unroll 14
		for (int i = 0; i < rows; i++) {
			__m512 x = _mm512_set1_ps(a[i * TILE_ROW + l]);

			s[i][0] = _mm512_fmadd_ps(x, b0, s[i][0]);
			s[i][1] = _mm512_fmadd_ps(x, b1, s[i][1]);
		}
	}
#pragma GCC unroll 14
	for (int i = 0; i < rows; i++) {
		if (add) {
			s[i][0] = _mm512_add_ps(_mm512_loadu_ps(c + i * TILE_N), s[i][0]);
			s[i][1] = _mm512_add_ps(_mm512_loadu_ps(c + i * TILE_N + 16), s[i][1]);
		}
		_mm512_storeu_ps(c + i * TILE_N, s[i][0]);
		_mm512_storeu_ps(c + i * TILE_N + 16, s[i][1]);
	}
}

#define F32_CASE(n) \
	case n: f32_rows(c, a, b, k, add, n); break;

TARGET static void
f32(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	for (; m >= F32_ROWS; m -= F32_ROWS, a += F32_ROWS * TILE_ROW, c += F32_ROWS * TILE_N)
		f32_rows(c, a, b, k, add, F32_ROWS);
	/* clang-format off */
	switch (m) {
	F32_CASE(1) F32_CASE(2) F32_CASE(3) F32_CASE(4)
	F32_CASE(5) F32_CASE(6) F32_CASE(7) F32_CASE(8)
	F32_CASE(9) F32_CASE(10) F32_CASE(11) F32_CASE(12)
	F32_CASE(13)
	}
	/* clang-format on */
}

INLINE void
bf16_rows(float *c, const float *a, const float *b, size_t k, const int rows)
{
	for (size_t l = 0; l < k; l += TILE_BF, a += TILE_BF, b += TILE_BF * TILE_N) {
		__m512 e[BF16_ROWS][2], o[BF16_ROWS][2];

#pragma GCC unroll 6
		for (int i = 0; i < rows; i++)
			e[i][0] = e[i][1] = o[i][0] = o[i][1] = _mm512_setzero_ps();
		for (size_t h = 0; h < TILE_BF; h += 2) {
			const float *w = b + h * TILE_N;
			__m512 b0 = _mm512_loadu_ps(w), b1 = _mm512_loadu_ps(w + 16);

#pragma GCC unroll 6
			for (int i = 0; i < rows; i++) {
				__m512 x = _mm512_set1_ps(a[i * TILE_ROW + h]);

				e[i][0] = _mm512_fmadd_ps(x, b0, e[i][0]);
				e[i][1] = _mm512_fmadd_ps(x, b1, e[i][1]);
			}
			b0 = _mm512_loadu_ps(w + TILE_N);
			b1 = _mm512_loadu_ps(w + TILE_N + 16);
#pragma GCC unroll 6
			for (int i = 0; i < rows; i++) {
				__m512 x = _mm512_set1_ps(a[i * TILE_ROW + h + 1]);

				o[i][0] = _mm512_fmadd_ps(x, b0, o[i][0]);
				o[i][1] = _mm512_fmadd_ps(x, b1, o[i][1]);
			}
		}
#pragma GCC unroll 6
		for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
			for (int v = 0; v < 2; v++) {
				float *y = c + i * TILE_N + v * 16;

				_mm512_storeu_ps(y, _mm512_add_ps(_mm512_loadu_ps(y), _mm512_add_ps(e[i][v], o[i][v])));
			}
	}
}

#define BF16_CASE(n) \
	case n: bf16_rows(c, a, b, k, n); break;

TARGET static void
bf16(float *c, const float *a, const float *b, size_t m, size_t k, int add)
{
	if (!add)
		for (size_t i = 0; i < m * TILE_N; i += 16)
			_mm512_storeu_ps(c + i, _mm512_setzero_ps());
	for (; m >= BF16_ROWS; m -= BF16_ROWS, a += BF16_ROWS * TILE_ROW, c += BF16_ROWS * TILE_N)
		bf16_rows(c, a, b, k, BF16_ROWS);
	/* clang-format off */
	switch (m) {
	BF16_CASE(1) BF16_CASE(2) BF16_CASE(3) BF16_CASE(4)
	BF16_CASE(5)
	}
	/* clang-format on */
}

INLINE __m512
round_bf16(__m512 x)
{
	__m512i u = _mm512_castps_si512(x), one = _mm512_set1_epi32(1);
	__m512i r = _mm512_add_epi32(
	    u, _mm512_add_epi32(_mm512_set1_epi32(0x7fff), _mm512_and_si512(_mm512_srli_epi32(u, 16), one)));
	__mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
	__mmask16 tiny = _mm512_testn_epi32_mask(u, _mm512_set1_epi32(0x7f800000));

	r = _mm512_mask_or_epi32(r, nan, u, _mm512_set1_epi32(0x400000));
	r = _mm512_mask_and_epi32(r, tiny, u, _mm512_set1_epi32((int)0x80000000));
	return _mm512_castsi512_ps(_mm512_and_si512(r, _mm512_set1_epi32((int)0xffff0000)));
}

/* The 16 elements (those of the mask; the rest 0) from element `at` on. */
INLINE __m512
load(const struct maas_matrix *s, size_t at, __mmask16 in, int round)
{
	if (s->type == MAAS_BF16) {
		__m256i h = _mm256_maskz_loadu_epi16(in, (const maas_bf16 *)s->p + at);

		return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
	}
	__m512 x = _mm512_maskz_loadu_ps(in, (const float *)s->p + at);

	return round ? round_bf16(x) : x;
}

INLINE __mmask16
first(size_t n)
{
	return (__mmask16)(n >= 16 ? 0xffff : (1u << n) - 1);
}

/* 16 x 16 at d from source rows y (contiguous along x). */
INLINE void
turn(float *d, size_t to, const struct maas_matrix *s, size_t at, size_t nx, size_t ny, int round)
{
	__m512 r[16];

#pragma GCC unroll 16
	for (size_t y = 0; y < 16; y++)
		r[y] = y < ny ? load(s, at + y * s->col, first(nx), round) : _mm512_setzero_ps();
	turn_16(r);
#pragma GCC unroll 16
	for (size_t x = 0; x < 16; x++)
		if (x < nx)
			_mm512_mask_storeu_ps(d + x * to, first(ny), r[x]);
}

INLINE void
pack_typed(float *d, size_t to, const struct maas_matrix *s, size_t nx, size_t ny, int round)
{
	if (s->col == 1) {
		size_t even = ny / 16 * 16;

		for (size_t x = 0; x < nx; x++) {
			for (size_t y = 0; y < even; y += 16)
				_mm512_storeu_ps(d + x * to + y, load(s, x * s->row + y, 0xffff, round));
			if (even < ny)
				_mm512_mask_storeu_ps(d + x * to + even, first(ny - even),
				    load(s, x * s->row + even, first(ny - even), round));
		}
		return;
	}
	for (size_t x = 0; x < nx; x += 16)
		for (size_t y = 0; y < ny; y += 16) {
			size_t mx = nx - x < 16 ? nx - x : 16, my = ny - y < 16 ? ny - y : 16;

			if (mx == 16 && my == 16)
				turn(d + x * to + y, to, s, x + y * s->col, 16, 16, round);
			else
				turn(d + x * to + y, to, s, x + y * s->col, mx, my, round);
		}
}

TARGET static void
pack(float *d, size_t to, const struct maas_matrix *s, size_t nx, size_t ny, int round)
{
	struct maas_matrix f32m = { s->p, MAAS_F32, s->row, s->col }, half = { s->p, MAAS_BF16, s->row, s->col };

	if (s->col != 1 && s->row != 1)
		maas_tile_portable.pack(d, to, s, nx, ny, round);
	else if (s->type == MAAS_BF16)
		pack_typed(d, to, &half, nx, ny, 0); /* subnormals are the processor's to ignore */
	else if (round)
		pack_typed(d, to, &f32m, nx, ny, 1);
	else
		pack_typed(d, to, &f32m, nx, ny, 0);
}

INLINE __mmask32
halves(size_t n)
{
	return n >= 32 ? 0xffffffff : (1u << n) - 1;
}

/* The 64 bytes of k at `at` of 16 rows, turned: r[l] holds step l of every row.  What comes next is asked for. */
INLINE void
take(__m512 r[16], const struct maas_place *w, size_t at, __mmask32 in)
{
	const char *p = w->p + at, *soon = w->soon + at / 64 * w->step;

#pragma GCC unroll 16
	for (size_t j = 0; j < 16; j++) {
		r[j] = _mm512_castsi512_ps(_mm512_maskz_loadu_epi16(in, p + j * w->row));
		_mm_prefetch(soon + j * w->line, _MM_HINT_T0);
	}
	turn_16(r);
}

INLINE void
few_f32_rows(float *c, const float *a, const struct maas_place *w, size_t k, int add, const int rows)
{
	__m512 s[TILE_ROWS], r[16];
	size_t l = 0;

#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
		s[i] = _mm512_setzero_ps();
	for (; l + 16 <= k; l += 16) {
		take(r, w, 4 * l, 0xffffffff);
#pragma GCC unroll 16
		for (size_t h = 0; h < 16; h++)
#pragma GCC unroll 8
			for (int i = 0; i < rows; i++)
				s[i] = _mm512_fmadd_ps(_mm512_set1_ps(a[i * TILE_ROW + l + h]), r[h], s[i]);
	}
	if (l < k) {
		float left[16][16];

		take(r, w, 4 * l, halves(2 * (k - l)));
#pragma GCC unroll 16
		for (size_t h = 0; h < 16; h++)
			_mm512_storeu_ps(left[h], r[h]);
		for (size_t h = 0; l + h < k; h++)
#pragma GCC unroll 8
			for (int i = 0; i < rows; i++)
				s[i] = _mm512_fmadd_ps(
				    _mm512_set1_ps(a[i * TILE_ROW + l + h]), _mm512_loadu_ps(left[h]), s[i]);
	}
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
		_mm512_storeu_ps(c + i * TILE_N, add ? _mm512_add_ps(_mm512_loadu_ps(c + i * TILE_N), s[i]) : s[i]);
}

#define FEW_F32_CASE(n) \
	case n: few_f32_rows(c, a, w, k, add, n); break;

/* Rows by turned weights t [k, TILE_FEW].  Of what comes next, some lines from `from` on are asked for meanwhile. */
INLINE void
many_f32_rows(float *c, const float *a, const float *t, const struct maas_place *w, size_t from, size_t some, size_t k,
    int add, const int rows)
{
	__m512 s[MANY_ROWS];

#pragma GCC unroll 16
	for (int i = 0; i < rows; i++)
		s[i] = _mm512_setzero_ps();
	for (size_t l = 0; l < k; l += 16) {
		size_t end = k - l < 16 ? k : l + 16;

		for (size_t j = from; j < from + some; j++)
			_mm_prefetch(w->soon + l / 16 * w->step + j * w->line, _MM_HINT_T0);
		for (size_t h = l; h < end; h++) {
			__m512 x = _mm512_loadu_ps(t + h * TILE_FEW);

#pragma GCC unroll 16
			for (int i = 0; i < rows; i++)
				s[i] = _mm512_fmadd_ps(_mm512_set1_ps(a[i * TILE_ROW + h]), x, s[i]);
		}
	}
#pragma GCC unroll 16
	for (int i = 0; i < rows; i++)
		_mm512_storeu_ps(c + i * TILE_N, add ? _mm512_add_ps(_mm512_loadu_ps(c + i * TILE_N), s[i]) : s[i]);
}

#define MANY_F32_CASE(n) \
	case n: many_f32_rows(c, a, t, w, from, some, k, add, n); break;

/* Weights are turned once for all rows. */
TARGET static void
many_f32(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add)
{
	_Alignas(64) float t[TILE_K * TILE_FEW];
	size_t parts = (m + MANY_ROWS - 1) / MANY_ROWS, each = (m + parts - 1) / parts, some = TILE_FEW / parts,
	       from = 0;

	for (size_t l = 0; l < k; l += 16) {
		__m512 r[16];

#pragma GCC unroll 16
		for (size_t j = 0; j < 16; j++)
			r[j] = _mm512_castsi512_ps(
			    _mm512_maskz_loadu_epi16(halves(2 * (k - l)), w->p + j * w->row + 4 * l));
		turn_16(r);
#pragma GCC unroll 16
		for (size_t h = 0; h < 16; h++)
			_mm512_store_ps(t + (l + h) * TILE_FEW, r[h]);
	}
	for (; m; a += each * TILE_ROW, c += each * TILE_N, from += some) {
		each = m < each ? m : each;
		m -= each;
		/* clang-format off */
		switch (each) {
		MANY_F32_CASE(8)
		MANY_F32_CASE(9) MANY_F32_CASE(10) MANY_F32_CASE(11) MANY_F32_CASE(12)
		MANY_F32_CASE(13) MANY_F32_CASE(14) MANY_F32_CASE(15) MANY_F32_CASE(16)
		}
		/* clang-format on */
	}
}

TARGET static void
few_f32(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add)
{
	/* clang-format off */
	switch (m) {
	FEW_F32_CASE(1) FEW_F32_CASE(2) FEW_F32_CASE(3) FEW_F32_CASE(4)
	FEW_F32_CASE(5) FEW_F32_CASE(6) FEW_F32_CASE(7) FEW_F32_CASE(8)
	default: many_f32(c, a, w, m, k, add); break;
	}
	/* clang-format on */
}

/* A register of 16 pairs turned as if a pair were one number: even members above, odd ones below. */
INLINE void
few_bf16_rows(float *c, const float *a, const struct maas_place *w, size_t k, int add, const int rows)
{
	const __m512i high = _mm512_set1_epi32((int)0xffff0000);

	if (!add) {
#pragma GCC unroll 8
		for (int i = 0; i < rows; i++)
			_mm512_storeu_ps(c + i * TILE_N, _mm512_setzero_ps());
	}
	for (size_t l = 0; l < k; l += TILE_BF) {
		__m512 e[TILE_ROWS], o[TILE_ROWS], r[16];

		take(r, w, 2 * l, halves(k - l));
#pragma GCC unroll 8
		for (int i = 0; i < rows; i++)
			e[i] = o[i] = _mm512_setzero_ps();
#pragma GCC unroll 16
		for (size_t h = 0; h < 16; h++) {
			__m512i u = _mm512_castps_si512(r[h]);
			__m512 even = _mm512_castsi512_ps(_mm512_slli_epi32(u, 16)),
			       odd = _mm512_castsi512_ps(_mm512_and_si512(u, high));

#pragma GCC unroll 8
			for (int i = 0; i < rows; i++) {
				e[i] = _mm512_fmadd_ps(_mm512_set1_ps(a[i * TILE_ROW + l + 2 * h]), even, e[i]);
				o[i] = _mm512_fmadd_ps(_mm512_set1_ps(a[i * TILE_ROW + l + 2 * h + 1]), odd, o[i]);
			}
		}
#pragma GCC unroll 8
		for (int i = 0; i < rows; i++)
			_mm512_storeu_ps(
			    c + i * TILE_N, _mm512_add_ps(_mm512_loadu_ps(c + i * TILE_N), _mm512_add_ps(e[i], o[i])));
	}
}

#define FEW_BF16_CASE(n) \
	case n: few_bf16_rows(c, a, w, k, add, n); break;

TARGET static void
few_bf16(float *c, const float *a, const struct maas_place *w, size_t m, size_t k, int add)
{
	/* clang-format off */
	switch (m) {
	FEW_BF16_CASE(1) FEW_BF16_CASE(2) FEW_BF16_CASE(3) FEW_BF16_CASE(4)
	FEW_BF16_CASE(5) FEW_BF16_CASE(6) FEW_BF16_CASE(7) FEW_BF16_CASE(8)
	}
	/* clang-format on */
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

const struct maas_tile maas_tile_avx512 = {
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
	.few_rows = TILE_ROWS,
};
#endif
