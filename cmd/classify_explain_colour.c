/* A text in a terminal, its parts coloured by what they add to the label's score. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify_explain.h"

#define OTHER 8 /* features that stand nowhere in the text, shown where --top says nothing */

double
strength(const struct reasons *r, double contribution)
{
	double s = contribution / r->most;

	return s >= -1 && s <= 1 ? s : 0; /* of nothing, or of what is not finite: none */
}

/* Features of other columns have no place in the text: a line each. */
static void
put_others(FILE *f, const struct explaining *e, const struct reasons *r)
{
	size_t most = e->o->top ? e->top : OTHER, shown = 0;

	for (size_t i = 0; i < r->x.n && shown < most; i++) {
		const struct maas_piece *p = &r->x.piece[i];

		if (p->places)
			continue;
		fprintf(f, "  %+.4g\t", p->contribution);
		colour_text(f, p->feature);
		if (isnan(p->value))
			fputs(" = a gap\n", f);
		else
			fprintf(f, " = %.6g\n", p->value);
		shown++;
	}
}

void
explain_coloured(FILE *f, const struct explaining *e, const struct reasons *r)
{
	const struct maas_explanation *x = &r->x;
	struct maas_span label = explain_label(e, r->label);
	size_t at = 0;

	fputs(COLOUR_FAINT, f);
	explain_number(f, r);
	fputs(COLOUR_PLAIN "\t" COLOUR_BOLD, f);
	if (r->word) {
		colour_text(f, r->token);
		putc(' ', f);
	}
	colour_text(f, label);
	fprintf(f, COLOUR_PLAIN "\t%.*g\t", e->k.labels ? 4 : 9, r->score);
	for (size_t i = 0; i < x->shares; i++) {
		colour_text(f, (struct maas_span){ x->text.s + at, x->share[i].start - at });
		colour_part(f, (struct maas_span){ x->text.s + x->share[i].start, x->share[i].end - x->share[i].start },
		    strength(r, x->share[i].contribution));
		at = x->share[i].end;
	}
	colour_text(f, (struct maas_span){ x->text.s + at, x->text.n - at });
	putc('\n', f);
	put_others(f, e, r);
}
