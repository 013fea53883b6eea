/*
 * Products against the sentence that defines them, byte for byte, in every tier the machine has:
 * odd sizes, transposed operands, strides, finishing touches, few rows and many, the team and one
 * thread, and numbers at the edges of the format.
 */
#include <float.h>
#include <stdlib.h>

#include "maas/base.h"
#include "maas/num.h"
#include "../../lib/num/tile.h"
#include "../test.h"

enum { SPACE = 300000 };

static float a_f32[SPACE], b_f32[SPACE], want[SPACE], got[SPACE], bias[2000], side[SPACE], before[SPACE];
static float kept[SPACE], a_all[SPACE], b_all[SPACE];
static maas_bf16 a_half[SPACE], b_half[SPACE];
static void *scratch;

static float
element(struct maas_matrix s, size_t i, size_t l, int half)
{
	size_t at = i * s.row + l * s.col;
	float x;
	maas_bf16 h;

	if (s.type == MAAS_BF16)
		maas_from_bf16(&x, (const maas_bf16 *)s.p + at, 1);
	else
		x = ((const float *)s.p)[at];
	if (half) {
		maas_to_bf16(&h, &x, 1);
		maas_from_bf16(&x, &h, 1);
	}
	return x;
}

/* All of an operand's elements as they are multiplied, [rows, k]. */
static void
spread(float *to, struct maas_matrix s, size_t rows, size_t k, int half)
{
	for (size_t i = 0; i < rows; i++)
		for (size_t l = 0; l < k; l++)
			to[i * k + l] = element(s, i, l, half);
}

static float
flushed(float x)
{
	return fabsf(x) < FLT_MIN ? copysignf(0, x) : x;
}

/* The definition in num.h, read aloud. */
static float
chain(const float *x, const float *y, size_t k, int half)
{
	float acc = 0;

	for (size_t l = 0; !half && l < k; l += 256) {
		float s = 0;

		for (size_t h = l; h < k && h < l + 256; h++)
			s = fmaf(x[h], y[h], s);
		acc = l ? acc + s : s;
	}
	for (size_t l = 0; half && l < k; l += 32) {
		float s[2] = { 0, 0 };

		for (size_t h = l; h < k && h < l + 32; h++)
			s[h % 2] = flushed(fmaf(x[h], y[h], s[h % 2]));
		acc = flushed(acc + flushed(s[0] + s[1]));
	}
	return acc;
}

static float
sum(struct maas_matrix a, struct maas_matrix b, size_t i, size_t j, size_t k, int half)
{
	float x[600], y[600];

	for (size_t l = 0; l < k; l++) {
		x[l] = element(a, i, l, half);
		y[l] = element(b, j, l, half);
	}
	return chain(x, y, k, half);
}

static int
same(const float *x, const float *y, size_t n)
{
	return !memcmp(x, y, n * sizeof *x);
}

static void
fill(float *x, size_t n, uint64_t stream)
{
	maas_fill_normal(x, n, 1.3, 7, stream);
}

static struct maas_matrix
operand(float *f32, maas_bf16 *half, size_t rows, size_t k, int turned, enum maas_dtype type, uint64_t stream)
{
	size_t pad = 3;

	fill(f32, (rows + pad) * (k + pad), stream);
	for (size_t i = 0; i < (rows + pad) * (k + pad); i++) /* nobody reads what is no part of it */
		if (turned ? i % (rows + pad) >= rows || i / (rows + pad) >= k
			   : i % (k + pad) >= k || i / (k + pad) >= rows)
			f32[i] = NAN;
	maas_to_bf16(half, f32, (rows + pad) * (k + pad));
	return (struct maas_matrix){ type == MAAS_F32 ? (void *)f32 : (void *)half, type, turned ? 1 : k + pad,
		turned ? rows + pad : 1 };
}

static const struct {
	size_t m, n, k;
} sizes[] = {
	{ 1, 1, 1 },
	{ 1, 33, 7 },
	{ 2, 32, 31 },
	{ 3, 17, 32 },
	{ 5, 64, 33 },
	{ 13, 47, 65 },
	{ 14, 31, 256 },
	{ 15, 65, 257 },
	{ 29, 96, 300 },
	{ 43, 35, 513 },
	{ 1, 100, 600 },
	{ 7, 70, 0 },
	{ 341, 33, 20 },
	{ 20, 530, 20 },
	{ 9, 40, 24 },
	{ 17, 64, 90 },
	{ 32, 40, 273 },
	{ 6, 300, 520 },
	{ 16, 77, 265 },
};

