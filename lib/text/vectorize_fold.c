/*
 * Folding: lower case as Python's str.lower (full mapping, final sigma), accents as scikit-learn's
 * strip_accents_unicode and strip_accents_ascii, full-width forms for the analyzer cjk.
 */
#include <stdlib.h>
#include <string.h>

#include "unicode.h"
#include "vectorize.h"

#define MOST 20 /* code points that one may become (U+FDFA: 18) */

/* Is the sigma at s[at..at+2) the last letter of a word (Unicode 3.13, Final_Sigma)? */
static int
final_sigma(struct maas_span text, size_t at)
{
	const char *p, *end = text.s + text.n;
	int32_t cp = 0;
	size_t i = at;

	for (;;) {
		if (i == 0)
			return 0;
		for (i--; i > 0 && ((unsigned char)text.s[i] & 0xc0) == 0x80 && at - i < 1u << 20; i--)
			;
		p = text.s + i;
		if (!unicode_ignorable(cp = maas_utf8_next(&p, end)))
			break;
	}
	if (!unicode_cased(cp))
		return 0;
	for (p = text.s + at + 2; p < end;)
		if (!unicode_ignorable(cp = maas_utf8_next(&p, end)))
			return !unicode_cased(cp);
	return 1;
}

static size_t
lower(int32_t to[MOST], int32_t cp, struct maas_span text, size_t at)
{
	to[0] = cp == 0x3a3 ? (final_sigma(text, at) ? 0x3c2 : 0x3c3) : maas_unicode_lower(cp);
	if (cp != 0x130)
		return 1;
	to[0] = 'i'; /* the only one that grows: i and a dot above */
	to[1] = 0x307;
	return 2;
}

static size_t
strip(int32_t to[MOST], int32_t cp, int how)
{
	int32_t part[MOST];
	size_t n = unicode_decompose(part, MOST, cp), k = 0;

	for (size_t i = 0; i < n; i++)
		if (how == ACCENTS_ASCII ? part[i] < 128 : !unicode_combines(part[i]))
			to[k++] = part[i];
	return k;
}

static int
can_strip(void)
{
	return unicode_can_decompose() ? 0 : maas_fail_as(MAAS_UNAVAILABLE, "strip-accents: built without libutf8proc");
}

static int
room(struct terms *t, size_t n)
{
	if (maas_grow(&t->fold.s, t->fold.n, &t->fold.cap, n, 1) < 0)
		return -1;
	return t->places ? maas_grow(&t->fold_at, t->fold.n, &t->fold_cap, n, sizeof *t->fold_at) : 0;
}

static void
put(struct terms *t, int32_t cp, size_t at)
{
	size_t k = maas_utf8_put(t->fold.s + t->fold.n, (uint32_t)cp);

	for (size_t i = 0; t->places && i < k; i++)
		t->fold_at[t->fold.n + i] = at;
	t->fold.n += k;
}

/* A code point that is not ASCII, through every rule. */
static void
put_folded(struct terms *t, int32_t cp, struct maas_span text, size_t at)
{
	const struct rules *r = &t->rules;
	int32_t low[MOST], bare[MOST];
	size_t n = 1, m;
	int cjk = r->analyzer == CJK || r->analyzer == READ_CJK;

	if (cp < 0)
		cp = 0xfffd;
	if (cjk && cp >= 0xff01 && cp <= 0xff5e)
		cp -= 0xfee0;
	else if (cjk && cp == 0x3000)
		cp = ' ';
	low[0] = cp;
	if (r->lowercase)
		n = lower(low, cp, text, at);
	for (size_t i = 0; i < n; i++) {
		m = 1;
		bare[0] = low[i];
		if (r->accents != ACCENTS_KEEP)
			m = strip(bare, low[i], r->accents);
		for (size_t j = 0; j < m; j++)
			put(t, bare[j], at);
	}
}

/* Bytes of ASCII at `from`, in lower case where wanted, eight at a time while eight are there. */
static size_t
put_ascii(struct terms *t, const char *from, const char *end, size_t at)
{
	const uint64_t high = 0x8080808080808080u, ones = 0x0101010101010101u;
	char *to = t->fold.s + t->fold.n;
	size_t n = 0, most = (size_t)(end - from);
	int low = t->rules.lowercase;
	uint64_t w;

	for (; n + 8 <= most; n += 8) {
		memcpy(&w, from + n, 8);
		if (w & high)
			break;
		/* Each byte's high bit: at least 'A', and not above 'Z'. */
		if (low)
			w |= ((w + ones * (0x80 - 'A')) & ~(w + ones * (0x7f - 'Z')) & high) >> 2;
		memcpy(to + n, &w, 8);
	}
	for (; n < most && (unsigned char)from[n] < 0x80; n++)
		to[n] = low && from[n] >= 'A' && from[n] <= 'Z' ? (char)(from[n] + 32) : from[n];
	for (size_t i = 0; t->places && i < n; i++)
		t->fold_at[t->fold.n + i] = at + i;
	t->fold.n += n;
	return n;
}

/* Characters of U+4000 to U+9FFF, which no rule but that of accents changes: most of Chinese. */
static size_t
put_han(struct terms *t, const char *from, const char *end, size_t at)
{
	char *to = t->fold.s + t->fold.n;
	size_t n = 0, most = (size_t)(end - from);

	if (t->rules.accents != ACCENTS_KEEP)
		return 0;
	for (; n + 3 <= most; n += 3) {
		const unsigned char *p = (const unsigned char *)from + n;

		if (p[0] < 0xe4 || p[0] > 0xe9 || p[1] >> 6 != 2 || p[2] >> 6 != 2)
			break;
		memcpy(to + n, p, 3);
		for (size_t i = 0; t->places && i < 3; i++)
			t->fold_at[t->fold.n + n + i] = at + n;
	}
	t->fold.n += n;
	return n;
}

int
terms_fold(struct terms *t, struct maas_span text)
{
	const char *p = text.s, *end = text.s + text.n;

	t->fold.n = 0;
	if (t->rules.accents != ACCENTS_KEEP && can_strip() < 0)
		return -1;
	for (;;) {
		size_t at = (size_t)(p - text.s);

		if (room(t, text.n - at + 4 * MOST * MOST) < 0)
			return -1;
		if (p == end)
			break;
		p += put_ascii(t, p, end, at);
		p += put_han(t, p, end, (size_t)(p - text.s));
		if (p == end || (unsigned char)*p < 0x80)
			continue;
		at = (size_t)(p - text.s);
		put_folded(t, maas_utf8_next(&p, end), text, at);
	}
	if (t->places)
		t->fold_at[t->fold.n] = text.n;
	return 0;
}
