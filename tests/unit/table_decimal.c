/* Numbers in cells: as strtod() reads them, to the last bit; what is none; gaps. */
#include <inttypes.h>
#include <stdlib.h>

#include "maas/table.h"
#include "../test.h"

static struct maas_span
text(const char *s)
{
	return maas_span(s);
}

static long wrong;

/* Is it read as strtod() reads it? */
static void
same(const char *s)
{
	double want = strtod(s, NULL), got = 0;

	if (maas_number(text(s), &got) < 0 || memcmp(&got, &want, sizeof got)) {
		if (wrong++ < 5)
			printf("# %s: %.17g, not %.17g\n", s, got, want);
	}
}

static uint64_t
bits(uint64_t i)
{
	uint32_t r[4];

	maas_philox(r, 3, 1, i);
	return (uint64_t)r[0] << 32 | r[1];
}

static double
any_double(uint64_t i)
{
	uint64_t b = bits(i);
	double v;

	memcpy(&v, &b, sizeof v);
	return v - v == 0 ? v : 1.5;
}

static void
test_random(void)
{
	char s[64];
	uint64_t i;

	for (i = 0; i < 40000; i++) {
		uint64_t m = bits(2 * i) >> bits(2 * i + 1) % 64;

		snprintf(s, sizeof s, "%.17g", any_double(i));
		same(s);
		snprintf(s, sizeof s, "%.*g", (int)(i % 17) + 1, (maas_uniform(5, 1, i) - 0.5) * 1e6);
		same(s);
		snprintf(s, sizeof s, "%" PRIu64 "e%d", m, (int)(i % 64) - 32);
		same(s);
		snprintf(s, sizeof s, "-%" PRIu64 ".%06" PRIu64, m % 100000000000, bits(i) % 1000000);
		same(s);
	}
	ok(!wrong, "160000 random numbers: %ld wrong", wrong);
}

/* Halves between two doubles, and what lies a digit beside them. */
static void
test_ties(void)
{
	uint64_t i, five, m, e;
	char s[64];

	wrong = 0;
	for (i = 0; i < 20000; i++) {
		e = i % 23;
		for (five = 1, m = 0; m < e; m++)
			five *= 5;
		m = (((uint64_t)1 << 53) / five + bits(i) % ((((uint64_t)1 << 53) / five) + 1)) | 1;
		snprintf(s, sizeof s, "%" PRIu64 "e%d", m, (int)e);
		same(s);
		m <<= bits(i) % 5;
		snprintf(s, sizeof s, "%" PRIu64 "e%d", m, (int)e);
		same(s);
		m = (((uint64_t)1 << 53) + bits(i) % ((uint64_t)1 << 53)) |
		    1; /* m / 2^j has j digits behind the point */
		for (five = 1, e = 0; e < i % 5; e++)
			five *= 5;
		if (m < UINT64_MAX / 1000 / five) {
			snprintf(s, sizeof s, "%" PRIu64 "e-%d", m * five, (int)e);
			same(s);
		}
		snprintf(s, sizeof s, "%" PRIu64 "e-%d", m * five + 1, (int)e);
		same(s);
		snprintf(s, sizeof s, "%" PRIu64 "e-%d", m * five - 1, (int)e);
		same(s);
	}
	ok(!wrong, "100000 ties and their neighbours: %ld wrong", wrong);
}

static void
test_hard(void)
{
	static const char *const cases[] = { "0", "-0", "+0", "0.0", ".5", "5.", "-.5e1", "9007199254740993",
		"9007199254740991.5", "18446744073709551615", "18446744073709551616", "18446744073709551617",
		"9999999999999999999", "10000000000000000000", "99999999999999999999", "1844674407370955161600",
		"0.000000000000000000000000001", "1e27", "1e28", "1e-27", "1e-28", "1e22", "1e23", "8.5e23",
		"123456789012345678e-27", "7450580596923828125e-27", "9223372036854775807e27", "1e308", "1e309",
		"-1e400", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308",
		"1.7976931348623158e308", "1.7976931348623159e308", "0e99999999999999999999", "1e-99999999999999999999",
		"00000000000000000000000000000001", "0.00000000000000000000000000000000000000000001e44",
		"3.1415926535897932384626433832795028841971693993751", "6.02214076e+23", "1E5", "inf", "-Infinity",
		"9355950000000000000.00000000000000000000000000000000001844674407370955161600", "6929001713869936e+236",
		"2480283e-1", "0.1000000000000000055511151231257827021181583404541015625",
		"0.1000000000000000055511151231257827021181583404541015624" };
	size_t i;

	wrong = 0;
	for (i = 0; i < MAAS_COUNT(cases); i++)
		same(cases[i]);
	ok(!wrong, "hard cases: %ld wrong", wrong);
}

static void
test_none(void)
{
	static const char *const none[] = { "", " ", "-", "+", ".", "e5", "1e", "1e+", "1e5x", "0x10", "0x1p3", "1,5",
		"1 2", "--1", "1.2.3", "1_000", "in", "infi", "i", "nanx", "1f", "\xef\xbc\x91", "1\r", "\n1", "1e5.5",
		"TRUE" };
	static const char *const gaps[] = { "", " ", "\t", "NA", "na", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?",
		" ? " };
	static const char *const not_gaps[] = { "-", "none", "nil", "0", "N", "??", "NAN1", ".", "#N/A", "N A" };
	double v;
	size_t i;

	for (i = 0; i < MAAS_COUNT(none); i++)
		ok(maas_number(text(none[i]), &v) < 0, "'%s' is no number", none[i]);
	ok(maas_number((struct maas_span){ "1\0002", 3 }, &v) < 0, "nor with a NUL in it");
	ok(!maas_number(text(" \t2.5\t "), &v) && v == 2.5, "blanks around it");
	for (i = 0; i < MAAS_COUNT(gaps); i++)
		ok(maas_is_gap(text(gaps[i])), "'%s' is a gap", gaps[i]);
	for (i = 0; i < MAAS_COUNT(not_gaps); i++)
		ok(!maas_is_gap(text(not_gaps[i])), "'%s' is none", not_gaps[i]);
}

int
main(void)
{
	test_random();
	test_ties();
	test_hard();
	test_none();
	return done();
}
