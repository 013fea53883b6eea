/* Pictures, each beside what spoke for its answer and what against it: red and blue on white. */
#include <math.h>
#include <stdio.h>

#include "canvas.h"

#define TOP     44
#define BOTTOM  36
#define MARGIN  24
#define CAPTION 20  /* above a picture */
#define GAP     6   /* between the two of a pair */
#define SIDE    112 /* of a picture, about */
#define ACROSS  4   /* pairs */
#define LOW     72  /* what a long one is high at least, about */
#define FONT    12.0

struct layout {
	double wide, high, w, h; /* of a pixel; of a picture */
	double right, below;     /* from the one of a pair to the other */
	size_t across, down;
};

/* Pictures that are long stand below each other, their pixels stretched to be seen. */
static struct layout
lay_out(const struct maas_album *a)
{
	size_t most = a->rows > a->cols ? a->rows : a->cols;
	int stacked = a->cols >= 2 * a->rows;
	struct layout l = { .wide = fmax(floor((stacked ? 2 * SIDE + GAP : SIDE) / (double)most), 1) };

	l.high = stacked ? fmax(l.wide, floor(LOW / (double)a->rows)) : l.wide;
	l.w = l.wide * (double)a->cols;
	l.h = l.high * (double)a->rows;
	l.right = stacked ? 0 : l.w + GAP;
	l.below = stacked ? l.h + GAP : 0;
	l.across = a->n < ACROSS ? a->n : ACROSS;
	l.down = (a->n + ACROSS - 1) / ACROSS;
	return l;
}

static double
pair_width(const struct layout *l)
{
	return fmax(l->right + l->w, 2 * SIDE + GAP) + MARGIN;
}

int
album_check(const struct maas_album *a)
{
	if (!a->n || !a->rows || !a->cols || a->n > MAAS_ALBUM || a->rows > MAAS_ALBUM_SIDE ||
	    a->cols > MAAS_ALBUM_SIDE)
		return maas_fail("%zu pictures of %zu x %zu, at most %d of %d x %d are drawn", a->n, a->rows, a->cols,
		    MAAS_ALBUM, MAAS_ALBUM_SIDE, MAAS_ALBUM_SIDE);
	return 0;
}

void
album_size(const struct maas_album *a, double *w, double *h)
{
	struct layout l = lay_out(a);

	*w = MARGIN + pair_width(&l) * (double)l.across;
	*h = TOP + (CAPTION + l.below + l.h + MARGIN) * (double)l.down + BOTTOM;
}

static unsigned
byte(double v)
{
	return (unsigned)(255 * fmin(fmax(v, 0), 1) + 0.5);
}

unsigned
maas_plot_grey(double v)
{
	return byte(v) * 0x010101u;
}

unsigned
maas_plot_tint(double v)
{
	static const unsigned red[] = { 215, 48, 39 }, blue[] = { 49, 110, 190 };
	const unsigned *to = v < 0 ? blue : red;
	double part = fmin(fabs(v), 1);
	unsigned mix = 0;

	for (int i = 0; i < 3; i++)
		mix = mix << 8 | (unsigned)(255 + ((double)to[i] - 255) * part + 0.5);
	return mix;
}

/* Row by row; neighbours of one colour are one box. */
static int
draw_one(const struct maas_album *a, const double *v, unsigned (*colour)(double), const struct layout *l, double x,
    double y, struct canvas *to)
{
	int bad = 0;

	for (size_t i = 0; i < a->rows && !bad; i++)
		for (size_t j = 0, k; j < a->cols && !bad; j = k) {
			unsigned c = colour(v[i * a->cols + j]);

			for (k = j + 1; k < a->cols && colour(v[i * a->cols + k]) == c; k++)
				;
			bad = to->ops->box(to, c, x + l->wide * (double)j, y + l->high * (double)i,
			    l->wide * (double)(k - j), l->high);
		}
	return bad;
}

static int
draw_frame(double x, double y, double w, double h, struct canvas *to)
{
	return to->ops->line(to, 0x999999, 0.5, (double[]){ x, y, x + w, y, x + w, y + h, x, y + h, x, y }, 5);
}

int
album_draw(const struct maas_plot *p, struct frame f, struct canvas *to)
{
	const struct maas_album *a = p->album;
	struct layout l = lay_out(a);
	size_t pixels = a->rows * a->cols;
	char s[NAME_BYTES];
	int bad = to->ops->text(to, INK, f.x + MARGIN, f.y + 28, 16, START, p->title);

	for (size_t i = 0; i < a->n && !bad; i++) {
		double x = f.x + MARGIN + pair_width(&l) * (double)(i % ACROSS),
		       y = f.y + TOP + (CAPTION + l.below + l.h + MARGIN) * (double)(i / ACROSS) + CAPTION,
		       x2 = x + l.right, y2 = y + l.below;

		canvas_name(s, a->name[i], 2 * SIDE / 7);
		if (!to->ops->can(to, s))
			snprintf(s, sizeof s, "%zu", i + 1);
		bad = to->ops->text(to, INK, x, y - 6, FONT, START, s) |
		    draw_one(a, a->grey + i * pixels, maas_plot_grey, &l, x, y, to) |
		    draw_one(a, a->tint + i * pixels, maas_plot_tint, &l, x2, y2, to) | draw_frame(x, y, l.w, l.h, to) |
		    draw_frame(x2, y2, l.w, l.h, to);
	}
	canvas_name(s, maas_span(p->x), NAME_BYTES);
	return bad | to->ops->text(to, INK, f.x + MARGIN, f.y + f.h - 18, FONT, START, s) ? -1 : 0;
}
