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
