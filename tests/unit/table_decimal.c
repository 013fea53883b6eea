/* Numbers in cells: as strtod() reads them, to the last bit; what is none; gaps. */
#include <inttypes.h>
#include <stdlib.h>

#include "../../lib/table/source.h"
#include "../test.h"

static struct maas_span
text(const char *s)
{
	return maas_span(s);
}

static long wrong;

/* Is it read as strtod() reads it, alone and where bytes follow it? */
static void
same(const char *s)
{
	char longer[1200 + DECIMAL_AHEAD];
	double want = strtod(s, NULL), got = 0, scanned = want;
	size_t n = strlen(s);
	const char *end;

	memcpy(longer, s, n);
	memset(longer + n, ',', DECIMAL_AHEAD);
	if ((end = decimal_scan(longer, &scanned)) != NULL && end != longer + n)
		scanned = -want - 1;
	if (maas_number(text(s), &got) < 0 || memcmp(&got, &want, sizeof got) ||
	    memcmp(&scanned, &want, sizeof scanned)) {
		if (wrong++ < 5)
			printf("# %s: %.17g and %.17g, not %.17g\n", s, got, scanned, want);
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

static char *
put_digits(char *to, uint64_t m)
{
	char text[24], *p = text + sizeof text;

	do
		*--p = (char)('0' + m % 10);
	while (m /= 10);
	memcpy(to, p, (size_t)(text + sizeof text - p));
	return to + (text + sizeof text - p);
}

/* Every power of ten there is, with as many digits as m holds and more, a point anywhere. */
static void
test_powers(void)
{
	char s[80], *p;
	uint64_t i;

	wrong = 0;
	for (i = 0; i < 2000000; i++) {
		uint64_t r = bits(3 * i + 1), m = bits(3 * i) >> (r % 64);
		int e = (int)(r >> 8) % 700 - 370;

		p = s;
		if (r >> 40 & 1)
			*p++ = '-';
		p = put_digits(p, m);
		if (r >> 41 & 1) {
			*p++ = '.';
			p = put_digits(p, r >> 42 & 1 ? bits(3 * i + 2) : r >> 50);
		}
		*p++ = r >> 43 & 1 ? 'e' : 'E';
		if (e < 0)
			*p++ = '-';
		p = put_digits(p, (uint64_t)(e < 0 ? -e : e));
		*p = '\0';
		same(s);
	}
	ok(!wrong, "2000000 numbers of all exponents: %ld wrong", wrong);
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
		"0.1000000000000000055511151231257827021181583404541015624", "12345678", "1234567890123456",
		"12345678901234567", "0.1234567890123456789", "0.12345678901234567890123", "1.e5", "1e00000000000001",
		"0000000000000000.5", "8.98846567431158e307", "1.797693134862315708e308", "17976931348623158e292",
		"2.2250738585072014e-308", "22250738585072011e-324", "9007199254740993e-340", "4940656458412465e-339",
		"2470328229206232e-339", "247032822920623272e-341", "247032822920623273e-341", "1e-342", "1e-343",
		"18446744073709551615e-343", "9999999999999999999e-343", "3e-324", "2e-324", "1e-323",
		"123456789012345678901234567890e-350", "7.2057594037927933e16", "9007199254740992.5e1",
		"900719925474099300000000000000000000000000000000000001e-38", "1152921504606846976.5" };
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
	test_powers();
	test_ties();
	test_hard();
	test_none();
	return done();
}
