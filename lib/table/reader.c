/* reader -- records as rows: label, text and numbers, as a model's columns say. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

struct maas_reader {
	const struct maas_columns *columns;
	struct maas_table *table;  /* borrowed; NULL */
	struct maas_table *single; /* for records that come one by one */
	size_t opened;             /* the table's input that at[] is good for; 0: none */
	long *at;                  /* cell of each column; -1: missing */
	long *keep_at;
	struct maas_arena *arena;
	struct maas_span *kept, *keep; /* their names, their cells */
	size_t nkeep;
	int gaps; /* NaN rather than bad */
	int sounds;
	double *x;
	struct maas_span *word;
	struct medium *medium; /* of each column, where there are paths; NULL */
	struct maas_buf text;
	struct maas_names cut; /* sounds that are not whole, by their paths */
	const char *said[MAAS_CUTS];
	char reason[1024];
};

void
maas_reader_gaps(struct maas_reader *r)
{
	r->gaps = 1;
}

void
maas_reader_sounds(struct maas_reader *r)
{
	r->sounds = 1;
}

size_t
maas_reader_keeps(const struct maas_reader *r)
{
	return r->nkeep;
}

struct maas_span
maas_reader_kept(const struct maas_reader *r, size_t i)
{
	return r->kept[i];
}

/* The row cannot be used, and why, with its place in front.  Returns 1, as next() does. */
static int bad(struct maas_reader *, struct maas_row *, const char *fmt, ...) MAAS_PRINTF(3, 4);
static int
bad(struct maas_reader *r, struct maas_row *row, const char *fmt, ...)
{
	char why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	maas_fail("%s:%zu: %s", row->record.name, row->record.line, why);
	snprintf(r->reason, sizeof r->reason, "%s", maas_error());
	row->bad = r->reason;
	return 1;
}

/* "field 4", "field 4 (age)", "key 'age'": where a message points at. */
static const char *
place(const struct maas_reader *r, const struct maas_row *row, size_t column, char *to, size_t n)
{
	const char *name = r->columns->column[column].name;

	if (row->record.key)
		snprintf(to, n, "key '%.60s'", name ? name : "");
	else if (name)
		snprintf(to, n, "field %ld (%.60s)", r->at[column] + 1, name);
	else
		snprintf(to, n, "field %ld", r->at[column] + 1);
	return to;
}

/* May a later table lack a column of this role? */
static int
spare(enum maas_role role)
{
	return role == MAAS_LABEL || role == MAAS_ID || role == MAAS_DROPPED;
}

/* A name of the header and where it stands. */
struct head {
	struct maas_span name;
	long at;
};

static int
by_name(const void *a, const void *b)
{
	const struct head *x = a, *y = b;

	return maas_span_compare(x->name, y->name);
}

static int
by_name_and_place(const void *a, const void *b)
{
	const struct head *x = a, *y = b;
	int c = by_name(a, b);

	return c ? c : (x->at > y->at) - (x->at < y->at);
}

/*
 * Where column i is among sorted names: -1 nowhere, -2 several are called so.  Where the model knew as many of that
 * name (all but one of them dropped), they are told apart by their order.
 */
static long
find_name(const struct maas_columns *c, size_t i, const struct head *head, size_t n)
{
	const char *name = c->column[i].name;
	const struct head key = { maas_span(name ? name : ""), 0 };
	const struct head *found = name ? bsearch(&key, head, n, sizeof *head, by_name) : NULL, *last = found;
	size_t known = 0, before = 0, j;

	if (!found)
		return -1;
	while (found > head && !by_name(found - 1, &key))
		found--;
	while (last + 1 < head + n && !by_name(last + 1, &key))
		last++;
	if (found == last)
		return found->at;
	for (j = 0; j < c->n; j++)
		if (c->column[j].name && !strcmp(c->column[j].name, name)) {
			known++;
			before += j < i;
		}
	return known == (size_t)(last - found) + 1 ? found[before].at : -2;
}

