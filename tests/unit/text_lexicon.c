/* Lexicons: what places of a text are made of, which ids they have, and where they stand. */
#include <stdlib.h>

#include "maas/text.h"
#include "../test.h"

#define AN   "\xe5\xae\x89" /* U+5B89 */
#define BEI  "\xe5\x8c\x97" /* U+5317 */
#define JING "\xe4\xba\xac" /* U+4EAC */

static struct maas_lexicon *
learn(int how, int tagged, const char *min_df, long most, const char *const *text, size_t n)
{
	struct maas_lexicon_options o = {
		.analyzer = how, .tagged = tagged, .lowercase = 1, .min_df = min_df, .max_features = most
	};
	struct maas_span span[16];

	for (size_t i = 0; i < n; i++)
		span[i] = maas_span(text[i]);
	return maas_lexicon_fit(&o, span, n, NULL);
}

/* "the|cat|.": each place by its terms, those of one parted by +; unknown ones as ?; in brackets what stands there. */
static const char *
told(const struct maas_lexicon *l, size_t longest, const char *text)
{
	static char line[600];
	struct maas_speller *s = maas_speller_new(&(struct maas_spelling){ .lexicon = l, .longest = longest });
	const struct maas_spelt *p = NULL;
	struct maas_spelt_text t = { 0 };
	size_t n = 0, at = 0;

	line[0] = '\0';
	if (!s || maas_speller_text(s, maas_span(text), &t))
		return maas_error();
	for (size_t i = 0; i < t.n; i++)
		for (size_t k = t.bag ? t.bag[i] : i; k < (t.bag ? t.bag[i + 1] : i + 1); k++) {
			struct maas_span term = maas_lexicon_term(l, t.id[k]);

			at += (size_t)snprintf(line + at, sizeof line - at, "%s%.*s",
			    k > (t.bag ? t.bag[i] : i) ? "+"
				: i                    ? "|"
						       : "",
			    term.n ? (int)term.n : 1, term.n ? term.s : "?");
		}
	if (t.cut)
		at += (size_t)snprintf(line + at, sizeof line - at, " ...");
	if (maas_speller_pieces(s, maas_span(text), &p, &n))
		return maas_error();
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(line + at, sizeof line - at, "%s%.*s%s", i ? "|" : " [",
		    (int)(p[i].end - p[i].start), text + p[i].start, i + 1 < n ? "" : "]");
	maas_speller_forget(s);
	maas_speller_free(s);
	return line;
}

static void
check_words(void)
{
	static const char *const text[] = { "The cat's hat, the cat", "A cat. A HAT!", "the rare" };
	struct maas_lexicon *l = learn(MAAS_BY_WORD, 0, "1", 0, text, 3),
			    *few = learn(MAAS_BY_WORD, 0, "2", 2, text, 3);

	is_str(told(l, 9, "the CAT'S hat ran..."), "the|cat's|hat|?|.|.|. [the|CAT'S|hat|ran|.|.|.]");
	is_str(told(l, 3, "the cat, the"), "the|cat|, ... [the|cat|,]");
	is_str(
	    told(l, 9, "'the' caf\xc3\xa9 cafe\xcc\x81 \xff"), "?|the|?|?|?|? ['|the|'|caf\xc3\xa9|cafe\xcc\x81|\xff]");
	is_str(told(l, 9, " "), "?");
	ok(maas_lexicon_size(few) == 3, "the two commonest that are in two texts: %zu ids", maas_lexicon_size(few));
	is_str(told(few, 9, "the cat has a hat"), "the|cat|?|?|? [the|cat|has|a|hat]");
	ok(maas_lexicon_find(l, maas_span("CAT")) > 0 && maas_lexicon_find(l, maas_span("dog")) == 0, "found as read");
	ok(!learn(MAAS_BY_WORD, 0, "4", 0, text, 3), "%s", maas_error());
	maas_lexicon_free(l);
	maas_lexicon_free(few);
}

