/* maas-classify explain by models that tag words: which words a word's tag came from. */
#include <string.h>

#include "classify_explain.h"

static int
explain_word(const struct explaining *e, struct maas_rows_call *call, struct reasons *r, struct shown *to)
{
	if (maas_rows_explain_word(call, r->word - 1, &r->x) < 0)
		return -1;
	return to->tally ? maas_tally_add(to->tally, r->label, &r->x) : explain_show(e, to, r);
}

int
explain_sentence(const struct explaining *e, struct maas_rows_call *call, double *p, const struct maas_row *row,
    size_t number, struct shown *to)
{
	struct maas_tagged t;
	struct maas_span rest;
	size_t some = 0;

	(void)p;
	if (maas_rows_tag(call, row, &t) < 0)
		return -1;
	for (size_t i = 0; i < t.words; i++)
		some += (size_t)maas_rows_tells(e->k.rows, t.tag[i]);
	if (some && maas_rows_explain_words(call, &t, e->method) < 0)
		return -1;
	rest = t.text;
	for (size_t i = 0; i < t.words && some; i++) {
		struct reasons r = {
			.row = row,
			.number = number,
			.label = t.tag[i],
			.score = (double)t.p[i],
			.word = i + 1,
			.token = maas_word_next(&rest),
		};

		if (maas_rows_tells(e->k.rows, r.label) && explain_word(e, call, &r, to) < 0)
			return -1;
	}
	return 0;
}
