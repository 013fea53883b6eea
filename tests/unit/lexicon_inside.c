/* What is inside words whose tags are asked for: terms of a lexicon that knows all of one text. */
#include <string.h>

#include "maas/text.h"
#include "../test.h"

static const struct maas_lexicon_options all = { .analyzer = MAAS_BY_WORD, .tagged = 1, .lowercase = 1, .min_df = "1" };

/* The terms of a text in their order, parted by bars; a tab as T, a blank as _. */
static const char *
terms(const char *text, size_t n)
{
	static char line[2000];
	struct maas_span s = { text, n };
	struct maas_lexicon *l = maas_lexicon_fit(&all, &s, 1, NULL);
	size_t at = 0;

	line[0] = '\0';
	if (!l)
		return maas_error();
	for (size_t i = 1; i < maas_lexicon_size(l) && at < sizeof line - 100; i++) {
		struct maas_span t = maas_lexicon_term(l, (int32_t)i);

		at += (size_t)snprintf(line + at, sizeof line - at, "%s%.*s", i > 1 ? "|" : "", (int)t.n, t.s);
	}
	maas_lexicon_free(l);
	for (char *p = line; *p; p++)
		*p = *p == '\t' ? 'T' : *p == ' ' ? '_' : *p;
	return line;
}

/* Each term stands for itself: of a word that was not learnt from, the parts that were. */
static void
check_unknown(void)
{
	struct maas_span learnt = maas_span("Burgsky"), other = maas_span("xx Bursky");
	struct maas_lexicon *l = maas_lexicon_fit(&all, &learnt, 1, NULL);
	const struct maas_spelling how = { .lexicon = l, .longest = 4, .words = 1 };
	struct maas_speller *s = l ? maas_speller_new(&how) : NULL;
	struct maas_spelt_words w = { .words = 0 };
	char line[300] = "";
	size_t at = 0;

	if (!s || maas_speller_begin(s, other) < 0 || maas_speller_next(s, &w) != 1) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(w.words == 2 && w.text.n == 2 && w.text.bag[0] == 0 && w.text.id[0] == 0 && w.text.bag[1] == 1,
	    "of a word without a known part there is the unknown alone");
	ok(w.text.id[1] == 0, "a word that is unknown is, whatever its parts are");
	for (size_t i = 2; i < w.text.bag[2]; i++) {
		struct maas_span t = maas_lexicon_term(l, w.text.id[i]);

		at += (size_t)snprintf(line + at, sizeof line - at, "%s%.*s", i > 2 ? "|" : "", (int)t.n, t.s);
	}
	is_str(line, "  Bu| Bur| sky| ky |  B| y |  Bur| sky |\tXx");
	maas_speller_free(s);
	maas_lexicon_free(l);
}

/* Long words: no more than there is room for, and the beginning of it is that of others. */
static void
check_long(void)
{
	static char text[200000];
	struct maas_span s = { text, sizeof text };
	struct maas_lexicon *l;
	const char *whole = text;
	const struct maas_spelling *how;
	struct maas_speller *speller;
	struct maas_spelt_words w = { .words = 0 };
	size_t words = 0, most = 0;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i % 199 == 198 ? ' ' : 'a' + (char)(i * i / 7 % 26));
	l = maas_lexicon_fit(&all, &s, 1, NULL);
	how = &(struct maas_spelling){ .lexicon = l, .longest = 100, .words = 1 };
	speller = l ? maas_speller_new(how) : NULL;
	if (!speller || maas_speller_begin(speller, (struct maas_span){ whole, sizeof text }) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	while (maas_speller_next(speller, &w) > 0) {
		words += w.words;
		for (size_t i = 0; i < w.text.n; i++)
			most = w.text.bag[i + 1] - w.text.bag[i] > most ? w.text.bag[i + 1] - w.text.bag[i] : most;
	}
	ok(words == (sizeof text + 198) / 199, "%zu words", words);
	ok(most > 30 && most <= maas_lexicon_most(MAAS_BY_WORD, 1), "%zu ids of one at most", most);
	maas_speller_free(speller);
	maas_lexicon_free(l);
}

int
main(void)
{
	is_str(terms("a", 1), "Tx|__a|__a_|_a_|a");
	is_str(terms("Ab", 2), "TXx|__A|__Ab|_Ab_|_b_|Ab");
	is_str(terms("U.S.", 4), "TX.X.|__U|__U.|__U.S|__U.S.|_._|_.S.|_.S._|_S._|_U.S|_U.S._|U.S.");
	is_str(
	    terms("iPhone4", 7), "TxXxd|__i|__iP|__iPh|__iPho|_4_|_Pho|_e4_|_hon|_iPh|_ne4|_ne4_|_one|_one4_|iPhone4");
	is_str(terms("\xc3\x89t\xc3\xa9", 5),
	    "TXx|__\xc3\x89|__\xc3\x89t|__\xc3\x89t\xc3\xa9|_t\xc3\xa9_|_\xc3\x89t\xc3\xa9|_\xc3\x89t\xc3\xa9_|"
	    "_\xc3\xa9_|\xc3\x89t\xc3\xa9");
	is_str(terms("20-2", 4), "Td-d|__2|__20|__20-|__20-2|_-2_|_0-2|_0-2_|_2_|_20-|_20-2_|20-2");
	is_str(terms("\xe4\xb8\xad\xe5\x9b\xbd", 6),
	    "Tx|__\xe4\xb8\xad|__\xe4\xb8\xad\xe5\x9b\xbd|_\xe4\xb8\xad\xe5\x9b\xbd_|_\xe5\x9b\xbd_|"
	    "\xe4\xb8\xad\xe5\x9b\xbd");
	is_str(terms("\xff", 1), "T\xef\xbf\xbd|__\xef\xbf\xbd|__\xef\xbf\xbd_|_\xef\xbf\xbd_|\xef\xbf\xbd");
	is_str(terms("ana\tana", 7), "Tx|__a|__an|__ana|_a_|_ana|_ana_|_na_|ana");
	is_str(terms("   ", 3), "no term of 0 is in as many texts as --min-df 1 wants");
	check_unknown();
	check_long();
	return done();
}
