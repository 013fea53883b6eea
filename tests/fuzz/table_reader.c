/*
 * Any bytes as a table: the first says the format (0: to be recognised), the second how columns are
 * asked for.  What fits is read through; the rows agree with the columns, and columns survive their file.
 */
#include <stdlib.h>
#include <string.h>

#include "maas/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static volatile double sink;

static void
use(const struct maas_columns *c, const struct maas_row *row)
{
	size_t i;

	if (row->bad)
		return;
	for (i = 0; row->x && i < c->numbers; i++)
		sink += row->x[i];
	for (i = 0; i < row->nnz; i++) {
		if (row->col[i] >= c->numbers)
			abort();
		sink += row->val[i];
	}
	for (i = 0; i < row->text.n; i++)
		sink += row->text.s[i];
	for (i = 0; i < row->label.n; i++)
		sink += row->label.s[i];
	for (i = 0; i < row->nkeep; i++)
		if (row->keep[i].n && !row->keep[i].s)
			abort();
}

/* Every row, and each text record by itself. */
static void
read_all(const struct maas_columns *c, struct maas_table *t)
{
	struct maas_reader *r = maas_reader_new(c, t), *single = maas_reader_new(c, NULL);
	struct maas_row row, one;
	int limit = 200;

	while (r && single && limit-- && maas_reader_next(r, &row) > 0) {
		use(c, &row);
		if (row.record.raw.s && maas_reader_parse(single, row.record.raw, &one) == 0)
			use(c, &one);
	}
	maas_reader_free(r);
	maas_reader_free(single);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { NULL, "1", "2", "label", "a,\"b\"" };
	struct maas_table_options o = { 0 };
	struct maas_columns *c = NULL, *again = NULL;
	struct maas_buf a = { 0 }, b = { 0 };
	struct maas_table *t;
	size_t formats = 0;

	if (n < 2)
		return 0;
	while (maas_formats[formats])
		formats++;
	o.format = data[0] % (int)(formats + 1);
	o.header = data[1] % 3;
	o.text = names[data[1] / 3 % 3];
	o.drop = names[data[1] / 9 % 5];
	o.label = names[data[1] / 45 % 5];
	t = maas_table_open_text(&o, NULL, "f", (struct maas_span){ (const char *)data + 2, n - 2 });
	if (t)
		c = maas_columns_fit(t, &o, data[0] >> 6);
	if (c && (maas_columns_write(c, &a) < 0 || !(again = maas_columns_open((struct maas_span){ a.s, a.n }))))
		abort();
	if (again && (maas_columns_write(again, &b) < 0 || a.n != b.n || memcmp(a.s, b.s, a.n)))
		abort();
	if (again && again->numbers < 1 << 20)
		read_all(again, t);
	maas_columns_free(c);
	maas_columns_free(again);
	maas_buf_free(&a);
	maas_buf_free(&b);
	maas_table_close(t);
	return 0;
}