static int
bind_names(struct maas_reader *r, const struct maas_table *t)
{
	const struct maas_columns *c = r->columns;
	struct head *head = maas_alloc(t->heads, sizeof *head);
	size_t i;
	int rc = head ? 0 : -1;

	for (i = 0; head && i < t->heads; i++)
		head[i] = (struct head){ t->head[i], (long)i };
	if (head)
		qsort(head, t->heads, sizeof *head, by_name_and_place);
	for (i = 0; rc == 0 && i < c->n; i++) {
		r->at[i] = find_name(c, i, head, t->heads);
		if (r->at[i] == -1 && !spare(c->column[i].role) && t->heads == 1 && c->n > 1)
			rc = maas_fail("%s: no column '%s' in its first line, which, read as %s, has 1 (see --format)",
			    table_name(t), c->column[i].name, t->format->name);
		else if (r->at[i] == -1 && !spare(c->column[i].role))
			rc = maas_fail(
			    "%s: no column '%s' in its first line (see --header)", table_name(t), c->column[i].name);
		if (r->at[i] == -2 && c->column[i].role != MAAS_DROPPED)
			rc = maas_fail(
			    "%s: several columns called '%s' in its first line", table_name(t), c->column[i].name);
	}
	free(head);
	return rc;
}

static int
bind_keep(struct maas_reader *r, const struct maas_span *names, size_t n, const char *where)
{
	size_t i;

	for (i = 0; i < r->nkeep; i++) {
		r->keep_at[i] = column_find(names, n, r->kept[i]);
		if (r->keep_at[i] < 0 && where)
			return maas_fail_as(
			    MAAS_USAGE, "%s: no column '%.*s' to keep", where, (int)r->kept[i].n, r->kept[i].s);
	}
	return 0;
}

struct maas_reader *
maas_reader_new(const struct maas_columns *c, struct maas_table *t)
{
	struct maas_reader *r = maas_alloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->columns = c;
	r->table = t;
	if ((r->at = maas_alloc(c->n, sizeof *r->at)) && (r->arena = maas_arena_new(4096)) &&
	    (!t || !t->open || !t->heads || !c->header || bind_names(r, t) == 0))
		return r;
	maas_reader_free(r);
	return NULL;
}

int
maas_reader_keep(struct maas_reader *r, const char *cols)
{
	if (maas_list_parse(r->arena, cols, &r->kept, &r->nkeep) < 0)
		return -1;
	r->keep = maas_take(r->arena, r->nkeep, sizeof *r->keep);
	r->keep_at = maas_take(r->arena, r->nkeep, sizeof *r->keep_at);
	if (!r->keep || !r->keep_at)
		return -1;
	return r->table && r->table->open && r->table->heads
	    ? bind_keep(r, r->table->head, r->table->heads, r->table->source.name)
	    : 0;
}

/* Columns by place: all of them, all but the label, or those alone that features are made of.  0 where the number of
 * fields fits none of these. */
static int
bind_places(struct maas_reader *r, size_t fields)
{
	const struct maas_columns *c = r->columns;
	size_t labels = 0, spares = 0, at = 0, i;

	for (i = 0; i < c->n; i++) {
		labels += c->column[i].role == MAAS_LABEL;
		spares += spare(c->column[i].role) != 0;
	}
	if (fields != c->n && fields != c->n - labels && fields != c->n - spares)
		return 0;
	for (i = 0; i < c->n; i++) {
		int missing = fields == c->n  ? 0
		    : fields == c->n - labels ? c->column[i].role == MAAS_LABEL
					      : spare(c->column[i].role);

		r->at[i] = missing ? -1 : (long)at++;
	}
	return 1;
}

/* Where the columns are in this record of delimited text.  1 bound, 0 row->bad, -1. */
static int
bind_cells(struct maas_reader *r, struct maas_table *t, struct maas_row *row)
{
	const struct maas_columns *c = r->columns;
	const struct maas_record *rec = &row->record;
	int named = t->heads && c->header;

	if (t->heads && rec->n != t->heads) {
		bad(r, row, "%zu fields, its header has %zu", rec->n, t->heads);
		return 0;
	}
	if (r->opened != t->opened) {
		if (named && bind_names(r, t) < 0)
			return -1;
		if (bind_keep(r, t->heads ? t->head : NULL, rec->n, rec->name) < 0)
			return -1;
		r->opened = t->opened;
	}
	if (named || bind_places(r, rec->n))
		return 1;
	bad(r, row, "%zu fields, expected %zu", rec->n, c->n);
	return 0;
}

/* Which cell has this key; `hint` is looked at first. */
static long
find_key(const struct maas_record *rec, const char *name, size_t hint)
{
	size_t i, j;

	for (i = 0; i < rec->n; i++) {
		j = (hint + i) % rec->n;
		if (maas_span_is(rec->key[j], name))
			return (long)j;
	}
	return -1;
}

