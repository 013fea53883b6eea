/* Panels side by side, and the names that stand in them. */
#include <string.h>

#include "canvas.h"

#define NARROW 560 /* of one panel among several */

static void
panel_size(const struct maas_plot *p, size_t panels, double *w, double *h)
{
	*w = panels > 1 ? NARROW : WIDTH;
	*h = HEIGHT;
	if (p->heat)
		heat_size(p->heat, w, h);
	else if (p->album)
		album_size(p->album, w, h);
}

int
canvas_size(const struct picture *p, double *width, double *height)
{
	*width = *height = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct maas_heat *m = p->panel[i].heat;
		double w, h;

		if (p->panel[i].album && album_check(p->panel[i].album) < 0)
			return -1;
		if (m && (m->rows > MAAS_HEAT || m->cols > MAAS_HEAT || !m->rows || !m->cols))
			return maas_fail(
			    "a heat map of %zu rows and %zu columns, wanted 1 to %d", m->rows, m->cols, MAAS_HEAT);
		panel_size(&p->panel[i], p->n, &w, &h);
		*width += w;
		*height = h > *height ? h : *height;
	}
	return 0;
}

int
canvas_draw(const struct picture *p, struct canvas *to)
{
	struct frame f = { 0, 0, 0, 0 };
	int bad = 0;

	for (size_t i = 0; i < p->n && !bad; i++) {
		panel_size(&p->panel[i], p->n, &f.w, &f.h);
		bad = (p->panel[i].heat     ? heat_draw
			: p->panel[i].album ? album_draw
					    : curves_draw)(&p->panel[i], f, to);
		f.x += f.w;
	}
	return bad ? -1 : 0;
}

/* East Asian characters and pictures take two columns. */
static size_t
columns(int32_t c)
{
	return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
		(c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || c >= 0x1F300
	    ? 2
	    : 1;
}

void
canvas_name(char to[NAME_BYTES], struct maas_span s, size_t most)
{
	const char *p = s.s, *end = s.s + s.n;
	size_t n = 0, width = 0;

	while (p < end) {
		int32_t c = maas_utf8_next(&p, end);

		c = c < 0 || c == 0xFFFE || c == 0xFFFF ? 0xFFFD : c < 0x20 || (c >= 0x7F && c < 0xA0) ? ' ' : c;
		width += columns(c);
		if (width > most || n + 8 > NAME_BYTES) {
			memcpy(to + n, "...", 3);
			n += 3;
			break;
		}
		n += maas_utf8_put(to + n, (uint32_t)c);
	}
	to[n] = 0;
}

double
canvas_width(const char *s, double size)
{
	const char *end = s + strlen(s);
	size_t n = 0;

	while (s < end)
		n += columns(maas_utf8_next(&s, end));
	return (double)n * size * 0.56;
}
