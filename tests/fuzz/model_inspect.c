/* Any bytes as rows that are looked over: the first says the task and the format. */
#include <stdlib.h>
#include <string.h>

#include "maas/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
on_finding(void *ctx, const char *sort, const char *where, const char *what)
{
	size_t *chars = ctx;

	*chars += strlen(sort) + strlen(where) + strlen(what);
	return 0;
}

/* Half of the rows as held out. */
static void
look_over(struct maas_reader *r, struct maas_inspection *s, enum maas_task task)
{
	struct maas_row row;
	size_t found, chars = 0;
	double v;
	int limit = 500;

	while (limit-- && maas_reader_next(r, &row) > 0) {
		if (row.bad || !row.label.s || (task == MAAS_TASK_REGRESS && maas_number(row.label, &v)))
			continue;
		if (maas_inspection_add(s, &row, row.record.number % 3 == 2))
			return;
	}
	if (!maas_inspection_end(s, on_finding, &chars, &found) && found && !chars)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct maas_table_options none = { 0 };
	struct maas_table_options o = none;
	struct maas_inspection *s = NULL;
	struct maas_columns *c = NULL;
	struct maas_reader *r = NULL;
	struct maas_table *t;
	enum maas_task task;

	if (n < 1)
		return 0;
	task = data[0] & 1 ? MAAS_TASK_REGRESS : MAAS_TASK_CLASS;
	o.delimiter = data[0] & 2 ? "," : NULL;
	t = maas_table_open_text(&o, NULL, "f", (struct maas_span){ (const char *)data + 1, n - 1 });
	if (t && (c = maas_columns_fit(t, &o, 0)) && c->numbers < 1 << 12 && c->labelled &&
	    (r = maas_reader_new(c, t)) && (s = maas_inspection_new(c, task, data[0] & 4))) {
		maas_reader_gaps(r);
		look_over(r, s, task);
	}
	maas_inspection_free(s);
	maas_reader_free(r);
	maas_columns_free(c);
	maas_table_close(t);
	return 0;
}
