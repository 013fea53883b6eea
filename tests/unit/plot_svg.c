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
	struct maas_curve c[] = { { "a<b", x, y, 4 }, { "flat", x, x, 1 } };
	struct maas_plot p = { "t & u", "step", "loss", c, 2 };
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
	struct maas_curve c = { "noise", x, y, N };
	struct maas_plot p = { "", "", "", &c, 1 };
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
	struct maas_curve c[] = { { "none", &none, &none, 0 }, { "huge", huge, huge, 2 } };
	struct maas_plot p = { "", "", "", c, 2 };
	struct maas_buf b = { 0 };

	ok(maas_plot_svg(&p, &b) == 0 && !strstr(b.s, "nan") && !strstr(b.s, "inf"),
	    "nothing to draw is an empty plot");
	maas_buf_free(&b);
	ok(maas_plot_save(&p, "plot.gif") < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(maas_plot_save(&p, "/nowhere/plot.svg") < 0, "%s", maas_error());
}

#ifdef MAAS_HAS_CAIRO
static void
by_cairo(void)
{
	double x[] = { 0, 50, 100 }, y[] = { 4, 2.5, 1 };
	struct maas_curve c = { "loss", x, y, 3 };
	struct maas_plot p = { "title", "step", "loss", &c, 1 };
	static const char *const end[] = { ".png", ".pdf" }, *const magic[] = { "\x89PNG\r\n\x1a\n", "%PDF-1" };

	for (size_t i = 0; i < 2; i++) {
		char name[2][64];
		struct maas_map m[2];

		for (size_t k = 0; k < 2; k++) {
			snprintf(name[k], sizeof name[k], "/tmp/plot_svg.%ld.%zu%s", (long)getpid(), k, end[i]);
			if (maas_plot_save(&p, name[k]) || maas_map_open(&m[k], name[k])) {
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
	struct maas_plot p = { "title", "step", "loss", NULL, 0 };

	ok(maas_plot_save(&p, "plot.png") < 0 && maas_why() == MAAS_UNAVAILABLE, "%s", maas_error());
}
#endif

int
main(void)
{
	draws_curves();
	keeps_peaks();
	refuses();
	by_cairo();
	return done();
}
