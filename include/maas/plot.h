/*
 * plot -- curves, dots, bars and heat maps as pictures, one or several panels side by side.  The same
 * data gives the same bytes: no time in them, and ASCII is drawn with cairo's own font.
 *
 * Names may be any UTF-8.  SVG keeps them as text.  PNG and PDF draw what is not ASCII with a font of the
 * system's that has the characters; a heat map without such a font numbers its rows and columns from 1 and says so.
 */
#ifndef MAAS_PLOT_H
#define MAAS_PLOT_H

#include "maas/base.h"

struct maas_curve {
	const char *name;               /* for the legend; NULL: not there */
	const double *x, *y;            /* [n]; x ascends, but for dots; what is not below 1e30 parts the line */
	size_t n;
	int dots;                       /* points alone, no line */
	int bars;                       /* a bar a point, from 0; x counts from one bar to the next */
	unsigned colour;                /* 0xrrggbb; 0: the next of ten that are told apart */
};
struct maas_heat {                      /* a matrix: rows downwards, columns to the right */
	size_t rows, cols;              /* at most MAAS_HEAT of each */
	const struct maas_span *row, *col;      /* their names */
	const double *shade;            /* [rows][cols] the colour, 0 to 1 */
	const double *number;           /* [rows][cols] what stands in the cell; NULL: nothing */
	const char *scale;              /* what the shade means */
};
#define MAAS_HEAT 100
struct maas_album {                     /* pictures, each beside what each of its pixels did */
	size_t n, rows, cols;           /* at most MAAS_ALBUM of MAAS_ALBUM_SIDE x MAAS_ALBUM_SIDE pixels */
	const struct maas_span *name;   /* [n] what stands above */
	const double *grey;             /* [n][rows][cols] 0 black to 1 white */
	const double *tint;             /* [n][rows][cols] -1 blue to 0 white to 1 red */
};
#define MAAS_ALBUM      100
#define MAAS_ALBUM_SIDE 256
unsigned maas_plot_grey(double v);      /* its colours: 0xrrggbb */
unsigned maas_plot_tint(double v);
struct maas_plot {                      /* one panel */
	const char *title, *x, *y;      /* what stands at the top and at the axes */
	const struct maas_curve *curve;
	size_t n;
	const struct maas_heat *heat;   /* instead of curves; NULL */
	const struct maas_album *album; /* the same; x is a line below */
};

/* The plot as an SVG 1.1 picture of 800 x 480, appended.  Long curves keep the least and the
 * greatest y of each half pixel, bars and dots one a pixel.  Dots of several curves lie in turn, so that none is hidden
 * by the last, and are named beside the plot. */
int maas_plot_svg(const struct maas_plot *, struct maas_buf *) MAAS_USE;
/* Is this a name that maas_plot_save can write?  Names end in .svg, or with cairo .png and .pdf (without it
 * MAAS_UNAVAILABLE); MAAS_USAGE for others. */
int maas_plot_check(const char *path) MAAS_USE;
int maas_plot_save(const struct maas_plot *, const char *path) MAAS_USE;
/* The same of n panels from left to right: 560 x 480 each, a heat map as large as its cells want. */
int maas_panels_svg(const struct maas_plot *, size_t n, struct maas_buf *) MAAS_USE;
int maas_panels_save(const struct maas_plot *, size_t n, const char *path) MAAS_USE;

#endif