/* Columns by key; the one column of text answers to "text" as well, a nameless label to "label". */
static int
bind_keys(struct maas_reader *r, struct maas_row *row)
{
	const struct maas_columns *c = r->columns;
	const struct maas_record *rec = &row->record;
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct maas_column *col = &c->column[i];

		r->at[i] = find_key(rec, col->name ? col->name : col->role == MAAS_LABEL ? "label" : "", i);
		if (r->at[i] < 0 && col->role == MAAS_TEXTUAL && c->texts == 1)
			r->at[i] = find_key(rec, "text", i);
		if (r->at[i] < 0 && col->role == MAAS_TEXTUAL) {
			bad(r, row, "no key '%.60s'", col->name ? col->name : "text");
			return 0;
		}
		if (r->at[i] < 0 && col->role == MAAS_NUMERIC && !col->name) {
			bad(r, row, "columns without names are not found in JSON");
			return 0;
		}
	}
	return bind_keep(r, rec->key, rec->n, NULL) < 0 ? -1 : 1;
}

static int
add_number(struct maas_reader *r, struct maas_row *row, size_t i, struct maas_span cell)
{
	const struct maas_columns *c = r->columns;
	size_t at = c->column[i].from;
	char where[100];

	switch (cell_read(cell, &r->x[at])) {
	case CELL_GAP:
		if (!r->gaps && !c->fill && !cell.s)
			return bad(r, row, "%s: missing (see --impute)", place(r, row, i, where, sizeof where));
		if (!r->gaps && !c->fill)
			return bad(r, row, "%s: not a number: '%.*s' (see --impute)",
			    place(r, row, i, where, sizeof where), (int)cell.n, cell.n ? cell.s : "");
		r->x[at] = NAN;
		return 0;
	case CELL_NUMBER:
		if (isfinite(r->x[at]))
			return 0;
		return bad(r, row, "%s: not a finite number: '%.*s'", place(r, row, i, where, sizeof where),
		    cell.n > 40 ? 40 : (int)cell.n, cell.s);
	case CELL_WORD: break;
	}
	return bad(r, row, "%s: not a number: '%.*s'%s", place(r, row, i, where, sizeof where),
	    cell.n > 40 ? 40 : (int)cell.n, cell.s, c->labelled ? "" : " (see --drop)");
}

static int
add_text(struct maas_reader *r, struct maas_row *row, struct maas_span cell)
{
	if (r->columns->texts == 1) {
		row->text = cell.s ? cell : (struct maas_span){ "", 0 };
		return 0;
	}
	if ((r->text.n && maas_buf_add(&r->text, " ", 1) < 0) || maas_buf_add(&r->text, cell.s, cell.n) < 0)
		return -1;
	row->text = (struct maas_span){ r->text.s ? r->text.s : "", r->text.n };
	return 0;
}

size_t
maas_reader_cuts(const struct maas_reader *r, const char *const **said)
{
	*said = r->said;
	return r->cut.n;
}

/* A sound that is not whole stays a row, and is remembered, once: where it is named, and its path. */
static int
note_cut(struct maas_reader *r, const struct maas_sound *s, const char *where, struct maas_span path)
{
	size_t before = r->cut.n;
	char text[600];
	int n = path.n > 200 ? 200 : (int)path.n;

	if (maas_names_number(&r->cut, path) < 0)
		return -1;
	if (r->cut.n == before || before >= MAAS_CUTS)
		return 0;
	if (s->promised)
		snprintf(text, sizeof text, "%s%.*s: cut short: %zu of %zu samples are there, the rest is silence",
		    where, n, path.s, s->found, s->promised);
	else
		snprintf(text, sizeof text, "%s%.*s: cut short: it ends after %zu samples, before its last page", where,
		    n, path.s, s->found);
	return (r->said[before] = maas_take_text(r->arena, text, strlen(text))) ? 0 : -1;
}

