/*
 * columns -- what the columns of a table are to a model.  A scan gathers what was seen in each;
 * roles then go by what the user said, and by the defaults for what was left unsaid.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "source.h"

#define KEYS_MAX  ((size_t)1 << 14) /* of JSON lines */
#define UNCLAIMED (-1)
#define FEATURE   (-2)

/* What was seen in one column. */
struct seen {
	struct maas_span name;   /* s NULL: none */
	size_t numbers, words;   /* cells, until there are too many different words */
	const char *first;       /* word, and where it stands */
	size_t nvalue;           /* different words, up to one too many */
	struct maas_span *value; /* sorted */
	struct maas_span path;   /* the first cell that is no gap, where it might be a path; s NULL */
	struct maas_span folder; /* it is seen from; s NULL: none, files are not read */
	const char *place;       /* of that cell, "f.csv:7" */
	int role;
};

struct fit {
	struct maas_table *table;
	const struct maas_table_options *options;
	unsigned how;
	struct maas_arena *arena;
	struct seen *seen;
	size_t n, cap;
	size_t records, width; /* width: of libsvm */
	int labelled, paths;   /* paths: some columns may hold them */
	const char *heading;   /* see struct maas_columns */
};

static struct maas_span
keep(struct maas_arena *a, struct maas_span s)
{
	return (struct maas_span){ maas_take_text(a, s.n ? s.s : "", s.n), s.n };
}

/* Is there such a value?  *at: where it is, or belongs. */
static int
value_find(const struct maas_span *value, size_t n, struct maas_span s, size_t *at)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = maas_span_compare(value[mid], s);

		if (!c) {
			*at = mid;
			return 1;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*at = lo;
	return 0;
}

/* Different words are gathered until there are too many for a category. */
static int
see_word(struct fit *f, struct seen *s, struct maas_span v)
{
	size_t at;

	if (value_find(s->value, s->nvalue, v, &at))
		return 0;
	if (s->nvalue++ == VALUES_MAX)
		return 0;
	if (!s->value && !(s->value = maas_take(f->arena, VALUES_MAX, sizeof *s->value)))
		return -1;
	memmove(s->value + at + 1, s->value + at, (s->nvalue - 1 - at) * sizeof *s->value);
	s->value[at] = keep(f->arena, v);
	return s->value[at].s ? 0 : -1;
}

/* Cell `at` of the record is of column i. */
static int
see(struct fit *f, size_t i, const struct maas_record *rec, size_t at)
{
	struct maas_span cell = rec->cell[at];
	struct seen *s = &f->seen[i];
	char text[500];
	double v;

	if (s->nvalue > VALUES_MAX) /* all there is to know is known */
		return 0;
	if (rec->value && isfinite(rec->value[at])) {
		s->numbers++;
		return 0;
	}
	switch (cell_read(cell, &v)) {
	case CELL_GAP: return 0;
	case CELL_NUMBER: s->numbers++; return 0;
	case CELL_WORD: break;
	}
	if (!s->words++) {
		int n = snprintf(text, sizeof text, "%.400s:%zu: '%.*s'", rec->name, rec->line,
		    cell.n > 40 ? 40 : (int)cell.n, cell.s);

		if (!(s->first = maas_take_text(f->arena, text, (size_t)n)))
			return -1;
	}
	return see_word(f, s, cell);
}

static int
add_column(struct fit *f, struct maas_span name)
{
	if (maas_grow(&f->seen, f->n, &f->cap, 1, sizeof *f->seen) < 0)
		return -1;
	f->seen[f->n] = (struct seen){ .role = UNCLAIMED };
	if (name.s)
		f->seen[f->n].name = keep(f->arena, name);
	f->n++;
	return 0;
}

/* The column of a JSON key, first seen or known; members mostly come in the same order. */
static long
key_column(struct fit *f, struct maas_span key, size_t hint)
{
	size_t i, j;

	for (i = 0; i < f->n; i++) {
		j = (hint + i) % f->n;
		if (f->seen[j].name.n == key.n && !memcmp(f->seen[j].name.s, key.s, key.n))
			return (long)j;
	}
	if (f->n == KEYS_MAX)
		return maas_fail("more than %zu different keys", KEYS_MAX);
	return add_column(f, key) < 0 ? -1 : (long)f->n - 1;
}

