/*
 * Numbers as text, as printf's %.*g prints them, to the last digit: the exact product of the number's integer
 * mantissa and a power of ten, rounded once, half to even.  Where that product does not fit 128 bits (very large
 * and very small numbers), printf itself.
 */
#include <math.h>
#include <string.h>

#include "maas/base.h"

typedef unsigned __int128 wide;

static wide
power(int p) /* 10^p, p <= 38 */
{
	static const uint64_t ten[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
		10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
		10000000000000000, 100000000000000000, 1000000000000000000, 10000000000000000000u };

	return p < 20 ? ten[p] : (wide)ten[19] * ten[p - 19];
}

/* a = mantissa / 2^shift, the mantissa odd; a is no whole number if shift is above 0. */
static uint64_t
take_apart(double a, int *shift)
{
	int e;
	uint64_t m = (uint64_t)ldexp(frexp(a, &e), 53);
	int zeros = __builtin_ctzll(m);

	*shift = 53 - e - zeros;
	return m >> zeros;
}

static int
bits(wide v)
{
	uint64_t high = (uint64_t)(v >> 64);

	return high ? 128 - __builtin_clzll(high) : v ? 64 - __builtin_clzll((uint64_t)v) : 0;
}

/* The `digits` first digits of a = m / 2^shift as a whole number, rounded; *x: the place of the first.  0: cannot. */
static uint64_t
first_digits(uint64_t m, int shift, int digits, int *x)
{
	/* log10(2) is 0.30103: the place, or one less. */
	int guess = (int)floor((double)(bits(m) - shift - 1) * 0.30102999566398120);
	uint64_t low = (uint64_t)power(digits - 1);

	for (*x = guess; *x <= guess + 1; ++*x) {
		int p = digits - 1 - *x;
		wide product, rest;
		uint64_t n;

		if (p < 0 || p > 38 || shift < 1 || shift > 126 || bits(m) + bits(power(p)) > 127)
			return 0;
		product = m * power(p);
		n = (uint64_t)(product >> shift);
		if (product >> shift >= (wide)low * 10)
			continue;
		rest = product & (((wide)1 << shift) - 1);
		n += rest > (wide)1 << (shift - 1) || (rest == (wide)1 << (shift - 1) && n & 1);
		if (n < low * 10)
			return n;
		++*x;
		return low;
	}
	return 0;
}

/* n in decimal, `digits` of them at to. */
static void
put_digits(char *to, uint64_t n, int digits)
{
	for (int i = digits; i-- > 0; n /= 10)
		to[i] = (char)('0' + n % 10);
}

static size_t
put_whole(char *to, uint64_t n)
{
	char text[20];
	size_t k = sizeof text;

	do
		text[--k] = (char)('0' + n % 10);
	while (n /= 10);
	memcpy(to, text + k, sizeof text - k);
	return sizeof text - k;
}

/* Digits with the first at place x, without zeros at the end. */
static size_t
put_fixed(char *to, const char *digit, int n, int x)
{
	char *p = to;

	if (x < 0) {
		memcpy(p, "0.0000", 6);
		p += 1 - x;
		memcpy(p, digit, (size_t)n);
		return (size_t)(p + n - to);
	}
	for (int i = 0; i <= x; i++)
		*p++ = i < n ? digit[i] : '0';
	if (n > x + 1) {
		*p++ = '.';
		memcpy(p, digit + x + 1, (size_t)(n - x - 1));
		p += n - x - 1;
	}
	return (size_t)(p - to);
}

static size_t
put_scientific(char *to, const char *digit, int n, int x)
{
	char *p = to;

	*p++ = *digit;
	if (n > 1) {
		*p++ = '.';
		memcpy(p, digit + 1, (size_t)(n - 1));
		p += n - 1;
	}
	*p++ = 'e';
	*p++ = x < 0 ? '-' : '+';
	x = x < 0 ? -x : x;
	if (x < 10)
		*p++ = '0';
	return (size_t)(p - to) + put_whole(p, (uint64_t)x);
}

size_t
maas_real_print(char to[32], double v, int digits)
{
	double a = fabs(v);
	char text[20], *p = to;
	int shift, x, n = digits;
	uint64_t m;

	if (!isfinite(v) || digits < 1 || digits > 17 || (a > 0 && a < 1e-30) || a >= 1e17)
		goto slow;
	if (signbit(v))
		*p++ = '-';
	if (a == 0 || (a < (double)power(digits) && a == floor(a))) {
		p += put_whole(p, (uint64_t)a);
		*p = '\0';
		return (size_t)(p - to);
	}
	m = take_apart(a, &shift);
	if (!(m = first_digits(m, shift, digits, &x)))
		goto slow;
	put_digits(text, m, digits);
	while (n > 1 && text[n - 1] == '0')
		n--;
	p += x < -4 || x >= digits ? put_scientific(p, text, n, x) : put_fixed(p, text, n, x);
	*p = '\0';
	return (size_t)(p - to);
slow:
	return (size_t)snprintf(to, 32, "%.*g", digits, v);
}

int
maas_buf_real(struct maas_buf *b, double v, int digits)
{
	char text[32];

	return maas_buf_add(b, text, maas_real_print(text, v, digits));
}
