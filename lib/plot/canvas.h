/* canvas -- what plots are drawn on, y downwards.  Each file format is one. */
#ifndef CANVAS_H
#define CANVAS_H

#include "maas/plot.h"

#define WIDTH  800
#define HEIGHT 480

#define INK  0x222222
#define GRID 0xdddddd

/* UPWARDS: centred, read from below; UPEND: the same, its end at the point. */
enum anchor { START, CENTRE, END, UPWARDS, UPEND };

struct canvas;
struct canvas_ops {
	/* Through n points, x and y in turn.  colour: 0xrrggbb. */
	int (*line)(struct canvas *, unsigned colour, double width, const double *xy, size_t n);
	int (*text)(struct canvas *, unsigned colour, double x, double y, double size, enum anchor, const char *);
	int (*box)(struct canvas *, unsigned colour, double x, double y, double w, double h);
	int (*dot)(struct canvas *, unsigned colour, double x, double y, double r);
	/* Can it show these characters? */
	int (*can)(struct canvas *, const char *);
};
struct canvas {
	const struct canvas_ops *ops;
	void *to;                       /* the format's own */
};

struct frame { /* where a panel lies */
	double x, y, w, h;
};
struct picture {
	const struct maas_plot *panel;
	size_t n;
};

/* How large the picture is; -1 where it cannot be drawn. */
int canvas_size(const struct picture *, double *w, double *h) MAAS_USE;
int canvas_draw(const struct picture *, struct canvas *) MAAS_USE;
/* One panel. */
int curves_draw(const struct maas_plot *, struct frame, struct canvas *) MAAS_USE;
int heat_draw(const struct maas_plot *, struct frame, struct canvas *) MAAS_USE;
void heat_size(const struct maas_heat *, double *w, double *h);
int album_draw(const struct maas_plot *, struct frame, struct canvas *) MAAS_USE;
int album_check(const struct maas_album *) MAAS_USE;
void album_size(const struct maas_album *, double *w, double *h);
/* Text of any bytes as it is drawn: valid UTF-8 without control characters, cut to `most` columns (a wide
 * character has two). */
#define NAME_BYTES 256
void canvas_name(char to[NAME_BYTES], struct maas_span, size_t most);
double canvas_width(const char *, double size);         /* about how wide it is */

/* By cairo: a picture (png) or a page (pdf), appended.  MAAS_UNAVAILABLE where it is not built in. */
int plot_png(const struct picture *, struct maas_buf *) MAAS_USE;
int plot_pdf(const struct picture *, struct maas_buf *) MAAS_USE;
int plot_check_cairo(const char *path);                 /* is it built in? */

#endif
