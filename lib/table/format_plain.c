/* format_plain -- a text a line, alone or behind fastText's __label__x. */
#include <string.h>

#include "source.h"

#define PREFIX "__label__"

static int
whole(struct maas_table *t, struct maas_record *rec, struct maas_span text)
{
	if (table_room(t, 0, 1, 0) < 0)
		return -1;
	t->cell[0] = text;
	rec->cell = t->cell;
	rec->n = 1;
	return 1;
}

static int
next_text(struct maas_table *t, struct maas_record *rec)
{
	int rc = table_line(t, rec, 0);

	return rc <= 0 || rec->bad ? rc : whole(t, rec, rec->raw);
}

static int
labelled(struct maas_span s)
{
	return s.n >= strlen(PREFIX) && !memcmp(s.s, PREFIX, strlen(PREFIX));
}

static int
next_fasttext(struct maas_table *t, struct maas_record *rec)
{
	struct maas_span s;
	size_t n;
	int rc = table_line(t, rec, 1);

	if (rc <= 0 || rec->bad)
		return rc;
	s = rec->raw;
	if (labelled(s)) {
		for (n = strlen(PREFIX); n < s.n && s.s[n] != ' ' && s.s[n] != '\t'; n++)
			;
		rec->label = (struct maas_span){ s.s + strlen(PREFIX), n - strlen(PREFIX) };
		while (n < s.n && (s.s[n] == ' ' || s.s[n] == '\t'))
			n++;
		s = (struct maas_span){ s.s + n, s.n - n };
		if (labelled(s))
			return table_bad(t, rec, "a second %s: one label a line", PREFIX);
	}
	return whole(t, rec, s);
}

const struct maas_format maas_format_text = {
	.name = "text",
	.suffix = "",
	.text = 1,
	.next = next_text,
};
const struct maas_format maas_format_fasttext = {
	.name = "fasttext",
	.suffix = "",
	.text = 1,
	.next = next_fasttext,
};