/* The file that a cell names, as numbers.  1, or -1; row->bad where that cannot be. */
static int
add_file(struct maas_reader *r, struct maas_table *t, struct maas_row *row, size_t i, struct maas_span cell)
{
	const struct maas_column *col = &r->columns->column[i];
	const char *what = col->role == MAAS_SOUNDS ? "sound" : "picture";
	struct maas_span folder;
	struct medium *m;
	char where[100];

	place(r, row, i, where, sizeof where);
	if (!cell.s || maas_is_gap(cell))
		return bad(r, row, "%s: no path of a %s", where, what);
	if (!r->medium && !(r->medium = maas_alloc(r->columns->n, sizeof *r->medium)))
		return -1;
	m = &r->medium[i];
	m->height = col->file.height;
	m->width = col->file.width;
	m->channels = col->file.channels;
	m->mel = col->file.mel;
	m->known = 1;
	if (table_folder(t, &folder) == 0 && medium_open(m, folder, cell) == 0) {
		if (medium_take(m, r->x + col->from) == 0) {
			char line[300];

			row->sound = r->sounds && r->columns->mel.rate ? &m->sound : NULL;
			snprintf(line, sizeof line, "%s:%zu: %s: ", row->record.name, row->record.line, where);
			return m->mel.rate && m->sound.cut && note_cut(r, &m->sound, line, cell) < 0 ? -1 : 1;
		}
		(void)maas_in("%.*s", cell.n > 200 ? 200 : (int)cell.n, cell.s);
	}
	return maas_why() == MAAS_DATA || maas_why() == MAAS_NOINPUT || maas_why() == MAAS_NOPERM ||
		maas_why() == MAAS_IO
	    ? bad(r, row, "%s: %s", where, maas_error())
	    : -1;
}

static int
fill_row(struct maas_reader *r, struct maas_table *t, struct maas_row *row)
{
	const struct maas_columns *c = r->columns;
	size_t i;

	r->text.n = 0;
	for (i = 0; i < c->n; i++) {
		const struct maas_column *col = &c->column[i];
		struct maas_span cell = { NULL, 0 };

		if (r->at[i] >= 0)
			cell = row->record.cell[r->at[i]];
		switch (col->role) {
		case MAAS_NUMERIC:
			if (row->record.value && cell.s && isfinite(row->record.value[r->at[i]]))
				r->x[col->from] = row->record.value[r->at[i]];
			else if (add_number(r, row, i, cell))
				return 1;
			break;
		case MAAS_CATEGORY: r->word[col->from] = maas_is_gap(cell) ? (struct maas_span){ "", 0 } : cell; break;
		case MAAS_TEXTUAL:
			if (add_text(r, row, cell) < 0)
				return -1;
			break;
		case MAAS_LABEL: row->label = cell; break;
		case MAAS_ID: row->id = cell; break;
		case MAAS_DROPPED: break;
		case MAAS_PICTURES:
		case MAAS_SOUNDS:
			if (add_file(r, t, row, i, cell) < 0)
				return -1;
			if (row->bad)
				return 1;
			break;
		}
	}
	row->x = c->numbers ? r->x : NULL;
	row->word = c->words ? r->word : NULL;
	return 1;
}

/* Numbers as they are in the file (npy, IDX), or cells for a model of nameless numbers. */
static int
number_row(struct maas_reader *r, struct maas_row *row)
{
	const struct maas_columns *c = r->columns;
	const struct maas_record *rec = &row->record;
	size_t i;

	if (rec->n != c->numbers)
		return bad(r, row, "%zu numbers, expected %zu", rec->n, c->numbers);
	for (i = 0; i < rec->n; i++) {
		if (rec->num) {
			r->x[i] = rec->num[i];
		} else if (!rec->cell[i].s || maas_is_gap(rec->cell[i])) {
			r->x[i] = NAN;
		} else if (maas_number(rec->cell[i], &r->x[i]) < 0) {
			return bad(r, row, "field %zu: not a number: '%.*s'", i + 1,
			    rec->cell[i].n > 40 ? 40 : (int)rec->cell[i].n, rec->cell[i].s);
		}
		if (!isfinite(r->x[i]) && !((r->gaps || c->fill) && isnan(r->x[i])))
			return bad(r, row, "column %zu: not a finite number%s", i + 1,
			    isnan(r->x[i]) ? " (see --impute)" : "");
	}
	row->x = r->x;
	row->byte = rec->byte;
	row->sound = r->sounds ? rec->sound : NULL;
	return rec->sound && rec->sound->cut && note_cut(r, rec->sound, "", maas_span(rec->name)) < 0 ? -1 : 1;
}

/* A number as a text of r->text: a label, an id. */
static int
put_number(struct maas_reader *r, double v, size_t *at)
{
	*at = r->text.n;
	return cell_print(&r->text, v);
}

