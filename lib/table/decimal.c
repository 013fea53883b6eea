/*
 * decimal -- numbers out of text, correctly rounded.
 *
 * Up to 19 digits are a whole number m below 2^64, and the value is m 10^e.  With |e| <= 27 the power of five is
 * below 2^63, so that m 5^e is exact in 128 bits, and m / 5^-e is a division of 128 by 64 bits whose remainder tells
 * on which side of a half the rest lies; rounding to nearest, ties to even, is then exact.  What is longer or farther
 * out is left to strtod().
 */
#include <string.h>
#include <strings.h>

#include "source.h"

#define DIGITS_MAX 19
#define POWER_MAX  27

__extension__ typedef unsigned __int128 u128;

static const uint64_t fives[POWER_MAX + 1] = { 1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u, 390625u, 1953125u,
	9765625u, 48828125u, 244140625u, 1220703125u, 6103515625u, 30517578125u, 152587890625u, 762939453125u,
	3814697265625u, 19073486328125u, 95367431640625u, 476837158203125u, 2384185791015625u, 11920928955078125u,
	59604644775390625u, 298023223876953125u, 1490116119384765625u, 7450580596923828125u };

/* 2^e, of an e that a normal number has. */
static double
power_of_two(int e)
{
	uint64_t bits = (uint64_t)(e + 1023) << 52;
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

/* (q + a bit, where there is a rest) 2^e, rounded once; q has more than 54 bits. */
static double
nearest(uint64_t q, int rest, int e)
{
	int shift = 64 - __builtin_clzll(q) - 53;
	uint64_t half = (uint64_t)1 << (shift - 1), low = q & (half * 2 - 1), top = q >> shift;

	top += low > half || (low == half && (rest || (top & 1)));
	return (double)top * power_of_two(e + shift);
}

/* m 10^e, |e| <= POWER_MAX. */
static double
scale_ten(uint64_t m, int e)
{
	static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
		1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	int lz, k;

	/* Both exact, so one rounding is all there is (Clinger 1990). */
	if (m <= (uint64_t)1 << 53 && e >= -22 && e <= 22)
		return e < 0 ? (double)m / tens[-e] : (double)m * tens[e];
	lz = __builtin_clzll(m);
	if (e >= 0) {
		u128 p = (u128)(m << lz) * (fives[e] << (k = __builtin_clzll(fives[e])));

		return nearest((uint64_t)(p >> 64), (uint64_t)p != 0, 64 - lz - k + e);
	}
	k = __builtin_clzll(fives[-e]);
	u128 n = (u128)(m << lz) << 63;
	uint64_t d = fives[-e] << k, q = (uint64_t)(n / d);

	return nearest(q, n != (u128)q * d, k - 63 - lz + e);
}

/* Are there eight digits at p?  *to gets their number: pairs are added up, then pairs of pairs, then both fours. */
static int
eight(const char *p, uint64_t *to)
{
	uint64_t w;

	memcpy(&w, p, 8);
	if (((w & 0xf0f0f0f0f0f0f0f0) | (((w + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) != 0x3333333333333333)
		return 0;
	w = (w & 0x0f0f0f0f0f0f0f0f) * (10 * 256 + 1) >> 8;
	w = (w & 0x00ff00ff00ff00ff) * (100 * 65536 + 1) >> 16;
	*to = (w & 0x0000ffff0000ffff) * (10000 * ((uint64_t)1 << 32) + 1) >> 32;
	return 1;
}

/* Digits from p on, put behind those in *m, which wraps where there are too many; those that count are added to *count. */
static const char *
digits(const char *p, const char *end, uint64_t *m, int *count)
{
	uint64_t v;

	for (; p < end && (unsigned char)(*p - '0') < 10; p++) {
		if (end - p >= 8 && *count && eight(p, &v)) {
			*m = *m * 100000000 + v;
			*count += 8;
			p += 7;
			continue;
		}
		*m = *m * 10 + (unsigned char)(*p - '0');
		*count += *count || *p != '0';
	}
	return p;
}

/* The exponent behind an e, at p: *e gets it, held within what no mantissa makes up for.  NULL: there is none. */
static const char *
exponent(const char *p, const char *end, long *e)
{
	int minus = p < end && *p == '-';
	long v = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	if (p == end)
		return NULL;
	for (; p < end && (unsigned char)(*p - '0') < 10; p++)
		v = v < 100000 ? v * 10 + (*p - '0') : v;
	*e = minus ? -v : v;
	return p;
}

/* inf, infinity and nan, as strtod() takes them. */
static int
special(struct maas_span s, double *to)
{
	size_t sign = s.s[0] == '-' || s.s[0] == '+';

	if (s.n < sign + 3 || (strncasecmp(s.s + sign, "inf", 3) && strncasecmp(s.s + sign, "nan", 3)))
		return 0;
	return maas_parse_real(s, to) == 0;
}

int
decimal_parse(struct maas_span s, double *to)
{
	const char *p = s.s, *end = s.s + s.n, *from;
	int minus = *p == '-', count = 0;
	uint64_t m = 0;
	long any, e = 0, ten = 0;

	p += minus || *p == '+';
	from = p;
	p = digits(p, end, &m, &count);
	any = p - from;
	if (p < end && *p == '.') {
		from = ++p;
		p = digits(p, end, &m, &count);
		any += p - from;
		e = from - p;
	}
	if (!any)
		return special(s, to);
	if (p < end && (*p == 'e' || *p == 'E') && !(p = exponent(p + 1, end, &ten)))
		return 0;
	if (p != end)
		return 0;
	e += ten;
	if (count > DIGITS_MAX || e < -POWER_MAX || e > POWER_MAX)
		return maas_parse_real(s, to) == 0;
	*to = m ? scale_ten(m, (int)e) : 0;
	if (minus)
		*to = -*to;
	return 1;
}
