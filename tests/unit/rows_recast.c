/* A word in a held-out row makes no category of a column of numbers. */
#include <stdlib.h>

#include "maas/model.h"
#include "../test.h"

static int
on_bad(void *ctx, const struct maas_row *row, const char *why)
{
	(void)ctx, (void)row;
	return maas_fail("%s", why);
}

static struct maas_columns *c;

static struct maas_rowset *
load(void)
{
	static const char text[] = "colour,size,weight,height,class\nred,1,7,2,a\nblue,x,8,,b\nred,3,9,4,a\n,?,1,5,b\n";
	struct maas_table_options o = { .format = 2, .delimiter = "," };
	struct maas_table *t = maas_table_open_text(&o, NULL, "t", maas_span(text));
	struct maas_reader *r;
	struct maas_rowset *d;

	c = maas_columns_fit(t, &o, 0);
	r = maas_reader_new(c, t);
	maas_reader_gaps(r);
	d = maas_rowset_load(r, c, MAAS_TASK_CLASS, 0, on_bad, NULL);
	maas_reader_free(r);
	maas_table_close(t);
	return d;
}

static const char *
row(const struct maas_rowset *d, size_t i)
{
	static char to[200];
	size_t at = 0;

	for (size_t j = 0; j < c->numbers; j++)
		at += (size_t)snprintf(to + at, sizeof to - at, "%g ", d->x[i * c->numbers + j]);
	for (size_t w = 0; w < c->words; w++)
		at +=
		    (size_t)snprintf(to + at, sizeof to - at, "'%s' ", d->values[w].name[d->word[i * c->words + w]].s);
	return to;
}

int
main(void)
{
	const uint32_t without[] = { 0, 2, 3 }, with[] = { 0, 1 };
	struct maas_rowset *d = load();

	ok(d && c->words == 2 && c->numbers == 2, "colour and size hold words");
	ok(maas_rowset_recast(d, c, with, 2, 1) == 0 && c->words == 2, "so they do in these rows");
	ok(maas_rowset_recast(d, c, without, 3, 0) < 0, "%s", maas_error());
	ok(maas_rowset_recast(d, c, without, 3, 1) == 0 && c->words == 1 && c->numbers == 3, "size is a number");
	ok(c->column[1].role == MAAS_NUMERIC && c->column[1].from == 0 && c->column[2].from == 1, "in its place");
	is_str(row(d, 0), "1 7 2 'red' ");
	is_str(row(d, 1), "nan 8 nan 'blue' ");
	is_str(row(d, 3), "nan 1 5 '' ");
	maas_rowset_free(d);
	maas_columns_free(c);
	return done();
}
