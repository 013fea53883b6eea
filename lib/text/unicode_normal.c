/* unicode_normal -- decomposition and composition of characters: the door to utf8proc. */
#include <stdlib.h>

#ifdef MAAS_HAS_UTF8PROC
#include <utf8proc.h>
#endif

#include "unicode.h"

#ifdef MAAS_HAS_UTF8PROC
int
unicode_can_decompose(void)
{
	return 1;
}

size_t
unicode_decompose(int32_t *to, size_t room, int32_t cp)
{
	int boundary = 0;
	utf8proc_ssize_t n =
	    utf8proc_decompose_char(cp, to, (utf8proc_ssize_t)room, UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, &boundary);

	if (n >= 0 && (size_t)n <= room)
		return (size_t)n;
	to[0] = cp;
	return 1;
}

int
unicode_combines(int32_t cp)
{
	return utf8proc_get_property(cp)->combining_class != 0;
}

static int
map(struct maas_buf *to, struct maas_span s, int how)
{
	utf8proc_uint8_t *made = NULL;
	utf8proc_ssize_t n =
	    utf8proc_map((const utf8proc_uint8_t *)s.s, (utf8proc_ssize_t)s.n, &made, (utf8proc_option_t)how);
	int rc;

	if (n < 0)
		return maas_fail_as(MAAS_OS, "normalising %zu bytes: %s", s.n, utf8proc_errmsg(n));
	rc = maas_buf_add(to, (const char *)made, (size_t)n);
	free(made);
	return rc;
}

/* Two ASCII characters side by side have nothing to do with each other, nor has a byte of no character. */
int
unicode_normalize(struct maas_buf *to, struct maas_span text, int compat, int compose)
{
	int how = UTF8PROC_STABLE | (compose ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) | (compat ? UTF8PROC_COMPAT : 0);
	const char *s = text.s, *end = s + text.n;

	while (s < end) {
		const char *from = s, *p;

		while (s < end && (unsigned char)*s < 128 && (s + 1 == end || (unsigned char)s[1] < 128))
			s++;
		for (p = s; p < end && maas_utf8_next(&p, end) < 0;)
			s = p;
		if (s > from) {
			if (maas_buf_add(to, from, (size_t)(s - from)) < 0)
				return -1;
			continue;
		}
		while (s < end) {
			p = s;
			if (maas_utf8_next(&p, end) < 0 ||
			    (s > from && p - s == 1 && (p == end || (unsigned char)*p < 128)))
				break;
			s = p;
		}
		if (map(to, (struct maas_span){ from, (size_t)(s - from) }, how) < 0)
			return -1;
	}
	return 0;
}
#else
int
unicode_can_decompose(void)
{
	return 0;
}

size_t
unicode_decompose(int32_t *to, size_t room, int32_t cp)
{
	(void)room;
	to[0] = cp;
	return 1;
}

int
unicode_combines(int32_t cp)
{
	(void)cp;
	return 0;
}

int
unicode_normalize(struct maas_buf *to, struct maas_span text, int compat, int compose)
{
	(void)to;
	(void)text;
	(void)compat;
	(void)compose;
	return maas_fail_as(MAAS_UNAVAILABLE, "normalising text: built without libutf8proc");
}
#endif
