/* format_jsonl -- an object a line; its members are the cells, their keys the columns' names. */
#include <inttypes.h>
#include <string.h>

#include "source.h"

/* The value as a cell: text as it is, null none, anything else as JSON writes it. */
static int
value(struct maas_table *t, const struct maas_json *v, struct piece *p, struct maas_span *cell)
{
	double real;
	int64_t whole;
	int rc;

	*p = (struct piece){ 0, 0, 0 };
	*cell = (struct maas_span){ NULL, 0 };
	if (maas_json_type(v) == MAAS_J_NULL)
		return 0;
	if (maas_json_type(v) == MAAS_J_TEXT)
		return maas_json_text(v, cell);
	p->moved = 1;
	p->at = t->text.n;
	if (maas_json_type(v) == MAAS_J_REAL && maas_json_real(v, &real) == 0)
		rc = maas_json_put_real(&t->text, real);
	else if (maas_json_type(v) == MAAS_J_INT && maas_json_int(v, &whole) == 0)
		rc = maas_buf_printf(&t->text, "%" PRId64, whole);
	else
		rc = maas_json_put(&t->text, v);
	p->n = t->text.n - p->at;
	return rc;
}

static int
members(struct maas_table *t, struct maas_record *rec)
{
	size_t n = maas_json_size(t->json), i = 0;
	const struct maas_json *v;
	struct maas_span key;
	void *it = NULL;

	if (table_room(t, 0, n, 1) < 0 || maas_grow(&t->piece, 0, &t->piece_cap, n + 1, sizeof *t->piece) < 0)
		return -1;
	t->text.n = 0;
	while (i < n && (it = maas_json_next(t->json, it, &key, &v))) {
		t->key[i] = key;
		if (value(t, v, &t->piece[i], &t->cell[i]) < 0)
			return -1;
		i++;
	}
	for (n = i, i = 0; i < n; i++)
		if (t->piece[i].moved)
			t->cell[i] = (struct maas_span){ t->text.s + t->piece[i].at, t->piece[i].n };
	rec->n = n;
	rec->cell = t->cell;
	rec->key = t->key;
	return json_flat_learn(t, n) < 0 ? -1 : 1;
}

static int
next_jsonl(struct maas_table *t, struct maas_record *rec)
{
	int rc = table_line(t, rec, 1);

	if (rc > 0 && !rec->bad && strspn(rec->raw.s, " \t") >= rec->raw.n) {
		rec->empty = 1;
		return table_bad(t, rec, "an empty line");
	}
	if (rc <= 0 || rec->bad)
		return rc;
	if ((rc = json_flat(t, rec)))
		return rc;
	maas_json_free(t->json);
	t->json = maas_json_parse(rec->raw);
	if (!t->json)
		return table_bad(t, rec, "%s", maas_error());
	if (maas_json_type(t->json) != MAAS_J_OBJECT)
		return table_bad(t, rec, "not a JSON object");
	return members(t, rec);
}

const struct maas_format maas_format_jsonl = {
	.name = "jsonl",
	.suffix = ".jsonl .ndjson",
	.text = 1,
	.cells = 1,
	.next = next_jsonl,
};