static void
check_characters(void)
{
	static const char *const text[] = { "ab  c\t\xe2\x80\x83 " BEI, "\xc4\xb0" };
	struct maas_lexicon *l = learn(MAAS_BY_CHAR, 0, "1", 0, text, 2);

	is_str(told(l, 9, " a \n " BEI "b x"), "a| |" BEI "|b| |? [a| \n |" BEI "|b| |x]");
	is_str(told(l, 9,
		   "\xc4\xb0"
		   "a"),
	    "i|\xcc\x87|a [\xc4\xb0|a]");
	maas_lexicon_free(l);
}

static void
check_pairs(void)
{
	static const char *const text[] = { BEI JING " 2008 ok", AN BEI JING };
	struct maas_lexicon *l = learn(MAAS_BY_AUTO, 0, "1", 0, text, 2);

	ok(l && maas_lexicon_analyzer(l) == MAAS_BY_CJK, "texts of Han characters are read by them");
	is_str(told(l, 9, "OK," BEI JING "2008" AN AN),
	    "ok|?|" BEI "+" BEI JING "|" JING "|2008|" AN "|" AN " [OK|,|" BEI "|" JING "|2008|" AN "|" AN "]");
	is_str(told(l, 9, "\xef\xbc\x92\xef\xbc\x90\xef\xbc\x90\xef\xbc\x98\xe3\x80\x80\xef\xbc\xaf\xef\xbc\xab"),
	    "2008|ok [\xef\xbc\x92\xef\xbc\x90\xef\xbc\x90\xef\xbc\x98|\xef\xbc\xaf\xef\xbc\xab]");
	is_str(told(l, 2, BEI JING BEI), BEI "+" BEI JING "|" JING " ... [" BEI "|" JING "]");
	maas_lexicon_free(l);
}

/* Words that are tagged: a place each, whatever they are made of; windows of a long text. */
static void
check_tagged(void)
{
	static const char *const text[] = { "U.S. troops left", "U.S. , left" };
	struct maas_lexicon *l = learn(MAAS_BY_AUTO, 1, "1", 0, text, 2);
	struct maas_speller *s = maas_speller_new(&(struct maas_spelling){ .lexicon = l, .longest = 4, .words = 1 });
	struct maas_spelt_words w;
	size_t asked = 0, lead = 0;
	int rc = s ? maas_speller_begin(s, maas_span(" u.s. left  troops\tU.S. x \xff , left troops left")) : -1;

	while (rc == 0 && maas_speller_next(s, &w) > 0) {
		for (size_t i = 0; i < w.words; i++, asked++)
			if (asked == 3 || asked == 6)
				ok(maas_lexicon_find(l, maas_span(asked == 3 ? "U.S." : ",")) ==
					w.text.id[w.text.bag ? w.text.bag[w.at[i]] : w.at[i]],
				    "word %zu is what stands there", asked);
		lead += w.text.n - w.words;
	}
	ok(asked == 10 && lead > 0, "each of %zu words once, %zu are there to be seen beside", asked, lead);
	maas_speller_free(s);
	maas_lexicon_free(l);
}

/* What is kept opens again; what is no lexicon is refused. */
static void
check_kept(void)
{
	static const char *const text[] = { "one two", "two three" };
	struct maas_lexicon *l = learn(MAAS_BY_WORD, 0, "1", 0, text, 2), *again = NULL;
	struct maas_buf b = { 0 };

	ok(l && !maas_lexicon_compile(l, &b) && (again = maas_lexicon_open((struct maas_span){ b.s, b.n })),
	    "what is kept opens");
	is_str(told(again, 9, "two one four"), "two|one|? [two|one|four]");
	ok(maas_lexicon_term(again, 0).n == 0 && maas_lexicon_term(again, 99).n == 0, "an id that is none is no term");
	maas_lexicon_free(again);
	for (size_t i = 0; i < b.n; i += 7)
		ok(!maas_lexicon_open((struct maas_span){ b.s, i }), "%zu bytes of it: %s", i, maas_error());
	b.s[8] = 9;
	ok(!maas_lexicon_open((struct maas_span){ b.s, b.n }), "%s", maas_error());
	maas_buf_free(&b);
	maas_lexicon_free(l);
}

int
main(void)
{
	check_words();
	check_characters();
	check_pairs();
	check_tagged();
	check_kept();
	return done();
}
