/* Texts as sequences of ids. */
#include <stdlib.h>
#include <string.h>

#include "lexicon.h"

#define AHEAD 16 /* bytes of text an id may stand for, before more of it is looked at */

struct maas_speller {
	struct maas_spelling how;
	struct lexical lexical, traced; /* by a lexicon, the second of pieces; else, by a tokeniser: */
	struct maas_encoder *encoder;
	struct maas_ids ids;
	int32_t before, behind; /* a text's; -1: none */
	struct maas_spelt *spelt;
	size_t spelt_cap;
	/* Of words: what stands in front of one that is not the first; each one's first place, and behind the last;
	 * those that were shared out; the sequence at hand. */
	const char *joint;
	size_t *word, words, word_cap, done;
	struct maas_buf joined;
	struct maas_ids own;
	size_t *bag;
	uint32_t *at, *whose;
	size_t bag_cap, at_cap, whose_cap;
};

static int32_t nothing(const struct maas_tokenizer *);

/* Does a word look within a text as it does alone, or as it does behind a blank? */
static int
find_joint(struct maas_speller *s)
{
	struct maas_ids *ids = &s->ids;
	size_t alone, both;

	s->joint = "";
	if (maas_encode(s->encoder, maas_span("a"), ids) < 0)
		return -1;
	alone = ids->n;
	if (maas_encode(s->encoder, maas_span("a a"), ids) < 0)
		return -1;
	both = ids->n - alone;
	if (both != 2 * alone || memcmp(ids->id + 2 * alone, ids->id, alone * sizeof *ids->id) != 0)
		s->joint = " ";
	return 0;
}

struct maas_speller *
maas_speller_new(const struct maas_spelling *how)
{
	const struct maas_tokenizer *t = how->tokenizer;
	struct maas_speller *s = maas_alloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->how = *how;
	if (how->lexicon) {
		s->before = s->behind = -1;
		lexical_open(&s->lexical, how->lexicon, how->words ? SIZE_MAX : how->longest, 0);
		lexical_open(&s->traced, how->lexicon, how->longest, 1);
		return s;
	}
	s->before = maas_tokenizer_adds_bos(t) ? maas_token_bos(t) : -1;
	s->behind = maas_tokenizer_adds_eos(t) && how->longest > 1 + (size_t)(s->before >= 0) ? maas_token_eos(t) : -1;
	if ((s->encoder = maas_encoder_new(t, 0)) && (!how->words || find_joint(s) == 0))
		return s;
	maas_speller_free(s);
	return NULL;
}

void
maas_speller_free(struct maas_speller *s)
{
	if (!s)
		return;
	lexical_close(&s->lexical);
	lexical_close(&s->traced);
	maas_encoder_free(s->encoder);
	maas_ids_free(&s->ids);
	free(s->spelt);
	free(s->word);
	maas_buf_free(&s->joined);
	maas_ids_free(&s->own);
	free(s->bag);
	free(s->at);
	free(s->whose);
	free(s);
}

void
maas_speller_forget(struct maas_speller *s)
{
	if (!s)
		return;
	if (s->how.lexicon) {
		lexical_forget(&s->lexical);
		lexical_forget(&s->traced);
	} else {
		maas_encoder_forget(s->encoder);
	}
	maas_ids_wipe(&s->ids);
	maas_wipe(s->spelt, s->spelt_cap * sizeof *s->spelt);
	maas_buf_wipe(&s->joined);
	maas_ids_wipe(&s->own);
	maas_wipe(s->word, s->word_cap * sizeof *s->word);
}

static int
put(struct maas_ids *to, int32_t id)
{
	if (maas_grow(&to->id, to->n, &to->cap, 1, sizeof *to->id) < 0)
		return -1;
	to->id[to->n++] = id;
	return 0;
}

