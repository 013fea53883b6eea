/* picture_jpeg -- the door to libjpeg (ITU-T T.81). */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

#ifdef MAAS_HAS_JPEG
#include <jpeglib.h>
#include <jerror.h>

#define SCANS 64 /* of a progressive picture: each goes over all of it, and costs a few bytes */

/* Where libjpeg jumps from is left to it; all that lives across the jump is in here. */
struct reading {
	struct jpeg_decompress_struct j; /* first: what is given to callbacks is this */
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf out;
	struct maas_picture to;
	unsigned orientation;
	int damaged;
	char why[JMSG_LENGTH_MAX];
};

static void
refuse(j_common_ptr j)
{
	struct reading *r = (struct reading *)j;

	j->err->format_message(j, r->why);
	longjmp(r->out, 1);
}

static void
pass_over(j_common_ptr j)
{
	(void)j;
}

/* Of what libjpeg goes on after, missing data are no picture any more. */
static void
note(j_common_ptr j, int level)
{
	struct reading *r = (struct reading *)j;

	if (level < 0 && (j->err->msg_code == JWRN_JPEG_EOF || j->err->msg_code == JWRN_HIT_MARKER))
		r->damaged = 1;
}

static void
count_scans(j_common_ptr j)
{
	struct reading *r = (struct reading *)j;

	if (r->j.input_scan_number > SCANS) {
		snprintf(r->why, sizeof r->why, "more than %d scans", SCANS);
		longjmp(r->out, 1);
	}
}

static void
look_at_exif(struct reading *r)
{
	r->orientation = 1;
	for (jpeg_saved_marker_ptr m = r->j.marker_list; m; m = m->next)
		if (m->marker == JPEG_APP0 + 1 && m->data_length > 6 && !memcmp(m->data, "Exif\0\0", 6))
			r->orientation = exif_orientation(m->data + 6, m->data_length - 6);
}

static int
read_rows(struct reading *r)
{
	size_t line = r->to.width * r->to.channels;

	jpeg_start_decompress(&r->j);
	while (r->j.output_scanline < r->j.output_height) {
		JSAMPROW row = r->to.pixel + r->j.output_scanline * line;

		jpeg_read_scanlines(&r->j, &row, 1);
	}
	jpeg_finish_decompress(&r->j);
	return r->damaged ? maas_fail("a damaged JPEG picture: the file is cut short") : 0;
}

/* 0, or -1 with why in r (empty: maas_error has it). */
static int
read_all(struct reading *r, struct maas_span file, int sides_only)
{
	if (setjmp(r->out))
		return -1;
	jpeg_create_decompress(&r->j);
	r->progress.progress_monitor = count_scans;
	r->j.progress = &r->progress;
	jpeg_mem_src(&r->j, (const unsigned char *)file.s, file.n);
	jpeg_save_markers(&r->j, JPEG_APP0 + 1, 0xffff);
	jpeg_read_header(&r->j, TRUE);
	if (sides_only) {
		r->to.height = r->j.image_height;
		r->to.width = r->j.image_width;
		return 0;
	}
	if (r->j.num_components != 1 && r->j.jpeg_color_space != JCS_YCbCr && r->j.jpeg_color_space != JCS_RGB)
		return maas_fail("a JPEG picture in colours of print (CMYK): gray or RGB is wanted");
	r->j.out_color_space = r->j.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
	r->j.dct_method = JDCT_ISLOW; /* the same numbers on every machine */
	if (picture_room(&r->to, r->j.image_height, r->j.image_width, r->j.num_components == 1 ? 1 : 3) < 0)
		return -1;
	look_at_exif(r);
	return read_rows(r);
}

static int
jpeg_open(struct reading *r, struct maas_span file, int sides_only)
{
	int rc;

	r->j.err = jpeg_std_error(&r->errors);
	r->errors.error_exit = refuse;
	r->errors.output_message = pass_over;
	r->errors.emit_message = note;
	rc = read_all(r, file, sides_only);
	jpeg_destroy_decompress(&r->j);
	if (rc < 0 && *r->why)
		maas_fail("a damaged JPEG picture: %s", r->why);
	return rc;
}

int
jpeg_sides(struct maas_span file, size_t *height, size_t *width)
{
	struct reading r = { .orientation = 1 };

	if (jpeg_open(&r, file, 1) < 0)
		return -1;
	*height = r.to.height;
	*width = r.to.width;
	return 0;
}

int
jpeg_decode(struct maas_picture *p, struct maas_span file)
{
	struct reading r = { .orientation = 1 };

	if (jpeg_open(&r, file, 0) < 0) {
		maas_picture_free(&r.to);
		return -1;
	}
	*p = r.to;
	if (picture_turn(p, r.orientation) == 0)
		return 0;
	maas_picture_free(p);
	return -1;
}
#else
int
jpeg_sides(struct maas_span file, size_t *height, size_t *width)
{
	(void)file;
	(void)height;
	(void)width;
	return maas_fail_as(MAAS_UNAVAILABLE, "a JPEG picture: built without libjpeg");
}

int
jpeg_decode(struct maas_picture *p, struct maas_span file)
{
	return jpeg_sides(file, &p->height, &p->width);
}
#endif
