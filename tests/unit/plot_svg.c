#include <stdlib.h>
#include <unistd.h>

#include "maas/plot.h"
#include "../test.h"

static size_t
count(const char *s, const char *what)
{
	size_t n = 0;

	for (; (s = strstr(s, what)); s++)
		n++;
	return n;
}

static void
draws_curves(void)
{
	double x[] = { 0, 50, 100, 150 }, y[] = { 4, 2.5, NAN, 1 };
	struct maas_curve c[] = { { .name = "a<b", .x = x, .y = y, .n = 4 },
		{ .name = "flat", .x = x, .y = x, .n = 1 } };
	struct maas_plot p = { .title = "t & u", .x = "step", .y = "loss", .curve = c, .n = 2 };
	struct maas_buf a = { 0 }, b = { 0 };

	ok(maas_plot_svg(&p, &a) == 0 && maas_plot_svg(&p, &b) == 0, "drawn twice");
	ok(a.n == b.n && !memcmp(a.s, b.s, a.n), "the same bytes");
	ok(strstr(a.s, "a&lt;b") && strstr(a.s, "t &amp; u"), "text is escaped");
	/* y runs from 0 to 4 over 385 pixels, x from 0 to 160 over 710: 50 is at 70 + 50/160*710 */
	ok(strstr(a.s, "d=\"M70.0 40.0L292.0 184.4\"") && strstr(a.s, "d=\"M735.5 328.8\""),
	    "points are where they should be, a NaN parts the line");
	ok(count(a.s, ">2.5<") == 1 && count(a.s, ">100<") == 1 && count(a.s, ">160<") == 1, "round marks");
	maas_buf_free(&a);
	maas_buf_free(&b);
}

static void
keeps_peaks(void)
{
	enum { N = 100000 };
	double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y);
	struct maas_curve c = { .name = "noise", .x = x, .y = y, .n = N };
	struct maas_plot p = { .title = "", .x = "", .y = "", .curve = &c, .n = 1 };
	struct maas_buf b = { 0 };

	for (int i = 0; i < N; i++) {
		x[i] = i;
		y[i] = i == 77777 ? 10 : i % 2;
	}
	ok(maas_plot_svg(&p, &b) == 0 && b.n < 120000, "%zu bytes for %d points", b.n, N);
	ok(count(b.s, "622.0 40.0") == 1, "the one peak is drawn");
	maas_buf_free(&b);
	free(x);
	free(y);
}

