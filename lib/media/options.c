/* options -- what a user can say of how pictures and sounds become numbers. */
#include <string.h>

#include "maas/media.h"

static const char *const colours[] = { "gray", "rgb", NULL };

const struct maas_field maas_media_fields[] = {
	MAAS_TEXT(0, maas_media_options, size, NULL, "scale pictures to HxW (the first one's, a side at most 64)"),
	MAAS_ENUM(0, maas_media_options, colour, colours, 0, "pictures in shades of gray, or as red, green and blue"),
	MAAS_INT(0, maas_media_options, sample_rate, 0, MAAS_RATE_MAX, 0,
	    "samples a second of sounds; 0: the first one's, at most 16000"),
	MAAS_INT(0, maas_media_options, mels, 1, 512, 32, "bands of a sound's log-mel spectrum"),
	MAAS_REAL(
	    0, maas_media_options, seconds, 0.025, 600, 1, "of each sound: what is longer is cut, silence follows"),
	MAAS_END,
};

int
maas_size_parse(const char *s, size_t *height, size_t *width)
{
	const char *x = strchr(s, 'x');
	int64_t h, w;

	if (!x || maas_parse_int((struct maas_span){ s, (size_t)(x - s) }, &h) < 0 ||
	    maas_parse_int(maas_span(x + 1), &w) < 0 || h < 1 || w < 1 || h > 4096 || w > 4096)
		return maas_fail_as(MAAS_USAGE, "--size: HxW is wanted, as 28x28, not '%s'", s);
	*height = (size_t)h;
	*width = (size_t)w;
	return 0;
}
