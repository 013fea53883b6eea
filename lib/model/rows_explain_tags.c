/*
 * Why the words of a text got their tags: a piece is a word.  By occlusion, so that all others keep their places it is
 * not taken out but covered, by a character that stands for what is unknown; gradient and attention are of the places
 * of sequences, as the network sees them: a word has what its own have.
 */
#include <stdlib.h>
#include <string.h>

#include "rows_explain.h"

#define COVER "\357\277\275" /* U+FFFD */
enum {
	TOGETHER = 64, /* words whose places are looked at in one go */
	NEAR = 4       /* so far apart are words that are covered two at a time */
};

int
maas_rows_tells(const struct maas_rows *r, size_t label)
{
	return r->label[label].n != 1 || r->label[label].s[0] != 'O';
}

/* The text with words i and j >= i covered, behind those that are there. */
static int
cover(struct maas_rows_call *c, size_t i, size_t j)
{
	struct telling *t = &c->tell;
	struct maas_span text = t->sentence;
	size_t at = t->place[i].end;

	t->text.n = 0;
	if (maas_buf_add(&t->text, text.s, t->place[i].start) < 0 || maas_buf_text(&t->text, COVER) < 0)
		return -1;
	if (j > i) {
		if (maas_buf_add(&t->text, text.s + at, t->place[j].start - at) < 0 ||
		    maas_buf_text(&t->text, COVER) < 0)
			return -1;
		at = t->place[j].end;
	}
	return maas_buf_add(&t->text, text.s + at, text.n - at) < 0
	    ? -1
	    : rows_spell_words(c, (struct maas_span){ t->text.s, t->text.n }, &t->x, &t->room);
}

/* Answer the n texts that are there: what their covered words add, into to[words][words], from column `first`. */
static int
answer(struct maas_rows_call *c, double *to, size_t first, size_t n)
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
			to[k * words + first + i] = t->whole[k] -
			    logit_of(c->r, t->answers + (i * words + k) * outputs, aim_at(c->r, t->tag[k]), NULL);
	t->x.rows = 0;
	return 0;
}

/* What each word and the one so many behind it add together (0: each alone): to[words][words], by the first of them. */
static int
cover_words(struct maas_rows_call *c, size_t apart, double *to)
{
	struct telling *t = &c->tell;
	size_t held = 0, n = t->words > apart ? t->words - apart : 0;

	t->x.rows = 0;
	for (size_t i = 0; i < n; i++) {
		if (cover(c, i, i + apart) < 0)
			return -1;
		held++;
		if (t->x.rows >= MAAS_ROWS) {
			if (answer(c, to, i + 1 - held, held) < 0)
				return -1;
			held = 0;
		}
	}
	return answer(c, to, n - held, held);
}

/*
 * Words that say the same stand in for each other, and each alone adds little.  So of those near the one that adds most
 * to a tag, the tagged word itself aside, it also counts what they add when that one is covered: the mean of both.
 */
static void
look_beside(struct telling *t, size_t word)
{
	double *adds = t->adds + word * t->words, alone;
	size_t first = 0, best = word, last;

	for (size_t i = 0; i < t->words; i++)
		if (i != word && (best == word || adds[i] > adds[best]))
			best = i;
	if (best == word || adds[best] <= 0)
		return;
	alone = adds[best];
	first = best > NEAR ? best - NEAR : 0;
	last = t->words - best > NEAR ? best + NEAR : t->words - 1;
	for (size_t i = first; i <= last; i++) {
		size_t apart = i < best ? best - i : i - best, least = i < best ? i : best;

		if (apart && i != word)
			adds[i] = (adds[i] + t->pairs[((apart - 1) * t->words + word) * t->words + least] - alone) / 2;
	}
}

static int
occlude_words(struct maas_rows_call *c)
{
	struct telling *t = &c->tell;
	size_t square = t->words * t->words;

	if (maas_grow(&t->pairs, 0, &t->pairs_cap, NEAR * square, sizeof *t->pairs) < 0 ||
	    cover_words(c, 0, t->adds) < 0)
		return -1;
	for (size_t apart = 1; apart <= NEAR; apart++)
		if (cover_words(c, apart, t->pairs + (apart - 1) * square) < 0)
			return -1;
	for (size_t k = 0; k < t->words; k++)
		if (maas_rows_tells(c->r, t->tag[k]))
			look_beside(t, k);
	return 0;
}

/* Look at the n words that are asked for in the sequence at hand, whose numbers in the text are `which`: what its
 * places, of words `whose`, add to their tags. */
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
					 : ops->saliency(r->m, &t->x.seq, t->begins, t->of, t->slope)) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < places; k++)
			if (whose[k] != UINT32_MAX)
				t->adds[which[i] * t->words + whose[k]] += t->slope[i * places + k];
	return 0;
}

/* The words of a sequence, of which the first that is asked for is number `first` of the text: those whose tags
 * tell. */
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

/* What a covered word is looked up as, where that is one place: else t->begins is NULL. */
static int
spell_cover(struct maas_rows_call *c)
{
	struct telling *t = &c->tell;
	struct maas_spelt_words w;

	if (maas_speller_begin(c->speller, maas_span(COVER)) < 0 || maas_speller_next(c->speller, &w) < 0 ||
	    sequence_put(&t->cover, 0, &w.text, &t->cover_room) < 0)
		return -1;
	t->begins = w.text.n == 1 ? &t->cover : NULL;
	return 0;
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
	if (spell_cover(c) < 0 || maas_speller_begin(c->speller, t->sentence) < 0)
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
	return method == MAAS_OCCLUSION ? occlude_words(c) : look_at_words(c);
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