/* Several blocks of rows for one packing of b; all of k packed at once, and a part after the other. */
static const struct {
	size_t m, n, k;
} large[] = {
	{ 350, 45, 70 },
	{ 200, 70, 600 },
	{ 180, 170, 1400 },
};

/* Weights packed before: what is to come is in `want`, row stride ld. */
static int
try_packed(
    struct maas_matrix a, struct maas_matrix b, size_t m, size_t n, size_t k, size_t ld, enum maas_dtype precision)
{
	float *packed = aligned_alloc(64, maas_packed_floats(n, k) * sizeof *packed), *start = a_all;
	int rc;

	for (size_t i = 0; i < m * ld; i++)
		got[i] = 42;
	maas_packed_fill(packed, b, n, k, precision);
	maas_product_packed(got, ld, a, packed, m, n, k, precision, NULL, 0, scratch);
	rc = same(got, want, m * ld);
	maas_product_packed(got, ld, a, packed, m, n, k, precision, start, 1, scratch);
	for (size_t i = 0; i < m * ld; i++)
		want[i] += i % ld < n ? want[i] + start[i % ld] : 0;
	free(packed);
	return rc && same(got, want, m * ld);
}

static int
try(size_t m, size_t n, size_t k, int how, enum maas_dtype precision)
{
	struct maas_matrix a = operand(a_f32, a_half, m, k, how & 1, how & 4 ? MAAS_BF16 : MAAS_F32, 1);
	struct maas_matrix b = operand(b_f32, b_half, n, k, how & 2, how & 8 ? MAAS_BF16 : MAAS_F32, 2);
	size_t ld = n + 5;
	int half = precision == MAAS_BF16;

	spread(a_all, a, m, k, half);
	spread(b_all, b, n, k, half);
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < ld; j++)
			want[i * ld + j] = j < n ? chain(a_all + i * k, b_all + j * k, k, half) : 42;
	for (size_t i = 0; i < m * ld; i++)
		got[i] = 42;
	maas_product(got, ld, a, b, m, n, k, precision, NULL, scratch);
	return same(got, want, m * ld) && (!k || try_packed(a, b, m, n, k, ld, precision));
}

static void
check_definition(const char *tier)
{
	for (size_t s = 0; s < MAAS_COUNT(sizes); s++)
		for (int p = 0; p < 2; p++) {
			int bad = 0;

			for (int how = 0; how < 16; how++)
				bad += !try(sizes[s].m, sizes[s].n, sizes[s].k, how, p ? MAAS_BF16 : MAAS_F32);
			ok(!bad, "%s: %s %zux%zux%zu as defined, %d of 16 ways differ", tier, p ? "bf16" : "f32",
			    sizes[s].m, sizes[s].n, sizes[s].k, bad);
		}
}

static void
check_blocks(const char *tier, struct maas_team *team, void *each)
{
	for (size_t s = 0; s < MAAS_COUNT(large); s++)
		for (int p = 0; p < 2; p++) {
			size_t m = large[s].m, n = large[s].n, k = large[s].k, wrong = 0;
			struct maas_matrix a = operand(a_f32, a_half, m, k, p, MAAS_F32, 12);
			struct maas_matrix b = operand(b_f32, b_half, n, k, !p, MAAS_BF16, 13);
			enum maas_dtype precision = p ? MAAS_BF16 : MAAS_F32;

			maas_product(want, n, a, b, m, n, k, precision, NULL, scratch);
			maas_product_team(team, got, n, a, b, m, n, k, precision, NULL, each);
			spread(a_all, a, m, k, p);
			spread(b_all, b, n, k, p);
			for (size_t i = 0; i < m * n; i += 97) {
				float y = chain(a_all + i / n * k, b_all + i % n * k, k, p);

				wrong += !same(&y, want + i, 1);
			}
			ok(!wrong && same(want, got, m * n),
			    "%s: %s %zux%zux%zu as defined, by one thread and by three", tier, p ? "bf16" : "f32", m, n,
			    k);
		}
}

