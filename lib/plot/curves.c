/* Curves laid out on a canvas: axes with round numbers, a grid, lines, a legend. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"

#define LEFT   70
#define RIGHT  20
#define TOP    40
#define BOTTOM 55
#define MARK   40  /* bytes of a number at an axis */
#define FEW    500 /* dots, which can be larger */

/* Told apart by people who do not see all colours (Okabe & Ito 2008; the last four: Tol 2021, "muted"). */
static const unsigned colours[] = { 0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x332288, 0x882255,
	0x999933, 0x661100 };

static unsigned
colour_of(const struct maas_plot *p, size_t curve)
{
	return p->curve[curve].colour ? p->curve[curve].colour : colours[curve % MAAS_COUNT(colours)];
}

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

/* 1, 2 or 5 times a power of ten (whole: 1 at least), so that about `marks` of them fit between lo and hi. */
static void
round_axis(struct axis *a, int marks, int whole)
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
	a->step = whole ? fmax(a->step, 1) : a->step;
	a->lo = floor(a->lo / a->step + 1e-9) * a->step;
	a->hi = ceil(a->hi / a->step - 1e-9) * a->step;
}

static long
marks(const struct axis *a)
{
	return (long)((a->hi - a->lo) / a->step + 0.5) + 1;
}

/* The number at mark i, and as text. */
static double
mark(const struct axis *a, long i, char s[MARK])
{
	double v = a->lo + (double)i * a->step;

	snprintf(s, MARK, "%.6g", fabs(v) < a->step / 2 ? 0 : v);
	return v;
}

/* How wide the names of several sorts of dots are, which stand beside the plot: they would hide some.  0: they do
 * not. */
static double
beside(const struct maas_plot *p)
{
	double widest = 0;
	size_t sorts = 0;

	for (size_t c = 0; c < p->n; c++)
		if (p->curve[c].dots && p->curve[c].name) {
			sorts++;
			widest = fmax(widest, canvas_width(p->curve[c].name, 12));
		}
	return sorts > 1 ? ceil(fmin(widest, 180)) + 36 : 0;
}

/* Bars have a width, begin at 0, and are counted in whole numbers. */
static void
fit_bars(struct axis *x, struct axis *y)
{
	x->lo -= 0.5;
	x->hi += 0.5;
	y->lo = fmin(y->lo, 0);
	y->hi = fmax(y->hi, 0);
}

static void
find_ranges(const struct maas_plot *p, struct frame f, struct axis *x, struct axis *y)
{
	char s[MARK];
	int bars = 0;

	*x = (struct axis){ INFINITY, -INFINITY, 0, f.x + LEFT, f.w - LEFT - RIGHT - beside(p) };
	*y = (struct axis){ INFINITY, -INFINITY, 0, f.y + f.h - BOTTOM, -(f.h - TOP - BOTTOM) };
	for (size_t c = 0; c < p->n; c++) {
		bars |= p->curve[c].bars;
		for (size_t i = 0; i < p->curve[c].n; i++) {
			double px = p->curve[c].x[i], py = p->curve[c].y[i];

			if (!drawable(px, py))
				continue;
			x->lo = fmin(x->lo, px);
			x->hi = fmax(x->hi, px);
			y->lo = fmin(y->lo, py);
			y->hi = fmax(y->hi, py);
		}
	}
	if (bars && x->lo <= x->hi)
		fit_bars(x, y);
	round_axis(x, (int)((f.w - beside(p)) / 100), bars);
	round_axis(y, 6, 0);
	/* Wide marks at the left push the axis away from its title. */
	for (long i = 0; i < marks(y); i++) {
		double left;

		mark(y, i, s);
		left = ceil(fmax(0, canvas_width(s, 12) + 36 - LEFT));
		if (f.x + LEFT + left > x->at) {
			x->len -= f.x + LEFT + left - x->at;
			x->at = f.x + LEFT + left;
		}
	}
}

static int
draw_axes(const struct maas_plot *p, struct frame f, const struct axis *x, const struct axis *y, struct canvas *to)
{
	const double left = x->at, top = f.y + TOP, bottom = f.y + f.h - BOTTOM, right = x->at + x->len;
	char s[MARK];
	int bad = 0;

	for (long i = 0; i < marks(x); i++) {
		double at = place(x, mark(x, i, s));

		bad |= to->ops->line(to, GRID, 1, (double[]){ at, top, at, bottom }, 2);
		if (at + canvas_width(s, 12) / 2 > f.x + f.w)
			bad |= to->ops->text(to, INK, f.x + f.w - 1, bottom + 18, 12, END, s);
		else
			bad |= to->ops->text(to, INK, at, bottom + 18, 12, CENTRE, s);
	}
	for (long i = 0; i < marks(y); i++) {
		double at = place(y, mark(y, i, s));

		bad |= to->ops->line(to, GRID, 1, (double[]){ left, at, right, at }, 2);
		bad |= to->ops->text(to, INK, left - 8, at + 4, 12, END, s);
	}
	bad |= to->ops->line(to, 0x333333, 1, (double[]){ left, top, left, bottom, right, bottom }, 3);
	bad |= to->ops->text(to, INK, f.x + f.w / 2, f.y + 24, 16, CENTRE, p->title);
	bad |= to->ops->text(to, INK, (left + right) / 2, f.y + f.h - 14, 12, CENTRE, p->x);
	bad |= to->ops->text(to, INK, f.x + 18, (top + bottom) / 2, 12, UPWARDS, p->y);
	return bad ? -1 : 0;
}