static int
start_columns(struct fit *f, size_t n)
{
	const struct maas_table *t = f->table;
	static const struct maas_span unnamed = { NULL, 0 };
	size_t i;

	if (t->heads)
		n = t->heads;
	for (i = 0; i < n; i++)
		if (add_column(f, t->heads ? t->head[i] : unnamed) < 0)
			return -1;
	return 0;
}

/* A first row that is called data, and has what columns are often called. */
static int
see_heading(struct fit *f, const struct maas_record *rec)
{
	static const char *const usual[] = { "label", "class", "category", "target", "text" };
	char text[500];

	for (size_t i = 0; i < rec->n && !f->heading; i++)
		for (size_t k = 0; k < MAAS_COUNT(usual) && !f->heading; k++) {
			struct maas_span s = rec->cell[i];

			if (s.n != strlen(usual[k]) || strncasecmp(s.s, usual[k], s.n) != 0)
				continue;
			snprintf(text, sizeof text, "%.400s:%zu: '%.*s'", rec->name, rec->line, (int)s.n, s.s);
			if (!(f->heading = maas_take_text(f->arena, text, strlen(text))))
				return -1;
		}
	return 0;
}

/* The first path of a column says what its files are made. */
static int
see_path(struct fit *f, struct seen *s, const struct maas_record *rec, struct maas_span cell)
{
	char text[500];

	if (s->path.s || maas_is_gap(cell))
		return 0;
	snprintf(text, sizeof text, "%.400s:%zu", rec->name, rec->line);
	s->path = keep(f->arena, cell);
	if (!s->path.s || !(s->place = maas_take_text(f->arena, text, strlen(text))))
		return -1;
	if (table_folder(f->table, &s->folder) < 0)
		return 0;
	s->folder = keep(f->arena, s->folder);
	return s->folder.s ? 0 : -1;
}

static int
scan_cells(struct fit *f, const struct maas_record *rec)
{
	const struct maas_table *t = f->table;
	const struct maas_span *names = rec->key ? rec->key : t->heads ? t->head : NULL;
	size_t want = rec->key ? rec->n : t->heads ? t->heads : f->n, i;
	int in_order = !rec->key && (t->opened == 1 || !t->heads);

	if (!rec->key && !f->n) {
		if (start_columns(f, rec->n) < 0)
			return -1;
		want = f->n;
		if (!t->heads && f->options->header == MAAS_HEADER_AUTO && see_heading(f, rec) < 0)
			return -1;
	}
	if (rec->n != want)
		return maas_fail("%s:%zu: %zu fields, expected %zu", rec->name, rec->line, rec->n, want);
	for (i = 0; i < rec->n; i++) {
		long j = in_order ? (long)i : key_column(f, names[i], i);

		if (j < 0)
			return maas_in("%s:%zu", rec->name, rec->line);
		if (see(f, (size_t)j, rec, i) < 0 || (f->paths && see_path(f, &f->seen[j], rec, rec->cell[i]) < 0))
			return -1;
	}
	return 0;
}

static int
scan_record(struct fit *f, const struct maas_record *rec)
{
	if (rec->empty)
		return 0;
	if (rec->bad)
		return maas_fail("%s", rec->bad);
	f->records++;
	f->labelled |= rec->label.s || rec->tags.s;
	if (f->table->format->cells)
		return scan_cells(f, rec);
	if (rec->index && rec->n && rec->index[rec->n - 1] + (size_t)1 > f->width)
		f->width = rec->index[rec->n - 1] + (size_t)1;
	else if (!rec->index)
		f->width = rec->num ? rec->n : 0;
	return 0;
}

static int
scan_all(struct fit *f)
{
	struct maas_record rec;
	int rc;

	while ((rc = maas_table_next(f->table, &rec)) > 0) {
		if (scan_record(f, &rec) < 0)
			return -1;
		if (format_is_medium(f->table->format)) /* the others are made as the first */
			break;
	}
	return rc < 0 ? -1 : maas_table_rewind(f->table);
}

