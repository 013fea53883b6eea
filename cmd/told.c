/* Columns as the command line says they are. */
#include <string.h>

#include "maas/text.h"
#include "told.h"

/* The column that an item of a list names; NULL: none. */
static const struct maas_column *
find(const struct maas_columns *c, struct maas_span item)
{
	int64_t number;

	for (size_t i = 0; i < c->n; i++)
		if (c->column[i].name && maas_span_is(item, c->column[i].name))
			return &c->column[i];
	if (maas_parse_int(item, &number) == 0 && number >= 1 && (uint64_t)number <= c->n)
		return &c->column[number - 1];
	return NULL;
}

/* Are the columns of the list known as such? */
static int
known(const struct maas_columns *c, const char *list, unsigned roles)
{
	struct maas_arena *a = maas_arena_new(4096);
	struct maas_span *item;
	size_t n = 0;
	int all = list && c->column && a && maas_list_parse(a, list, &item, &n) == 0;

	for (size_t i = 0; i < n && all; i++) {
		const struct maas_column *column = find(c, item[i]);

		all = column && roles >> column->role & 1;
	}
	maas_arena_free(a);
	return !list || all;
}

int
told_otherwise(const struct maas_table_options *o, const struct maas_columns *c)
{
	unsigned features = 1u << MAAS_NUMERIC | 1u << MAAS_CATEGORY | 1u << MAAS_PICTURES | 1u << MAAS_SOUNDS;

	return !known(c, o->label, 1u << MAAS_LABEL) || !known(c, o->text, 1u << MAAS_TEXTUAL) ||
	    !known(c, o->picture, 1u << MAAS_PICTURES) || !known(c, o->sound, 1u << MAAS_SOUNDS) ||
	    !known(c, o->features, features) ||
	    !known(c, o->drop, 1u << MAAS_DROPPED | 1u << MAAS_ID | 1u << MAAS_LABEL) ||
	    !known(c, o->id, 1u << MAAS_ID);
}

/* Of one role, in order: the next column from *i on; NULL: none. */
static const struct maas_column *
next(const struct maas_columns *c, enum maas_role role, size_t *i)
{
	while (*i < c->n)
		if (c->column[(*i)++].role == role)
			return &c->column[*i - 1];
	return NULL;
}

/* As many numbers, categories and texts, of the same names where both have any. */
static int
same_columns(const struct maas_columns *a, const struct maas_columns *b)
{
	static const enum maas_role roles[] = { MAAS_NUMERIC, MAAS_CATEGORY, MAAS_PICTURES, MAAS_SOUNDS };
	int same = a->numbers == b->numbers && a->words == b->words && !a->texts == !b->texts;

	for (size_t k = 0; k < MAAS_COUNT(roles) && a->column && b->column; k++) {
		const struct maas_column *x, *y;
		size_t i = 0, j = 0;

		while (same && (x = next(a, roles[k], &i)) && (y = next(b, roles[k], &j)))
			same = !x->name || !y->name || !strcmp(x->name, y->name);
	}
	return same;
}

struct maas_columns *
told_columns(struct maas_table *t, const struct maas_table_options *o, const struct maas_columns *c)
{
	struct maas_columns *found = maas_columns_fit(t, o, 0);

	if (found && !same_columns(found, c)) {
		maas_fail(
		    "%zu numbers, %zu categories and %s text in the columns named, the model wants %zu, %zu and %s",
		    found->numbers, found->words, found->texts ? "a" : "no", c->numbers, c->words,
		    c->texts ? "a text" : "none");
		maas_columns_free(found);
		return NULL;
	}
	if (found)
		found->fill = c->fill; /* gaps are no fault where the model fills them */
	return found;
}

int
told_text(const struct call *c, const char *option)
{
	char name[64];

	for (const struct maas_field *f = maas_vectorizer_fields; f->type; f++)
		if (typed(c, f->name)) {
			maas_field_name(f, name, sizeof name);
			return maas_fail_as(MAAS_USAGE,
			    "--%s and %s exclude each other: the vectoriser knows how texts are taken apart", name,
			    option);
		}
	return 0;
}

void
told_cuts(const struct call *c, const struct maas_reader *r)
{
	const char *const *said;
	size_t n = maas_reader_cuts(r, &said);

	for (size_t i = 0; i < n && i < MAAS_CUTS; i++)
		warn(c, "%s", said[i]);
	if (n > MAAS_CUTS)
		warn(c, "%zu more sounds are cut short", n - MAAS_CUTS);
}
