/*
 * Caches of keys and values: what is kept of a row, and attention over it, one row and many, against double arithmetic;
 * the same bytes in every tier the machine has.
 */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/num.h"
#include "../test.h"

enum { T = 150, BLOCKS = 3, PART = MAAS_KEYS * (MAAS_HEAD + 1) * 4 };

static void *scratch;
static const enum maas_dtype types[] = { MAAS_F32, MAAS_BF16, MAAS_I8 };

static enum maas_isa
tier(int i)
{
	maas_isa_force((enum maas_isa)i);
	return maas_isa();
}

/* What a cache of this type holds of x [hd], in double. */
static void
kept(double *to, enum maas_dtype type, const float *x, size_t hd)
{
	double most = 0;

	for (size_t c = 0; c < hd; c++)
		most = fmax(most, fabs((double)x[c]));
	for (size_t c = 0; c < hd; c++)
		if (type == MAAS_I8) {
			to[c] = nearbyint((double)x[c] * 127 / most) * most / 127;
		} else if (type == MAAS_BF16) {
			maas_bf16 half;
			float y;

			maas_to_bf16(&half, x + c, 1);
			maas_from_bf16(&y, &half, 1);
			to[c] = y;
		} else {
			to[c] = x[c];
		}
}

/* Row t of q, k and v [T, hd], attended to in double: how far y is off. */
static double
off(const float *y, enum maas_dtype type, const float *q, const float *k, const float *v, size_t t, size_t hd)
{
	double score[T], sum = 0, most = -INFINITY, o[MAAS_HEAD] = { 0 }, row[MAAS_HEAD], worst = 0;

	for (size_t j = 0; j <= t; j++) {
		score[j] = 0;
		kept(row, type, k + j * hd, hd);
		for (size_t c = 0; c < hd; c++)
			score[j] += q[t * hd + c] * row[c] / sqrt((double)hd);
		most = fmax(most, score[j]);
	}
	for (size_t j = 0; j <= t; j++) {
		sum += exp(score[j] - most);
		kept(row, type, v + j * hd, hd);
		for (size_t c = 0; c < hd; c++)
			o[c] += exp(score[j] - most) * row[c];
	}
	for (size_t c = 0; c < hd; c++)
		worst = fmax(worst, fabs(y[c] - o[c] / sum));
	return worst;
}

/* Blocks of a head's keys and values, of rows k and v [BLOCKS * MAAS_KEYS, hd]. */
static void
fill(char *keys, char *values, size_t stride, enum maas_dtype type, const float *k, const float *v, size_t hd)
{
	for (size_t t = 0; t < BLOCKS * MAAS_KEYS; t++) {
		maas_key_keep(keys + t / MAAS_KEYS * stride, type, k + t * hd, hd, t % MAAS_KEYS);
		maas_value_keep(values + t / MAAS_KEYS * stride, type, v + t * hd, hd, t % MAAS_KEYS);
	}
}

/* Queries 0 ... T a few at a time, 1, 2, ... of them, which begin and end anywhere in a block: as all together. */
static int
parts_differ(const struct maas_keys *cache, const float *q, const float *all, const float *lse, size_t hd)
{
	static float some[T * MAAS_HEAD], sums[T];
	int bad = 0;

	for (size_t t = 0, n = 1; t < T; t += n, n = n % 23 + 1) {
		size_t rows = T - t < n ? T - t : n;

		maas_attend_fwd(some, hd, sums, q + t * hd, hd, rows, t, cache, hd, scratch);
		bad += memcmp(some, all + t * hd, rows * hd * sizeof *some) != 0;
		bad += memcmp(sums, lse + t, rows * sizeof *sums) != 0;
	}
	return bad;
}