/* Names and number of columns only, from the first records of the input at hand. */
static int
scan_sample(struct fit *f)
{
	struct maas_table *t = f->table;
	struct maas_record rec;
	size_t i;
	int rc = 1;

	if (!t->format->text) {
		f->width = t->matrix.cols;
		f->records = t->matrix.rows;
		return 0;
	}
	source_mark(&t->source);
	for (i = 0; i < SAMPLE && t->source.kept.n < RECORD_MAX && rc > 0; i++) {
		rec = (struct maas_record){ .name = t->source.name };
		rc = t->format->next(t, &rec);
		if (rc > 0 && scan_record(f, &rec) < 0)
			rc = -1;
	}
	source_back(&t->source);
	return rc < 0 ? -1 : 0;
}

/* "no column 'x'", with the nearest name. */
static int
no_column(const struct fit *f, struct maas_span col)
{
	const char **names = maas_alloc(f->n + 1, sizeof *names), *near = NULL;
	size_t i, n = 0;

	for (i = 0; names && i < f->n; i++)
		if (f->seen[i].name.s)
			names[n++] = f->seen[i].name.s;
	if (names && !column_is_number(col))
		near = maas_nearest(col.s, names);
	if (near)
		maas_fail_as(MAAS_USAGE, "no column '%s' in the data: do you mean '%.60s'?", col.s, near);
	else if (f->n == 1 && f->table->format == &maas_format_tsv)
		maas_fail_as(MAAS_USAGE, "no column '%s' in the data: read as TSV it has 1 (see --format)", col.s);
	else
		maas_fail_as(MAAS_USAGE, "no column '%s' in the data: it has %zu%s", col.s, f->n,
		    n ? "" : " and no header (see --header)");
	free(names);
	return -1;
}

/* Give the columns of a list their role. */
static int
claim(struct fit *f, const char *list, int role)
{
	struct maas_span *item, *names = maas_alloc(f->n, sizeof *names);
	size_t n, i;
	int rc = -1;

	if (!names)
		return -1;
	for (i = 0; i < f->n; i++)
		names[i] = f->seen[i].name;
	if (maas_list_parse(f->arena, list, &item, &n) < 0)
		goto out;
	for (i = 0; i < n; i++) {
		long j = column_find(names, f->n, item[i]);

		if (j < 0) {
			no_column(f, item[i]);
			goto out;
		}
		if (f->seen[j].role != UNCLAIMED && f->seen[j].role != role) {
			maas_fail_as(MAAS_USAGE, "column '%s' is asked to be two things", item[i].s);
			goto out;
		}
		f->seen[j].role = role;
	}
	rc = 0;
out:
	free(names);
	return rc;
}

/* The label where none was named: a column called so, else the last that is not spoken for. */
static int
default_label(struct fit *f)
{
	static const char *const names[] = { "label", "class", "target", "y" };
	size_t i, j;

	for (i = 0; i < MAAS_COUNT(names); i++)
		for (j = 0; j < f->n; j++)
			if (f->seen[j].role == UNCLAIMED && f->seen[j].name.s &&
			    !strcasecmp(f->seen[j].name.s, names[i])) {
				f->seen[j].role = MAAS_LABEL;
				return 0;
			}
	if (f->table->format == &maas_format_jsonl)
		return maas_fail("no key 'label' (see --label)");
	for (j = f->n; j-- > 0;)
		if (f->seen[j].role == UNCLAIMED) {
			f->seen[j].role = MAAS_LABEL;
			return 0;
		}
	return maas_fail("no column is left to be the label (see --label)");
}

/* Do the labels come from outside of the columns? */
static int
labels_apart(const struct maas_table *t)
{
	return t->labels || t->from;
}

/* A column with no role yet.  One that stands beside the label alone, and is no number, is text. */
static enum maas_role
number_or_category(const struct fit *f, const struct seen *s)
{
	if ((f->how & MAAS_FIT_NUMERIC) || !s->words)
		return MAAS_NUMERIC;
	if (f->n + (size_t)labels_apart(f->table) == 2 && !f->options->text && !f->options->features &&
	    !(f->how & MAAS_FIT_UNLABELLED))
		return MAAS_TEXTUAL;
	return MAAS_CATEGORY;
}

static int
by_name(const void *a, const void *b)
{
	return maas_span_compare(*(const struct maas_span *)a, *(const struct maas_span *)b);
}