/* What num.h promises of f32 against double, for numbers of both signs and of one, where errors add up. */
static void
check_accuracy(const char *tier)
{
	enum { M = 40, N = 50, K = 3000 };
	struct maas_matrix a = { a_f32, MAAS_F32, K, 1 }, b = { b_f32, MAAS_F32, K, 1 };

	for (int one_sign = 0; one_sign < 2; one_sign++) {
		double off = 0, norm_a = 0, norm_b = 0;

		fill(a_f32, M * K, 14);
		fill(b_f32, N * K, 15);
		for (size_t i = 0; one_sign && i < M * K; i++)
			a_f32[i] = fabsf(a_f32[i]);
		for (size_t i = 0; one_sign && i < N * K; i++)
			b_f32[i] = fabsf(b_f32[i]);
		maas_product(got, N, a, b, M, N, K, MAAS_F32, NULL, scratch);
		for (size_t i = 0; i < M * N; i++) {
			double y = 0;

			for (size_t l = 0; l < K; l++)
				y += (double)a_f32[i / N * K + l] * b_f32[i % N * K + l];
			off += (got[i] - y) * (got[i] - y);
		}
		for (size_t i = 0; i < M * K; i++)
			norm_a += (double)a_f32[i] * a_f32[i];
		for (size_t i = 0; i < N * K; i++)
			norm_b += (double)b_f32[i] * b_f32[i];
		off = sqrt(off / (norm_a * norm_b));
		ok(off < 1e-6, "%s: f32 is %.1g of the operands' norms from double, %s", tier, off,
		    one_sign ? "one sign" : "both signs");
	}
}

#if defined(__x86_64__)
/* What a processor without the multiplication of pairs does, also where another has it. */
static void
check_forms(void)
{
	enum { M = 11, K = 160 };
	static float a[3][M * TILE_ROW], b[3][TILE_K * TILE_N], c[3][M * TILE_N];
	const struct maas_tile *t[] = { &maas_tile_portable, &maas_tile_avx512, maas_tile_dp() };
	struct maas_matrix rows = { a_f32, MAAS_F32, K, 1 }, columns = { b_f32, MAAS_F32, K, 1 };
	unsigned was = tile_subnormals_off();

	fill(a_f32, M * K, 16);
	fill(b_f32, TILE_N * K, 17);
	maas_to_bf16(b_half, b_f32, TILE_N * K);
	for (size_t i = 0; i < MAAS_COUNT(t); i++) {
		t[i]->pack_a(a[i], &rows, M, K);
		t[i]->pack_b(b[i], &columns, TILE_N, K);
		for (int add = 0; add < 2; add++)
			t[i]->bf16(c[i], a[i], b[i], M, K, add);
	}
	ok(same(c[0], c[1], M * TILE_N) && same(c[0], c[2], M * TILE_N),
	    "avx512: bf16 by fma and by pairs is the same");
	for (size_t i = 1; i < MAAS_COUNT(t); i++) {
		t[i]->pack_few(a[i], &rows, TILE_ROWS, K);
		for (int add = 0; add < 2; add++)
			for (size_t j = 0; j < TILE_N; j += TILE_FEW) {
				const char *p = (const char *)(b_half + j * K);

				t[i]->few_bf16(c[i] + j, a[i],
				    &(struct maas_place){ p, p, K * sizeof *b_half, 64, TILE_FEW * 64 }, TILE_ROWS, K,
				    add);
			}
	}
	ok(same(c[0], c[1], TILE_ROWS * TILE_N) && same(c[0], c[2], TILE_ROWS * TILE_N),
	    "avx512: so are few rows and weights in place");
	tile_subnormals_back(was);
}
#endif

/* Strides that are both not 1. */
static void
check_far(const char *tier)
{
	struct maas_matrix a = { a_f32, MAAS_F32, 150, 2 }, b = { b_f32, MAAS_F32, 3, 500 };
	int bad = 0;

	fill(a_f32, SPACE, 3);
	fill(b_f32, SPACE, 4);
	maas_product(got, 40, a, b, 20, 40, 70, MAAS_F32, NULL, scratch);
	for (size_t i = 0; i < 20; i++)
		for (size_t j = 0; j < 40; j++)
			bad += got[i * 40 + j] != sum(a, b, i, j, 70, 0);
	ok(!bad, "%s: strides of 2 and 500", tier);
}

