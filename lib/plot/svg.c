/* Plots as SVG, written by hand; and the file a plot goes to. */
#include <string.h>

#include "canvas.h"

static int
put_text(struct maas_buf *to, const char *s)
{
	for (; *s; s++) {
		const char *e = *s == '<' ? "&lt;"
		    : *s == '>'           ? "&gt;"
		    : *s == '&'           ? "&amp;"
		    : *s == '"'           ? "&quot;"
					  : NULL;

		if (e ? maas_buf_text(to, e) : maas_buf_add(to, s, 1))
			return -1;
	}
	return 0;
}

static int
line(struct canvas *c, unsigned colour, double width, const double *xy, size_t n)
{
	struct maas_buf *to = c->to;

	if (maas_buf_printf(to,
		"<path fill=\"none\" stroke=\"#%06x\" stroke-width=\"%g\" stroke-linejoin=\"round\" d=\"", colour,
		width))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (maas_buf_printf(to, "%s%.1f %.1f", i ? "L" : "M", xy[2 * i], xy[2 * i + 1]))
			return -1;
	return maas_buf_text(to, "\"/>\n");
}

static int
text(struct canvas *c, unsigned colour, double x, double y, double size, enum anchor a, const char *s)
{
	static const char *const anchor[] = { "start", "middle", "end", "middle", "end" };
	struct maas_buf *to = c->to;

	if (maas_buf_printf(to, "<text text-anchor=\"%s\" font-size=\"%g\" transform=\"translate(%.1f %.1f)%s\"",
		anchor[a], size, x, y, a == UPWARDS || a == UPEND ? " rotate(-90)" : ""))
		return -1;
	if (colour != INK && maas_buf_printf(to, " fill=\"#%06x\"", colour))
		return -1;
	return maas_buf_text(to, ">") || put_text(to, s) || maas_buf_text(to, "</text>\n") ? -1 : 0;
}

static int
box(struct canvas *c, unsigned colour, double x, double y, double w, double h)
{
	return maas_buf_printf(
	    c->to, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#%06x\"/>\n", x, y, w, h, colour);
}

static int
dot(struct canvas *c, unsigned colour, double x, double y, double r)
{
	return maas_buf_printf(c->to, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%g\" fill=\"#%06x\"/>\n", x, y, r, colour);
}

/* Whoever shows the picture has fonts. */
static int
can(struct canvas *c, const char *s)
{
	(void)c;
	(void)s;
	return 1;
}

static const struct canvas_ops svg = { line, text, box, dot, can };

static int
plot_svg(const struct picture *p, struct maas_buf *to)
{
	double w, h;

	if (canvas_size(p, &w, &h) ||
	    maas_buf_printf(to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
		"font-family=\"sans-serif\" fill=\"#222222\">\n<rect width=\"100%%\" height=\"100%%\" "
		"fill=\"#fff\"/>\n",
		w, h, w, h) ||
	    canvas_draw(p, &(struct canvas){ &svg, to }))
		return -1;
	return maas_buf_text(to, "</svg>\n");
}

int
maas_plot_svg(const struct maas_plot *p, struct maas_buf *to)
{
	return plot_svg(&(struct picture){ p, 1 }, to);
}

int
maas_panels_svg(const struct maas_plot *p, size_t n, struct maas_buf *to)
{
	return plot_svg(&(struct picture){ p, n }, to);
}

/* The formats a plot can be written in. */
static const struct format {
	const char *end;
	int (*draw)(const struct picture *, struct maas_buf *);
	int (*check)(const char *path); /* NULL: always there */
} formats[] = {
	{ ".svg", plot_svg, NULL },
	{ ".png", plot_png, plot_check_cairo },
	{ ".pdf", plot_pdf, plot_check_cairo },
};

static const struct format *
find_format(const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < MAAS_COUNT(formats); i++) {
		size_t m = strlen(formats[i].end);

		if (n >= m && !strcmp(path + n - m, formats[i].end))
			return &formats[i];
	}
	maas_fail_as(MAAS_USAGE, "%s: the name of a plot ends in .svg, .png or .pdf", path);
	return NULL;
}

int
maas_plot_check(const char *path)
{
	const struct format *f = find_format(path);

	return !f || (f->check && f->check(path)) ? -1 : 0;
}

int
maas_panels_save(const struct maas_plot *p, size_t n, const char *path)
{
	const struct format *f = find_format(path);
	struct maas_buf b = { 0 };
	struct maas_out *out = NULL;
	int rc = -1;

	if (!f || (f->check && f->check(path)) || f->draw(&(struct picture){ p, n }, &b) ||
	    !(out = maas_out_open(path)))
		goto end;
	if (fwrite(b.s, 1, b.n, maas_out_file(out)) != b.n) {
		maas_fail_errno("%s", path);
		maas_out_abort(out);
		goto end;
	}
	rc = maas_out_commit(out, 0);
end:
	maas_buf_free(&b);
	return rc;
}

int
maas_plot_save(const struct maas_plot *p, const char *path)
{
	return maas_panels_save(p, 1, path);
}
