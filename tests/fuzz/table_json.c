/* Any bytes as JSON lines: the cells of each record are those that the parser's objects give. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "maas/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What a value is as a cell; 1 where it is null. */
static int
expected(const struct maas_json *v, struct maas_buf *to)
{
	struct maas_span text;
	double real;
	int64_t whole;
	int bad = 0;

	to->n = 0;
	switch (maas_json_type(v)) {
	case MAAS_J_NULL: return 1;
	case MAAS_J_TEXT: bad = maas_json_text(v, &text) || maas_buf_add(to, text.s, text.n); break;
	case MAAS_J_REAL: bad = maas_json_real(v, &real) || maas_json_put_real(to, real); break;
	case MAAS_J_INT: bad = maas_json_int(v, &whole) || maas_buf_printf(to, "%" PRId64, whole); break;
	default: bad = maas_json_put(to, v);
	}
	if (bad)
		abort();
	return 0;
}

static void
compare(const struct maas_record *r, const struct maas_json *j)
{
	struct maas_buf want = { 0 };
	const struct maas_json *v;
	struct maas_span key;
	void *it = NULL;
	size_t i;

	if (r->n != maas_json_size(j))
		abort();
	for (i = 0; i < r->n && (it = maas_json_next(j, it, &key, &v)); i++) {
		if (r->key[i].n != key.n || (key.n && memcmp(r->key[i].s, key.s, key.n)))
			abort();
		if (expected(v, &want)
			? r->cell[i].s != NULL
			: !r->cell[i].s || r->cell[i].n != want.n || (want.n && memcmp(r->cell[i].s, want.s, want.n)))
			abort();
	}
	maas_buf_free(&want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_table_options o = { 0 };
	struct maas_table *t;
	struct maas_record r;

	for (int i = 0; maas_formats[i]; i++)
		if (!strcmp(maas_formats[i]->name, "jsonl"))
			o.format = i + 1;
	t = maas_table_open_text(&o, NULL, "f", (struct maas_span){ (const char *)data, n });
	while (t && maas_table_next(t, &r) > 0) {
		struct maas_json *j = r.empty ? NULL : maas_json_parse(r.raw);
		int object = j && maas_json_type(j) == MAAS_J_OBJECT;

		if (!r.empty && object != !r.bad)
			abort();
		if (object)
			compare(&r, j);
		maas_json_free(j);
	}
	maas_table_close(t);
	return 0;
}