/* The other half of a gated perceptron, which may lie where the result goes. */
static void
check_gate(const char *tier)
{
	enum { M = 19, N = 67, K = 70 };
	struct maas_matrix a = operand(a_f32, a_half, M, K, 0, MAAS_F32, 5),
			   b = operand(b_f32, b_half, N, K, 0, MAAS_F32, 6);
	struct maas_epilogue e = { .bias = bias, .gate = side };
	int bad = 0, bad_place = 0;

	fill(bias, N, 7);
	fill(side, M * N, 8);
	maas_product(got, N, a, b, M, N, K, MAAS_F32, &e, scratch);
	memcpy(kept, side, sizeof kept);
	e.gate = kept;
	maas_product(kept, N, a, b, M, N, K, MAAS_F32, &e, scratch);
	for (size_t i = 0; i < M * N; i++) {
		float v = sum(a, b, i / N, i % N, K, 0) + bias[i % N], y;

		maas_swiglu_fwd(&y, side + i, &v, 1);
		bad += got[i] != y;
		bad_place += kept[i] != y;
	}
	ok(!bad && !bad_place, "%s: times silu(gate), which may lie in the result's place", tier);
}

static void
check_epilogue(const char *tier)
{
	enum { M = 45, N = 67, K = 70 };
	struct maas_matrix a = operand(a_f32, a_half, M, K, 0, MAAS_F32, 5),
			   b = operand(b_f32, b_half, N, K, 0, MAAS_F32, 6);
	struct maas_epilogue e = {
		.bias = bias, .act = MAAS_ACT_GELU_TANH, .before = before, .residual = side, .add = 1
	};
	static maas_bf16 half[M * N];
	int bad = 0, bad_before = 0, bad_half = 0;

	fill(bias, N, 7);
	fill(side, M * N, 8);
	fill(kept, M * N, 9);
	memcpy(got, kept, sizeof kept);
	maas_product(got, N, a, b, M, N, K, MAAS_F32, &e, scratch);
	e.half = half;
	maas_product(NULL, N, a, b, M, N, K, MAAS_F32, &e, scratch);
	for (size_t i = 0; i < M * N; i++) {
		float v = sum(a, b, i / N, i % N, K, 0) + bias[i % N], y;
		maas_bf16 rounded;

		maas_act_fwd(&y, &v, 1, MAAS_ACT_GELU_TANH);
		bad_before += before[i] != v;
		y += side[i];
		bad += got[i] != kept[i] + y;
		maas_to_bf16(&rounded, &y, 1);
		bad_half += half[i] != rounded;
	}
	ok(!bad && !bad_before, "%s: bias, activation, residual and += in that order", tier);
	ok(!bad_half, "%s: or rounded", tier);
}

/* Past the caches or through them, whole lines or parts of them: the same bytes, and none behind the last. */
static void
check_later(const char *tier, struct maas_team *team, void *each)
{
	enum { M = 75, N = 150, K = 300 };
	static const size_t row[] = { 160, 151 };
	struct maas_matrix a = operand(a_f32, a_half, M, K, 1, MAAS_F32, 12),
			   b = operand(b_f32, b_half, N, K, 1, MAAS_BF16, 13);
	struct maas_epilogue e = { .later = 1 };
	static _Alignas(64) float y[M * 160];
	int bad = 0, beyond = 0;

	maas_product(want, N, a, b, M, N, K, MAAS_BF16, NULL, scratch);
	for (size_t s = 0; s < 2 * MAAS_COUNT(row); s++)
		for (e.add = 0; e.add < 2; e.add++) {
			size_t ld = row[s % MAAS_COUNT(row)];

			fill(y, MAAS_COUNT(y), 14);
			memcpy(kept, y, sizeof y);
			maas_product_team(s < MAAS_COUNT(row) ? team : NULL, y, ld, a, b, M, N, K, MAAS_BF16, &e, each);
			for (size_t i = 0; i < M * ld; i++) {
				size_t m = i / ld, n = i % ld;

				if (n >= N)
					beyond += y[i] != kept[i];
				else
					bad += y[i] != want[m * N + n] + (e.add ? kept[i] : 0);
			}
		}
	ok(!bad && !beyond, "%s: a result that is read later", tier);
}

