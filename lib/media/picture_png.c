/* picture_png -- the door to libpng (PNG, third edition). */
#include <stdlib.h>
#include <string.h>

#include "picture.h"

#ifdef MAAS_HAS_PNG
#include <png.h>

/* Where libpng jumps from is left to it; all that lives across the jump is in here. */
struct reading {
	png_structp png;
	png_infop info;
	struct maas_span file;
	size_t at;
	struct maas_picture to;
	png_bytep *row;
	unsigned orientation;
	char why[200];
};

static void
refuse(png_structp png, png_const_charp why)
{
	struct reading *r = png_get_error_ptr(png);

	snprintf(r->why, sizeof r->why, "%s", why);
	png_longjmp(png, 1);
}

static void
pass_over(png_structp png, png_const_charp why)
{
	(void)png;
	(void)why;
}

static void
feed(png_structp png, png_bytep to, size_t n)
{
	struct reading *r = png_get_io_ptr(png);

	if (n > r->file.n - r->at)
		png_error(png, "the file is cut short");
	memcpy(to, r->file.s + r->at, n);
	r->at += n;
}

/* Whatever it is made of, 8 bits a sample, and an alpha of its own. */
static void
plan(struct reading *r)
{
	png_set_expand(r->png);
	png_set_scale_16(r->png);
	png_set_interlace_handling(r->png);
	png_read_update_info(r->png, r->info);
}

static void
look_at_exif(struct reading *r)
{
	png_bytep exif;
	png_uint_32 n;

	r->orientation = 1;
	if (png_get_eXIf_1(r->png, r->info, &n, &exif))
		r->orientation = exif_orientation(exif, n);
}

/* 0, or -1 with why in r (empty: maas_error has it). */
static int
read_all(struct reading *r, int sides_only)
{
	size_t height, width;

	if (setjmp(png_jmpbuf(r->png)))
		return -1;
	png_set_read_fn(r->png, r, feed);
	png_set_user_limits(r->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	png_read_info(r->png, r->info);
	height = r->to.height = png_get_image_height(r->png, r->info);
	width = r->to.width = png_get_image_width(r->png, r->info);
	if (sides_only)
		return 0;
	if (picture_fits(height, width) < 0)
		return -1;
	plan(r);
	look_at_exif(r);
	if (picture_room(&r->to, height, width, png_get_channels(r->png, r->info)) < 0 ||
	    !(r->row = maas_alloc(height, sizeof *r->row)))
		return -1;
	for (size_t y = 0; y < height; y++)
		r->row[y] = r->to.pixel + y * width * r->to.channels;
	png_read_image(r->png, r->row);
	return 0;
}

/* One sample on white. */
static unsigned char
on_white(unsigned v, unsigned alpha)
{
	return (unsigned char)((v * alpha + 255 * (255 - alpha) + 127) / 255);
}

static void
drop_alpha(struct maas_picture *p)
{
	size_t have = p->channels, left = have - 1;

	if (have & 1)
		return;
	for (size_t i = 0; i < p->height * p->width; i++)
		for (size_t c = 0; c < left; c++)
			p->pixel[i * left + c] = on_white(p->pixel[i * have + c], p->pixel[i * have + left]);
	p->channels = left;
}

static int
png_open(struct reading *r, int sides_only)
{
	int rc;

	if (!(r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, refuse, pass_over)) ||
	    !(r->info = png_create_info_struct(r->png))) {
		png_destroy_read_struct(&r->png, NULL, NULL);
		return maas_fail_as(MAAS_OS, "no memory for a picture");
	}
	rc = read_all(r, sides_only);
	png_destroy_read_struct(&r->png, &r->info, NULL);
	free(r->row);
	if (rc < 0 && *r->why)
		maas_fail("a damaged PNG picture: %s", r->why);
	return rc;
}

int
png_sides(struct maas_span file, size_t *height, size_t *width)
{
	struct reading r = { .file = file };

	if (png_open(&r, 1) < 0)
		return -1;
	*height = r.to.height;
	*width = r.to.width;
	return 0;
}

int
png_decode(struct maas_picture *p, struct maas_span file)
{
	struct reading r = { .file = file };

	if (png_open(&r, 0) < 0) {
		maas_picture_free(&r.to);
		return -1;
	}
	drop_alpha(&r.to);
	*p = r.to;
	if (picture_turn(p, r.orientation) == 0)
		return 0;
	maas_picture_free(p);
	return -1;
}
#else
int
png_sides(struct maas_span file, size_t *height, size_t *width)
{
	(void)file;
	(void)height;
	(void)width;
	return maas_fail_as(MAAS_UNAVAILABLE, "a PNG picture: built without libpng");
}

int
png_decode(struct maas_picture *p, struct maas_span file)
{
	return png_sides(file, &p->height, &p->width);
}
#endif
