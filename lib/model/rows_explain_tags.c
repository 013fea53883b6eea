/*
 * Why the words of a text got their tags: a piece is a word.  By occlusion, so that all others keep their places it is not
 * taken out but covered, by a character that stands for what is unknown; gradient and attention are of the places of
 * sequences, as the network sees them: a word has what its own have.
 */
#include <stdlib.h>
#include <string.h>

#include "rows_explain.h"

#define COVER "\357\277\275" /* U+FFFD */
enum { TOGETHER = 64 };      /* words whose places are looked at in one go */

int
maas_rows_tells(const struct maas_rows *r, size_t label)
{
	return r->label[label].n != 1 || r->label[label].s[0] != 'O';
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
	size_t outputs = c->r->outputs, words = t->words;

	if (!n)
		return 0;
	if (maas_grow(&t->answers, 0, &t->answers_cap, (n * words + 1) * outputs, sizeof *t->answers) < 0)
		return -1;
	c->r->m->kind->rows->apply(c->r->m, &t->x, t->answers, c->scratch);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < words; k++)
			t->adds[k * words + first + i] = t->whole[k] -
			    logit_of(c->r, t->answers + (i * words + k) * outputs, aim_at(c->r, t->tag[k]), NULL);
	t->x.rows = 0;
	return 0;
}

static int
cover_words(struct maas_rows_call *c)
{
	struct telling *t = &c->tell;
	size_t held = 0;

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

/* Look at the n words that are asked for in the sequence at hand, whose numbers in the text are `which`: what its places,
 * of words `whose`, add to their tags. */
static int
look(struct maas_rows_call *c, const uint32_t *which, size_t n, const uint32_t *whose)
{
	const struct maas_rows *r = c->r;
	const struct maas_rows_ops *ops = r->m->kind->rows;
	struct telling *t = &c->tell;
	size_t places = t->x.seq.start[1];

	t->x.seq.ask[0] = 0;
	t->x.seq.ask[1] = n;
	if (maas_grow(&t->slope, 0, &t->slope_cap, n * places, sizeof *t->slope) < 0 ||
	    maas_grow(&t->of, 0, &t->of_cap, n * r->outputs, sizeof *t->of) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		(void)logit_of(
		    r, c->word_out + which[i] * r->outputs, aim_at(r, t->tag[which[i]]), t->of + i * r->outputs);
	if ((t->method == MAAS_ATTENTION ? ops->attention(r->m, &t->x, t->slope)
					 : ops->saliency(r->m, &t->x.seq, t->of, t->slope)) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < places; k++)
			if (whose[k] != UINT32_MAX)
				t->adds[which[i] * t->words + whose[k]] += t->slope[i * places + k];
	return 0;
}

/* The words of a sequence, of which the first that is asked for is number `first` of the text: those whose tags tell. */
static int
look_at_some(struct maas_rows_call *c, const struct maas_spelt_words *w, size_t first)
{
	struct telling *t = &c->tell;
	struct maas_sequences *s = &t->x.seq;
	uint32_t which[TOGETHER];
	size_t n = 0;

	if (sequence_put(s, 0, &w->text, &t->room) < 0 || maas_grow(&s->ask, 0, &t->room.ask, 2, sizeof *s->ask) < 0 ||
	    maas_grow(&s->at, 0, &t->room.at, TOGETHER, sizeof *s->at) < 0)
		return -1;
	t->x.rows = 1;
	for (size_t i = 0; i < w->words; i++) {
		if (!maas_rows_tells(c->r, t->tag[first + i]))
			continue;
		which[n] = (uint32_t)(first + i);
		s->at[n++] = w->at[i];
		if (n < TOGETHER)
			continue;
		if (look(c, which, n, w->whose) < 0)
			return -1;
		n = 0;
	}
	return n ? look(c, which, n, w->whose) : 0;
}

static int
look_at_words(struct maas_rows_call *c)
{
	struct telling *t = &c->tell;
	struct maas_spelt_words w;
	size_t first = 0;
	int rc;

	for (size_t i = 0; i < t->words * t->words; i++)
		t->adds[i] = 0;
	if (maas_speller_begin(c->speller, t->sentence) < 0)
		return -1;
	for (; (rc = maas_speller_next(c->speller, &w)) > 0; first += w.words)
		if (look_at_some(c, &w, first) < 0)
			return -1;
	t->x.rows = 0;
	return rc;
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
	    maas_grow(&t->adds, 0, &t->adds_cap, t->words * t->words, sizeof *t->adds) < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		word = maas_word_next(&rest);
		t->place[i] = (struct maas_place){ .feature = (uint32_t)i,
			.start = (size_t)(word.s - x->text.s),
			.end = (size_t)(word.s - x->text.s) + word.n };
		t->tag[i] = x->tag[i];
		t->whole[i] = logit_of(c->r, c->word_out + i * c->r->outputs, aim_at(c->r, t->tag[i]), NULL);
	}
	return 0;
}

int
maas_rows_explain_words(struct maas_rows_call *c, const struct maas_tagged *x, enum maas_method method)
{
	if (maas_rows_method(c->r, &method) < 0 || find_words(c, x) < 0)
		return -1;
	c->tell.method = method;
	return method == MAAS_OCCLUSION ? cover_words(c) : look_at_words(c);
}

int
maas_rows_explain_word(struct maas_rows_call *c, size_t word, struct maas_explanation *to)
{
	struct telling *t = &c->tell;

	if (word >= t->words || !maas_rows_tells(c->r, t->tag[word]))
		return maas_fail_as(MAAS_INTERNAL, "word %zu has no tag that is explained", word + 1);
	if (shares_cut(&t->shares, t->place, t->words) < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		t->piece[i] = (struct maas_piece){
			.feature = { t->sentence.s + t->place[i].start, t->place[i].end - t->place[i].start },
			.index = SIZE_MAX,
			.value = (double)i + 1,
			.contribution = t->adds[word * t->words + i],
			.place = &t->place[i],
			.places = 1,
		};
		shares_add(&t->shares, &t->place[i], 1, t->piece[i].contribution);
	}
	shares_end(&t->shares);
	*to = (struct maas_explanation){ .method = t->method,
		.logit = t->whole[word],
		.intercept = rest_of(t->method == MAAS_ATTENTION ? 1 : t->whole[word], t->piece, t->words),
		.piece = t->piece,
		.n = t->words,
		.text = t->sentence,
		.share = t->shares.share,
		.shares = t->shares.n };
	qsort(t->piece, t->words, sizeof *t->piece, by_size);
	return 0;
}