static int
two_of(const struct fit *f, struct maas_span name)
{
	size_t at[2] = { 0, 0 }, n = 0;

	for (size_t i = 0; i < f->n && n < 2; i++)
		if (f->seen[i].role != MAAS_DROPPED && f->seen[i].name.n && !maas_span_compare(f->seen[i].name, name))
			at[n++] = i + 1;
	return maas_fail("%s: columns %zu and %zu are both called '%.60s' (see --drop, by number)",
	    table_name(f->table), at[0], at[1], name.s);
}

/* Columns in use must be told apart by their names. */
static int
same_names(const struct fit *f)
{
	struct maas_span *name = maas_alloc(f->n, sizeof *name);
	size_t i, n = 0;
	int rc = 0;

	if (!name)
		return -1;
	for (i = 0; i < f->n; i++)
		if (f->seen[i].role != MAAS_DROPPED && f->seen[i].name.n)
			name[n++] = f->seen[i].name;
	qsort(name, n, sizeof *name, by_name);
	for (i = 1; i < n && rc == 0; i++)
		if (!maas_span_compare(name[i - 1], name[i]))
			rc = two_of(f, name[i]);
	free(name);
	return rc;
}

static int
assign_roles(struct fit *f)
{
	const struct maas_table_options *o = f->options;
	size_t i;

	if (claim(f, o->drop, MAAS_DROPPED) < 0 || claim(f, o->id, MAAS_ID) < 0 ||
	    claim(f, o->text, MAAS_TEXTUAL) < 0 || claim(f, o->picture, MAAS_PICTURES) < 0 ||
	    claim(f, o->sound, MAAS_SOUNDS) < 0 || claim(f, o->features, FEATURE) < 0 ||
	    claim(f, o->label, MAAS_LABEL) < 0)
		return -1;
	if (!o->label && !labels_apart(f->table) && !(f->how & MAAS_FIT_UNLABELLED) && default_label(f) < 0)
		return -1;
	for (i = 0; i < f->n; i++) {
		struct seen *s = &f->seen[i];

		if (s->role == UNCLAIMED && o->features)
			s->role = MAAS_DROPPED;
		else if (s->role == UNCLAIMED || s->role == FEATURE)
			s->role = (int)number_or_category(f, s);
	}
	return same_names(f);
}

static int
is_utf8(struct maas_span s)
{
	const char *p = s.s, *end = p + s.n;

	while (p < end)
		if (maas_utf8_next(&p, end) <= 0)
			return 0;
	return 1;
}

/* What the files of a column are made, by the first of them. */
static int
look_at_file(const struct fit *f, const struct seen *s, struct maas_column *to)
{
	enum maas_medium what = s->role == MAAS_SOUNDS ? MAAS_SOUND : MAAS_PICTURE;
	struct medium m = { 0 };
	int rc;

	if (!s->path.s)
		return maas_fail("%s: no path in any row of the column of %s", table_name(f->table),
		    what == MAAS_SOUND ? "sounds" : "pictures");
	if (!s->folder.s)
		return maas_fail("%s: a path in a row that was sent: files are not read for it", s->place);
	rc = medium_open(&m, s->folder, s->path) < 0 || medium_learn(&m, what, f->options->media) < 0;
	to->file = (struct maas_planes){ m.height, m.width, m.channels, m.mel };
	medium_free(&m);
	return rc ? maas_in("%s: %.200s", s->place, s->path.s) : 0;
}

static int
make_column(struct fit *f, struct maas_columns *c, size_t i)
{
	const struct seen *s = &f->seen[i];
	struct maas_column *to = &c->column[i];

	to->name = s->name.s;
	to->role = (enum maas_role)s->role;
	if ((f->how & MAAS_FIT_WIDE) && s->role == MAAS_CATEGORY && s->nvalue > VALUES_MAX) {
		to->role = MAAS_DROPPED;
		to->many = 1;
		to->odd = s->numbers > s->words ? s->first : NULL;
		return 0;
	}
	if ((s->role == MAAS_PICTURES || s->role == MAAS_SOUNDS) && look_at_file(f, s, to) < 0)
		return -1;
	to->from = column_numbers(to) ? c->numbers : c->words;
	c->numbers += column_numbers(to);
	c->words += s->role == MAAS_CATEGORY;
	c->texts += s->role == MAAS_TEXTUAL;
	c->labelled |= s->role == MAAS_LABEL;
	if (s->name.s && !is_utf8(s->name))
		return maas_fail("the name of column %zu is not UTF-8 (see --encoding)", i + 1);
	if (s->role == MAAS_CATEGORY && s->numbers > s->words)
		to->odd = s->first;
	if (s->role == MAAS_CATEGORY && s->nvalue > VALUES_MAX)
		return column_too_many(to, i);
	return 0;
}

