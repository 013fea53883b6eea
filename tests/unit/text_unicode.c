/* Classes and lower case against what scripts/make-golden-unicode found with another implementation. */
#include <stdlib.h>

#include "maas/text.h"
#include "../test.h"

#define GOLDEN_LETTERS 136104
#define GOLDEN_NUMBERS 1831
#define GOLDEN_MARKS   2450
#define GOLDEN_CLASSES 0xc7185e40u
#define GOLDEN_LOWER   0xeae819u

/* Fowler, Noll and Vo's FNV-1a over a digit of each code point. */
static uint32_t
sum(const unsigned char *p, size_t n)
{
	uint32_t h = 2166136261u;

	while (n--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

int
main(void)
{
	size_t count[5] = { 0 };
	unsigned char *class = malloc(0x110000);
	uint32_t lower = 2166136261u;

	for (int32_t cp = 0; cp < 0x110000; cp++) {
		int32_t low = maas_unicode_lower(cp);

		class[cp] = (unsigned char)('0' + maas_unicode_class(cp));
		count[maas_unicode_class(cp)]++;
		if (low != cp)
			for (int i = 0; i < 3; i++)
				lower = (lower ^ (uint32_t)(low >> 8 * i & 255)) * 16777619u;
	}
	is_str(maas_unicode_version, "15.0.0");
	ok(count[MAAS_C_LETTER] == GOLDEN_LETTERS, "%zu letters", count[MAAS_C_LETTER]);
	ok(count[MAAS_C_NUMBER] == GOLDEN_NUMBERS, "%zu numbers", count[MAAS_C_NUMBER]);
	ok(count[MAAS_C_SPACE] == 25, "%zu white spaces", count[MAAS_C_SPACE]);
	ok(count[MAAS_C_MARK] == GOLDEN_MARKS, "%zu marks", count[MAAS_C_MARK]);
	ok(sum(class, 0x110000) == GOLDEN_CLASSES, "each class: %#x", sum(class, 0x110000));
	ok(lower == GOLDEN_LOWER, "lower case: %#x", lower);
	ok(maas_unicode_class(-1) == MAAS_C_OTHER && maas_unicode_class(-256) == MAAS_C_OTHER, "a bad byte is other");
	ok(maas_unicode_lower(0xC4) == 0xE4 && maas_unicode_lower(0x410) == 0x430 && maas_unicode_lower('z') == 'z',
	    "lower case");
	free(class);
	return done();
}
