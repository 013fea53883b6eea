/*
 * Why the words of a text got their tags, by occlusion: a piece is a word, and so that all others keep their places it is
 * not taken out but covered, by a character that stands for what is unknown.
 */
#include <stdlib.h>
#include <string.h>

#include "rows_explain.h"

#define COVER "\357\277\275" /* U+FFFD */

/* to[words]: the logit of each word's tag, out being answers of [words][outputs]. */
static void
put_logits(const struct maas_rows_call *c, const double *out, double *to)
{
	const struct maas_rows *r = c->r;
	const struct telling *t = &c->tell;

	for (size_t i = 0; i < t->words; i++)
		to[i] = logit_of(r, out + i * r->outputs, aim_at(r, t->tag[i]), NULL);
}

/* The text with word `at` covered, behind those that are there. */
static int
cover(struct maas_rows_call *c, const struct maas_place *at)
{
	struct telling *t = &c->tell;
	struct maas_span text = t->sentence;

	t->text.n = 0;
	if (maas_buf_add(&t->text, text.s, at->start) < 0 || maas_buf_text(&t->text, COVER) < 0 ||
	    maas_buf_add(&t->text, text.s + at->end, text.n - at->end) < 0)
		return -1;
	return rows_spell_words(c, (struct maas_span){ t->text.s, t->text.n }, &t->x, &t->room);
}

/* Answer the texts that are there: those without words `first` ... */
static int
answer(struct maas_rows_call *c, size_t first, size_t n)
{
	struct telling *t = &c->tell;
	size_t outputs = c->r->outputs;

	if (!n)
		return 0;
	if (maas_grow(&t->answers, 0, &t->answers_cap, n * t->words * outputs, sizeof *t->answers) < 0)
		return -1;
	c->r->m->kind->rows->apply(c->r->m, &t->x, t->answers, c->scratch);
	for (size_t i = 0; i < n; i++)
		put_logits(c, t->answers + i * t->words * outputs, t->covered + (first + i) * t->words);
	t->x.rows = 0;
	return 0;
}

/* Where each word stands. */
static int
find_words(struct maas_rows_call *c, const struct maas_tagged *x)
{
	struct telling *t = &c->tell;
	struct maas_span rest = x->text, word;

	if (x->words > MAAS_EXPLAIN_WORDS)
		return maas_fail_as(MAAS_DATA, "%zu words: at most %d are explained", x->words, MAAS_EXPLAIN_WORDS);
	t->words = x->words;
	t->sentence = x->text;
	if (maas_grow(&t->place, 0, &t->place_cap, t->words, sizeof *t->place) < 0 ||
	    maas_grow(&t->piece, 0, &t->piece_cap, t->words, sizeof *t->piece) < 0 ||
	    maas_grow(&t->tag, 0, &t->tag_cap, t->words, sizeof *t->tag) < 0 ||
	    maas_grow(&t->whole, 0, &t->whole_cap, t->words, sizeof *t->whole) < 0 ||
	    maas_grow(&t->covered, 0, &t->covered_cap, t->words * t->words, sizeof *t->covered) < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		word = maas_word_next(&rest);
		t->place[i] = (struct maas_place){ .feature = (uint32_t)i,
			.start = (size_t)(word.s - x->text.s),
			.end = (size_t)(word.s - x->text.s) + word.n };
		t->tag[i] = x->tag[i];
	}
	return shares_cut(&t->shares, t->place, t->words);
}

int
maas_rows_explain_words(struct maas_rows_call *c, const struct maas_tagged *x)
{
	struct telling *t = &c->tell;
	size_t held = 0;

	if (find_words(c, x) < 0)
		return -1;
	put_logits(c, c->word_out, t->whole);
	t->x.rows = 0;
	for (size_t i = 0; i < t->words; i++) {
		if (cover(c, &t->place[i]) < 0)
			return -1;
		held++;
		if (t->x.rows >= MAAS_ROWS) {
			if (answer(c, i + 1 - held, held) < 0)
				return -1;
			held = 0;
		}
	}
	return answer(c, t->words - held, held);
}

int
maas_rows_explain_word(struct maas_rows_call *c, size_t word, struct maas_explanation *to)
{
	struct telling *t = &c->tell;
	double rest = t->whole[word];

	if (shares_cut(&t->shares, t->place, t->words) < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		double adds = t->whole[word] - t->covered[i * t->words + word];

		t->piece[i] = (struct maas_piece){
			.feature = { t->sentence.s + t->place[i].start, t->place[i].end - t->place[i].start },
			.index = SIZE_MAX,
			.value = (double)i + 1,
			.contribution = adds,
			.place = &t->place[i],
			.places = 1,
		};
		rest -= adds;
		shares_add(&t->shares, &t->place[i], 1, adds);
	}
	shares_end(&t->shares);
	*to = (struct maas_explanation){ .method = MAAS_OCCLUSION,
		.logit = t->whole[word],
		.intercept = rest,
		.piece = t->piece,
		.n = t->words,
		.text = t->sentence,
		.share = t->shares.share,
		.shares = t->shares.n };
	if (t->words)
		qsort(t->piece, t->words, sizeof *t->piece, by_size);
	return 0;
}
