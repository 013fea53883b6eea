/* A text in a terminal, its parts coloured by what they add to the label's score. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classify_explain.h"

#define PLAIN "\033[0m"
#define FAINT "\033[2m"
#define BOLD  "\033[1m"
#define OTHER 8 /* features that stand nowhere in the text, shown where --top says nothing */

int
explain_colours(int color)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
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

double
strength(const struct reasons *r, double contribution)
{
	double s = contribution / r->most;

	return s >= -1 && s <= 1 ? s : 0; /* of nothing, or of what is not finite: none */
}

static void
put_text(const char *s, const char *end)
{
	while (s < end) {
		char c[4];

		fwrite(c, 1, maas_utf8_put(c, harmless(&s, end)), stdout);
	}
}

/* Black on one of four reds or blues of the 256: to be read whatever the terminal's own colours are. */
static void
put_part(const struct reasons *r, const struct maas_share *s)
{
	static const int red[] = { 224, 217, 210, 203 }, blue[] = { 195, 153, 117, 75 };
	double strong = strength(r, s->contribution);
	int step = (int)ceil(fabs(strong) * 4);

	if (step)
		printf("\033[38;5;16;48;5;%dm", (strong > 0 ? red : blue)[step > 4 ? 3 : step - 1]);
	put_text(r->x.text.s + s->start, r->x.text.s + s->end);
	if (step)
		fputs(PLAIN, stdout);
}

/* Features of other columns have no place in the text: a line each. */
static void
put_others(const struct explaining *e, const struct reasons *r)
{
	size_t most = e->o->top ? e->top : OTHER, shown = 0;

	for (size_t i = 0; i < r->x.n && shown < most; i++) {
		const struct maas_piece *p = &r->x.piece[i];

		if (p->places)
			continue;
		printf("  %+.4g\t", p->contribution);
		put_text(p->feature.s, p->feature.s + p->feature.n);
		if (isnan(p->value))
			puts(" = a gap");
		else
			printf(" = %.6g\n", p->value);
		shown++;
	}
}

void
explain_coloured(const struct explaining *e, const struct reasons *r)
{
	const struct maas_explanation *x = &r->x;
	struct maas_span label = explain_label(e, r->label);
	size_t at = 0;

	printf(FAINT "%zu" PLAIN "\t" BOLD, e->k.number);
	put_text(label.s, label.s + label.n);
	printf(PLAIN "\t%.*g\t", e->k.labels ? 4 : 9, r->score);
	for (size_t i = 0; i < x->shares; i++) {
		put_text(x->text.s + at, x->text.s + x->share[i].start);
		put_part(r, &x->share[i]);
		at = x->share[i].end;
	}
	put_text(x->text.s + at, x->text.s + x->text.n);
	putchar('\n');
	put_others(e, r);
}
