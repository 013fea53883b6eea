/* Plots as PNG and PDF: the door to cairo. */
#include "canvas.h"

#ifdef MAAS_HAS_CAIRO
#include <cairo/cairo-pdf.h>
#include <cairo/cairo.h>
#include <stdio.h>
#include <string.h>
#ifdef MAAS_HAS_FONTCONFIG
#include <fontconfig/fontconfig.h>
#endif

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

/* Is every character one that cairo's own font has? */
static int
plain(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return 0;
	return 1;
}

#ifdef MAAS_HAS_FONTCONFIG
/* The family of a font that has every character of s, into `to`; 0: there is none. */
static int
find_font(const char *s, char *to, size_t size)
{
	FcCharSet *wanted = FcCharSetCreate(), *has;
	FcPattern *p = FcPatternBuild(
		      NULL, FC_FAMILY, FcTypeString, "sans-serif", FC_SCALABLE, FcTypeBool, FcTrue, NULL),
		  *font;
	const char *end = s + strlen(s);
	FcResult result;
	FcChar8 *family;
	int found = 0;

	while (s < end)
		FcCharSetAddChar(wanted, (FcChar32)maas_utf8_next(&s, end));
	FcPatternAddCharSet(p, FC_CHARSET, wanted);
	FcConfigSubstitute(NULL, p, FcMatchPattern);
	FcDefaultSubstitute(p);
	font = FcFontMatch(NULL, p, &result);
	if (font && FcPatternGetCharSet(font, FC_CHARSET, 0, &has) == FcResultMatch && FcCharSetIsSubset(wanted, has) &&
	    FcPatternGetString(font, FC_FAMILY, 0, &family) == FcResultMatch)
		found = snprintf(to, size, "%s", (char *)family) < (int)size;
	if (font)
		FcPatternDestroy(font);
	FcPatternDestroy(p);
	FcCharSetDestroy(wanted);
	return found;
}
#else
static int
find_font(const char *s, char *to, size_t size)
{
	(void)s;
	(void)to;
	(void)size;
	return 0;
}
#endif

/* cairo's own font: there on a machine without fonts, and the same on every machine.  It has ASCII alone. */
static void
choose_font(cairo_t *cr, const char *s)
{
	char family[256];

	cairo_select_font_face(cr, !plain(s) && find_font(s, family, sizeof family) ? family : "@cairo:sans-serif",
	    CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
}

static int
text(struct canvas *c, unsigned colour, double x, double y, double size, enum anchor a, const char *s)
{
	cairo_t *cr = c->to;
	cairo_text_extents_t e;
	int up = a == UPWARDS || a == UPEND;

	cairo_save(cr);
	choose_font(cr, s);
	set_colour(cr, colour);
	cairo_set_font_size(cr, size);
	cairo_text_extents(cr, s, &e);
	cairo_translate(cr, x, y);
	if (up)
		cairo_rotate(cr, -1.5707963267948966);
	cairo_move_to(cr, a == START ? 0 : a == END || a == UPEND ? -e.x_advance : -e.x_advance / 2, 0);
	cairo_show_text(cr, s);
	cairo_restore(cr);
	return 0;
}

static int
box(struct canvas *c, unsigned colour, double x, double y, double w, double h)
{
	set_colour(c->to, colour);
	cairo_rectangle(c->to, x, y, w, h);
	cairo_fill(c->to);
	return 0;
}

static int
dot(struct canvas *c, unsigned colour, double x, double y, double r)
{
	set_colour(c->to, colour);
	cairo_new_path(c->to);
	cairo_arc(c->to, x, y, r, 0, 6.283185307179586);
	cairo_fill(c->to);
	return 0;
}

static int
can(struct canvas *c, const char *s)
{
	char family[256];

	(void)c;
	return plain(s) || find_font(s, family, sizeof family);
}

static const struct canvas_ops ops = { line, text, box, dot, can };

static cairo_status_t
append(void *to, const unsigned char *p, unsigned n)
{
	return maas_buf_add(to, p, n) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* cairo remembers its first failure in the context, so it is looked at once. */
static int
draw(const struct picture *p, cairo_surface_t *surface, double scale)
{
	cairo_t *cr = cairo_create(surface);
	int bad;

	cairo_scale(cr, scale, scale);
	set_colour(cr, 0xffffff);
	cairo_paint(cr);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	bad = canvas_draw(p, &(struct canvas){ &ops, cr });
	if (!bad && cairo_status(cr) != CAIRO_STATUS_SUCCESS)
		bad = maas_fail_as(MAAS_OS, "cairo: %s", cairo_status_to_string(cairo_status(cr)));
	cairo_destroy(cr);
	return bad;
}

/* What cairo and fontconfig keep of fonts goes with the picture: nothing is held, and nothing looks lost. */
static void
forget_fonts(void)
{
	cairo_debug_reset_static_data();
#ifdef MAAS_HAS_FONTCONFIG
	FcFini();
#endif
}

int
plot_png(const struct picture *p, struct maas_buf *to)
{
	double w, h;
	cairo_surface_t *s;
	int bad;

	if (canvas_size(p, &w, &h))
		return -1;
	s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(w * SCALE), (int)(h * SCALE));
	bad = draw(p, s, SCALE);
	if (!bad && cairo_surface_write_to_png_stream(s, append, to) != CAIRO_STATUS_SUCCESS)
		bad = maas_fail_as(MAAS_OS, "cairo cannot write a PNG");
	cairo_surface_destroy(s);
	forget_fonts();
	return bad;
}

int
plot_pdf(const struct picture *p, struct maas_buf *to)
{
	double w, h;
	cairo_surface_t *s;
	int bad;

	if (canvas_size(p, &w, &h))
		return -1;
	s = cairo_pdf_surface_create_for_stream(append, to, w, h);
	/* A fixed date, so that the same plot is the same bytes. */
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
	bad = draw(p, s, 1);
	cairo_surface_finish(s);
	if (!bad && cairo_surface_status(s) != CAIRO_STATUS_SUCCESS)
		bad = maas_fail_as(MAAS_OS, "cairo cannot write a PDF");
	cairo_surface_destroy(s);
	forget_fonts();
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
plot_png(const struct picture *p, struct maas_buf *to)
{
	(void)p;
	(void)to;
	return plot_check_cairo("PNG");
}

int
plot_pdf(const struct picture *p, struct maas_buf *to)
{
	(void)p;
	(void)to;
	return plot_check_cairo("PDF");
}
#endif