/* As much of the text as makes more than `most` ids: a long one costs what is kept of it. */
static int
encode(struct maas_speller *s, struct maas_span text, size_t most)
{
	size_t ahead = (most < SIZE_MAX / AHEAD / 2 ? most : SIZE_MAX / AHEAD / 2) * AHEAD + AHEAD;
	int rest = 0;

	while (text.n && s->ids.n <= most) {
		size_t n = text.n;

		if (n > ahead && !(n = maas_encoder_cut(s->encoder, (struct maas_span){ text.s, ahead }))) {
			ahead *= 2;
			continue;
		}
		if ((rest ? maas_encode_rest : maas_encode)(s->encoder, (struct maas_span){ text.s, n }, &s->ids) < 0)
			return -1;
		rest = 1;
		text.s += n;
		text.n -= n;
	}
	return 0;
}

/* What stands for a text without ids. */
static int32_t
nothing(const struct maas_tokenizer *t)
{
	int32_t eos = maas_token_eos(t), bos = maas_token_bos(t);

	return eos >= 0 ? eos : bos >= 0 ? bos : 0;
}

/* The places that the lexicon has read, in arrays of bags or of an id each. */
static void
tell_places(const struct maas_speller *s, struct maas_spelt_text *to)
{
	const struct maas_lexicon *l = s->how.lexicon;
	const struct lexical *x = &s->lexical;
	int bags = maas_lexicon_most(maas_lexicon_analyzer(l), maas_lexicon_tagged(l)) > 1;

	*to = (struct maas_spelt_text){ .n = x->n, .id = x->id, .bag = bags ? x->bag : NULL, .cut = x->full };
}

/* A text by the lexicon: what is unknown where it has no place. */
static int
read_text(struct maas_speller *s, struct maas_span text, struct maas_spelt_text *to)
{
	struct lexical *x = &s->lexical;

	if (lexical_read(x, text) < 0 || maas_grow(&x->id, x->bag[x->n], &x->id_cap, 1, sizeof *x->id) < 0 ||
	    maas_grow(&x->bag, x->n + 1, &x->bag_cap, 1, sizeof *x->bag) < 0)
		return -1;
	if (!x->n) {
		x->id[0] = 0;
		x->bag[++x->n] = 1;
	}
	tell_places(s, to);
	return 0;
}

int
maas_speller_text(struct maas_speller *s, struct maas_span text, struct maas_spelt_text *to)
{
	size_t most = s->how.longest - (s->behind >= 0);

	if (s->how.lexicon)
		return read_text(s, text, to);
	s->ids.n = 0;
	if (s->before >= 0 && put(&s->ids, s->before) < 0)
		return -1;
	if (encode(s, text, most) < 0)
		return -1;
	*to = (struct maas_spelt_text){ .cut = s->ids.n > most };
	if (s->ids.n > most)
		s->ids.n = most;
	if (s->behind >= 0 && put(&s->ids, s->behind) < 0)
		return -1;
	if (!s->ids.n && put(&s->ids, nothing(s->how.tokenizer)) < 0)
		return -1;
	to->id = s->ids.id;
	to->n = s->ids.n;
	return 0;
}

/* How many bytes of text an id stands for: its own, less a blank that a tokeniser puts in front; a character where they
 * are others, as those of an unknown one. */
static size_t
stands_for(const struct maas_tokenizer *t, int32_t id, struct maas_span text)
{
	struct maas_span own = maas_token_bytes(t, id);
	const char *p = text.s;

	if (own.n && own.n <= text.n && !memcmp(own.s, text.s, own.n))
		return own.n;
	if (own.n && own.s[0] == ' ' && own.n - 1 <= text.n && !memcmp(own.s + 1, text.s, own.n - 1))
		return own.n - 1;
	if (text.n)
		(void)maas_utf8_next(&p, text.s + text.n);
	return (size_t)(p - text.s);
}

static int
is_word(int32_t cp)
{
	enum maas_class c = maas_unicode_class(cp);

	return c == MAAS_C_LETTER || c == MAAS_C_NUMBER || c == MAAS_C_MARK;
}

/* Does a piece end here, before the character at p?  Not within a character, nor within a word of a script that parts
 * them, nor behind the blank before one. */
static int
ends(const char *p, const char *end, int32_t last)
{
	int32_t next;

	if (p == end)
		return 1;
	if (((unsigned char)*p & 0xc0) == 0x80 || maas_unicode_class(last) == MAAS_C_SPACE)
		return 0;
	next = maas_utf8_next(&p, end);
	return !(is_word(last) && is_word(next)) || maas_unicode_cjk(last) || maas_unicode_cjk(next);
}

