/* Texts as sequences of ids. */
#include <stdlib.h>
#include <string.h>

#include "maas/text.h"

#define AHEAD 16 /* bytes of text an id may stand for, before more of it is looked at */

struct maas_speller {
	struct maas_spelling how;
	struct maas_encoder *encoder;
	struct maas_ids ids;
	int32_t before, behind; /* a text's; -1: none */
	struct maas_spelt *spelt;
	size_t spelt_cap;
	/* Of words: what stands in front of one that is not the first; each one's first id, and behind the last; those
	 * that were shared out; the sequence at hand. */
	const char *joint;
	size_t *word, words, word_cap, done;
	struct maas_buf joined;
	struct maas_ids own;
	uint32_t *at;
	size_t at_cap;
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
	maas_encoder_free(s->encoder);
	maas_ids_free(&s->ids);
	free(s->spelt);
	free(s->word);
	maas_buf_free(&s->joined);
	maas_ids_free(&s->own);
	free(s->at);
	free(s);
}

void
maas_speller_forget(struct maas_speller *s)
{
	if (!s)
		return;
	maas_encoder_forget(s->encoder);
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

int
maas_speller_text(struct maas_speller *s, struct maas_span text, const int32_t **id, size_t *n, int *cut)
{
	size_t most = s->how.longest - (s->behind >= 0);

	s->ids.n = 0;
	if (s->before >= 0 && put(&s->ids, s->before) < 0)
		return -1;
	if (encode(s, text, most) < 0)
		return -1;
	if (cut)
		*cut = s->ids.n > most;
	if (s->ids.n > most)
		s->ids.n = most;
	if (s->behind >= 0 && put(&s->ids, s->behind) < 0)
		return -1;
	if (!s->ids.n && put(&s->ids, nothing(s->how.tokenizer)) < 0)
		return -1;
	*id = s->ids.id;
	*n = s->ids.n;
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

int
maas_speller_pieces(struct maas_speller *s, struct maas_span text, const struct maas_spelt **to, size_t *pieces)
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

/* Ids of a sequence that are words'. */
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

int
maas_speller_begin(struct maas_speller *s, struct maas_span text)
{
	const char *p = text.s, *end = p + text.n, *from;

	s->ids.n = s->words = s->done = 0;
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
	size_t most = room(s), first = s->done, last = first, n, lead = s->before >= 0 && s->how.longest > 1;

	if (s->done == s->words)
		return 0;
	while (first > 0 && s->word[s->done] - s->word[first - 1] <= most / 2 &&
	    s->word[s->done + 1] - s->word[first - 1] <= most)
		first--;
	while (last < s->words && s->word[last + 1] - s->word[first] <= most)
		last++;
	n = s->word[last] - s->word[first];
	s->own.n = 0;
	if (maas_grow(&s->own.id, 0, &s->own.cap, lead + n, sizeof *s->own.id) < 0 ||
	    maas_grow(&s->at, 0, &s->at_cap, last - s->done, sizeof *s->at) < 0)
		return -1;
	if (lead)
		s->own.id[0] = s->before;
	memcpy(s->own.id + lead, s->ids.id + s->word[first], n * sizeof *s->own.id);
	s->own.n = lead + n;
	*to = (struct maas_spelt_words){ s->own.id, lead + n, s->at, last - s->done };
	for (size_t i = 0; s->done < last; i++, s->done++)
		s->at[i] = (uint32_t)(lead + s->word[s->done + 1] - 1 - s->word[first]);
	return 1;
}
