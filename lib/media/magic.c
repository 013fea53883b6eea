/* magic -- pictures and sounds by their first bytes. */
#include <string.h>

#include "picture.h"

static const struct {
	const char *bytes, *mask; /* mask: x counts, . does not */
	size_t n;
	enum maas_medium medium;
} known[] = {
	{ "\x89PNG\r\n\x1a\n", "xxxxxxxx", 8, MAAS_PICTURE },
	{ "\xff\xd8\xff", "xxx", 3, MAAS_PICTURE },
	{ "RIFF....WAVE", "xxxx....xxxx", MAAS_MEDIUM_BYTES, MAAS_SOUND },
	{ "fLaC", "xxxx", 4, MAAS_SOUND },
	{ "OggS", "xxxx", 4, MAAS_SOUND },
};
enum { PNG, JPEG };

/* Do the first n bytes agree? */
static int
agrees(size_t i, struct maas_span s, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (known[i].mask[k] == 'x' && s.s[k] != known[i].bytes[k])
			return 0;
	return 1;
}

static int
is(size_t i, struct maas_span s)
{
	return s.n >= known[i].n && agrees(i, s, known[i].n);
}

enum maas_medium
maas_medium(struct maas_span s)
{
	for (size_t i = 0; i < MAAS_COUNT(known); i++)
		if (is(i, s))
			return known[i].medium;
	return MAAS_NO_MEDIUM;
}

int
maas_medium_begins(struct maas_span s)
{
	for (size_t i = 0; i < MAAS_COUNT(known); i++)
		if (s.n < known[i].n && agrees(i, s, s.n))
			return 1;
	return 0;
}

int
magic_is_png(struct maas_span s)
{
	return is(PNG, s);
}

int
magic_is_jpeg(struct maas_span s)
{
	return is(JPEG, s);
}
