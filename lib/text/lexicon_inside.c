/*
 * What is inside a word whose tag is asked for: its beginnings and ends, its runs of three characters, and its shape,
 * so that a word never seen says something all the same.  Words hold neither blanks nor tabs: a term that begins with a
 * blank is a part of one, with a blank more where the word begins or ends, and one that begins with a tab is a shape.
 */
#include <string.h>

#include "lexicon.h"

#define LETTERS 30   /* of a word: those whose runs are looked at, from its beginning */
#define SHAPE   12   /* signs of a shape */
#define ROOM    4096 /* bytes of terms that nobody has got yet; more than a word has */

/* Characters of a word: where each begins, and the end of the last. */
struct characters {
	const char *at[LETTERS + 1];
	size_t n;
	const char *tail[5]; /* where the last four begin, and their end */
	size_t tails;
};

static void
part(struct characters *c, const char *s, size_t n)
{
	const char *p = s, *end = s + n;

	for (c->n = 0; p < end && c->n < LETTERS; c->n++) {
		c->at[c->n] = p;
		(void)maas_utf8_next(&p, end);
	}
	c->at[c->n] = p;
	c->tail[4] = p = end;
	for (c->tails = 0; p > s && c->tails < 4; c->tails++) {
		do /* what is folded is whole UTF-8 */
			p--;
		while (p > s && ((unsigned char)*p & 0xc0) == 0x80);
		c->tail[3 - c->tails] = p;
	}
}

/* A term: " ", a blank where the word begins, bytes [s, end), a blank where it ends. */
static int
put(struct terms *t, int begins, const char *s, const char *end, int ends)
{
	size_t from = t->join.n;

	if (maas_buf_text(&t->join, begins ? "  " : " ") < 0 || maas_buf_add(&t->join, s, (size_t)(end - s)) < 0 ||
	    (ends && maas_buf_text(&t->join, " ") < 0))
		return -1;
	return terms_put(t, t->join.s + from, t->join.n - from, 0);
}

/* Runs of three of " word ". */
static int
runs(struct terms *t, const struct characters *c, const char *end)
{
	int whole = c->at[c->n] == end;

	for (size_t i = 0; i < c->n; i++) {
		size_t to = i + 2 < c->n ? i + 2 : c->n;

		if (i == 0 && put(t, 1, c->at[0], c->at[to], c->n == 1 && whole) < 0)
			return -1;
		if (i + 2 < c->n && put(t, 0, c->at[i], c->at[i + 3], 0) < 0)
			return -1;
		if (i + 2 == c->n && whole && put(t, 0, c->at[i], c->at[c->n], 1) < 0)
			return -1;
	}
	return 0;
}

/* The first and the last one, three and four characters; two with a blank are a run. */
static int
ends(struct terms *t, const struct characters *c)
{
	for (size_t n = 1; n <= 4 && n <= c->tails; n++)
		if (n != 2 && (put(t, 1, c->at[0], c->at[n], 0) < 0 || put(t, 0, c->tail[4 - n], c->tail[4], 1) < 0))
			return -1;
	return 0;
}

/* Letters as x, capitals as X, digits as d, other characters as they are; a run of one sort as one. */
static int
shape(struct terms *t, const char *s, const char *end)
{
	size_t from = t->join.n;
	char last[5] = "";

	if (maas_buf_text(&t->join, "\t") < 0)
		return -1;
	for (int n = 0; s < end && n < SHAPE;) {
		const char *at = s;
		int32_t c = maas_utf8_next(&s, end);
		enum maas_class class = maas_unicode_class(c);
		char sign[5] = "";

		if (class == MAAS_C_LETTER)
			sign[0] = maas_unicode_lower(c) != c ? 'X' : 'x';
		else if (class == MAAS_C_NUMBER)
			sign[0] = 'd';
		else
			memcpy(sign, at, (size_t)(s - at));
		if (!strcmp(sign, last))
			continue;
		memcpy(last, sign, sizeof last);
		n++;
		if (maas_buf_text(&t->join, sign) < 0)
			return -1;
	}
	return terms_put(t, t->join.s + from, t->join.n - from, 0);
}

int
terms_inside(struct terms *t, const char *s, size_t n)
{
	struct characters c;

	if (!t->join.n && maas_grow(&t->join.s, 0, &t->join.cap, ROOM, 1) < 0)
		return -1;
	if (t->join.n > ROOM / 2) { /* terms point into it: it must not move */
		if (terms_flush(t) < 0)
			return -1;
		t->join.n = 0;
	}
	part(&c, s, n);
	return runs(t, &c, s + n) || ends(t, &c) || shape(t, s, s + n) ? -1 : 0;
}
