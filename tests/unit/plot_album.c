/* Albums: every pixel where it belongs, in its colour. */
#include <stdlib.h>

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
draws(void)
{
	static const double grey[] = { 0, 0, 1, 0.5, 0, 0, 1, 1, 1, 1, 1, 1 };
	static const double tint[] = { 0, 0, 0, -1, 0.5, 1, 2, 0, 0, 0, 0, -0.25 };
	static struct maas_span name[2];
	struct maas_album a = { .n = 2, .rows = 2, .cols = 3, .name = name, .grey = grey, .tint = tint };
	struct maas_plot p = { .title = "two", .x = "below", .album = &a };
	struct maas_buf b = { 0 };

	name[0] = maas_span("first");
	name[1] = maas_span("<\xff");
	ok(maas_plot_svg(&p, &b) == 0, "drawn");
	/* A pixel is 37 wide; the first picture is at (24, 64), what its pixels did 6 beside it. */
	ok(strstr(b.s, "<rect x=\"24.0\" y=\"64.0\" width=\"74.0\" height=\"37.0\" fill=\"#000000\"/>"),
	    "neighbours of a colour are one box");
	ok(strstr(b.s, "<rect x=\"24.0\" y=\"101.0\" width=\"37.0\" height=\"37.0\" fill=\"#808080\"/>"), "grey");
	ok(strstr(b.s, "<rect x=\"141.0\" y=\"101.0\" width=\"37.0\" height=\"37.0\" fill=\"#316ebe\"/>"), "blue");
	ok(strstr(b.s, "<rect x=\"178.0\" y=\"101.0\" width=\"37.0\" height=\"37.0\" fill=\"#eb9893\"/>"), "half red");
	ok(count(b.s, "fill=\"#d73027\"/>") == 2, "beyond 1 is 1");
	ok(strstr(b.s, ">first<") && strstr(b.s, ">&lt;\357\277\275<") && strstr(b.s, ">below<"), "names");
	maas_buf_free(&b);
}

static void
refuses(void)
{
	struct maas_album a = { .n = 1, .rows = MAAS_ALBUM_SIDE + 1, .cols = 1 };
	struct maas_plot p = { .title = "", .x = "", .album = &a };
	struct maas_buf b = { 0 };

	ok(maas_plot_svg(&p, &b) < 0, "%s", maas_error());
	a.rows = 0;
	ok(maas_plot_svg(&p, &b) < 0, "%s", maas_error());
	maas_buf_free(&b);
}

int
main(void)
{
	draws();
	refuses();
	return done();
}