static void
refuses(void)
{
	double none = 0, huge[] = { 1e308, -1e308 };
	struct maas_curve c[] = { { .name = "none", .x = &none, .y = &none },
		{ .name = "huge", .x = huge, .y = huge, .n = 2 } };
	struct maas_plot p = { .title = "", .x = "", .y = "", .curve = c, .n = 2 };
	struct maas_buf b = { 0 };

	ok(maas_plot_svg(&p, &b) == 0 && !strstr(b.s, "nan") && !strstr(b.s, "inf"),
	    "nothing to draw is an empty plot");
	maas_buf_free(&b);
	ok(maas_plot_save(&p, "plot.gif") < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(maas_plot_save(&p, "/nowhere/plot.svg") < 0, "%s", maas_error());
}

/* Dots and a line, and a heat map whose names no font of a bare machine has. */
static void
two_panels(struct maas_plot p[2])
{
	static const double x[] = { 1, 2, 3, 3.0001 }, y[] = { 2.5, 1.5, 3.5, 3.5001 }, ends[] = { 1, 4 };
	static const struct maas_curve c[] = { { .name = "rows", .x = x, .y = y, .n = 4, .dots = 1 },
		{ .x = ends, .y = ends, .n = 2 } };
	static const double shade[] = { 0.75, 0.25, 0, 1, 0.5, NAN }, number[] = { 30, 10, 0, 123456789, 7, 8 };
	static struct maas_span row[2], col[3];
	static const struct maas_heat h = { 2, 3, row, col, shade, number, "share of the row" };

	row[0] = maas_span("\344\275\223\350\202\262");
	row[1] = maas_span("a\xff\tb<c");
	col[0] = col[1] = row[0];
	col[2] = maas_span("a name so long that nobody could read it in a picture");
	p[0] = (struct maas_plot){ .title = "dots", .x = "true", .y = "predicted", .curve = c, .n = 2 };
	p[1] = (struct maas_plot){ .title = "heat", .x = "predicted", .y = "true", .heat = &h };
}

/* A bar a component and the line of their sums; dots of two sorts, named beside them. */
static void
draws_bars(void)
{
	static const double x[] = { 1, 2, 3, 4 }, y[] = { 0.625, 0.25, 0.125, NAN }, sum[] = { 0.625, 0.875, 1, 1 };
	struct maas_curve c[] = { { .name = "one", .x = x, .y = y, .n = 4, .bars = 1 },
		{ .name = "all", .x = x, .y = sum, .n = 4 } };
	struct maas_plot p = { .title = "t", .x = "x", .y = "y", .curve = c, .n = 2 };
	struct maas_buf b = { 0 };
	double many[3000], falls[3000];
	const char *first;

	/* x runs from 0 to 5 over 710 pixels, y from 0 to 1 over 385 */
	ok(maas_plot_svg(&p, &b) == 0 && count(b.s, "fill=\"#0072b2\"/>") == 4, "three bars and one in the legend");
	ok(strstr(b.s, "<rect x=\"155.2\" y=\"184.4\" width=\"113.6\" height=\"240.6\"") != NULL, "a bar from 0");
	ok(!strstr(b.s, ">0.5<") && count(b.s, ">5<") == 1, "bars are counted in whole numbers");
	for (int i = 0; i < 3000; i++) {
		many[i] = i + 1;
		falls[i] = 1.0 / (i + 1);
	}
	c[0] = (struct maas_curve){ .x = many, .y = falls, .n = 3000, .bars = 1 };
	p.n = 1;
	b.n = 0;
	ok(maas_plot_svg(&p, &b) == 0 && count(b.s, "<rect") > 500 && count(b.s, "<rect") < 800, "a bar a pixel");
	c[0] = (struct maas_curve){ .name = "left", .x = x, .y = sum, .n = 4, .dots = 1 };
	c[1] = (struct maas_curve){ .name = "right", .x = y, .y = x, .n = 3, .dots = 1, .colour = 0x999999 };
	p.n = 2;
	b.n = 0;
	ok(maas_plot_svg(&p, &b) == 0, "dots of two sorts");
	first = strstr(b.s, "r=\"3\" fill=\"#0072b2\"");
	ok(first && strstr(first, "#999999") < strstr(first + 20, "#0072b2"), "lie in turn");
	ok(count(b.s, "#999999") == 4 && strstr(b.s, ">right</text>") != NULL, "in the colour that was given");
	maas_buf_free(&b);
}

static void
draws_panels(void)
{
	struct maas_plot p[2];
	struct maas_heat big;
	struct maas_buf b = { 0 };

	two_panels(p);
	ok(maas_panels_svg(p, 2, &b) == 0, "two panels");
	ok(count(b.s, "<circle") == 4, "two dots on one pixel are one, and the legend has one");
	/* y runs from 1 to 4, x too: 2 is a third of the way. */
	ok(strstr(b.s, "<circle cx=\"226.7\" cy=\"360.8\""), "a dot where it should be");
	ok(strstr(b.s, "<circle cx=\"94.0\" cy=\"54.0\"") != NULL, "the legend is in the emptiest corner");
	ok(count(b.s, "\344\275\223\350\202\262") == 3, "names stay text");
	ok(strstr(b.s, ">a\357\277\275 b&lt;c<"), "and are valid");
	ok(count(b.s, "so long that") == 1 && !strstr(b.s, "nobody could") && strstr(b.s, "...<"), "and cut");
	ok(strstr(b.s, " fill=\"#ffffff\">30<") && strstr(b.s, ")\">10<"), "white on dark, ink on light");
	ok(strstr(b.s, ">1.23457e+08<") != NULL, "a large number is short");
	ok(count(b.s, "fill=\"#08306b\"/>") == 1 && !strstr(b.s, "nan"), "the darkest is 1; NaN is nothing");
	big = *p[1].heat;
	big.rows = MAAS_HEAT + 1;
	p[1].heat = &big;
	b.n = 0;
	ok(maas_panels_svg(p, 2, &b) < 0, "%s", maas_error());
	maas_buf_free(&b);
}

#ifdef MAAS_HAS_CAIRO
static void
by_cairo(void)
{
	struct maas_plot p[2];
	static const char *const end[] = { ".png", ".pdf" }, *const magic[] = { "\x89PNG\r\n\x1a\n", "%PDF-1" };

	/* Of a PDF the panel in ASCII alone: cairo 1.16 loses 768 bytes with a font of the system's. */
	two_panels(p);
	for (size_t i = 0; i < 2; i++) {
		char name[2][64];
		struct maas_map m[2];

		for (size_t k = 0; k < 2; k++) {
			snprintf(name[k], sizeof name[k], "/tmp/plot_svg.%ld.%zu%s", (long)getpid(), k, end[i]);
			if (maas_panels_save(p, i ? 1 : 2, name[k]) || maas_map_open(&m[k], name[k])) {
				ok(0, "%s", maas_error());
				return;
			}
			unlink(name[k]);
		}
		ok(m[0].n > 2000 && !memcmp(m[0].p, magic[i], 6), "%s: %zu bytes", end[i], m[0].n);
		ok(m[0].n == m[1].n && !memcmp(m[0].p, m[1].p, m[0].n), "%s: the same bytes", end[i]);
		maas_map_close(&m[0]);
		maas_map_close(&m[1]);
	}
}
#else
static void
by_cairo(void)
{
	struct maas_plot p = { .title = "title", .x = "step", .y = "loss" };

	ok(maas_plot_save(&p, "plot.png") < 0 && maas_why() == MAAS_UNAVAILABLE, "%s", maas_error());
}
#endif

int
main(void)
{
	draws_curves();
	keeps_peaks();
	refuses();
	draws_bars();
	draws_panels();
	by_cairo();
	return done();
}
