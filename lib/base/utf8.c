#include "maas/base.h"

/* Table 3-7 of the Unicode standard: which second byte may follow a first. */
int32_t
maas_utf8_next(const char **at, const char *end)
{
	const unsigned char *p = (const unsigned char *)*at;
	size_t left = (size_t)(end - *at);
	unsigned c = p[0], lo = 0x80, hi = 0xBF;
	size_t n;
	int32_t cp;

	(*at)++;
	if (c < 0x80)
		return (int32_t)c;
	if (c >= 0xC2 && c <= 0xDF)
		n = 1, cp = c & 0x1F;
	else if (c >= 0xE0 && c <= 0xEF)
		n = 2, cp = c & 0x0F, lo = c == 0xE0 ? 0xA0 : lo, hi = c == 0xED ? 0x9F : hi;
	else if (c >= 0xF0 && c <= 0xF4)
		n = 3, cp = c & 0x07, lo = c == 0xF0 ? 0x90 : lo, hi = c == 0xF4 ? 0x8F : hi;
	else
		return -1 - (int32_t)c;
	if (left <= n)
		return -1 - (int32_t)c;
	for (size_t i = 1; i <= n; i++) {
		if (p[i] < lo || p[i] > hi)
			return -1 - (int32_t)c;
		cp = cp << 6 | (p[i] & 0x3F);
		lo = 0x80, hi = 0xBF;
	}
	*at += n;
	return cp;
}

int
maas_utf8_good(struct maas_span s)
{
	for (const char *p = s.s, *end = s.s + s.n; p < end;)
		if (maas_utf8_next(&p, end) < 0)
			return 0;
	return 1;
}

size_t
maas_utf8_put(char to[4], uint32_t cp)
{
	if (cp < 0x80) {
		to[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		to[0] = (char)(0xC0 | cp >> 6);
		to[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		to[0] = (char)(0xE0 | cp >> 12);
		to[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		to[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	to[0] = (char)(0xF0 | cp >> 18);
	to[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	to[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	to[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

size_t
maas_utf8_whole(const char *s, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned c = (unsigned char)s[n - back];

		if ((c & 0xC0) == 0x80)
			continue;
		size_t want = c >= 0xF0 && c <= 0xF4 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
		if (c > 0xF4 || want <= back)
			return n;
		/* A tail that can still become a character: its second byte must be possible. */
		if (back >= 2) {
			unsigned d = (unsigned char)s[n - back + 1];

			if ((c == 0xE0 && d < 0xA0) || (c == 0xED && d > 0x9F) || (c == 0xF0 && d < 0x90) ||
			    (c == 0xF4 && d > 0x8F))
				return n;
		}
		return n - back;
	}
	return n;
}
