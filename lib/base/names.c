/* Different texts, numbered in the order they came: labels, words of a table, types of entities. */
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"

static int
widen(struct maas_names *s)
{
	size_t slots = s->slots ? 2 * s->slots : 64;
	uint32_t *slot = maas_alloc(slots, sizeof *slot);

	if (!slot)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		size_t at = maas_hash(s->name[i].s, s->name[i].n, 0) & (slots - 1);

		while (slot[at])
			at = (at + 1) & (slots - 1);
		slot[at] = (uint32_t)i + 1;
	}
	free(s->slot);
	s->slot = slot;
	s->slots = slots;
	return 0;
}

int64_t
maas_names_number(struct maas_names *s, struct maas_span text)
{
	size_t at;

	if (!s->arena && !(s->arena = maas_arena_new(1 << 12)))
		return -1;
	if (2 * s->n >= s->slots && widen(s) < 0)
		return -1;
	at = maas_hash(text.n ? text.s : "", text.n, 0) & (s->slots - 1);
	for (; s->slot[at]; at = (at + 1) & (s->slots - 1)) {
		const struct maas_span *known = &s->name[s->slot[at] - 1];

		if (known->n == text.n && (!text.n || !memcmp(known->s, text.s, text.n)))
			return s->slot[at] - 1;
	}
	if (s->n == UINT32_MAX - 1)
		return maas_fail("more than %zu different texts", s->n);
	if (maas_grow(&s->name, s->n, &s->cap, 1, sizeof *s->name) < 0)
		return -1;
	s->name[s->n].n = text.n;
	if (!(s->name[s->n].s = maas_take_text(s->arena, text.n ? text.s : "", text.n)))
		return -1;
	s->slot[at] = (uint32_t)++s->n;
	return (int64_t)s->n - 1;
}

void
maas_names_free(struct maas_names *s)
{
	maas_arena_free(s->arena);
	free(s->name);
	free(s->slot);
}
