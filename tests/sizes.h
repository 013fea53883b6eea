/* sizes.h -- main() of base_sizes and base_narrow: sizes that wrap around are refused, however wide a size is. */
#include <stdint.h>
#include <stdlib.h>

#include "maas/base.h"
#include "test.h"

/* Was it refused for want of memory, this once? */
int refused(int rc);

int
main(void)
{
	struct maas_arena *a = maas_arena_new(0);
	struct maas_buf b = { 0 };
	size_t cap = 16, half = SIZE_MAX / 2 + 1, root = (size_t)1 << 4 * sizeof cap;
	char *array = maas_alloc(cap, 1), *was = array;

	ok(SIZE_MAX >> (8 * sizeof cap - 1) == 1, "a size of %d bits", (int)(8 * sizeof cap));
	ok(!maas_take(a, root, root) && refused(-1), "an arena: as many items as wrap to none");
	ok(!maas_take(a, half / 4 + 3, 8) && refused(-1), "and to three");
	ok(!maas_take(a, SIZE_MAX, 1) && refused(-1), "nor does rounding up wrap");
	ok(!maas_take_text(a, "x", SIZE_MAX), "a text of all bytes there are has no end");
	ok(maas_take(a, 1000, 8) && maas_arena_bytes(a) >= 8000, "what fits is there");

	ok(refused(maas_grow(&array, 10, &cap, SIZE_MAX - 5, 1)), "an array: what it has and what comes wrap");
	ok(refused(maas_grow(&array, 10, &cap, half, 1)), "half of all, and 10");
	ok(refused(maas_grow(&array, 0, &cap, half / 4 + 1, 8)), "as many items as wrap to one");
	ok(refused(maas_grow(&array, 0, &cap, root, root)), "to none");
	ok(cap == 16 && array == was, "the array is as it was");
	ok(maas_grow(&array, 16, &cap, 1, 1) == 0 && cap == 40, "one more is fine");

	ok(refused(maas_buf_add(&b, "x", half)), "a buffer: half of all");
	ok(refused(maas_buf_add(&b, "x", SIZE_MAX)), "all there are, and the NUL behind them");
	ok(maas_buf_text(&b, "seven") == 0 && b.n == 5, "a few");
	ok(refused(maas_buf_add(&b, "x", half - 5)) && b.n == 5, "its own, these and a NUL");

	ok(!maas_pages_take(root, root) && refused(-1), "pages: as many as wrap to none");
	ok(!maas_pages_take(half, 1) && refused(-1), "half of all");
	maas_buf_free(&b);
	free(array);
	maas_arena_free(a);
	return done();
}