/* The last character of text. */
static int32_t
last_of(struct maas_span text)
{
	const char *p = text.s, *end = text.s + text.n;
	int32_t cp = 0;

	while (p < end)
		cp = maas_utf8_next(&p, end);
	return cp;
}

/* Bytes of white space that a piece begins with; of one that is nothing else 0. */
static size_t
blanks(struct maas_span s)
{
	const char *p = s.s, *at = p, *end = p + s.n;

	while (p < end && maas_unicode_class(maas_utf8_next(&p, end)) == MAAS_C_SPACE)
		at = p;
	return at == end ? 0 : (size_t)(at - s.s);
}

static int
id_pieces(struct maas_speller *s, struct maas_span text, const struct maas_spelt **to, size_t *pieces)
{
	size_t at = 0, n = 0, first = s->before >= 0, last = s->ids.n - (s->behind >= 0);
	struct maas_spelt open = { .from = first };

	for (size_t i = first; i < last && text.n; i++) {
		at += stands_for(s->how.tokenizer, s->ids.id[i], (struct maas_span){ text.s + at, text.n - at });
		if (i + 1 < last &&
		    (at == open.start ||
			!ends(text.s + at, text.s + text.n,
			    last_of((struct maas_span){ text.s + open.start, at - open.start }))))
			continue;
		if (maas_grow(&s->spelt, n, &s->spelt_cap, 1, sizeof *s->spelt) < 0)
			return -1;
		open.end = at;
		open.start += blanks((struct maas_span){ text.s + open.start, at - open.start });
		open.to = i + 1;
		s->spelt[n++] = open;
		open = (struct maas_spelt){ .start = at, .from = i + 1 };
	}
	*to = s->spelt;
	*pieces = n;
	return 0;
}

/* Each place is a piece; one that stands for no byte of its own (a letter that became two) goes with the next. */
static int
place_pieces(struct maas_speller *s, struct maas_span text, size_t *pieces)
{
	struct lexical *x = &s->traced;
	size_t n = 0, from = 0, start, end;

	if (lexical_read(x, text) < 0 || maas_grow(&s->spelt, 0, &s->spelt_cap, x->n, sizeof *s->spelt) < 0)
		return -1;
	for (size_t i = 0; i < x->n; i++) {
		lexical_where(x, i, &start, &end);
		if (end == start && i + 1 < x->n)
			continue;
		s->spelt[n++] = (struct maas_spelt){ .start = start, .end = end, .from = from, .to = i + 1 };
		from = i + 1;
	}
	*pieces = n;
	return 0;
}

int
maas_speller_pieces(struct maas_speller *s, struct maas_span text, const struct maas_spelt **to, size_t *pieces)
{
	if (s->how.lexicon) {
		if (place_pieces(s, text, pieces) < 0)
			return -1;
		*to = s->spelt;
		return 0;
	}
	return id_pieces(s, text, to, pieces);
}

/* Places of a sequence that are words'. */
static size_t
room(const struct maas_speller *s)
{
	return s->how.longest - (s->before >= 0 && s->how.longest > 1);
}

static int
add_word(struct maas_speller *s, struct maas_span word)
{
	size_t from = s->ids.n;

	s->joined.n = 0;
	if (maas_buf_text(&s->joined, s->words ? s->joint : "") < 0 || maas_buf_add(&s->joined, word.s, word.n) < 0 ||
	    maas_encode(s->encoder, (struct maas_span){ s->joined.s, s->joined.n }, &s->ids) < 0)
		return -1;
	if (s->ids.n == from && put(&s->ids, nothing(s->how.tokenizer)) < 0)
		return -1;
	if (s->ids.n > from + room(s))
		s->ids.n = from + room(s);
	if (maas_grow(&s->word, s->words, &s->word_cap, 2, sizeof *s->word) < 0)
		return -1;
	s->word[s->words++] = from;
	s->word[s->words] = s->ids.n;
	return 0;
}