/* One query alone and all together; against double, and as in portable C. */
static void
check_cache(enum maas_dtype type, size_t hd, float *want)
{
	static float k[BLOCKS * MAAS_KEYS * MAAS_HEAD], v[BLOCKS * MAAS_KEYS * MAAS_HEAD], q[T * MAAS_HEAD];
	static float one[MAAS_HEAD], all[T * MAAS_HEAD], lse[T];
	static _Alignas(64) char keys[BLOCKS * PART], values[BLOCKS * PART];
	const void *kb[] = { keys, keys + PART, keys + 2 * PART }, *vb[] = { values, values + PART, values + 2 * PART };
	struct maas_keys cache = { .type = type, .k = kb, .v = vb, .row = hd, .turned = 1 };
	double worst = 0;
	int bad = 0;

	maas_fill_normal(q, T * hd, 1.5, 4, hd);
	maas_fill_normal(k, BLOCKS * MAAS_KEYS * hd, 1.5, 5, hd);
	maas_fill_normal(v, BLOCKS * MAAS_KEYS * hd, 1.5, 6, hd);
	fill(keys, values, PART, type, k, v, hd);
	maas_attend_fwd(all, hd, lse, q, hd, T, 0, &cache, hd, scratch);
	for (size_t t = 0; t < T; t++) {
		maas_attend_fwd(one, hd, NULL, q + t * hd, hd, 1, t, &cache, hd, scratch);
		bad += memcmp(one, all + t * hd, hd * sizeof *one) != 0;
		worst = fmax(worst, t % 31 == 0 ? off(one, type, q, k, v, t, hd) : 0);
	}
	ok(!bad, "%s, heads of %zu: a query alone as among others, %d differ", maas_dtype_name(type), hd, bad);
	bad = parts_differ(&cache, q, all, lse, hd);
	ok(!bad, "a few together too, %d differ", bad);
	ok(worst < 2e-5, "off by %.2g", worst);
	if (maas_isa() == MAAS_PORTABLE)
		memcpy(want, all, T * hd * sizeof *all);
	ok(!memcmp(want, all, T * hd * sizeof *all), "and as in portable C");
}

/* The queries of several heads over blocks that hold all of these: each as alone. */
static void
check_side_by_side(enum maas_dtype type, size_t hd, size_t heads, size_t group)
{
	static float k[BLOCKS * MAAS_KEYS * 80], v[BLOCKS * MAAS_KEYS * 80], q[18 * 80], want[80], got[18 * 80];
	static _Alignas(64) char all[BLOCKS * 4 * MAAS_KEYS * 81 * 4];
	static _Alignas(64) unsigned char room[1 << 16];
	size_t part = maas_keys_bytes(type, hd), stride = 2 * heads * part;
	const void *block[] = { all, all + stride, all + 2 * stride }, *kb[BLOCKS], *vb[BLOCKS];
	struct maas_cache cache = { type, heads, group };
	struct maas_keys keys = { .type = type, .k = kb, .v = vb, .row = hd, .turned = 1 };
	int bad = 0;

	ok(maas_attend_cached_scratch(heads * group) <= sizeof room && BLOCKS * stride <= sizeof all, "room");
	for (size_t h = 0; h < heads; h++) {
		maas_fill_normal(k, BLOCKS * MAAS_KEYS * hd, 1.5, 7, h);
		maas_fill_normal(v, BLOCKS * MAAS_KEYS * hd, 1.5, 9, h);
		fill(all + 2 * h * part, all + (2 * h + 1) * part, stride, type, k, v, hd);
	}
	maas_fill_normal(q, heads * group * hd, 1.5, 8, hd);
	for (size_t at = 0; at < BLOCKS * MAAS_KEYS; at += 31) {
		maas_attend_cached(&(struct maas_asking){ got, q, at, block }, 1, &cache, hd, room);
		for (size_t h = 0; h < heads * group; h++) {
			for (size_t b = 0; b < BLOCKS; b++) {
				kb[b] = (const char *)block[b] + h / group * 2 * part;
				vb[b] = (const char *)kb[b] + part;
			}
			maas_attend_fwd(want, hd, NULL, q + h * hd, hd, 1, at, &keys, hd, scratch);
			bad += memcmp(want, got + h * hd, hd * sizeof *got) != 0;
		}
	}
	ok(!bad, "%s, heads of %zu, %zu asked by %zu each: %d differ from one alone", maas_dtype_name(type), hd, heads,
	    group, bad);
}

