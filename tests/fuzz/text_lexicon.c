/* The bytes of a kept lexicon are a stranger's: opened, asked, and never believed. */
#include <stdlib.h>

#include "maas/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void
check(const struct maas_lexicon *l, const struct maas_spelt_text *t)
{
	size_t ids = t->bag ? t->bag[t->n] : t->n;

	if (!t->n)
		abort();
	for (size_t i = 0; i < ids; i++)
		if (t->id[i] < 0 || (size_t)t->id[i] >= maas_lexicon_size(l))
			abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static const char text[] = "The cat's m\xc3\xa4t, \xe5\x8c\x97\xe4\xba\xac \xff 2008\xe5\xae\x89 a dog";
	struct maas_lexicon *l = maas_lexicon_open((struct maas_span){ (const char *)data, n });
	struct maas_spelling how = { .lexicon = l, .longest = 12, .words = l && maas_lexicon_tagged(l) };
	struct maas_speller *s = l ? maas_speller_new(&how) : NULL;
	struct maas_span whole = { text, sizeof text - 1 };
	const struct maas_spelt *piece;
	struct maas_spelt_words w;
	struct maas_spelt_text t;
	size_t pieces;

	if (s && how.words && maas_speller_begin(s, whole) == 0)
		while (maas_speller_next(s, &w) > 0)
			check(l, &w.text);
	if (s && !how.words && maas_speller_text(s, whole, &t) == 0) {
		check(l, &t);
		if (maas_speller_pieces(s, whole, &piece, &pieces) == 0)
			for (size_t i = 0; i < pieces; i++)
				if (piece[i].start > piece[i].end || piece[i].end > whole.n || piece[i].to > t.n)
					abort();
	}
	for (size_t i = 0; l && i < maas_lexicon_size(l) && i < 100; i++)
		if ((size_t)maas_lexicon_find(l, maas_lexicon_term(l, (int32_t)i)) >= maas_lexicon_size(l))
			abort();
	maas_speller_free(s);
	maas_lexicon_free(l);
	return 0;
}
