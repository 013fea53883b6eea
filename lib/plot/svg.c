/* Curves drawn by hand: axes with round numbers, a grid, polylines, a legend. */
#include <math.h>
#include <string.h>

#include "maas/plot.h"

#define WIDTH  800
#define HEIGHT 480
#define LEFT   70
#define RIGHT  20
#define TOP    40
#define BOTTOM 55
#define SLOTS  (2 * (WIDTH - LEFT - RIGHT) + 1) /* half pixels along x */

/* Told apart by people who do not see all colours (Okabe & Ito 2008). */
static const char *const colours[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9" };

struct axis {
	double lo, hi, step; /* of the data; between two marks */
	double at, len;      /* in pixels: of lo, and to hi (negative: upwards) */
};

/* Numbers past 1e30 would overflow on their way to pixels: they part the line as a NaN does. */
static int
drawable(double x, double y)
{
	return fabs(x) < 1e30 && fabs(y) < 1e30;
}

static double
place(const struct axis *a, double v)
{
	return a->at + a->len * ((v - a->lo) / (a->hi - a->lo));
}

/* 1, 2 or 5 times a power of ten, so that about `marks` of them fit between lo and hi. */
static void
round_axis(struct axis *a, int marks)
{
	double raw, power;

	if (!(a->lo <= a->hi))
		a->lo = 0, a->hi = 1; /* no point at all */
	if (a->hi - a->lo <= 1e-9 * fmax(fabs(a->lo), fabs(a->hi)) || a->hi == a->lo) {
		double around = fmax(0.5, 0.01 * fabs(a->hi));

		a->lo -= around;
		a->hi += around;
	}
	raw = (a->hi - a->lo) / marks;
	power = pow(10, floor(log10(raw)));
	a->step = power * (raw < 1.5 * power ? 1 : raw < 3.5 * power ? 2 : raw < 7.5 * power ? 5 : 10);
	a->lo = floor(a->lo / a->step + 1e-9) * a->step;
	a->hi = ceil(a->hi / a->step - 1e-9) * a->step;
}

static void
find_ranges(const struct maas_plot *p, struct axis *x, struct axis *y)
{
	*x = (struct axis){ INFINITY, -INFINITY, 0, LEFT, WIDTH - LEFT - RIGHT };
	*y = (struct axis){ INFINITY, -INFINITY, 0, HEIGHT - BOTTOM, -(HEIGHT - TOP - BOTTOM) };
	for (size_t c = 0; c < p->n; c++)
		for (size_t i = 0; i < p->curve[c].n; i++) {
			double px = p->curve[c].x[i], py = p->curve[c].y[i];

			if (!drawable(px, py))
				continue;
			x->lo = fmin(x->lo, px);
			x->hi = fmax(x->hi, px);
			y->lo = fmin(y->lo, py);
			y->hi = fmax(y->hi, py);
		}
	round_axis(x, 8);
	round_axis(y, 6);
}

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
label(struct maas_buf *to, double x, double y, const char *more, const char *s)
{
	return maas_buf_printf(to, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, more) || put_text(to, s) ||
		maas_buf_text(to, "</text>\n")
	    ? -1
	    : 0;
}

static int
draw_axes(const struct maas_plot *p, const struct axis *x, const struct axis *y, struct maas_buf *to)
{
	char s[40];
	int bad = 0;

	for (long i = 0; x->lo + i * x->step <= x->hi + x->step / 2; i++) {
		double v = x->lo + i * x->step, at = place(x, v);

		snprintf(s, sizeof s, "%.6g", fabs(v) < x->step / 2 ? 0 : v);
		bad |= maas_buf_printf(to, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>\n", at,
			   TOP, at, HEIGHT - BOTTOM) ||
		    label(to, at, HEIGHT - BOTTOM + 18, " text-anchor=\"middle\"", s);
	}
	for (long i = 0; y->lo + i * y->step <= y->hi + y->step / 2; i++) {
		double v = y->lo + i * y->step, at = place(y, v);

		snprintf(s, sizeof s, "%.6g", fabs(v) < y->step / 2 ? 0 : v);
		bad |= maas_buf_printf(to, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
			   LEFT, at, WIDTH - RIGHT, at) ||
		    label(to, LEFT - 8, at + 4, " text-anchor=\"end\"", s);
	}
	bad |= maas_buf_printf(to, "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#333\"/>\n", LEFT, TOP,
	    HEIGHT - BOTTOM, WIDTH - RIGHT);
	bad |= label(to, WIDTH / 2.0, 24, " text-anchor=\"middle\" font-size=\"16\"", p->title);
	bad |= label(to, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, " text-anchor=\"middle\"", p->x);
	bad |= label(to, 0, 0, " text-anchor=\"middle\" transform=\"translate(18,230) rotate(-90)\"", p->y);
	return bad ? -1 : 0;
}

/* The points of one half pixel: where the line enters, its least, its greatest, where it leaves. */
struct slot {
	long at;
	double first, lo, hi, last;
};

static int
put_slot(struct maas_buf *to, const struct axis *y, const struct slot *s, int *pen)
{
	double px = LEFT + s->at / 2.0;
	double v[4] = { s->first, s->lo, s->hi, s->last };

	for (int i = 0; i < 4; i++) {
		if (i && v[i] == v[i - 1])
			continue;
		if (maas_buf_printf(to, "%s%.1f %.1f", *pen ? "L" : "M", px, place(y, v[i])))
			return -1;
		*pen = 1;
	}
	return 0;
}

static int
draw_curve(
    const struct maas_curve *c, const struct axis *x, const struct axis *y, const char *colour, struct maas_buf *to)
{
	struct slot s = { -1, 0, 0, 0, 0 };
	int pen = 0;

	if (maas_buf_printf(
		to, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" stroke-linejoin=\"round\" d=\"", colour))
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		int gap = !drawable(c->x[i], c->y[i]);
		long at = gap ? -1 : (long)((c->x[i] - x->lo) / (x->hi - x->lo) * (SLOTS - 1) + 0.5);

		if (s.at >= 0 && at != s.at && put_slot(to, y, &s, &pen))
			return -1;
		if (gap)
			pen = 0;
		else if (at != s.at)
			s = (struct slot){ at, c->y[i], c->y[i], c->y[i], c->y[i] };
		else {
			s.lo = fmin(s.lo, c->y[i]);
			s.hi = fmax(s.hi, c->y[i]);
			s.last = c->y[i];
		}
		if (gap)
			s.at = -1;
	}
	if (s.at >= 0 && put_slot(to, y, &s, &pen))
		return -1;
	return maas_buf_text(to, "\"/>\n");
}

