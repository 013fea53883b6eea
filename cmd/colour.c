/* colour.c -- text in a terminal, its parts coloured. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"

const char *const colour_names[] = { "auto", "always", "never", NULL };

int
colour_wanted(int color, FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return isatty(fileno(f)) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

uint32_t
harmless(const char **p, const char *end)
{
	int32_t cp = maas_utf8_next(p, end);

	if (cp == '\n' || cp == '\r' || cp == '\t')
		return ' ';
	/* C0, C1, line and paragraph separators, and what turns the direction of writing for all that follows. */
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
		return 0xfffd;
	return (uint32_t)cp;
}

int
colour_put(struct maas_buf *to, struct maas_span text)
{
	int rc = 0;

	for (const char *s = text.s, *end = text.s + text.n; s < end;) {
		char c[4];

		rc |= maas_buf_add(to, c, maas_utf8_put(c, harmless(&s, end)));
	}
	return rc;
}

/* Black on one of four reds or blues of the 256: to be read whatever the terminal's own colours are. */
int
colour_put_part(struct maas_buf *to, struct maas_span text, double strong)
{
	static const int red[] = { 224, 217, 210, 203 }, blue[] = { 195, 153, 117, 75 };
	int step = (int)ceil(fabs(strong) * 4), rc = 0;

	if (step)
		rc |= maas_buf_printf(to, "\033[38;5;16;48;5;%dm", (strong > 0 ? red : blue)[step > 4 ? 3 : step - 1]);
	rc |= colour_put(to, text);
	return rc | (step ? maas_buf_text(to, COLOUR_PLAIN) : 0);
}

static void
write_out(FILE *f, struct maas_buf *b, int rc)
{
	if (rc == 0)
		fwrite(b->s, 1, b->n, f);
	maas_buf_free(b);
}

void
colour_text(FILE *f, struct maas_span text)
{
	struct maas_buf b = { 0 };
	int rc = colour_put(&b, text);

	write_out(f, &b, rc);
}

void
colour_part(FILE *f, struct maas_span text, double strong)
{
	struct maas_buf b = { 0 };
	int rc = colour_put_part(&b, text, strong);

	write_out(f, &b, rc);
}
