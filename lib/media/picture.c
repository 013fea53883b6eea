/* picture -- a picture of either format, and as a model wants it: of one size. */
#include <stdlib.h>
#include <string.h>

#include "picture.h"

int
maas_picture_sides(struct maas_span file, size_t *height, size_t *width)
{
	if (magic_is_png(file))
		return png_sides(file, height, width);
	return magic_is_jpeg(file) ? jpeg_sides(file, height, width) : maas_fail("neither a PNG nor a JPEG picture");
}

int
picture_fits(size_t height, size_t width)
{
	if (!height || !width)
		return maas_fail("a picture without pixels");
	if (height > MAAS_PIXELS / width)
		return maas_fail(
		    "a picture of %zu x %zu pixels, at most %zu are read", width, height, (size_t)MAAS_PIXELS);
	return 0;
}

int
picture_room(struct maas_picture *p, size_t height, size_t width, size_t channels)
{
	if (picture_fits(height, width) < 0)
		return -1;
	*p = (struct maas_picture){ height, width, channels, maas_alloc(height * width, channels) };
	return p->pixel ? 0 : -1;
}

int
maas_picture_decode(struct maas_picture *p, struct maas_span file)
{
	*p = (struct maas_picture){ 0 };
	if (magic_is_png(file))
		return png_decode(p, file);
	return magic_is_jpeg(file) ? jpeg_decode(p, file) : maas_fail("neither a PNG nor a JPEG picture");
}

void
maas_picture_free(struct maas_picture *p)
{
	free(p->pixel);
	*p = (struct maas_picture){ 0 };
}

/* Which pixel of a picture of H x W comes to (y, x) when it is turned. */
static size_t
turned(unsigned how, size_t h, size_t w, size_t y, size_t x)
{
	switch (how) {
	case 2: return y * w + (w - 1 - x);
	case 3: return (h - 1 - y) * w + (w - 1 - x);
	case 4: return (h - 1 - y) * w + x;
	case 5: return x * w + y;
	case 6: return (h - 1 - x) * w + y;
	case 7: return (h - 1 - x) * w + (w - 1 - y);
	case 8: return x * w + (w - 1 - y);
	default: return y * w + x;
	}
}

int
picture_turn(struct maas_picture *p, unsigned how)
{
	size_t h = p->height, w = p->width, c = p->channels;
	struct maas_picture to;

	if (how < 2 || how > 8)
		return 0;
	if (picture_room(&to, how < 5 ? h : w, how < 5 ? w : h, c) < 0)
		return -1;
	for (size_t y = 0; y < to.height; y++)
		for (size_t x = 0; x < to.width; x++)
			memcpy(to.pixel + (y * to.width + x) * c, p->pixel + turned(how, h, w, y, x) * c, c);
	maas_picture_free(p);
	*p = to;
	return 0;
}

/*
 * Along one side of n pixels that m are made of, both are cut into n * m equal parts: a pixel that comes has m of
 * them, one that is made has n.  So all weights are whole numbers, and what is rounded is the result alone.
 */
static size_t
share(size_t made, size_t come, size_t n, size_t m)
{
	size_t from = made * n > come * m ? made * n : come * m;
	size_t to = (made + 1) * n < (come + 1) * m ? (made + 1) * n : (come + 1) * m;

	return to > from ? to - from : 0;
}

/* sum[width][channels] of one row of the picture. */
static void
sum_row(uint64_t *sum, const struct maas_picture *p, size_t row, size_t width)
{
	const unsigned char *pixel = p->pixel + row * p->width * p->channels;

	memset(sum, 0, width * p->channels * sizeof *sum);
	for (size_t j = 0; j < width; j++)
		for (size_t x = j * p->width / width, s; x < p->width && (s = share(j, x, p->width, width)); x++)
			for (size_t c = 0; c < p->channels; c++)
				sum[j * p->channels + c] += s * pixel[x * p->channels + c];
}

/* One row of the result; all: what the weights sum to. */
static void
put_row(unsigned char *to, size_t plane, size_t channels, const uint64_t *sum, size_t width, size_t have, uint64_t all)
{
	for (size_t j = 0; j < width; j++) {
		const uint64_t *s = sum + j * have;

		for (size_t c = 0; c < channels; c++)
			to[c * plane + j] = (unsigned char)(have == channels || have == 1
				? (s[have == 1 ? 0 : c] + all / 2) / all
				: (299 * s[0] + 587 * s[1] + 114 * s[2] + 500 * all) / (1000 * all));
	}
}

int
maas_picture_scale(unsigned char *to, const struct maas_picture *p, size_t channels, size_t height, size_t width)
{
	size_t n = width * p->channels, done = SIZE_MAX;
	uint64_t *sum = maas_alloc(2 * n, sizeof *sum), *row = sum ? sum + n : NULL;

	if (!sum)
		return -1;
	for (size_t i = 0; i < height; i++) {
		memset(sum, 0, n * sizeof *sum);
		for (size_t y = i * p->height / height, s; y < p->height && (s = share(i, y, p->height, height)); y++) {
			if (y != done)
				sum_row(row, p, done = y, width);
			for (size_t k = 0; k < n; k++)
				sum[k] += s * row[k];
		}
		put_row(
		    to + i * width, height * width, channels, sum, width, p->channels, (uint64_t)p->height * p->width);
	}
	free(sum);
	return 0;
}
