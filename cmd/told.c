/* Columns as the command line says they are. */
#include <string.h>

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
	unsigned features = 1u << MAAS_NUMERIC | 1u << MAAS_CATEGORY;

	return !known(c, o->label, 1u << MAAS_LABEL) || !known(c, o->text, 1u << MAAS_TEXTUAL) ||
	    !known(c, o->features, features) ||
	    !known(c, o->drop, 1u << MAAS_DROPPED | 1u << MAAS_ID | 1u << MAAS_LABEL) ||
	    !known(c, o->id, 1u << MAAS_ID);
}

/* Feature by feature, the same names. */
static int
same_features(const struct maas_columns *a, const struct maas_columns *b)
{
	struct maas_buf x = { 0 }, y = { 0 };
	int same = a->features == b->features && !a->texts == !b->texts;

	for (size_t i = 0; i < a->features && same && a->column && b->column; i++) {
		x.n = y.n = 0;
		same = maas_columns_feature(a, i, &x) == 0 && maas_columns_feature(b, i, &y) == 0 && x.n == y.n &&
		    !memcmp(x.s, y.s, x.n);
	}
	maas_buf_free(&x);
	maas_buf_free(&y);
	return same;
}

struct maas_columns *
told_columns(struct maas_table *t, const struct maas_table_options *o, const struct maas_columns *c)
{
	struct maas_columns *found = maas_columns_fit(t, o, 0);

	if (found && !same_features(found, c)) {
		maas_fail("%zu features and %s text in the columns named, the model wants %zu and %s", found->features,
		    found->texts ? "a" : "no", c->features, c->texts ? "a text" : "none");
		maas_columns_free(found);
		return NULL;
	}
	if (found)
		found->fill = c->fill;
	return found;
}