/* Numbers of npy and IDX by columns: features, label, id, some left out. */
static int
columns_row(struct maas_reader *r, struct maas_row *row)
{
	const struct maas_columns *c = r->columns;
	const struct maas_record *rec = &row->record;
	size_t label = SIZE_MAX, id = SIZE_MAX, i;

	if (!bind_places(r, rec->n))
		return bad(r, row, "%zu numbers, expected %zu", rec->n, c->n);
	r->text.n = 0;
	for (i = 0; i < c->n; i++) {
		enum maas_role role = c->column[i].role;
		double v = r->at[i] < 0 ? NAN : rec->num[r->at[i]];

		if (role == MAAS_NUMERIC && !isfinite(v) && !(isnan(v) && (r->gaps || c->fill)))
			return bad(
			    r, row, "column %zu: not a finite number%s", i + 1, isnan(v) ? " (see --impute)" : "");
		if (role == MAAS_NUMERIC)
			r->x[c->column[i].from] = v;
		else if ((role == MAAS_LABEL || role == MAAS_ID) && r->at[i] >= 0 &&
		    put_number(r, v, role == MAAS_LABEL ? &label : &id) < 0)
			return -1;
	}
	row->x = r->x;
	if (label != SIZE_MAX)
		row->label =
		    (struct maas_span){ r->text.s + label, (id > label && id != SIZE_MAX ? id : r->text.n) - label };
	if (id != SIZE_MAX)
		row->id =
		    (struct maas_span){ r->text.s + id, (label > id && label != SIZE_MAX ? label : r->text.n) - id };
	return 1;
}

/* libsvm: sparse for a model that learned from libsvm, spread out for one of as many numbers. */
static int
sparse_row(struct maas_reader *r, struct maas_row *row)
{
	const struct maas_columns *c = r->columns;
	const struct maas_record *rec = &row->record;
	size_t i, n = rec->n;

	while (n && rec->index[n - 1] >= c->numbers)
		n--;
	for (i = 0; i < n; i++)
		if (!isfinite(rec->num[i]))
			return bad(r, row, "index %u: not a finite number", rec->index[i] + 1);
	if (c->sparse) {
		row->nnz = n;
		row->col = rec->index;
		row->val = rec->num;
		return 1;
	}
	memset(r->x, 0, c->numbers * sizeof *r->x);
	for (i = 0; i < n; i++)
		r->x[rec->index[i]] = rec->num[i];
	row->x = r->x;
	return 1;
}

static int
all_numbers(const struct maas_columns *c)
{
	return c->numbers && !c->words && !c->texts;
}

/* A record of cells. */
static int
cell_row(struct maas_reader *r, struct maas_table *t, struct maas_row *row)
{
	const struct maas_columns *c = r->columns;
	long text;
	int rc;

	if (!c->column && c->texts) {
		text = row->record.key ? find_key(&row->record, "text", 0) : 0;
		if (text < 0 || (!row->record.key && row->record.n != 1))
			return row->record.key ? bad(r, row, "no key 'text'")
					       : bad(r, row, "%zu fields, expected 1", row->record.n);
		row->text = row->record.cell[text].s ? row->record.cell[text] : (struct maas_span){ "", 0 };
		return 1;
	}
	if (!c->column) {
		if (r->opened != t->opened &&
		    bind_keep(r, t->heads ? t->head : row->record.key, row->record.n, row->record.name) < 0)
			return -1;
		r->opened = t->opened;
		return number_row(r, row);
	}
	rc = row->record.key ? bind_keys(r, row) : bind_cells(r, t, row);
	return rc <= 0 ? rc < 0 ? -1 : 1 : fill_row(r, t, row);
}

static void
take_kept(struct maas_reader *r, struct maas_row *row)
{
	size_t i;

	for (i = 0; i < r->nkeep; i++) {
		long at = r->keep_at[i];

		if (row->record.cell && at >= 0 && (size_t)at < row->record.n)
			r->keep[i] = row->record.cell[at];
		else if (!row->record.cell && maas_span_is(r->kept[i], "label"))
			r->keep[i] = row->label;
		else
			r->keep[i] = (struct maas_span){ NULL, 0 };
	}
	row->nkeep = r->nkeep;
	row->keep = r->keep;
}