/* A row alone, the row among others, by one thread and by three: the same bytes. */
static void
check_batch(const char *tier, struct maas_team *team, void *each)
{
	enum { M = 43, N = 150, K = 300 };
	struct maas_matrix a = operand(a_f32, a_half, M, K, 0, MAAS_F32, 10),
			   b = operand(b_f32, b_half, N, K, 0, MAAS_BF16, 11);

	for (int p = 0; p < 2; p++) {
		enum maas_dtype precision = p ? MAAS_BF16 : MAAS_F32;
		int bad = 0;

		maas_product(want, N, a, b, M, N, K, precision, NULL, scratch);
		maas_product_team(team, got, N, a, b, M, N, K, precision, NULL, each);
		ok(same(want, got, M * N), "%s: %s by three threads as by one", tier, p ? "bf16" : "f32");
		for (size_t m = 1; m < 40; m++) {
			struct maas_matrix row = a;

			row.p = (const float *)a.p + (M - m) * a.row;
			maas_product_team(team, got, N, row, b, m, N, K, precision, NULL, each);
			bad += !same(want + (M - m) * N, got, m * N);
		}
		ok(!bad, "%s: %s 1 to 39 rows as among %d", tier, p ? "bf16" : "f32", M);
	}
}

/* Subnormal numbers, infinity and NaN: all of them in f32, none subnormal in bf16. */
static void
check_edges(const char *tier)
{
	static const float x[] = { 1e-40f, -1e-39f, 1e-30f, 3e38f, INFINITY, NAN, -0.0f, 1e-20f };
	enum { M = MAAS_COUNT(x) };
	struct maas_matrix a = { x, MAAS_F32, 1, 1 }, b = { x, MAAS_F32, 1, 1 };
	int bad[2] = { 0, 0 };

	for (int p = 0; p < 2; p++) {
		maas_product(got, M, a, b, M, M, 1, p ? MAAS_BF16 : MAAS_F32, NULL, scratch);
		for (size_t i = 0; i < M * M; i++) {
			float w = sum(a, b, i / M, i % M, 1, p);

			bad[p] += isnan(w) ? !isnan(got[i]) : got[i] != w;
		}
	}
	ok(!bad[0] && !bad[1], "%s: numbers at the edges, f32 %d, bf16 %d wrong", tier, bad[0], bad[1]);
}

static void
check_conversion(const char *tier)
{
	static const struct {
		uint32_t x;
		maas_bf16 y;
	} known[] = {
		{ 0x3f800000, 0x3f80 },
		{ 0x3f808000, 0x3f80 },
		{ 0x3f818000, 0x3f82 },
		{ 0x3f808001, 0x3f81 },
		{ 0x00012345, 0x0000 },
		{ 0x807fffff, 0x8000 },
		{ 0x00800000, 0x0080 },
		{ 0x7f7fffff, 0x7f80 },
		{ 0x7f800000, 0x7f80 },
		{ 0xff800000, 0xff80 },
		{ 0x7f800001, 0x7fc0 },
		{ 0xffc12345, 0xffc1 },
		{ 0x80000000, 0x8000 },
	};
	maas_bf16 y[MAAS_COUNT(known)];
	float x[MAAS_COUNT(known)];
	int bad = 0;

	for (size_t i = 0; i < MAAS_COUNT(known); i++)
		memcpy(&x[i], &known[i].x, sizeof x[i]);
	maas_to_bf16(y, x, MAAS_COUNT(known));
	for (size_t i = 0; i < MAAS_COUNT(known); i++)
		bad += y[i] != known[i].y;
	ok(!bad, "%s: f32 to bf16, nearest even, subnormals to zero, NaN kept", tier);
}

int
main(void)
{
	struct maas_team *team = maas_team_new(3);
	void *each = aligned_alloc(64, 3 * maas_product_scratch());

	scratch = aligned_alloc(64, maas_product_scratch());
	if (!team || !each || !scratch)
		return 2;
	for (int t = MAAS_PORTABLE; t <= (int)maas_isa_best(); t++) {
		const char *tier = maas_isa_name((enum maas_isa)t);

		maas_isa_force((enum maas_isa)t);
		check_conversion(tier);
		check_definition(tier);
		check_far(tier);
		check_epilogue(tier);
		check_gate(tier);
		check_later(tier, team, each);
		check_batch(tier, team, each);
		check_blocks(tier, team, each);
		check_accuracy(tier);
		check_edges(tier);
	}
#if defined(__x86_64__)
	if (maas_isa_best() >= MAAS_AVX512)
		check_forms();
#endif
	maas_team_free(team);
	free(each);
	free(scratch);
	return done();
}