/* By a lexicon each word is a place. */
static int
read_words(struct maas_speller *s, struct maas_span text)
{
	struct lexical *x = &s->lexical;

	if (lexical_read(x, text) < 0 || maas_grow(&s->word, 0, &s->word_cap, x->n + 1, sizeof *s->word) < 0)
		return -1;
	for (size_t i = 0; i <= x->n; i++)
		s->word[i] = i;
	s->words = x->n;
	return 0;
}

/* Words [first, last) as the sequence at hand. */
static int
place_words(struct maas_speller *s, size_t first, size_t last, struct maas_spelt_text *to)
{
	struct maas_spelt_text all;
	size_t n = last - first;

	tell_places(s, &all);
	if (!all.bag) {
		*to = (struct maas_spelt_text){ .n = n, .id = all.id + first };
		return 0;
	}
	if (maas_grow(&s->bag, 0, &s->bag_cap, n + 1, sizeof *s->bag) < 0)
		return -1;
	for (size_t i = 0; i <= n; i++)
		s->bag[i] = all.bag[first + i] - all.bag[first];
	*to = (struct maas_spelt_text){ .n = n, .id = all.id + all.bag[first], .bag = s->bag };
	return 0;
}

/* The same of a tokeniser's ids, with what is put in front of each sequence. */
static int
id_words(struct maas_speller *s, size_t first, size_t last, size_t lead, struct maas_spelt_text *to)
{
	size_t n = s->word[last] - s->word[first];

	if (maas_grow(&s->own.id, 0, &s->own.cap, lead + n, sizeof *s->own.id) < 0)
		return -1;
	if (lead)
		s->own.id[0] = s->before;
	memcpy(s->own.id + lead, s->ids.id + s->word[first], n * sizeof *s->own.id);
	s->own.n = lead + n;
	*to = (struct maas_spelt_text){ .n = lead + n, .id = s->own.id };
	return 0;
}

/* The words of the places of a sequence, which holds words [first, last). */
static int
tell_whose(struct maas_speller *s, size_t first, size_t last, size_t lead)
{
	size_t n = lead;

	if (maas_grow(&s->whose, 0, &s->whose_cap, lead + s->word[last] - s->word[first], sizeof *s->whose) < 0)
		return -1;
	for (size_t i = 0; i < lead; i++)
		s->whose[i] = UINT32_MAX;
	for (size_t i = first; i < last; i++)
		for (size_t k = s->word[i]; k < s->word[i + 1]; k++)
			s->whose[n++] = (uint32_t)i;
	return 0;
}

int
maas_speller_begin(struct maas_speller *s, struct maas_span text)
{
	const char *p = text.s, *end = p + text.n, *from;

	s->ids.n = s->words = s->done = 0;
	if (s->how.lexicon)
		return read_words(s, text);
	while (p < end) {
		for (from = p; p < end && *p != ' ' && *p != '\t'; p++)
			;
		if (p > from && add_word(s, (struct maas_span){ from, (size_t)(p - from) }) < 0)
			return -1;
		p++;
	}
	return 0;
}

int
maas_speller_next(struct maas_speller *s, struct maas_spelt_words *to)
{
	size_t most = room(s), first = s->done, last = first, lead = s->before >= 0 && s->how.longest > 1;

	if (s->done == s->words)
		return 0;
	while (first > 0 && s->word[s->done] - s->word[first - 1] <= most / 2 &&
	    s->word[s->done + 1] - s->word[first - 1] <= most)
		first--;
	while (last < s->words && s->word[last + 1] - s->word[first] <= most)
		last++;
	*to = (struct maas_spelt_words){ .words = last - s->done };
	if (maas_grow(&s->at, 0, &s->at_cap, to->words, sizeof *s->at) < 0 ||
	    (s->how.lexicon ? place_words(s, first, last, &to->text) : id_words(s, first, last, lead, &to->text)) < 0 ||
	    tell_whose(s, first, last, lead) < 0)
		return -1;
	to->at = s->at;
	to->whose = s->whose;
	for (size_t i = 0; s->done < last; i++, s->done++)
		s->at[i] = (uint32_t)(lead + s->word[s->done + 1] - 1 - s->word[first]);
	return 1;
}
