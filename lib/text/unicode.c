/* unicode -- classes of characters and lower case, from tables of one pinned version. */
#include "unicode.h"

enum maas_class
maas_unicode_class(int32_t cp)
{
	return class_of(cp);
}

/* Of n ranges of `size` bytes each, which begin with their first and last character: the one that holds cp, or NULL. */
static inline const void *
range_of(const void *ranges, size_t size, size_t n, int32_t cp)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const int32_t *r = (const int32_t *)((const char *)ranges + mid * size);

		if (cp < r[0])
			hi = mid;
		else if (cp > r[1])
			lo = mid + 1;
		else
			return r;
	}
	return NULL;
}

int32_t
maas_unicode_lower(int32_t cp)
{
	const struct maas_unicode_case *c =
	    range_of(maas_unicode_cases, sizeof *maas_unicode_cases, maas_unicode_ncases, cp);

	return c && (cp - c->from) % c->step == 0 ? cp + c->delta : cp;
}

static int
stepped(const int32_t (*range)[3], size_t n, int32_t cp)
{
	const int32_t *r = range_of(range, sizeof *range, n, cp);

	return r && (cp - r[0]) % r[2] == 0;
}

enum unicode_letter
unicode_letter(int32_t cp)
{
	if (class_of(cp) != MAAS_C_LETTER)
		return NO_LETTER;
	if (cp < 128)
		return cp >= 'a' ? SMALL : CAPITAL;
	if (stepped(maas_unicode_small, maas_unicode_nsmall, cp))
		return SMALL;
	return stepped(maas_unicode_capital, maas_unicode_ncapital, cp) ? CAPITAL : CASELESS;
}

int
unicode_cased(int32_t cp)
{
	return range_of(maas_unicode_cased, sizeof *maas_unicode_cased, maas_unicode_ncased, cp) != NULL;
}

int
unicode_ignorable(int32_t cp)
{
	return range_of(maas_unicode_ignorable, sizeof *maas_unicode_ignorable, maas_unicode_nignorable, cp) != NULL;
}

/* Han, kana, Hangul: scripts that part no words, or part them by phrases. */
int
maas_unicode_cjk(int32_t cp)
{
	static const struct {
		int32_t from, to;
	} range[] = {
		{ 0x1100, 0x11ff },
		{ 0x2e80, 0x2fdf },
		{ 0x3005, 0x3007 },
		{ 0x3021, 0x3029 },
		{ 0x3031, 0x3035 },
		{ 0x3038, 0x303c },
		{ 0x3041, 0x3096 },
		{ 0x309d, 0x309f },
		{ 0x30a1, 0x30fa },
		{ 0x30fc, 0x30ff },
		{ 0x3105, 0x312f },
		{ 0x3131, 0x318e },
		{ 0x31f0, 0x31ff },
		{ 0x3400, 0x4dbf },
		{ 0x4e00, 0x9fff },
		{ 0xa960, 0xa97f },
		{ 0xac00, 0xd7fb },
		{ 0xf900, 0xfaff },
		{ 0xff66, 0xffdc },
		{ 0x20000, 0x323af },
	};

	if (cp < 0x1100)
		return 0;
	for (size_t i = 0; i < MAAS_COUNT(range); i++)
		if (cp >= range[i].from && cp <= range[i].to)
			return 1;
	return 0;
}
