/*
 * The tier of AMX on a machine without it: tile_amx.c with its instructions in C, and all that num_product.c asks of
 * a tier.  It wants AVX-512, which that tier is made of.
 */
#if defined(__x86_64__)
#include "../tiles.h"

#include "../../lib/num/tile_amx.c"

#undef TARGET
#undef INLINE
#undef SIDE
#undef ROWS
#undef WORDS

/* The processor is said to have tiles. */
#include "../../lib/base/cpu.c"

static int product_main(void);
#define main product_main
#include "num_product.c"
#undef main

static void
check_released(void)
{
	struct maas_matrix a = { a_f32, MAAS_F32, 40, 1 };

	maas_product(got, 20, a, a, 20, 20, 40, MAAS_BF16, NULL, scratch);
	ok(!tiles.ready && !tall, "they are given back after a product");
}

enum { MOST = 70, BEFORE = 16, STEPS = 96 };

/* m rows between rows that are somebody else's, once over and once more. */
static void
multiply_rows(float *c, const struct maas_tile *t, size_t m)
{
	static float words_a[MOST * TILE_ROW], words_b[STEPS * TILE_N];
	struct maas_matrix a = { a_f32, MAAS_F32, STEPS, 1 }, b = { b_f32, MAAS_F32, STEPS, 1 };

	for (size_t i = 0; i < (BEFORE + MOST + BEFORE) * TILE_N; i++)
		c[i] = 42;
	t->pack_a(words_a, &a, m, STEPS);
	t->pack_b(words_b, &b, TILE_N, STEPS);
	for (int add = 0; add < 2; add++)
		t->bf16(c + BEFORE * TILE_N, words_a, words_b, m, STEPS, add);
}

/* Every number of rows, small ones after large ones: tiles are made lower, and higher again. */
static void
check_rows(void)
{
	int bad = 0;

	fill(a_f32, MOST * STEPS, 12);
	fill(b_f32, TILE_N * STEPS, 13);
	for (size_t i = 0; i < 2 * MOST; i++) {
		size_t m = i % 2 ? MOST - i / 2 : i / 2 + 1;

		multiply_rows(want, &maas_tile_avx512, m);
		multiply_rows(got, maas_tile_now(), m);
		bad += !same(want, got, (BEFORE + MOST + BEFORE) * TILE_N);
	}
	maas_tile_now()->leave();
	ok(!bad, "1 to %d rows, and nothing beside them: %d wrong", MOST, bad);
}

int
main(void)
{
	scratch = aligned_alloc(64, maas_product_scratch());
	if (!scratch)
		return 2;
	if (maas_isa_best() < MAAS_AVX512 || !__builtin_cpu_supports("avx512bf16")) {
		printf("wants AVX-512 with bf16\n");
		return 77;
	}
	best = used = MAAS_AMX;
	ok(maas_tile_now()->bf16 == bf16 && maas_tile_now()->few_bf16 == few, "tiles give the bytes of AVX-512");
	check_rows();
	check_released();
	free(scratch);
	return product_main();
}

#else
#include <stdio.h>

int
main(void)
{
	printf("wants x86-64\n");
	return 77;
}
#endif
