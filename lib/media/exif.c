/* exif -- how a camera was held: TIFF 6.0's first directory, as Exif (CIPA DC-008) uses it. */
#include <string.h>

#include "picture.h"

#define ORIENTATION 0x0112
#define SHORT       3

static unsigned
get(const unsigned char *p, size_t n, int big)
{
	unsigned v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (unsigned)p[i] << 8 * (big ? n - 1 - i : i);
	return v;
}

unsigned
exif_orientation(const unsigned char *p, size_t n)
{
	int big = n >= 8 && !memcmp(p, "MM\0*", 4);
	size_t at, entries;

	if (n < 8 || (!big && memcmp(p, "II*\0", 4) != 0))
		return 1;
	at = get(p + 4, 4, big);
	if (at > n - 2)
		return 1;
	entries = get(p + at, 2, big);
	for (at += 2; entries-- && n >= 12 && at <= n - 12; at += 12)
		if (get(p + at, 2, big) == ORIENTATION && get(p + at + 2, 2, big) == SHORT) {
			unsigned v = get(p + at + 8, 2, big);

			return v >= 1 && v <= 8 ? v : 1;
		}
	return 1;
}
