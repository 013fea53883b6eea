/* canvas -- what a plot is drawn on: 800 x 480, y downwards.  Each file format is one. */
#ifndef CANVAS_H
#define CANVAS_H

#include "maas/plot.h"

#define WIDTH  800
#define HEIGHT 480

enum anchor { START, CENTRE, END, UPWARDS };    /* UPWARDS: centred, read from below */

struct canvas;
struct canvas_ops {
	/* Through n points, x and y in turn.  colour: 0xrrggbb. */
	int (*line)(struct canvas *, unsigned colour, double width, const double *xy, size_t n);
	int (*text)(struct canvas *, double x, double y, double size, enum anchor, const char *);
};
struct canvas {
	const struct canvas_ops *ops;
	void *to;                       /* the format's own */
};

int canvas_draw(const struct maas_plot *, struct canvas *);
/* By cairo: a picture (png) or a page (pdf), appended.  MAAS_UNAVAILABLE where it is not built in. */
int plot_png(const struct maas_plot *, struct maas_buf *);
int plot_pdf(const struct maas_plot *, struct maas_buf *);
int plot_check_cairo(const char *path);      /* is it built in? */

#endif
