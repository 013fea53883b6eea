/* Any bytes as a picture: what is decoded has the sides it said, and scales to any size; and as what a camera says of
 * how it was held, which no checksum guards here. */
#include <stdlib.h>

#include "../../lib/media/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_span file = { (const char *)data, n };
	struct maas_picture p;
	unsigned char to[3 * 5 * 7];
	size_t h, w;

	if (exif_orientation(data, n) - 1 > 7)
		abort();
	if (maas_picture_sides(file, &h, &w) < 0 || h * w > 1 << 20)
		return 0;
	if (maas_picture_decode(&p, file) < 0)
		return 0;
	if (p.height * p.width != h * w || (p.channels != 1 && p.channels != 3))
		abort();
	if (maas_picture_scale(to, &p, 3, 5, 7) < 0 || maas_picture_scale(to, &p, 1, 7, 5) < 0)
		abort();
	maas_picture_free(&p);
	return 0;
}