static int
is_said(const char *option)
{
	return option && *option;
}

/* Are the numbers of npy and IDX columns?  Where one is asked for; and where the label must be one of them. */
static int
numbers_are_columns(const struct fit *f)
{
	const struct maas_table_options *o = f->options;
	const struct maas_table *t = f->table;

	if (t->format->text || format_is_medium(t->format))
		return 0;
	if (is_said(o->label) || is_said(o->features) || is_said(o->drop) || is_said(o->id))
		return 1;
	return t->format == &maas_format_npy && t->matrix.dims == 1 && f->width > 1 && !labels_apart(t) &&
	    !(f->how & MAAS_FIT_UNLABELLED);
}

/* Options that speak of columns, where the format has none, or of text, where there are numbers. */
static int
refuse_columns(const struct fit *f)
{
	const struct maas_table_options *o = f->options;
	const struct {
		const char *name, *value;
	} said[] = { { "label", o->label }, { "text", o->text }, { "features", o->features }, { "drop", o->drop },
		{ "id", o->id }, { "picture", o->picture }, { "sound", o->sound } };
	size_t i;

	for (i = 0; i < MAAS_COUNT(said); i++)
		if (is_said(said[i].value) &&
		    (f->table->format->text || format_is_medium(f->table->format) || said[i].value == o->text ||
			said[i].value == o->picture || said[i].value == o->sound))
			return maas_fail_as(MAAS_USAGE,
			    "--%s: the data has no columns to choose from, it is %s (see --format)", said[i].name,
			    f->table->format->name);
	return 0;
}

static struct maas_columns *
make(struct fit *f)
{
	const struct maas_table *t = f->table;
	struct maas_columns *c = maas_take(f->arena, 1, sizeof *c);
	size_t i;

	if (!c)
		return NULL;
	c->arena = f->arena;
	c->format = t->format;
	c->delimiter = t->delimiter;
	c->labelled = f->labelled || labels_apart(t);
	if (!t->format->cells && refuse_columns(f) < 0)
		return NULL;
	if (!t->format->cells && !numbers_are_columns(f)) {
		c->sparse = t->format == &maas_format_libsvm;
		c->numbers = f->width;
		c->texts = t->format->text && !c->sparse;
		if (t->matrix.dims == 2 && !t->format->text && t->matrix.cols == c->numbers) {
			c->height = t->matrix.dim[0];
			c->width = t->matrix.dim[1];
			c->channels = 1;
		}
		if (format_is_medium(t->format)) {
			c->height = t->medium.height;
			c->width = t->medium.width;
			c->channels = t->medium.channels;
			c->mel = t->medium.mel;
		}
		columns_place(c);
		return c;
	}
	for (i = 0; !t->format->cells && i < f->width; i++)
		if (add_column(f, (struct maas_span){ NULL, 0 }) < 0)
			return NULL;
	c->n = f->n;
	c->header = f->n && f->seen[0].name.s;
	c->heading = f->heading;
	if (assign_roles(f) < 0 || !(c->column = maas_take(f->arena, f->n, sizeof *c->column)))
		return NULL;
	for (i = 0; i < f->n; i++)
		if (make_column(f, c, i) < 0)
			return NULL;
	columns_whole(c);
	columns_place(c);
	return c;
}

struct maas_columns *
maas_columns_fit(struct maas_table *t, const struct maas_table_options *o, unsigned how)
{
	static const struct maas_table_options none = { 0 };
	struct fit f = { .table = t, .options = o ? o : &none, .how = how, .paths = o && (o->picture || o->sound) };
	struct maas_columns *c = NULL;
	int sample =
	    (how & MAAS_FIT_NUMERIC) && t->format->next != maas_format_libsvm.next && !format_is_medium(t->format);

	if (!(f.arena = maas_arena_new(1 << 14)))
		return NULL;
	if ((sample ? scan_sample(&f) : scan_all(&f)) < 0)
		goto out;
	if (!f.records && !f.n)
		maas_fail("%s: no rows", table_name(t));
	else if ((c = make(&f)) && !c->numbers && !c->words && !c->texts) {
		maas_fail("no column is left to learn from (%zu in the data%s)", f.n,
		    f.n == 1 && t->format == &maas_format_tsv ? ", read as TSV: see --format" : "");
		c = NULL;
	}
out:
	free(f.seen);
	if (!c)
		maas_arena_free(f.arena);
	return c;
}

