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
