/* unicode.h -- the tables of scripts/make-unicode, for lookups that must be inline. */
#ifndef UNICODE_H
#define UNICODE_H

#include "maas/text.h"

struct maas_unicode_case {
	int32_t from, to, step, delta;
};
extern const unsigned char maas_unicode_page[8704];
extern const unsigned char maas_unicode_block[][128];
extern const struct maas_unicode_case maas_unicode_cases[];
extern const size_t maas_unicode_ncases;

static inline enum maas_class
class_of(int32_t cp)
{
	if (cp < 0 || cp > 0x10FFFF)
		return MAAS_C_OTHER;
	return (enum maas_class)maas_unicode_block[maas_unicode_page[cp >> 7]][cp & 127];
}

#endif
