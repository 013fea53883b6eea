/* Any bytes as a picture: what is decoded has the sides it said, and scales to any size. */
#include <stdlib.h>

#include "maas/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_span file = { (const char *)data, n };
	struct maas_picture p;
	unsigned char to[3 * 5 * 7];
	size_t h, w;

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