/* Sequences that share blocks of the cache, some, or all as far as they go, get what each gets alone. */
static void
check_together(enum maas_dtype type, size_t hd, size_t heads, size_t group)
{
	enum { N = 6, WIDTH = 18 * 80 };
	static const size_t at[N] = { 150, 150, 131, 191, 127, 20 };
	static float q[N * WIDTH], want[WIDTH], got[N * WIDTH], k[5 * MAAS_KEYS * 80], v[5 * MAAS_KEYS * 80];
	static _Alignas(64) char all[5 * 4 * MAAS_KEYS * 81 * 4];
	static _Alignas(64) unsigned char room[1 << 18];
	size_t part = maas_keys_bytes(type, hd), stride = 2 * heads * part, width = heads * group * hd;
	const void *a = all, *b = all + stride, *c = all + 2 * stride, *d = all + 3 * stride, *e = all + 4 * stride;
	const void *const block[N][3] = { { a, b, c }, { a, b, d }, { a, b, c }, { a, e, c }, { a, e, c },
		{ d, e, c } };
	struct maas_cache cache = { type, heads, group };
	struct maas_asking of[N];
	int bad = 0;

	ok(maas_attend_cached_scratch(N * heads * group) <= sizeof room && 5 * stride <= sizeof all, "room");
	for (size_t h = 0; h < heads; h++) {
		maas_fill_normal(k, 5 * MAAS_KEYS * hd, 1.5, 17, h);
		maas_fill_normal(v, 5 * MAAS_KEYS * hd, 1.5, 19, h);
		for (size_t i = 0; i < 2; i++) { /* BLOCKS at a time */
			char *to = all + 2 * i * stride + 2 * h * part;

			fill(to, to + part, stride, type, k + 2 * i * MAAS_KEYS * hd, v + 2 * i * MAAS_KEYS * hd, hd);
		}
	}
	maas_fill_normal(q, N * width, 1.5, 18, hd);
	for (size_t i = 0; i < N; i++)
		of[i] = (struct maas_asking){ got + i * width, q + i * width, at[i], block[i] };
	maas_attend_cached(of, N, &cache, hd, room);
	for (size_t i = 0; i < N; i++) {
		struct maas_asking one = of[i];

		one.y = want;
		maas_attend_cached(&one, 1, &cache, hd, room);
		bad += memcmp(want, of[i].y, width * sizeof *want) != 0;
	}
	ok(!bad, "%s, heads of %zu: of %d sequences that ask together %d differ from alone", maas_dtype_name(type), hd,
	    N, bad);
}

/* Integers and scales of rows: by hand, what is too small, what is no number. */
static void
check_bytes(void)
{
	static _Alignas(64) char block[MAAS_KEYS * 5];
	const float row[5][4] = { { 1, -2, 0.5f, 127 }, { -254, 3, 1, 0 }, { 1e-31f, 0, -1e-32f, 0 }, { 1, NAN, 2, 3 },
		{ 1, 2, -INFINITY, 4 } };
	const int want[5][4] = { { 1, -2, 0, 127 }, { -127, 2, 0, 0 } };
	const float scale[5] = { 1, 2, 0, NAN, NAN }, *scales = (const float *)(const void *)(block + 4 * MAAS_KEYS);
	int bad = 0;

	for (size_t i = 0; i < 5; i++) {
		maas_value_keep(block, MAAS_I8, row[i], 4, 2 * i + 1);
		for (size_t c = 0; c < 4; c++)
			bad += ((signed char *)block)[(2 * i + 1) * 4 + c] != want[i][c];
		bad += isnan(scale[i]) ? !isnan(scales[2 * i + 1]) : scales[2 * i + 1] != scale[i];
		maas_key_keep(block, MAAS_I8, row[i], 4, i);
		for (size_t c = 0; c < 4; c++)
			bad += ((signed char *)block)[c * MAAS_KEYS + i] != want[i][c];
		memset(block, 0, sizeof block);
	}
	ok(!bad, "rows as bytes: %d wrong", bad);
}

int
main(void)
{
	static float want[12][T * MAAS_HEAD];
	static const size_t heads[] = { 16, 64, 80, 256 };

	if (!(scratch = aligned_alloc(64, maas_attend_scratch())))
		return 2;
	for (int i = 0; i <= (int)maas_isa_best(); i++) {
		printf("# %s\n", maas_isa_name(tier(i)));
		check_bytes();
		for (size_t c = 0; c < 12; c++)
			check_cache(types[c % 3], heads[c / 3], want[c]);
		for (size_t g = 1; g <= 9; g += 2)
			for (size_t t = 0; t < 3; t++) {
				check_side_by_side(types[t], 64, 2, g);
				check_side_by_side(types[t], 32, 2, g);
				check_side_by_side(types[t], 80, 2, g);
				check_together(types[t], t == 1 ? 80 : 64, 2, g);
			}
	}
	free(scratch);
	return done();
}
