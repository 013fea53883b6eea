/*
 * format_conll -- sentences as the tasks of CoNLL have them: a token a line, with what is known of it in columns behind
 * it, the last of them its tag; a blank line ends a sentence.  Columns are parted by tabs where a line has one, else by
 * blanks.  Lines that begin with -DOCSTART- are no tokens, nor are comments of CoNLL-U: lines that begin with # and
 * have no tab, in a sentence whose others have.
 */
#include <string.h>

#include "source.h"

#define DOCSTART "-DOCSTART-"

void
maas_conll_begin(struct maas_conll *c, struct maas_span raw)
{
	c->rest = raw;
	c->tabs = raw.n && memchr(raw.s, '\t', raw.n);
}

static int
is_token(const struct maas_conll *c, struct maas_span line)
{
	size_t n = strlen(DOCSTART);

	if (line.n >= n && !memcmp(line.s, DOCSTART, n) && (line.n == n || strchr(" \t", line.s[n])))
		return 0;
	return !c->tabs || !line.n || line.s[0] != '#' || memchr(line.s, '\t', line.n);
}

int
maas_conll_next(struct maas_conll *c, struct maas_span *line)
{
	const char *lf;

	if (!c->rest.n)
		return 0;
	lf = memchr(c->rest.s, '\n', c->rest.n);
	*line = (struct maas_span){ c->rest.s, lf ? (size_t)(lf - c->rest.s) : c->rest.n };
	c->rest.s += line->n + (lf != NULL);
	c->rest.n -= line->n + (lf != NULL);
	return is_token(c, *line) ? 1 : 2;
}

/* The columns of a token: how many, the first and the last of them. */
static size_t
columns(const struct maas_conll *c, struct maas_span line, struct maas_span *first, struct maas_span *last)
{
	const char *p = line.s, *end = p + line.n, *from;
	size_t n = 0;

	while (c->tabs || p < end) {
		for (; !c->tabs && p < end && *p == ' '; p++)
			;
		if (!c->tabs && p == end)
			break;
		for (from = p; p < end && *p != (c->tabs ? '\t' : ' '); p++)
			;
		*last = (struct maas_span){ from, (size_t)(p - from) };
		if (!n++)
			*first = *last;
		if (p++ == end)
			break;
	}
	return n;
}

/* NULL, or what is wrong with a token or its tag: they are parted by blanks further on. */
static const char *
fault(struct maas_span s, int tag)
{
	if (!s.n)
		return tag ? "an empty tag" : "an empty token";
	return memchr(s.s, ' ', s.n) ? (tag ? "a blank in the tag" : "a blank in the token") : NULL;
}

static int
blank(struct maas_span line)
{
	size_t i = 0;

	while (i < line.n && (line.s[i] == ' ' || line.s[i] == '\t'))
		i++;
	return i == line.n;
}

/* The lines of a sentence, up to the blank one behind it: t->joined.  1, 0 at the end, -1. */
static int
take_lines(struct maas_table *t, struct maas_record *rec)
{
	struct maas_span line;
	int rc, any = 0;

	t->joined.n = 0;
	while ((rc = source_line(&t->source, &line)) > 0) {
		if (!any++)
			rec->line = t->source.line;
		line.n -= line.n && line.s[line.n - 1] == '\r';
		if (blank(line))
			break;
		if (t->joined.n + line.n >= RECORD_MAX)
			return maas_fail("%s:%zu: a sentence of over %zu bytes: a blank line ends one", rec->name,
			    t->source.line, RECORD_MAX);
		if ((t->joined.n && maas_buf_add(&t->joined, "\n", 1) < 0) ||
		    maas_buf_add(&t->joined, line.s, line.n) < 0)
			return -1;
	}
	rec->raw = (struct maas_span){ t->joined.n ? t->joined.s : "", t->joined.n };
	return rc < 0 ? -1 : any > 0;
}

/* Tokens, or their tags, parted by a blank: appended to t->text.  0, 1 where one of them is at fault, -1. */
static int
gather(struct maas_table *t, struct maas_record *rec, int tags, size_t *tokens, size_t *wide)
{
	struct maas_conll c;
	struct maas_span line, first = { "", 0 }, last = first;
	size_t n, from = rec->line, at = from;
	const char *wrong;
	int sort;

	*tokens = *wide = 0;
	for (maas_conll_begin(&c, rec->raw); (sort = maas_conll_next(&c, &line)); at++) {
		if (sort == 2)
			continue;
		n = columns(&c, line, &first, &last);
		rec->line = at;
		if (*tokens && n != *wide)
			return table_bad(
			    t, rec, "%zu column%s, the lines before have %zu", n, n == 1 ? "" : "s", *wide);
		*wide = n;
		if ((wrong = fault(tags ? last : first, tags)))
			return table_bad(t, rec, "%s", wrong);
		if ((*tokens && maas_buf_add(&t->text, " ", 1) < 0) ||
		    maas_buf_add(&t->text, tags ? last.s : first.s, tags ? last.n : first.n) < 0)
			return -1;
		++*tokens;
	}
	rec->line = from;
	return 0;
}

static int
next(struct maas_table *t, struct maas_record *rec)
{
	size_t tokens, columns_of, at;
	int rc = take_lines(t, rec);

	if (rc <= 0)
		return rc;
	t->text.n = 0;
	if ((rc = gather(t, rec, 0, &tokens, &columns_of)))
		return rc;
	if (!tokens) {
		rec->empty = 1;
		return table_bad(t, rec, "no token");
	}
	at = t->text.n;
	if (columns_of > 1 && (rc = gather(t, rec, 1, &tokens, &columns_of)))
		return rc;
	if (table_room(t, 0, 1, 0) < 0)
		return -1;
	t->cell[0] = (struct maas_span){ t->text.s, at };
	rec->cell = t->cell;
	rec->n = 1;
	if (columns_of > 1)
		rec->tags = (struct maas_span){ t->text.s + at, t->text.n - at };
	return 1;
}

const struct maas_format maas_format_conll = {
	.name = "conll",
	.suffix = ".conll",
	.text = 1,
	.next = next,
};
