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
extern const int32_t maas_unicode_cased[][2], maas_unicode_ignorable[][2];
extern const size_t maas_unicode_ncased, maas_unicode_nignorable;
/* What a letter is beyond being one: capital or title (Lu, Lt), small (Ll), or neither. */
enum unicode_letter { NO_LETTER, CAPITAL, SMALL, CASELESS };
enum unicode_letter unicode_letter(int32_t cp);
extern const int32_t maas_unicode_capital[][3], maas_unicode_small[][3];
extern const size_t maas_unicode_ncapital, maas_unicode_nsmall;
/* The properties Cased and Case_Ignorable, which say what a final sigma is (Unicode 3.13). */
int unicode_cased(int32_t cp);
int unicode_ignorable(int32_t cp);

/* Normalisation (Unicode annex 15), by utf8proc; without it nothing decomposes. */
int unicode_can_decompose(void);
size_t unicode_decompose(int32_t *to, size_t room, int32_t cp);         /* NFKD of one character: how many */
int unicode_combines(int32_t cp);                                       /* is its combining class not 0? */
/* Append text in NFC, or NFKC with compat, or decomposed only.  Bytes that are no UTF-8 stay. */
int unicode_normalize(struct maas_buf *, struct maas_span text, int compat, int compose) MAAS_USE;

static inline enum maas_class
class_of(int32_t cp)
{
	if (cp < 0 || cp > 0x10FFFF)
		return MAAS_C_OTHER;
	return (enum maas_class)maas_unicode_block[maas_unicode_page[cp >> 7]][cp & 127];
}

/* maas_utf8_next for the scanners: the common cases inline. */
static inline int32_t
decode_at(const unsigned char *s, size_t left, size_t *len)
{
	const char *p = (const char *)s;
	int32_t cp;

	if (s[0] < 0x80) {
		*len = 1;
		return s[0];
	}
	if (left >= 3 && s[0] >> 4 == 0xE && s[1] >> 6 == 2 && s[2] >> 6 == 2) {
		cp = (s[0] & 0x0F) << 12 | (s[1] & 0x3F) << 6 | (s[2] & 0x3F);
		if (cp >= 0x800 && cp >> 11 != 0xD800 >> 11) {
			*len = 3;
			return cp;
		}
	}
	if (left >= 2 && s[0] >= 0xC2 && s[0] <= 0xDF && s[1] >> 6 == 2) {
		*len = 2;
		return (s[0] & 0x1F) << 6 | (s[1] & 0x3F);
	}
	cp = maas_utf8_next(&p, p + left);
	*len = (size_t)(p - (const char *)s);
	return cp;
}

#endif
