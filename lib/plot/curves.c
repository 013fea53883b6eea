/* Curves laid out on a canvas: axes with round numbers, a grid, lines, a legend. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"

#define LEFT   70
#define RIGHT  20
#define TOP    40
#define BOTTOM 55
#define SLOTS  (2 * (WIDTH - LEFT - RIGHT) + 1) /* half pixels along x */

/* Told apart by people who do not see all colours (Okabe & Ito 2008). */
static const unsigned colours[] = { 0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9 };

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
draw_axes(const struct maas_plot *p, const struct axis *x, const struct axis *y, struct canvas *to)
{
	const double bottom = HEIGHT - BOTTOM, right = WIDTH - RIGHT;
	char s[40];
	int bad = 0;

	for (long i = 0; x->lo + i * x->step <= x->hi + x->step / 2; i++) {
		double v = x->lo + i * x->step, at = place(x, v);

		snprintf(s, sizeof s, "%.6g", fabs(v) < x->step / 2 ? 0 : v);
		bad |= to->ops->line(to, 0xdddddd, 1, (double[]){ at, TOP, at, bottom }, 2);
		bad |= to->ops->text(to, at, bottom + 18, 12, CENTRE, s);
	}
	for (long i = 0; y->lo + i * y->step <= y->hi + y->step / 2; i++) {
		double v = y->lo + i * y->step, at = place(y, v);

		snprintf(s, sizeof s, "%.6g", fabs(v) < y->step / 2 ? 0 : v);
		bad |= to->ops->line(to, 0xdddddd, 1, (double[]){ LEFT, at, right, at }, 2);
		bad |= to->ops->text(to, LEFT - 8, at + 4, 12, END, s);
	}
	bad |= to->ops->line(to, 0x333333, 1, (double[]){ LEFT, TOP, LEFT, bottom, right, bottom }, 3);
	bad |= to->ops->text(to, WIDTH / 2.0, 24, 16, CENTRE, p->title);
	bad |= to->ops->text(to, (LEFT + right) / 2, HEIGHT - 14, 12, CENTRE, p->x);
	bad |= to->ops->text(to, 18, (TOP + bottom) / 2, 12, UPWARDS, p->y);
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
};

static void
put_slot(struct pen *pen, const struct axis *y, const struct slot *s)
{
	double v[4] = { s->first, s->lo, s->hi, s->last };

	for (int i = 0; i < 4; i++) {
		if (i && v[i] == v[i - 1])
			continue;
		pen->xy[2 * pen->n] = LEFT + s->at / 2.0;
		pen->xy[2 * pen->n++ + 1] = place(y, v[i]);
	}
}

static int
lift(struct pen *pen, unsigned colour, struct canvas *to)
{
	int bad = pen->n && to->ops->line(to, colour, 1.5, pen->xy, pen->n);

	pen->n = 0;
	return bad ? -1 : 0;
}

/* xy: room for four points a slot. */
static int
draw_curve(const struct maas_curve *c, const struct axis *x, const struct axis *y, unsigned colour, double *xy,
    struct canvas *to)
{
	struct slot s = { -1, 0, 0, 0, 0 };
	struct pen pen = { xy, 0 };

	for (size_t i = 0; i < c->n; i++) {
		int gap = !drawable(c->x[i], c->y[i]);
		long at = gap ? -1 : (long)((c->x[i] - x->lo) / (x->hi - x->lo) * (SLOTS - 1) + 0.5);

		if (s.at >= 0 && at != s.at)
			put_slot(&pen, y, &s);
		if (gap && lift(&pen, colour, to))
			return -1;
		/* One that goes back begins anew: a slot is drawn once a line. */
		if (at < s.at && lift(&pen, colour, to))
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
		put_slot(&pen, y, &s);
	return lift(&pen, colour, to);
}

int
canvas_draw(const struct maas_plot *p, struct canvas *to)
{
	double *xy = maas_alloc(SLOTS * 4, 2 * sizeof *xy);
	struct axis x, y;
	int bad;

	if (!xy)
		return -1;
	find_ranges(p, &x, &y);
	bad = draw_axes(p, &x, &y, to);
	for (size_t i = 0; i < p->n && !bad; i++) {
		unsigned colour = colours[i % MAAS_COUNT(colours)];
		double at = TOP + 18 + 18.0 * (double)i, left = WIDTH - 170;

		bad = draw_curve(&p->curve[i], &x, &y, colour, xy, to) ||
		    to->ops->line(to, colour, 3, (double[]){ left, at - 4, left + 25, at - 4 }, 2) ||
		    to->ops->text(to, left + 32, at, 12, START, p->curve[i].name);
	}
	free(xy);
	return bad ? -1 : 0;
}