/* row->record is read; make the rest.  1 or -1. */
static int
make_row(struct maas_reader *r, struct maas_table *t, struct maas_row *row)
{
	const struct maas_columns *c = r->columns;
	const struct maas_record *rec = &row->record;
	int rc = 1;

	row->bad = rec->bad;
	if (!r->x &&
	    (!(r->x = maas_alloc(c->numbers, sizeof *r->x)) || !(r->word = maas_alloc(c->words, sizeof *r->word))))
		return -1;
	if (!rec->bad) {
		if (rec->index)
			rc = all_numbers(c) ? sparse_row(r, row)
					    : bad(r, row, "numbers alone: the model wants text or categories");
		else if (rec->num)
			rc = !all_numbers(c) ? bad(r, row, "numbers alone: the model wants text or categories")
			    : !c->column || rec->n == c->numbers ? number_row(r, row)
								 : columns_row(r, row);
		else if (t->format->cells)
			rc = cell_row(r, t, row);
		else if (c->texts && !c->numbers && !c->words)
			row->text = rec->cell[0];
		else
			rc = bad(r, row, "a text alone: the model wants columns");
		if (rc > 0 && format_is_medium(t->format))
			row->id = maas_span(rec->name);
		if (rc > 0 && rec->label.s && (!row->label.s || t->labels || t->from))
			row->label = rec->label;
		row->tags = rec->tags;
	}
	take_kept(r, row);
	return rc;
}

int
maas_reader_next(struct maas_reader *r, struct maas_row *row)
{
	int rc;

	*row = (struct maas_row){ 0 };
	if ((rc = maas_table_next(r->table, &row->record)) <= 0)
		return rc;
	return make_row(r, r->table, row);
}

/* What a single record is written in: an object is JSON, else as the model's data was. */
static void
single_format(struct maas_table *t, const struct maas_columns *c, struct maas_span s)
{
	size_t i;

	for (i = 0; i < s.n && strchr(" \t\r\n", s.s[i]) && s.s[i]; i++)
		;
	t->delimiter = c->delimiter;
	t->source.whole = 0;
	if (i < s.n && s.s[i] == '{') {
		t->format = &maas_format_jsonl;
		t->source.whole = 1;
	} else if (c->format->text && c->format != &maas_format_jsonl) {
		t->format = c->format;
	} else {
		t->format = memchr(s.n ? s.s : "", '\t', s.n) ? &maas_format_tsv : &maas_format_csv;
		t->delimiter = t->format == &maas_format_tsv ? '\t' : ',';
	}
}

int
maas_reader_parse(struct maas_reader *r, struct maas_span s, struct maas_row *row)
{
	static const struct maas_table_options none = { .header = MAAS_HEADER_NO };
	struct maas_table *t = r->single;
	int rc;

	*row = (struct maas_row){ 0 };
	if (!t && !(t = r->single = maas_alloc(1, sizeof *t)))
		return -1;
	t->options = &none;
	t->columns = r->columns;
	t->last = SIZE_MAX;
	source_close(&t->source);
	t->source.name = "input";
	t->source.memory = s;
	t->opened++;
	r->opened = 0;
	single_format(t, r->columns, s);
	row->record = (struct maas_record){ .name = t->source.name };
	rc = t->format->next(t, &row->record);
	if (rc == 0)
		return maas_fail("an empty record");
	if (rc < 0 || make_row(r, t, row) < 0)
		return -1;
	if (row->bad)
		return maas_fail("%s", row->bad);
	return t->source.memory.n ? maas_fail("more than one record, where one is wanted") : 0;
}

int
maas_reader_text(struct maas_reader *r, struct maas_span s, struct maas_row *row)
{
	*row = (struct maas_row){ .record = { .name = "input", .line = 1, .raw = s } };
	if (!r->columns->texts)
		return maas_fail("the model takes columns of numbers, not a text");
	if (r->columns->numbers + r->columns->words)
		return maas_fail("the model takes %zu columns beside the text: a row with all columns is wanted",
		    r->columns->numbers + r->columns->words);
	row->text = (struct maas_span){ s.n ? s.s : "", s.n };
	return 0;
}

void
maas_reader_forget(struct maas_reader *r)
{
	maas_buf_wipe(&r->text);
	maas_wipe(r->reason, strlen(r->reason));
	if (r->single)
		table_forget(r->single);
}

void
maas_reader_free(struct maas_reader *r)
{
	if (!r)
		return;
	maas_table_close(r->single);
	maas_arena_free(r->arena);
	maas_buf_free(&r->text);
	maas_names_free(&r->cut);
	for (size_t i = 0; r->medium && i < r->columns->n; i++)
		medium_free(&r->medium[i]);
	free(r->medium);
	free(r->at);
	free(r->x);
	free(r->word);
	free(r);
}
