/*
 * plot -- curves as pictures.  The same data gives the same bytes: no time, no font files.
 */
#ifndef MAAS_PLOT_H
#define MAAS_PLOT_H

#include "maas/base.h"

struct maas_curve {
	const char *name;               /* for the legend */
	const double *x, *y;            /* [n]; x ascends; what is not below 1e30 parts the line */
	size_t n;
};
struct maas_plot {
	const char *title, *x, *y;      /* what stands at the top and at the axes */
	const struct maas_curve *curve;
	size_t n;
};

/* The plot as an SVG 1.1 picture of 800 x 480, appended.  Long curves keep the least and the
 * greatest y of each half pixel. */
int maas_plot_svg(const struct maas_plot *, struct maas_buf *) MAAS_USE;
/* Is this a name that maas_plot_save can write?  Names end in .svg, or with cairo .png and .pdf (without it
 * MAAS_UNAVAILABLE); MAAS_USAGE for others. */
int maas_plot_check(const char *path) MAAS_USE;
int maas_plot_save(const struct maas_plot *, const char *path) MAAS_USE;

#endif
