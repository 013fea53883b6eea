/* A matrix as colours: cells with their numbers, names at both sides, a scale. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "canvas.h"

#define TOP   44
#define FONT  12.0
#define NAME  28 /* columns of a name at most */
#define SCALE 90 /* room for the scale at the right */

/* Sequential, light to dark in one hue: what is darker is more, also in grey. */
static const unsigned ramp[] = { 0xffffff, 0xdcebf7, 0xa6cde5, 0x5a9fcf, 0x2171b5, 0x08306b };

static unsigned
colour(double v)
{
	double at = fmin(fmax(v, 0), 1) * (MAAS_COUNT(ramp) - 1);
	size_t i = at < MAAS_COUNT(ramp) - 2 ? (size_t)at : MAAS_COUNT(ramp) - 2;
	unsigned mix = 0;

	for (int shift = 16; shift >= 0; shift -= 8) {
		double a = ramp[i] >> shift & 255, b = ramp[i + 1] >> shift & 255;

		mix |= (unsigned)(a + (b - a) * (at - (double)i) + 0.5) << shift;
	}
	return mix;
}

struct layout {
	double cell, left, bottom; /* of a cell; of the names at the left, and below */
	int upright;               /* the names below stand */
};

static double
widest(const struct maas_span *name, size_t n)
{
	char s[NAME_BYTES];
	double most = 0;

	for (size_t i = 0; i < n; i++) {
		canvas_name(s, name[i], NAME);
		most = fmax(most, canvas_width(s, FONT));
	}
	return most;
}

static struct layout
lay_out(const struct maas_heat *m)
{
	size_t n = m->rows > m->cols ? m->rows : m->cols;
	double below = widest(m->col, m->cols);
	struct layout l = { .cell = n < 5 ? 100 : n < 7 ? 60 : n < 15 ? 400.0 / (double)n : n <= 40 ? 28 : 14 };

	l.upright = below > l.cell - 4;
	l.left = 36 + widest(m->row, m->rows);
	l.bottom = (l.upright ? below : FONT) + 44;
	return l;
}

void
heat_size(const struct maas_heat *m, double *w, double *h)
{
	struct layout l = lay_out(m);

	*w = fmax(l.left + l.cell * (double)m->cols + SCALE, 320);
	*h = fmax(TOP + l.cell * (double)m->rows + l.bottom, 240);
}

static int
draw_cells(const struct maas_heat *m, const struct layout *l, double x, double y, struct canvas *to)
{
	double size = fmin(12, l->cell * 0.4);
	char s[40];
	int bad = 0;

	for (size_t i = 0; i < m->rows; i++)
		for (size_t j = 0; j < m->cols; j++) {
			double v = m->shade[i * m->cols + j], cx = x + l->cell * (double)j,
			       cy = y + l->cell * (double)i;

			v = isfinite(v) ? v : 0;
			bad |= to->ops->box(to, colour(v), cx, cy, l->cell, l->cell);
			if (!m->number)
				continue;
			snprintf(s, sizeof s, "%.6g", m->number[i * m->cols + j]);
			if (size < 7 || canvas_width(s, size) > l->cell)
				continue;
			bad |= to->ops->text(to, v > 0.55 ? 0xffffff : INK, cx + l->cell / 2,
			    cy + l->cell / 2 + size * 0.35, size, CENTRE, s);
		}
	return bad;
}

/* Names of rows at the left, of columns below; by number where the canvas lacks their characters. */
static int
draw_names(const struct maas_heat *m, const struct layout *l, double x, double y, int numbered, struct canvas *to)
{
	double bottom = y + l->cell * (double)m->rows;
	char s[NAME_BYTES];
	int bad = 0;

	for (size_t i = 0; i < m->rows; i++) {
		canvas_name(s, m->row[i], NAME);
		if (numbered)
			snprintf(s, sizeof s, "%zu", i + 1);
		bad |= to->ops->text(to, INK, x - 6, y + l->cell * ((double)i + 0.5) + 4, FONT, END, s);
	}
	for (size_t j = 0; j < m->cols; j++) {
		double at = x + l->cell * ((double)j + 0.5);

		canvas_name(s, m->col[j], NAME);
		if (numbered)
			snprintf(s, sizeof s, "%zu", j + 1);
		if (l->upright)
			bad |= to->ops->text(to, INK, at + 4, bottom + 6, FONT, UPEND, s);
		else
			bad |= to->ops->text(to, INK, at, bottom + 16, FONT, CENTRE, s);
	}
	return bad;
}

static int
draw_scale(const struct maas_heat *m, double x, double y, double h, struct canvas *to)
{
	enum { STEPS = 64 };
	char s[16];
	int bad = 0;

	for (int i = 0; i < STEPS; i++)
		bad |= to->ops->box(to, colour((STEPS - 0.5 - i) / STEPS), x, y + h * i / STEPS, 14,
		    h / STEPS + (i + 1 < STEPS ? 0.5 : 0));
	bad |= to->ops->line(to, 0x333333, 0.5, (double[]){ x, y, x + 14, y, x + 14, y + h, x, y + h, x, y }, 5);
	for (int i = 0; i <= 4; i++) {
		snprintf(s, sizeof s, "%g", i / 4.0);
		bad |= to->ops->text(to, INK, x + 19, y + h * (4 - i) / 4 + 4, 11, START, s);
	}
	return bad | to->ops->text(to, INK, x + 58, y + h / 2, 11, UPWARDS, m->scale);
}

int
heat_draw(const struct maas_plot *p, struct frame f, struct canvas *to)
{
	const struct maas_heat *m = p->heat;
	struct layout l = lay_out(m);
	double x = f.x + l.left, y = f.y + TOP, w = l.cell * (double)m->cols, h = l.cell * (double)m->rows;
	char s[NAME_BYTES];
	int bad, numbered = 0;

	for (size_t i = 0; i < m->rows + m->cols; i++) {
		canvas_name(s, i < m->rows ? m->row[i] : m->col[i - m->rows], NAME);
		numbered |= !to->ops->can(to, s);
	}
	bad = draw_cells(m, &l, x, y, to) | draw_names(m, &l, x, y, numbered, to);
	bad |= draw_scale(m, x + w + 16, y, h, to);
	bad |= to->ops->line(to, 0x333333, 1, (double[]){ x, y, x + w, y, x + w, y + h, x, y + h, x, y }, 5);
	bad |= to->ops->text(to, INK, x + w / 2, f.y + 24, 16, CENTRE, p->title);
	snprintf(s, sizeof s, "%s%s", p->x, numbered ? " (by number: no font has the names)" : "");
	bad |= to->ops->text(to, INK, x + w / 2, y + h + l.bottom - 14, FONT, CENTRE, s);
	return bad | to->ops->text(to, INK, f.x + 16, y + h / 2, FONT, UPWARDS, p->y) ? -1 : 0;
}
