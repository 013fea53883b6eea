/* Words of texts, each with a label of its own. */
#include <stdlib.h>
#include <string.h>

#include "rows.h"

int
rows_put_words(struct maas_design *x, const struct maas_spelt_words *w, struct sequence_room *room)
{
	struct maas_sequences *s = &x->seq;
	size_t words = x->rows ? s->ask[x->rows] : 0;

	if (sequence_put(s, x->rows, &w->text, room) < 0 ||
	    maas_grow(&s->ask, x->rows, &room->ask, 2, sizeof *s->ask) < 0 ||
	    maas_grow(&s->at, words, &room->at, w->words, sizeof *s->at) < 0)
		return -1;
	memcpy(s->at + words, w->at, w->words * sizeof *s->at);
	s->ask[0] = 0;
	s->ask[++x->rows] = words + w->words;
	return 0;
}

int
maas_rowset_words(
    const struct maas_rowset *d, const uint32_t *pick, size_t n, const struct maas_spelling *how, struct maas_design *x)
{
	struct maas_speller *s = maas_speller_new(how);
	struct maas_spelt_words w;
	struct sequence_room room = { 0 };
	int rc = s ? 0 : -1;

	x->rows = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		if ((rc = maas_speller_begin(s, d->text[pick[i]])) < 0)
			break;
		while ((rc = maas_speller_next(s, &w)) > 0)
			if (rows_put_words(x, &w, &room) < 0) {
				rc = -1;
				break;
			}
	}
	maas_speller_free(s);
	if (rc < 0)
		return -1;
	free(x->sparse.start); /* rows have none, and there may be more of them than of texts */
	x->sparse.rows = x->rows;
	return (x->sparse.start = maas_alloc(x->rows + 1, sizeof *x->sparse.start)) ? 0 : -1;
}

int
rows_spell_words(struct maas_rows_call *c, struct maas_span text, struct maas_design *x, struct sequence_room *room)
{
	struct maas_spelt_words w;
	int rc;

	if (maas_speller_begin(c->speller, text) < 0)
		return -1;
	while ((rc = maas_speller_next(c->speller, &w)) > 0)
		if (rows_put_words(x, &w, room) < 0)
			return -1;
	return rc;
}

/* The sequences of a row's text. */
static int
spell(struct maas_rows_call *c, const struct maas_row *row)
{
	c->words.rows = 0;
	if (row->bad)
		return maas_fail("%s", row->bad);
	if (!row->text.s)
		return maas_fail("no text");
	return rows_spell_words(c, row->text, &c->words, &c->words_room);
}

int
maas_rows_tags(struct maas_rows_call *c, const struct maas_row *row, const double **score, size_t *words)
{
	const struct maas_rows *r = c->r;
	size_t n;

	if (!r->tagging)
		return maas_fail_as(MAAS_USAGE, "the model has an answer for a row as a whole, not for its words");
	if (spell(c, row) < 0)
		return -1;
	*words = n = c->words.rows ? c->words.seq.ask[c->words.rows] : 0;
	if (maas_grow(&c->word_out, 0, &c->word_out_cap, n * r->outputs, sizeof *c->word_out) < 0 ||
	    maas_grow(&c->word_score, 0, &c->word_score_cap, n * r->labels, sizeof *c->word_score) < 0)
		return -1;
	if (n)
		r->m->kind->rows->apply(r->m, &c->words, c->word_out, c->scratch);
	maas_rows_scale(c->word_score, c->word_out, n, r->labels, r->outputs, r->temperature);
	*score = c->word_score;
	for (size_t i = 0; i < n; i++)
		if (maas_rows_sound(c->word_score + i * r->labels) < 0)
			return -1;
	return 0;
}

int
maas_rows_tag(struct maas_rows_call *c, const struct maas_row *row, struct maas_tagged *to)
{
	size_t labels = c->r->labels, n;
	const double *score;

	if (maas_rows_tags(c, row, &score, &n) < 0 ||
	    maas_grow(&c->word_tag, 0, &c->word_tag_cap, n, sizeof *c->word_tag) < 0 ||
	    maas_grow(&c->word_p, 0, &c->word_p_cap, n, sizeof *c->word_p) < 0)
		return -1;
	if (maas_rows_path(c->r, score, n, c->word_tag) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		c->word_p[i] = (float)score[i * labels + c->word_tag[i]];
	*to = (struct maas_tagged){ row->text, n, c->word_tag, c->word_p, score };
	return 0;
}

int
maas_rows_tag_text(struct maas_rows_call *c, struct maas_span text, struct maas_tagged *to)
{
	return maas_reader_text(c->reader, text, &c->own) < 0 ? -1 : maas_rows_tag(c, &c->own, to);
}

int
maas_rows_tag_record(struct maas_rows_call *c, struct maas_span record, struct maas_tagged *to)
{
	return maas_reader_parse(c->reader, record, &c->own) < 0 ? -1 : maas_rows_tag(c, &c->own, to);
}

int
maas_rows_put_tagged(const struct maas_rows *r, const struct maas_tagged *t, struct maas_buf *b)
{
	struct maas_span rest = t->text;
	int bad = maas_buf_text(b, "\"tokens\":[");

	for (size_t i = 0; i < t->words && !bad; i++)
		bad = maas_buf_text(b, i ? "," : "") || maas_json_put_text(b, maas_word_next(&rest));
	bad = bad || maas_buf_text(b, "],\"tags\":[");
	for (size_t i = 0; i < t->words && !bad; i++)
		bad = maas_buf_text(b, i ? "," : "") || maas_json_put_text(b, r->label[t->tag[i]]);
	bad = bad || maas_buf_text(b, "],\"probabilities\":[");
	for (size_t i = 0; i < t->words && !bad; i++)
		bad = maas_buf_text(b, i ? "," : "") || maas_json_put_float(b, t->p[i]);
	return bad || maas_buf_text(b, "]") ? -1 : 0;
}

int
rows_answer_tags(struct maas_rows_call *c, struct maas_span record, struct maas_buf *b)
{
	struct maas_tagged t;

	if (maas_rows_tag_record(c, record, &t) < 0)
		return -1;
	for (size_t i = 0; i < t.words; i++) {
		struct maas_span tag = c->r->label[t.tag[i]];

		if ((i && maas_buf_text(b, " ") < 0) || maas_buf_add(b, tag.s, tag.n) < 0)
			return -1;
	}
	return 0;
}
