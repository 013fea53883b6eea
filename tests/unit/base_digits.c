/* Numbers are printed as printf prints them. */
#include <stdlib.h>

#include "maas/base.h"
#include "../test.h"

static size_t wrong;

static void
check(double v, int digits)
{
	char want[64], got[32];
	size_t n = maas_real_print(got, v, digits);

	snprintf(want, sizeof want, "%.*g", digits, v);
	if (n == strlen(want) && !strcmp(got, want))
		return;
	if (wrong++ < 10)
		printf("# %d digits of %a: %s, wanted %s\n", digits, v, got, want);
}

static void
all_digits(double v)
{
	for (int digits = 1; digits <= 17; digits++) {
		check(v, digits);
		check(-v, digits);
	}
}

static double
of_bits(uint64_t b)
{
	double v;

	memcpy(&v, &b, sizeof v);
	return v;
}

int
main(void)
{
	uint32_t r[4];
	char text[32];

	for (int e = -330; e <= 308; e++) {
		double v = strtod((snprintf(text, sizeof text, "1e%d", e), text), NULL);

		all_digits(v);
		all_digits(nextafter(v, 0));
		all_digits(nextafter(v, INFINITY));
	}
	ok(wrong == 0, "powers of ten and their neighbours");
	for (int i = 0; i < 3000; i++) { /* halves of the last digit */
		all_digits(i + 0.5);
		all_digits(i / 8.0);
		all_digits(i / 1024.0);
		all_digits((i + 0.5) / 100);
	}
	ok(wrong == 0, "ties");
	for (uint64_t i = 0; i < 100000; i++) {
		double v;

		maas_philox(r, 11, 0, i);
		v = of_bits((uint64_t)r[0] << 32 | r[1]);
		check(v, 1 + (int)(r[2] % 17));
		v = of_bits(((uint64_t)r[0] << 32 | r[1]) >> 12 | (uint64_t)(960 + r[3] % 120) << 52);
		check(v, 9);
		check((float)v, 9);
		check(v, 15 + (int)(r[2] % 3));
		check((double)r[0] / (1 + r[1] % 1000), 9);
	}
	ok(wrong == 0, "numbers of any bits");
	check(0.0, 9);
	check(-0.0, 9);
	check(INFINITY, 9);
	check(-INFINITY, 17);
	check(NAN, 9);
	check(4294967296.0, 17);
	check(999999999.5, 9);
	check(0.00009999999995, 9);
	ok(wrong == 0, "those of their own sort");
	return done();
}