/* The points of one half pixel: where the line enters, its least, its greatest, where it leaves. */
struct slot {
	long at;
	double first, lo, hi, last;
};

/* A line being collected: x and y in turn. */
struct pen {
	double *xy;
	size_t n; /* points */
	const struct axis *x, *y;
	unsigned colour;
	double dot; /* half the width of one */
	struct canvas *to;
};

static void
put_slot(struct pen *pen, const struct slot *s)
{
	double v[4] = { s->first, s->lo, s->hi, s->last };

	for (int i = 0; i < 4; i++) {
		if (i && v[i] == v[i - 1])
			continue;
		pen->xy[2 * pen->n] = pen->x->at + s->at / 2.0;
		pen->xy[2 * pen->n++ + 1] = place(pen->y, v[i]);
	}
}

static int
lift(struct pen *pen)
{
	int bad = pen->n && pen->to->ops->line(pen->to, pen->colour, 1.5, pen->xy, pen->n);

	pen->n = 0;
	return bad ? -1 : 0;
}

/* Half pixels along x. */
static size_t
slots(const struct axis *x)
{
	return 2 * (size_t)x->len + 1;
}

/* pen->xy: room for four points a slot. */
static int
draw_line(const struct maas_curve *c, struct pen *pen)
{
	const struct axis *x = pen->x;
	struct slot s = { -1, 0, 0, 0, 0 };

	for (size_t i = 0; i < c->n; i++) {
		int gap = !drawable(c->x[i], c->y[i]);
		long at = gap ? -1 : (long)((c->x[i] - x->lo) / (x->hi - x->lo) * (double)(slots(x) - 1) + 0.5);

		if (s.at >= 0 && at != s.at)
			put_slot(pen, &s);
		if (gap && lift(pen))
			return -1;
		/* One that goes back begins anew: a slot is drawn once a line. */
		if (at < s.at && lift(pen))
			return -1;
		if (at != s.at) {
			s = (struct slot){ at, c->y[i], c->y[i], c->y[i], c->y[i] };
		} else if (!gap) {
			s.lo = fmin(s.lo, c->y[i]);
			s.hi = fmax(s.hi, c->y[i]);
			s.last = c->y[i];
		}
	}
	if (s.at >= 0)
		put_slot(pen, &s);
	return lift(pen);
}

/* Point i of a curve, where no dot is yet. */
static int
draw_dot(const struct maas_curve *c, size_t i, unsigned char *seen, struct pen *pen)
{
	size_t w = (size_t)pen->x->len + 1, h = (size_t)-pen->y->len + 1, cell;
	double px, py;

	if (!drawable(c->x[i], c->y[i]))
		return 0;
	px = place(pen->x, c->x[i]);
	py = place(pen->y, c->y[i]);
	cell = (size_t)(pen->y->at - py + 0.5) * w + (size_t)(px - pen->x->at + 0.5);
	return cell < w * h && !seen[cell]++ ? pen->to->ops->dot(pen->to, pen->colour, px, py, pen->dot) : 0;
}

/* Of all curves of dots, one dot a pixel: more are not seen, and a million would make a file of as many. */
static int
draw_dots(const struct maas_plot *p, struct pen *pen)
{
	unsigned char *seen = maas_alloc((size_t)pen->x->len + 1, (size_t)-pen->y->len + 1);
	size_t longest = 0, all = 0;
	int bad = !seen;

	for (size_t c = 0; c < p->n; c++)
		if (p->curve[c].dots) {
			longest = p->curve[c].n > longest ? p->curve[c].n : longest;
			all += p->curve[c].n;
		}
	pen->dot = all < FEW ? 3 : 1.8;
	for (size_t i = 0; i < longest && !bad; i++)
		for (size_t c = 0; c < p->n && !bad; c++)
			if (p->curve[c].dots && i < p->curve[c].n) {
				pen->colour = colour_of(p, c);
				bad = draw_dot(&p->curve[c], i, seen, pen);
			}
	free(seen);
	return bad ? -1 : 0;
}

