/* Plots as PNG and PDF: the door to cairo. */
#include "canvas.h"

#ifdef MAAS_HAS_CAIRO
#include <cairo/cairo-pdf.h>
#include <cairo/cairo.h>

#define SCALE 2 /* pixels of a PNG a unit */

static void
set_colour(cairo_t *cr, unsigned c)
{
	cairo_set_source_rgb(cr, (c >> 16 & 255) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0);
}

static int
line(struct canvas *c, unsigned colour, double width, const double *xy, size_t n)
{
	cairo_t *cr = c->to;

	set_colour(cr, colour);
	cairo_set_line_width(cr, width);
	cairo_new_path(cr); /* a text before left its end as the current point */
	for (size_t i = 0; i < n; i++)
		cairo_line_to(cr, xy[2 * i], xy[2 * i + 1]);
	cairo_stroke(cr);
	return 0;
}

static int
text(struct canvas *c, double x, double y, double size, enum anchor a, const char *s)
{
	cairo_t *cr = c->to;
	cairo_text_extents_t e;

	cairo_save(cr);
	set_colour(cr, 0x222222);
	cairo_set_font_size(cr, size);
	cairo_text_extents(cr, s, &e);
	cairo_translate(cr, x, y);
	if (a == UPWARDS)
		cairo_rotate(cr, -1.5707963267948966);
	cairo_move_to(cr, a == START ? 0 : a == END ? -e.x_advance : -e.x_advance / 2, 0);
	cairo_show_text(cr, s);
	cairo_restore(cr);
	return 0;
}

static const struct canvas_ops ops = { line, text };

static cairo_status_t
append(void *to, const unsigned char *p, unsigned n)
{
	return maas_buf_add(to, p, n) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* cairo remembers its first failure in the context, so it is looked at once. */
static int
draw(const struct maas_plot *p, cairo_surface_t *surface, double scale)
{
	cairo_t *cr = cairo_create(surface);
	int bad;

	cairo_scale(cr, scale, scale);
	set_colour(cr, 0xffffff);
	cairo_paint(cr);
	/* cairo's own font: there on a machine without fonts, and the same on every machine. */
	cairo_select_font_face(cr, "@cairo:sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	bad = canvas_draw(p, &(struct canvas){ &ops, cr });
	if (!bad && cairo_status(cr) != CAIRO_STATUS_SUCCESS)
		bad = maas_fail_as(MAAS_OS, "cairo: %s", cairo_status_to_string(cairo_status(cr)));
	cairo_destroy(cr);
	return bad;
}

int
plot_png(const struct maas_plot *p, struct maas_buf *to)
{
	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH * SCALE, HEIGHT * SCALE);
	int bad = draw(p, s, SCALE);

	if (!bad && cairo_surface_write_to_png_stream(s, append, to) != CAIRO_STATUS_SUCCESS)
		bad = maas_fail_as(MAAS_OS, "cairo cannot write a PNG");
	cairo_surface_destroy(s);
	return bad;
}

int
plot_pdf(const struct maas_plot *p, struct maas_buf *to)
{
	cairo_surface_t *s = cairo_pdf_surface_create_for_stream(append, to, WIDTH, HEIGHT);
	int bad;

	/* A fixed date, so that the same plot is the same bytes. */
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
	bad = draw(p, s, 1);
	cairo_surface_finish(s);
	if (!bad && cairo_surface_status(s) != CAIRO_STATUS_SUCCESS)
		bad = maas_fail_as(MAAS_OS, "cairo cannot write a PDF");
	cairo_surface_destroy(s);
	return bad;
}

int
plot_check_cairo(const char *path)
{
	(void)path;
	return 0;
}

#else

int
plot_check_cairo(const char *path)
{
	return maas_fail_as(MAAS_UNAVAILABLE, "%s: built without cairo: plots end in .svg", path);
}

int
plot_png(const struct maas_plot *p, struct maas_buf *to)
{
	(void)p;
	(void)to;
	return plot_check_cairo("PNG");
}

int
plot_pdf(const struct maas_plot *p, struct maas_buf *to)
{
	(void)p;
	(void)to;
	return plot_check_cairo("PDF");
}
#endif
