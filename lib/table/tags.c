/*
 * Tags of tokens, as they mark entities: B-TYPE and I-TYPE, O outside of them.  Entities are read as conlleval of the
 * CoNLL-2000 task reads them, for which IOB1 (B only where an entity follows one of its own type) and IOB2 (each begins
 * with B) are the same; E and S, the last token of an entity and its only one, come from IOBES.
 */
#include <string.h>

#include "maas/table.h"

const struct maas_tag maas_tag_outside = { 'O', { "", 0 } };

struct maas_span
maas_word_next(struct maas_span *rest)
{
	size_t n = 0;

	while (rest->n && (*rest->s == ' ' || *rest->s == '\t')) {
		rest->s++;
		rest->n--;
	}
	while (n < rest->n && rest->s[n] != ' ' && rest->s[n] != '\t')
		n++;
	rest->s += n;
	rest->n -= n;
	return (struct maas_span){ rest->s - n, n };
}

struct maas_tag
maas_tag_read(struct maas_span s)
{
	const char *dash = s.n ? memchr(s.s, '-', s.n) : NULL;

	if (!dash || dash != s.s + 1 || !strchr("BIES", *s.s) || s.n == 2)
		return maas_tag_outside;
	return (struct maas_tag){ *s.s, { dash + 1, s.n - 2 } };
}

static int
same_type(struct maas_tag a, struct maas_tag b)
{
	return a.type.n == b.type.n && (!a.type.n || !memcmp(a.type.s, b.type.s, a.type.n));
}

int
maas_tag_begins(struct maas_tag before, struct maas_tag t)
{
	if (t.place == 'O')
		return 0;
	return t.place == 'B' || t.place == 'S' || strchr("OES", before.place) || !same_type(before, t);
}

int
maas_tag_breaks(struct maas_tag before, struct maas_tag t)
{
	int open = (before.place == 'B' || before.place == 'I') && same_type(before, t);

	return (t.place == 'I' || t.place == 'E') && !open;
}

int
maas_tag_step(struct maas_tag_walk *w, struct maas_tag t, size_t at, struct maas_tag_walk *was)
{
	int begins = maas_tag_begins(w->before, t), ends = w->open && (begins || t.place == 'O');

	*was = *w;
	if (ends)
		w->open = 0;
	if (begins) {
		w->open = 1;
		w->begin = at;
		w->now = t;
	}
	w->before = t;
	return ends;
}
