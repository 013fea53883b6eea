/*
 * Texts as sequences: a piece is a word, or what people call one, with all its ids.  It is left out by deleting it: its
 * neighbours become each other's.
 */
#include <string.h>

#include "rows_explain.h"

enum { BEHIND = 4096 }; /* bytes behind the last piece that may move up */

/* The pieces of the text, each called what stands there. */
static int
find_pieces(struct maas_rows_call *c, const struct maas_spelt **spelt)
{
	struct telling *t = &c->tell;
	const struct maas_spelt *s;
	size_t n;

	if (maas_speller_pieces(c->speller, (struct maas_span){ c->text.s, c->text.n }, spelt, &n) < 0 ||
	    maas_grow(&t->place, 0, &t->place_cap, n, sizeof *t->place) < 0 ||
	    maas_grow(&t->piece, 0, &t->piece_cap, n, sizeof *t->piece) < 0)
		return -1;
	s = *spelt;
	for (size_t i = 0; i < n; i++) {
		t->place[i] = (struct maas_place){ .feature = (uint32_t)i, .start = s[i].start, .end = s[i].end };
		t->piece[i] = (struct maas_piece){ .feature = { c->text.s + s[i].start, s[i].end - s[i].start },
			.index = SIZE_MAX,
			.value = 1,
			.place = &t->place[i],
			.places = 1 };
	}
	t->pieces = t->places = n;
	return shares_cut(&t->shares, t->place, n);
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text but a piece and the blanks before it, spelt anew: what stood beside it meets, and of a text that is longer
 * than what is read, what stood behind that moves up.  `end`: of the text that may. */
static int
without_piece(struct maas_rows_call *c, struct aim aim, const struct maas_place *p, size_t end)
{
	struct telling *t = &c->tell;
	struct maas_spelt_text spelt;
	size_t start = p->start;

	while (start && is_blank(c->text.s[start - 1]))
		start--;
	t->text.n = 0;
	if (maas_buf_add(&t->text, c->text.s, start) < 0 ||
	    maas_buf_add(&t->text, c->text.s + p->end, end - p->end) < 0 ||
	    maas_speller_text(c->speller, (struct maas_span){ t->text.s, t->text.n }, &spelt) < 0 ||
	    sequence_put(&t->x.seq, t->x.rows, &spelt, &t->room) < 0)
		return -1;
	if (++t->x.rows == MAAS_ROWS)
		telling_flush(c, aim);
	return 0;
}

static int
occlude_pieces(struct maas_rows_call *c, struct aim aim)
{
	struct telling *t = &c->tell;
	size_t end = t->pieces ? t->place[t->pieces - 1].end : 0;

	end += c->text.n - end < BEHIND ? c->text.n - end : BEHIND;
	if (telling_room(c) < 0)
		return -1;
	for (size_t i = 0; i < t->pieces; i++)
		if (without_piece(c, aim, &t->place[i], end) < 0)
			return -1;
	telling_flush(c, aim);
	return 0;
}

/* Gradient and attention are of the ids: a piece has what its own have. */
static int
sum_pieces(struct maas_rows_call *c, enum maas_method method, const struct maas_spelt *s)
{
	const struct maas_model *m = c->r->m;
	const struct maas_rows_ops *ops = m->kind->rows;
	struct telling *t = &c->tell;
	size_t n = c->x.seq.start[1];

	if (maas_grow(&t->slope, 0, &t->slope_cap, n, sizeof *t->slope) < 0 ||
	    (method == MAAS_ATTENTION ? ops->attention(m, &c->x, t->slope)
				      : ops->saliency(m, &c->x.seq, NULL, t->of, t->slope)) < 0)
		return -1;
	for (size_t i = 0; i < t->pieces; i++)
		for (size_t k = s[i].from; k < s[i].to; k++)
			t->piece[i].contribution += t->slope[k];
	return 0;
}

int
tell_sequence(struct maas_rows_call *c, struct aim aim, enum maas_method method)
{
	struct telling *t = &c->tell;
	const struct maas_spelt *s;

	if (find_pieces(c, &s) < 0 ||
	    (method == MAAS_OCCLUSION ? occlude_pieces(c, aim) : sum_pieces(c, method, s)) < 0)
		return -1;
	for (size_t i = 0; i < t->pieces; i++)
		shares_add(&t->shares, &t->place[i], 1, t->piece[i].contribution);
	shares_end(&t->shares);
	return 0;
}