/* Where bars are narrower than a pixel, the furthest from 0 of each pixel. */
static int
draw_bars(const struct maas_curve *c, struct pen *pen)
{
	double wide = fmax(pen->x->len / (pen->x->hi - pen->x->lo) * 0.8, 1), zero = place(pen->y, 0), far = 0;
	int bad = 0;

	for (size_t i = 0; i < c->n && !bad; i++) {
		double px = drawable(c->x[i], c->y[i]) ? place(pen->x, c->x[i]) : NAN, py;

		if (isnan(px))
			continue;
		far = fabs(c->y[i]) > fabs(far) ? c->y[i] : far;
		if (wide <= 1 && i + 1 < c->n && floor(place(pen->x, c->x[i + 1])) <= floor(px))
			continue;
		py = place(pen->y, far);
		bad = pen->to->ops->box(
		    pen->to, pen->colour, px - wide / 2, fmin(py, zero), wide, fmax(fabs(py - zero), 0.1));
		far = 0;
	}
	return bad ? -1 : 0;
}

/* How many points of curves lie in a corner of the plot, a third of each side; a bar stands in it from the bottom. */
static size_t
crowd(const struct maas_plot *p, const struct axis *x, const struct axis *y, int right, int bottom)
{
	size_t n = 0;

	for (size_t c = 0; c < p->n; c++)
		for (size_t i = 0; i < p->curve[c].n; i++) {
			double u = (p->curve[c].x[i] - x->lo) / (x->hi - x->lo), v;

			v = (p->curve[c].y[i] - y->lo) / (y->hi - y->lo);
			if (p->curve[c].bars && bottom)
				v = v > 0.03 ? 0 : 1;
			n += (right ? u > 0.66 : u < 0.34) && (bottom ? v < 0.34 : v > 0.66);
		}
	return n;
}

/* Where the legend begins: in the emptiest corner, at the top right where all are alike; or beside the plot. */
static void
legend_place(const struct maas_plot *p, const struct axis *x, const struct axis *y, double *left, double *top)
{
	size_t least = crowd(p, x, y, 1, 0), rows = 0, widest = 0;
	int right = 1, bottom = 0;

	for (int corner = 1; corner < 4; corner++) {
		size_t n = crowd(p, x, y, !(corner & 1), corner >> 1);

		if (n < least)
			least = n, right = !(corner & 1), bottom = corner >> 1;
	}
	for (size_t i = 0; i < p->n; i++)
		if (p->curve[i].name) {
			size_t n = (size_t)canvas_width(p->curve[i].name, 12);

			rows++;
			widest = n > widest ? n : widest;
		}
	*left = right ? x->at + x->len - fmax(150, (double)widest + 40) : x->at + 12;
	*top = bottom ? y->at - 18.0 * (double)rows + 6 : y->at + y->len + 18;
	if (beside(p) > 0) {
		*left = x->at + x->len + 4;
		*top = y->at + y->len + 12;
	}
}

static int
draw_legend(const struct maas_plot *p, const struct axis *x, const struct axis *y, struct canvas *to)
{
	double left, top;
	size_t row = 0;
	int bad = 0;

	legend_place(p, x, y, &left, &top);
	for (size_t i = 0; i < p->n && !bad; i++) {
		const struct maas_curve *c = &p->curve[i];
		double at = top + 18.0 * (double)row, gap = c->dots && beside(p) > 0 ? 22 : 32;
		char s[NAME_BYTES];

		if (!c->name)
			continue;
		row++;
		canvas_name(s, maas_span(c->name), beside(p) > 0 ? 24 : 40);
		bad = c->dots ? to->ops->dot(to, colour_of(p, i), left + 12, at - 4, 3)
		    : c->bars ? to->ops->box(to, colour_of(p, i), left + 7, at - 9, 11, 10)
			      : to->ops->line(to, colour_of(p, i), 3, (double[]){ left, at - 4, left + 25, at - 4 }, 2);
		bad = bad || to->ops->text(to, INK, left + gap, at, 12, START, s);
	}
	return bad ? -1 : 0;
}

int
curves_draw(const struct maas_plot *p, struct frame f, struct canvas *to)
{
	struct axis x, y;
	struct pen pen = { .x = &x, .y = &y, .to = to };
	int bad, dotted = 0;

	find_ranges(p, f, &x, &y);
	if (!(pen.xy = maas_alloc(slots(&x) * 4, 2 * sizeof *pen.xy)))
		return -1;
	bad = draw_axes(p, f, &x, &y, to);
	for (size_t i = 0; i < p->n && !bad; i++) {
		const struct maas_curve *c = &p->curve[i];

		pen.colour = colour_of(p, i);
		if (!c->dots)
			bad = c->bars ? draw_bars(c, &pen) : draw_line(c, &pen);
		else if (!dotted++)
			bad = draw_dots(p, &pen);
	}
	bad = bad || draw_legend(p, &x, &y, to);
	free(pen.xy);
	return bad ? -1 : 0;
}
