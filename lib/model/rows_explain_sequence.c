/*
 * Texts as sequences: a piece is a word, or what people call one, with all its ids.  It is left out by taking its ids
 * out: what stood behind it moves up.
 */
#include <string.h>

#include "rows_explain.h"

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

/* The row's ids but those of a piece; those of a text without any where none are left. */
static int
without_ids(struct maas_rows_call *c, struct aim aim, const struct maas_spelt *s)
{
	struct telling *t = &c->tell;
	struct maas_spelt_text whole = sequence_first(&c->x.seq);

	if (sequence_put_others(&t->x.seq, t->x.rows, &whole, s->from, s->to, t->nothing, &t->room) < 0)
		return -1;
	if (++t->x.rows == MAAS_ROWS)
		telling_flush(c, aim);
	return 0;
}

static int
occlude_pieces(struct maas_rows_call *c, struct aim aim, const struct maas_spelt *s)
{
	struct telling *t = &c->tell;

	if (telling_room(c) < 0)
		return -1;
	for (size_t i = 0; i < t->pieces; i++)
		if (without_ids(c, aim, &s[i]) < 0)
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
				      : ops->saliency(m, &c->x.seq, t->of, t->slope)) < 0)
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
	struct maas_spelt_text none;
	const struct maas_spelt *s;

	if (find_pieces(c, &s) < 0 || maas_speller_text(c->speller, maas_span(""), &none) < 0)
		return -1;
	t->nothing = none.id[0];
	if ((method == MAAS_OCCLUSION ? occlude_pieces(c, aim, s) : sum_pieces(c, method, s)) < 0)
		return -1;
	for (size_t i = 0; i < t->pieces; i++)
		shares_add(&t->shares, &t->place[i], 1, t->piece[i].contribution);
	shares_end(&t->shares);
	return 0;
}
