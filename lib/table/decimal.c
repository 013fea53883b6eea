/*
 * decimal -- numbers out of text, correctly rounded.
 *
 * Up to 19 digits are a whole number m below 2^64, and the value is m 10^e.  Where both m and the power of ten are
 * doubles, one operation rounds once (Clinger 1990).  Else m is multiplied by the first 128 bits of 5^e, of which as
 * many are looked at as settle where the value lies between two doubles (Lemire, "Number Parsing at a Gigabyte per
 * Second", 2021; that they always settle it: Mushtak and Lemire, "Fast Number Parsing Without Fallback", 2023).  More
 * digits are cut off where that makes no difference, and left to strtod() where it might.
 */
#include <string.h>
#include <strings.h>

#include "source.h"

#define DIGITS_MAX 19
#define TEN_LEAST  (-342) /* 10^19 times less is 0, and a digit times more is too large */
#define TEN_MOST   308
#define LONG_MOST  400 /* bytes of a number whose digits are cut off */

__extension__ typedef unsigned __int128 u128;

static const uint64_t five[TEN_MOST - TEN_LEAST + 1][2] = {
#include "powers.inc"
};

static double
from_bits(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

/* m 2^(exponent - 1075), m of 54 bits, the last one of which is to be rounded away; exponent is the biased one. */
static double
round_bits(uint64_t m, int exponent)
{
	if (exponent <= 0) { /* subnormal, or up to the least normal number */
		if (exponent < -62)
			return 0;
		m >>= 1 - exponent;
		exponent = 0;
	}
	m = (m + (m & 1)) >> 1;
	if (exponent && m >> 53) {
		m >>= 1;
		exponent++;
	}
	if (exponent >= 0x7ff)
		return from_bits((uint64_t)0x7ff << 52);
	return from_bits(exponent ? (uint64_t)exponent << 52 | (m & ~((uint64_t)1 << 52)) : m);
}

/* m 10^e where both are doubles, so that one rounding is all there is. */
static inline int
exact(uint64_t m, long e, double *to)
{
	static const double power[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
		1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

	if (m > (uint64_t)1 << 53 || e < -22 || e > 22)
		return 0;
	*to = e < 0 ? (double)(int64_t)m / power[-e] : (double)(int64_t)m * power[e];
	return 1;
}

double
decimal_scale(uint64_t m, long e)
{
	double v;
	const uint64_t *five_e;
	u128 product, more;
	uint64_t high, top;
	int zeros, upper, shift;

	if (exact(m, e, &v))
		return v;
	if (!m || e < TEN_LEAST)
		return 0;
	if (e > TEN_MOST)
		return from_bits((uint64_t)0x7ff << 52);
	five_e = five[e - TEN_LEAST];
	zeros = __builtin_clzll(m);
	m <<= zeros;
	product = (u128)m * five_e[0];
	if (((uint64_t)(product >> 64) & 0x1ff) == 0x1ff) { /* what was left out may carry that far */
		more = (u128)m * five_e[1];
		product += (uint64_t)(more >> 64);
	}
	high = (uint64_t)(product >> 64);
	upper = (int)(high >> 63);
	shift = upper + 9;
	top = high >> shift;
	/* Half way, exactly: to the even one.  Only so far out is a product exact. */
	if ((uint64_t)product <= 1 && e >= -4 && e <= 23 && (top & 3) == 1 && top << shift == high)
		top &= ~(uint64_t)1;
	return round_bits(top, (int)(((152170 + 65536) * e) >> 16) + 63 + upper - zeros + 1023);
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

/* Digits from p on, put behind those in *m, which wraps where there are too many; those that count are added to
 * *count. */
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

/* The exponent behind an e, at p: *e gets it, held within what no record is long enough to make up for.  NULL: none. */
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
		v = v < 100000000 ? v * 10 + (*p - '0') : v;
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

/* A number of more digits than m holds: those that it holds, rounded down and up, if both are the same.  10^e is that
 * of the last of its digits. */
static int
cut_off(struct maas_span s, long e, double *to)
{
	uint64_t m = 0;
	int count = 0;
	double more;

	for (const char *p = s.s, *end = s.s + s.n; p < end && *p != 'e' && *p != 'E'; p++) {
		if ((unsigned char)(*p - '0') >= 10 || (!count && *p == '0'))
			continue;
		if (count++ < DIGITS_MAX)
			m = m * 10 + (unsigned char)(*p - '0');
	}
	*to = decimal_scale(m, e + count - DIGITS_MAX);
	more = decimal_scale(m + 1, e + count - DIGITS_MAX);
	return !memcmp(to, &more, sizeof more);
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
	if (count <= DIGITS_MAX)
		*to = decimal_scale(m, e);
	else if (s.n > LONG_MOST || !cut_off(s, e, to))
		return maas_parse_real(s, to) == 0;
	if (minus)
		*to = -*to;
	return 1;
}

static const uint64_t tens[9] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };

/* Up to eight digits at p, put behind those in *m; how many. */
static inline int
some(const char *p, uint64_t *m)
{
	const uint64_t each = ~(uint64_t)0 / 255;
	uint64_t w, odd;
	int n = 8;

	memcpy(&w, p, 8);
	w ^= each * '0';
	odd = (w | (w + each * 0x76)) & each * 0x80; /* exact up to the first byte above 9 */
	if (odd) {
		n = __builtin_ctzll(odd) / 8;
		w = w << (56 - 8 * n) << 8;
	}
	w = (w * (10 * 256 + 1) >> 8) & 0x00ff00ff00ff00ff;
	w = (w * (100 * 65536 + 1) >> 16) & 0x0000ffff0000ffff;
	*m = *m * tens[n] + (w * (10000 * ((uint64_t)1 << 32) + 1) >> 32);
	return n;
}

const char *
decimal_scan(const char *p, double *to)
{
	int minus = *p == '-', whole, part = 0, past, n;
	uint64_t m = 0, bits;
	long ten = 0;
	double v;

	p += minus;
	if ((whole = some(p, &m)) == 8 && (whole += some(p + 8, &m)) == 16)
		return NULL;
	p += whole;
	if (*p == '.') {
		p++;
		if ((part = some(p, &m)) == 8 && (part += some(p + 8, &m)) == 16)
			part += some(p + 16, &m);
		p += part;
	}
	if (!(whole + part) || whole + part > DIGITS_MAX)
		return NULL;
	if (*p == 'e' || *p == 'E') {
		uint64_t power = 0;

		past = p[1] == '-' || p[1] == '+';
		if (!(n = some(p + 1 + past, &power)) || n == 8)
			return NULL;
		ten = p[1] == '-' ? -(long)power : (long)power;
		p += 1 + past + n;
	}
	if (!exact(m, ten - part, &v))
		v = decimal_scale(m, ten - part);
	memcpy(&bits, &v, sizeof bits);
	*to = from_bits(bits | (uint64_t)minus << 63); /* either sign is as likely: no branch */
	return p;
}
