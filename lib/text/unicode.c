/* unicode -- classes of characters and lower case, from tables of one pinned version. */
#include "unicode.h"

enum maas_class
maas_unicode_class(int32_t cp)
{
	return class_of(cp);
}

int32_t
maas_unicode_lower(int32_t cp)
{
	size_t lo = 0, hi = maas_unicode_ncases;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct maas_unicode_case *c = &maas_unicode_cases[mid];

		if (cp < c->from)
			hi = mid;
		else if (cp > c->to)
			lo = mid + 1;
		else
			return (cp - c->from) % c->step ? cp : cp + c->delta;
	}
	return cp;
}

static int
within(const int32_t (*range)[2], size_t n, int32_t cp)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (cp < range[mid][0])
			hi = mid;
		else if (cp > range[mid][1])
			lo = mid + 1;
		else
			return 1;
	}
	return 0;
}

int
unicode_cased(int32_t cp)
{
	return within(maas_unicode_cased, maas_unicode_ncased, cp);
}

int
unicode_ignorable(int32_t cp)
{
	return within(maas_unicode_ignorable, maas_unicode_nignorable, cp);
}