int
maas_plot_svg(const struct maas_plot *p, struct maas_buf *to)
{
	struct axis x, y;

	find_ranges(p, &x, &y);
	if (maas_buf_printf(to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		"font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT) ||
	    draw_axes(p, &x, &y, to))
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		const char *colour = colours[i % MAAS_COUNT(colours)];
		double at = TOP + 18 + 18.0 * i;

		if (draw_curve(&p->curve[i], &x, &y, colour, to))
			return -1;
		if (maas_buf_printf(to,
			"<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"3\"/>\n",
			WIDTH - 170, at - 4, WIDTH - 145, at - 4, colour) ||
		    label(to, WIDTH - 138, at, "", p->curve[i].name))
			return -1;
	}
	return maas_buf_text(to, "</svg>\n");
}

static int
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

int
maas_plot_check(const char *path)
{
	if (ends_in(path, ".svg"))
		return 0;
	if (ends_in(path, ".png") || ends_in(path, ".pdf"))
		return maas_fail_as(MAAS_UNAVAILABLE, "%s: plots are written as .svg only", path);
	return maas_fail_as(MAAS_USAGE, "%s: the name of a plot ends in .svg", path);
}

int
maas_plot_save(const struct maas_plot *p, const char *path)
{
	struct maas_buf b = { 0 };
	struct maas_out *out = NULL;
	int rc = -1;

	if (maas_plot_check(path) || maas_plot_svg(p, &b) || !(out = maas_out_open(path)))
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
