/* Tags of words, looked over: how many words have each, and which go on with an entity that is not open. */
#include <string.h>

#include "inspect.h"

/* Words of a tag that is new are none yet. */
static int
room(struct maas_inspection *s, size_t labels)
{
	for (int k = 0; k < 2; k++) {
		if (maas_grow(&s->count[k], s->counted, &s->count_cap[k], labels - s->counted, sizeof **s->count) < 0)
			return -1;
		memset(s->count[k] + s->counted, 0, (labels - s->counted) * sizeof **s->count);
	}
	s->counted = labels;
	return 0;
}

int
inspect_tags(struct maas_inspection *s, const struct maas_row *row, struct seen_row *r)
{
	const char *p = row->tags.s, *end = p + row->tags.n, *from;
	struct maas_tag before = maas_tag_read(maas_span("")), tag;
	int64_t all = maas_names_number(&s->sentences, row->tags);
	uint32_t word = 0;

	if (all < 0)
		return -1;
	r->label = (uint32_t)all;
	for (; p < end; p++, before = tag) {
		struct maas_span text;
		int64_t number;

		for (from = p; p < end && *p != ' '; p++)
			;
		text = (struct maas_span){ from, (size_t)(p - from) };
		if ((number = maas_names_number(&s->labels, text)) < 0 ||
		    ((size_t)number >= s->counted && room(s, (size_t)number + 1) < 0))
			return -1;
		s->count[r->held_out][number]++;
		s->words += !r->held_out;
		tag = maas_tag_read(text);
		word++;
		if (r->broken == MAAS_NO_NAME && maas_tag_breaks(before, tag)) {
			r->broken = (uint32_t)number;
			r->word = word;
		}
	}
	return 0;
}

int
inspect_broken(struct maas_inspection *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct seen_row *r = &s->row[i];
		struct maas_span tag;

		if (r->broken == MAAS_NO_NAME)
			continue;
		tag = s->labels.name[r->broken];
		if (inspect_tell(s, TAG, r, NULL, "'%.*s' of word %u goes on with an entity that is not open",
			tag.n > 60 ? 60 : (int)tag.n, tag.s, r->word) < 0)
			return -1;
	}
	return 0;
}
