/* Parameters that are not learnt, by patterns of their names. */
#include <fnmatch.h>
#include <string.h>

#include "tape.h"

struct maas_frozen {
	const char *all; /* as they were given */
	size_t n;
	struct {
		const char *text;
		size_t hits;
	} pattern[];
};

static size_t
count(const char *patterns)
{
	size_t n = 1;

	for (; *patterns; patterns++)
		n += *patterns == ',';
	return n;
}

int
maas_tape_freeze(struct maas_tape *t, const char *patterns)
{
	size_t room = count(patterns);
	struct maas_frozen *f = maas_take(t->arena, 1, sizeof *f + room * sizeof f->pattern[0]);

	if (!f || !(f->all = maas_take_text(t->arena, patterns, strlen(patterns))))
		return -1;
	for (const char *p = patterns; *p; p += *p == ',') {
		size_t n = strcspn(p, ",");

		if (n && !(f->pattern[f->n++].text = maas_take_text(t->arena, p, n)))
			return -1;
		p += n;
	}
	t->frozen = f;
	return 0;
}

int
tape_freezes(struct maas_tape *t, const char *name)
{
	int hit = 0;

	for (size_t i = 0; t->frozen && i < t->frozen->n; i++)
		if (!fnmatch(t->frozen->pattern[i].text, name, 0)) {
			t->frozen->pattern[i].hits++;
			hit = 1;
		}
	return hit;
}

int
maas_tape_frozen(const struct maas_tape *t)
{
	const struct maas_node *first = NULL, *last = NULL;
	int learns = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->node[i]->flags & MAAS_PARAM) {
			first = first ? first : t->node[i];
			last = t->node[i];
			learns |= (last->flags & MAAS_WANTS_GRAD) != 0;
		}
	for (size_t i = 0; first && t->frozen && i < t->frozen->n; i++)
		if (!t->frozen->pattern[i].hits)
			return maas_fail_as(MAAS_USAGE,
			    "freeze: no parameter is called '%s'; the first is %s, the last %s",
			    t->frozen->pattern[i].text, first->name, last->name);
	if (learns || !t->frozen)
		return 0;
	return maas_fail_as(MAAS_USAGE, "freeze: '%s' leaves nothing to learn", t->frozen->all);
}
