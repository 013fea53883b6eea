/* maas-classify explain by models that tag words: which words a word's tag came from. */
#include <math.h>
#include <string.h>

#include "classify_explain.h"

static int
explain_word(struct explaining *e, const struct maas_row *row, const struct maas_tagged *t, size_t word)
{
	struct reasons r = { .row = row, .label = t->tag[word], .score = (double)t->p[word], .word = word + 1 };
	struct maas_span rest = t->text;

	for (size_t i = 0; i <= word; i++)
		r.token = maas_word_next(&rest);
	if (maas_rows_explain_word(e->k.scores, word, &r.x) < 0)
		return -1;
	if (e->tally)
		return maas_tally_add(e->tally, r.label, &r.x);
	for (size_t i = 0; i < r.x.shares; i++)
		r.most = fmax(r.most, fabs(r.x.share[i].contribution));
	return explain_show(e, &r);
}

static int
explain_sentence(struct explaining *e, const struct maas_row *row)
{
	struct maas_tagged t;
	size_t some = 0;

	if (maas_rows_tag(e->k.scores, row, &t) < 0)
		return -1;
	for (size_t i = 0; i < t.words; i++)
		some += (size_t)maas_rows_tells(e->k.rows, t.tag[i]);
	if (some && maas_rows_explain_words(e->k.scores, &t, e->method) < 0)
		return -1;
	for (size_t i = 0; i < t.words && some; i++)
		if (maas_rows_tells(e->k.rows, t.tag[i]) && explain_word(e, row, &t, i) < 0)
			return -1;
	return 0;
}

int
explain_tags(struct explaining *e, size_t *answers)
{
	struct classifying *k = &e->k;
	struct maas_row row;
	int rc;

	if (!e->tally && !e->o->jsonl && !e->silent && !e->colour && !e->headed++)
		explain_head();
	while ((rc = maas_reader_next(k->reader, &row)) > 0) {
		if (classify_origin(k) < 0)
			return -1;
		k->number++;
		if (row.record.empty || row.bad) {
			classify_note(k, row.record.empty ? NULL : row.bad);
			continue;
		}
		if (explain_sentence(e, &row) < 0) {
			if (maas_why() != MAAS_DATA)
				return -1;
			(void)maas_in("%s:%zu", row.record.name, row.record.line);
			classify_note(k, maas_error());
			continue;
		}
		++*answers;
		if (k->o->line_buffered && fflush(stdout))
			return maas_fail_errno("writing standard output");
	}
	return rc;
}
