/* A folded text as a network reads it: places one after the other, each a term or several. */
#include "lexicon.h"

/* Does a word go on with this character?  A mark belongs to the letter before it. */
static int
goes_on(int32_t cp)
{
	return is_wordy(cp) || (cp >= 0x80 && maas_unicode_class(cp) == MAAS_C_MARK);
}

static int
apostrophe(int32_t cp)
{
	return cp == '\'' || cp == 0x2019;
}

/* The end of the word that began with a letter before p: letters and what stands between two of them. */
static const char *
word_end(const char *p, const char *end, int cjk)
{
	const char *next = p, *behind;

	while (next < end) {
		int32_t cp = maas_utf8_next(&next, end);

		if (apostrophe(cp) && next < end) {
			behind = next;
			cp = maas_utf8_next(&behind, end);
			if (!is_wordy(cp) || (cjk && maas_unicode_cjk(cp)))
				break;
		} else if (!goes_on(cp) || (cjk && maas_unicode_cjk(cp))) {
			break;
		}
		p = next;
	}
	return p;
}

/* Words and what stands between them; with cjk each character of those scripts, and the pair that it begins. */
static int
words(struct terms *t, int cjk)
{
	const char *p = t->fold.s, *end = p + t->fold.n;

	while (p < end) {
		const char *at = p, *next;
		int32_t cp = maas_utf8_next(&p, end);

		if (is_blank(cp))
			continue;
		if (cjk && maas_unicode_cjk(cp)) {
			next = p;
			if (terms_put(t, at, (size_t)(p - at), 1) < 0 ||
			    (p < end && maas_unicode_cjk(maas_utf8_next(&next, end)) &&
				terms_put(t, at, (size_t)(next - at), 0) < 0))
				return -1;
			continue;
		}
		if (is_wordy(cp))
			p = word_end(p, end, cjk);
		if (terms_put(t, at, (size_t)(p - at), 1) < 0)
			return -1;
	}
	return 0;
}

/* Characters; of white space the first of a run, as a blank, none at either end. */
static int
characters(struct terms *t)
{
	const char *p = t->fold.s, *end = p + t->fold.n;
	char *blank = NULL;

	for (int any = 0; p < end;) {
		size_t at = (size_t)(p - t->fold.s);

		if (is_blank(maas_utf8_next(&p, end))) {
			blank = blank ? blank : t->fold.s + at;
			continue;
		}
		if (blank && any) {
			*blank = ' ';
			if (terms_put(t, blank, 1, 1) < 0)
				return -1;
		}
		if (terms_put(t, t->fold.s + at, (size_t)(p - t->fold.s) - at, 1) < 0)
			return -1;
		blank = NULL;
		any = 1;
	}
	return 0;
}

/* Words as they are told apart by blanks and tabs, each with what is inside. */
static int
told(struct terms *t)
{
	const char *p = t->fold.s, *end = p + t->fold.n;

	while (p < end) {
		const char *at = p;

		while (p < end && *p != ' ' && *p != '\t')
			p++;
		if (p > at && (terms_put(t, at, (size_t)(p - at), 1) < 0 || terms_inside(t, at, (size_t)(p - at)) < 0))
			return -1;
		p++;
	}
	return 0;
}

int
terms_read(struct terms *t)
{
	t->base = t->fold.s;
	t->origin = t->fold_at;
	t->join.n = 0;
	switch (t->rules.analyzer) {
	case READ_CHAR: return characters(t);
	case READ_TOLD: return told(t);
	default: return words(t, t->rules.analyzer == READ_CJK);
	}
}