int
options_name_columns(const struct maas_table_options *o)
{
	const char *const list[] = { o->label, o->text, o->features, o->drop, o->id, o->picture, o->sound };
	struct maas_arena *a = maas_arena_new(4096);
	struct maas_span *item;
	size_t i, j, n;
	int named = 0;

	for (i = 0; a && i < MAAS_COUNT(list); i++)
		if (maas_list_parse(a, list[i], &item, &n) == 0)
			for (j = 0; j < n; j++)
				named |= !column_is_number(item[j]);
	maas_arena_free(a);
	return named;
}

struct maas_columns *
maas_columns_numbers(const char *prefix, size_t n)
{
	struct maas_arena *a = maas_arena_new(1 << 12);
	struct maas_columns *c = a ? maas_take(a, 1, sizeof *c) : NULL;
	char name[64];
	size_t i;

	if (!c || !(c->column = maas_take(a, n, sizeof *c->column))) {
		maas_arena_free(a);
		return NULL;
	}
	c->arena = a;
	c->format = &maas_format_tsv;
	c->delimiter = '\t';
	c->header = 1;
	c->n = c->numbers = n;
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof name, "%.40s%zu", prefix, i + 1);
		c->column[i] = (struct maas_column){ .role = MAAS_NUMERIC, .from = i };
		if (!(c->column[i].name = maas_take_text(a, name, strlen(name)))) {
			maas_arena_free(a);
			return NULL;
		}
	}
	columns_place(c);
	return c;
}

struct maas_columns *
maas_columns_sparse(size_t n)
{
	struct maas_arena *a = maas_arena_new(1 << 12);
	struct maas_columns *c = a ? maas_take(a, 1, sizeof *c) : NULL;

	if (!c) {
		maas_arena_free(a);
		return NULL;
	}
	*c = (struct maas_columns){
		.arena = a, .format = &maas_format_libsvm, .delimiter = ' ', .numbers = n, .sparse = 1, .labelled = 1
	};
	columns_place(c);
	return c;
}

void
maas_columns_recast(struct maas_columns *c, size_t i)
{
	size_t j;

	c->column[i].role = MAAS_NUMERIC;
	c->numbers = c->words = 0;
	for (j = 0; j < c->n; j++)
		if (c->column[j].role == MAAS_CATEGORY) {
			c->column[j].from = c->words++;
		} else if (column_numbers(&c->column[j])) {
			c->column[j].from = c->numbers;
			c->numbers += column_numbers(&c->column[j]);
		}
	columns_place(c);
}

struct maas_columns *
maas_columns_copy(const struct maas_columns *from)
{
	struct maas_arena *a = maas_arena_new(1 << 12);
	struct maas_columns *c = a ? maas_take(a, 1, sizeof *c) : NULL;
	size_t i;

	if (!c || !(c->column = maas_take(a, from->n, sizeof *c->column))) {
		maas_arena_free(a);
		return NULL;
	}
	*c = (struct maas_columns){ a, from->format, from->header, from->delimiter, from->n,
		from->column ? c->column : NULL, from->numbers, from->words, from->texts, from->sparse, from->labelled,
		from->height, from->width, from->channels, from->mel, 0, 0, NULL, NULL, NULL, NULL, NULL };
	for (i = 0; i < from->n; i++) {
		const struct maas_column *s = &from->column[i];

		c->column[i] = (struct maas_column){ .role = s->role, .from = s->from, .file = s->file };
		if ((s->name && !(c->column[i].name = maas_take_text(a, s->name, strlen(s->name)))) ||
		    (s->odd && !(c->column[i].odd = maas_take_text(a, s->odd, strlen(s->odd))))) {
			maas_arena_free(a);
			return NULL;
		}
	}
	columns_place(c);
	return c;
}

void
maas_columns_free(struct maas_columns *c)
{
	if (c)
		maas_arena_free(c->arena);
}
