/* table -- operands one after the other as one table: formats, headers, rows, records. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source.h"

const char *
table_name(const struct maas_table *t)
{
	if (t->source.name)
		return t->source.name;
	return t->memory_name ? t->memory_name : t->operands && strcmp(t->operand[0], "-") ? t->operand[0] : "<stdin>";
}

int
table_folder(struct maas_table *t, struct maas_span *to)
{
	const char *name = t->source.name, *slash = name ? strrchr(name, '/') : NULL;
	struct stat st;

	if (!t->source.input)
		return maas_fail("a path in a row that was sent: files are not read for it");
	if (t->seen != t->opened)
		t->beside = slash && stat(name, &st) == 0 && S_ISREG(st.st_mode)
		    ? (struct maas_span){ name, (size_t)(slash - name) + 1 }
		    : maas_span("");
	t->seen = t->opened;
	*to = t->beside;
	return 0;
}

int
table_bad(struct maas_table *t, struct maas_record *rec, const char *fmt, ...)
{
	char why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	maas_fail("%s:%zu: %s", rec->name, rec->line, why);
	snprintf(t->reason, sizeof t->reason, "%s", maas_error());
	rec->bad = t->reason;
	rec->n = 0;
	return 1;
}

int
table_room(struct maas_table *t, size_t have, size_t n, int keys)
{
	if (maas_grow(&t->cell, have, &t->cell_cap, n + 1, sizeof *t->cell) < 0)
		return -1;
	return keys ? maas_grow(&t->key, have, &t->key_cap, n + 1, sizeof *t->key) : 0;
}

int
table_line(struct maas_table *t, struct maas_record *rec, int cr)
{
	int rc = source_line(&t->source, &rec->raw);

	if (rc <= 0)
		return rc;
	rec->line = t->source.line;
	if (rec->raw.n > RECORD_MAX)
		return maas_fail("%s:%zu: a line of %zu bytes", rec->name, rec->line, rec->raw.n);
	if (rec->raw.n && rec->raw.s[rec->raw.n - 1] == '\r' && (cr || rec->raw.n == 1))
		rec->raw.n--;
	if (!rec->raw.n) {
		rec->empty = 1;
		table_bad(t, rec, "an empty line");
	}
	return 1;
}

/* A binary format, by the first bytes; no more of them are waited for than are needed.  -1 on failure. */
static int
by_bytes(struct maas_table *t)
{
	struct maas_span s;
	size_t i, n;

	if (source_peek(&t->source, 1, &s) < 0)
		return -1;
	if (!s.n || ((unsigned char)s.s[0] != 0x93 && s.s[0] && (unsigned char)s.s[0] < 0xfe))
		return 0;
	for (n = 2; n <= 6 && n == s.n + 1; n++)
		if (source_peek(&t->source, n, &s) < 0)
			return -1;
	if (s.n >= 2 && (!memcmp(s.s, "\xff\xfe", 2) || !memcmp(s.s, "\xfe\xff", 2)) && !t->options->encoding)
		return maas_fail("%s: UTF-16 (see --encoding)", t->source.name);
	for (i = 0; maas_formats[i]; i++)
		if (!maas_formats[i]->text && !format_is_medium(maas_formats[i]) && maas_formats[i]->is(s)) {
			t->format = maas_formats[i];
			return 1;
		}
	return 0;
}

/* A picture or a sound, by as many of the first bytes as must be waited for.  1, 0, -1. */
static int
by_magic(struct maas_table *t)
{
	struct maas_span s;
	size_t n = 1;

	do {
		if (source_peek(&t->source, n, &s) < 0)
			return -1;
	} while (s.n >= n && ++n <= MAAS_MEDIUM_BYTES && maas_medium_begins((struct maas_span){ s.s, n - 1 }));
	for (size_t i = 0; maas_formats[i]; i++)
		if (format_is_medium(maas_formats[i]) && maas_formats[i]->is(s)) {
			t->format = maas_formats[i];
			return 1;
		}
	return 0;
}

/* Might it be a picture or a sound?  Not where a model stands that takes none. */
static int
by_medium(struct maas_table *t)
{
	if (t->columns && maas_columns_medium(t->columns) == MAAS_NO_MEDIUM)
		return 0;
	if (by_magic(t) < 0)
		return -1;
	if (!t->format && path_has_suffix(t->source.name, maas_format_picture.suffix))
		t->format = &maas_format_picture;
	if (!t->format && path_has_suffix(t->source.name, maas_format_sound.suffix))
		t->format = &maas_format_sound;
	return 0;
}

/* Is it a file of texts rather than of columns: called so, and no column or number to be seen or asked for? */
static int
plain_lines(const struct maas_table *t, struct maas_span line)
{
	const struct maas_table_options *o = t->options;
	double v;

	return !o->text && !o->label && !o->features && !o->drop && !o->id && !o->picture && !o->sound &&
	    path_has_suffix(t->source.name, ".txt") && line.n && !memchr(line.s, '\t', line.n) &&
	    cell_read(line, &v) == CELL_WORD;
}

/* An object, or its beginning; a brace alone is a token of a sentence, too. */
static int
begins_json(struct maas_span line, const struct maas_format *known)
{
	return line.n && line.s[0] == '{' && (known != &maas_format_conll || line.s[line.n - 1] == '}');
}

/* A text format by the first line, else what the model remembers, else TSV. */
static int
by_line(struct maas_table *t)
{
	const struct maas_format *known = t->columns ? t->columns->format : NULL;
	struct maas_span line = { NULL, 0 };
	int rc;

	source_mark(&t->source);
	rc = source_line(&t->source, &line);
	if (rc < 0)
		return -1;
	if (rc && begins_json(line, known))
		t->format = &maas_format_jsonl;
	else if (rc &&
	    (!known || known == &maas_format_libsvm ? maas_format_libsvm.is(line)
						    : known->cells && libsvm_surely(line)))
		t->format = &maas_format_libsvm;
	else if (known && known->text)
		t->format = known;
	else
		t->format = plain_lines(t, line) ? &maas_format_text : &maas_format_tsv;
	source_back(&t->source);
	return 0;
}

/* Not a file: what a model that stands is given bit by bit may begin as it likes. */
static int
is_stream(const struct maas_table *t)
{
	return t->memory_name || !strcmp(t->operand[t->at - 1], "-");
}

static int
choose_format(struct maas_table *t)
{
	const char *d = t->options->delimiter;
	size_t i;

	t->format = t->options->format ? maas_formats[t->options->format - 1] : NULL;
	if (!t->format && by_medium(t) < 0)
		return -1;
	if (!t->format && by_bytes(t) < 0)
		return -1;
	if (!t->format && !(t->columns && is_stream(t)) && foreign_refuse(&t->source, t->columns || t->memory_name) < 0)
		return -1;
	for (i = 0; !t->format && maas_formats[i]; i++)
		if (path_has_suffix(t->source.name, maas_formats[i]->suffix))
			t->format = maas_formats[i];
	if (!t->format && d)
		t->format = !strcmp(d, "tab") || *d == '\t' ? &maas_format_tsv : &maas_format_csv;
	if (!t->format && by_line(t) < 0)
		return -1;
	if (d)
		t->delimiter = !strcmp(d, "tab") ? '\t' : d[0];
	else if (t->columns && t->columns->format == t->format)
		t->delimiter = t->columns->delimiter;
	else
		t->delimiter = t->format == &maas_format_csv ? ',' : '\t';
	return 0;
}

/* Names of the columns out of the first record. */
static int
take_head(struct maas_table *t, const struct maas_record *rec)
{
	size_t i, at = 0;

	t->head_text.n = 0;
	free(t->head);
	t->heads = 0;
	if (!(t->head = maas_alloc(rec->n, sizeof *t->head)))
		return -1;
	for (i = 0; i < rec->n; i++)
		if (maas_buf_add(&t->head_text, rec->cell[i].s, rec->cell[i].n) < 0)
			return -1;
	for (i = 0; i < rec->n; at += rec->cell[i++].n)
		t->head[i] = (struct maas_span){ t->head_text.s + at, rec->cell[i].n };
	t->heads = rec->n;
	return 0;
}

static struct maas_record
fresh(const struct maas_table *t)
{
	return (struct maas_record){ .name = t->source.name, .number = t->number };
}

/*
 * Is there a header?  Yes where a column begins with what is no number and goes on in numbers only,
 * in the first 100 records.
 */
static int
guess_header(struct maas_table *t)
{
	enum { WORD = 1, OTHER = 2, NUMBER = 4 };
	unsigned char *seen = NULL;
	struct maas_record rec;
	size_t rows, i, n = 0;
	double v;
	int rc = 1, found = 0;

	source_mark(&t->source);
	for (rows = 0; rows < SAMPLE && t->source.kept.n < RECORD_MAX; rows++) {
		rec = fresh(t);
		if ((rc = t->format->next(t, &rec)) <= 0)
			break;
		if (rec.bad)
			continue;
		if (!seen) {
			if (!(seen = maas_alloc(n = rec.n, 1)))
				return -1;
			for (i = 0; i < n; i++)
				seen[i] = maas_number(rec.cell[i], &v) < 0 && !maas_is_gap(rec.cell[i]) ? WORD : 0;
			continue;
		}
		for (i = 0; i < n && i < rec.n; i++)
			if (!maas_is_gap(rec.cell[i]))
				seen[i] |= maas_number(rec.cell[i], &v) < 0 ? OTHER : NUMBER;
	}
	for (i = 0; i < n; i++)
		found |= seen[i] == (WORD | NUMBER);
	free(seen);
	source_back(&t->source);
	return rc < 0 ? -1 : found;
}

static int
decide_header(struct maas_table *t)
{
	const struct maas_columns *c = t->columns;

	if (t->options->header != MAAS_HEADER_AUTO)
		return t->options->header == MAAS_HEADER_YES;
	if (c && c->column)
		return c->header;
	if (options_name_columns(t->options))
		return 1;
	return t->flags & MAAS_LIVE ? 0 : guess_header(t);
}

static int
read_header(struct maas_table *t)
{
	struct maas_record rec;
	int rc;

	t->heads = 0;
	if (!t->format->delimited)
		return 0;
	if (t->header < 0 && (t->header = decide_header(t)) < 0)
		return -1;
	if (!t->header)
		return 0;
	do {
		rec = fresh(t);
		rc = t->format->next(t, &rec);
	} while (rc > 0 && rec.empty);
	if (rc <= 0)
		return rc;
	return rec.bad ? maas_fail("%s", rec.bad) : take_head(t, &rec);
}

/* A file of a directory that cannot be opened is a row that cannot be used, as a damaged one is.  1, -1. */
static int
open_lost(struct maas_table *t)
{
	enum maas_why why = maas_why();

	if (!t->found[t->at] || (why != MAAS_NOINPUT && why != MAAS_NOPERM && why != MAAS_IO))
		return -1;
	t->source.name = t->operand[t->at];
	t->format = t->options->format                                    ? maas_formats[t->options->format - 1]
	    : path_has_suffix(t->source.name, maas_format_picture.suffix) ? &maas_format_picture
									  : &maas_format_sound;
	if (!format_is_medium(t->format))
		return -1;
	snprintf(t->reason, sizeof t->reason, "%s", maas_error());
	t->lost = t->open = 1;
	t->at++;
	t->opened++;
	return t->format->open(t) < 0 ? -1 : 1;
}

/* Open the next operand.  1, 0 where there is none, -1. */
static int
open_next(struct maas_table *t)
{
	struct source *s = &t->source;
	const char *path;

	if (t->at == (t->memory_name ? 1 : t->operands))
		return 0;
	t->lost = 0;
	if (t->memory_name) {
		s->name = t->memory_name;
		s->memory = t->memory;
	} else {
		if (t->from && label_from_path(t->from, t->operand[t->at], &t->from_name) < 0)
			return -1;
		if (!(path = spool_path(t, t->at)))
			return -1;
		if (!(s->input = maas_input_open(path, t->options->encoding)))
			return open_lost(t);
		maas_input_limit(s->input, RECORD_MAX);
		if (t->passing)
			maas_input_digest(s->input, &t->digest);
		s->name = strcmp(t->operand[t->at], "-") ? t->operand[t->at] : "<stdin>";
	}
	t->at++;
	t->opened++;
	t->open = 1;
	if (choose_format(t) < 0 || spool_rest(t) < 0 || (t->format->open && t->format->open(t) < 0) ||
	    read_header(t) < 0)
		return -1;
	return 1;
}

static void
close_input(struct maas_table *t)
{
	source_close(&t->source);
	ahead_reset(t->ahead);
	t->bulk.at_work = 0;
	t->open = 0;
}

/* The label that --labels holds for this record. */
static int
add_label(struct maas_table *t, struct maas_record *rec)
{
	struct maas_record l;
	int rc = maas_table_next(t->labels, &l);

	if (rc < 0)
		return -1;
	if (!rc)
		return maas_fail("%s: %zu labels, there are more records", t->options->labels, t->labels->number);
	if (l.bad)
		return maas_fail("%s", l.bad);
	if (!l.num) {
		rec->label = l.raw;
		rec->label.n -= l.raw.n && l.raw.s[l.raw.n - 1] == '\r';
		return 0;
	}
	if (l.n != 1)
		return maas_fail("%s: %zu numbers a row, one label is wanted", t->options->labels, l.n);
	t->label.n = 0;
	if (cell_print(&t->label, l.num[0]) < 0)
		return -1;
	rec->label = (struct maas_span){ t->label.s, t->label.n };
	return 0;
}

/* All labels were used? */
static int
at_end(struct maas_table *t)
{
	struct maas_record l;
	int rc;

	if (!t->labels || t->number >= t->last)
		return 0;
	rc = maas_table_next(t->labels, &l);
	return rc > 0 ? maas_fail("%s: more labels than the %zu records", t->options->labels, t->number) : rc;
}

int
maas_table_next(struct maas_table *t, struct maas_record *rec)
{
	int rc;

	while (t->number < t->last) {
		if (!t->open && (rc = open_next(t)) <= 0)
			return rc < 0 ? -1 : at_end(t);
		*rec = fresh(t);
		if ((rc = ahead_next(t, rec)) < 0)
			return -1;
		if (!rc) {
			close_input(t);
			continue;
		}
		t->number++;
		if (t->from)
			rec->label = t->from_name;
		else if (t->folder && !t->labels && t->folder[t->at - 1].s)
			rec->label = t->folder[t->at - 1];
		else if (t->labels && !rec->empty && add_label(t, rec) < 0)
			return -1;
		if (t->number <= t->first)
			continue;
		t->blank += rec->empty != 0;
		return 1;
	}
	return 0;
}

/* "A-B", "A-", "-B" or "A" as [first, last). */
static int
parse_rows(struct maas_table *t, const char *s)
{
	const char *dash = strchr(s, '-');
	size_t n = dash ? (size_t)(dash - s) : strlen(s);
	int64_t a = 1, b = INT64_MAX;

	if ((n && maas_parse_int((struct maas_span){ s, n }, &a) < 0) ||
	    (dash && dash[1] && maas_parse_int(maas_span(dash + 1), &b) < 0) || a < 1 || b < a ||
	    (!n && (!dash || !dash[1])))
		return maas_fail_as(MAAS_USAGE, "--rows: 'A-B' is wanted, 1 <= A <= B, not '%s'", s);
	t->first = (size_t)a - 1;
	t->last = dash ? (size_t)b : (size_t)a;
	return 0;
}

static int
check_options(struct maas_table *t)
{
	const struct maas_table_options *o = t->options;

	if (o->delimiter && strcmp(o->delimiter, "tab") &&
	    (strlen(o->delimiter) != 1 || strchr("\n\r\"", o->delimiter[0]) || (unsigned char)o->delimiter[0] > 126))
		return maas_fail_as(
		    MAAS_USAGE, "--delimiter: one ASCII character is wanted, or tab, not '%s'", o->delimiter);
	if (!!o->label_from + !!o->labels + (o->label && *o->label) > 1)
		return maas_fail_as(MAAS_USAGE, "--label, --labels and --label-from: only one can say the label");
	return o->rows ? parse_rows(t, o->rows) : 0;
}

static int
open_labels(struct maas_table *t)
{
	static const struct maas_table_options plain = { .header = MAAS_HEADER_NO };
	static const struct maas_columns lines = { .format = &maas_format_text };
	char *operand = (char *)t->options->labels;

	if (t->options->label_from)
		return (t->from = label_from_new(t->options->label_from)) ? 0 : -1;
	if (!operand)
		return 0;
	t->labels = maas_table_open(&plain, &lines, &operand, 1, t->flags & MAAS_AGAIN);
	return t->labels ? 0 : -1;
}

static struct maas_table *
table_new(const struct maas_table_options *o, const struct maas_columns *c, unsigned flags)
{
	static const struct maas_table_options none = { 0 };
	struct maas_table *t = maas_alloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->options = o ? o : &none;
	t->columns = c;
	t->flags = flags;
	t->header = -1;
	t->last = SIZE_MAX;
	if (check_options(t) == 0 && open_labels(t) == 0)
		return t;
	maas_table_close(t);
	return NULL;
}

static int
is_pipe(const char *path)
{
	struct stat st;

	return !strcmp(path, "-") || (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

static int
any_pipe(const struct maas_table *t)
{
	for (size_t i = 0; i < t->operands; i++)
		if (is_pipe(t->operand[i]))
			return 1;
	return 0;
}

struct maas_table *
maas_table_open(
    const struct maas_table_options *o, const struct maas_columns *c, char *const *operand, int n, unsigned flags)
{
	static char *const standard[] = { (char *)"-" };
	struct maas_table *t = table_new(o, c, flags);

	if (!t)
		return NULL;
	if (n <= 0) {
		operand = standard;
		n = 1;
	}
	if (operands_expand(t, operand, (size_t)n) < 0 || !(t->spool = maas_alloc(t->operands, sizeof *t->spool)) ||
	    !(t->spooled = maas_alloc(t->operands, sizeof *t->spooled))) {
		maas_table_close(t);
		return NULL;
	}
	maas_sha256_begin(&t->digest);
	t->passing = (flags & MAAS_DIGEST) && !(flags & MAAS_AGAIN);
	if (open_next(t) < 0) {
		maas_table_close(t);
		return NULL;
	}
	return t;
}

struct maas_table *
maas_table_open_text(
    const struct maas_table_options *o, const struct maas_columns *c, const char *name, struct maas_span text)
{
	struct maas_table *t = table_new(o, c, MAAS_AGAIN);

	if (!t)
		return NULL;
	t->memory_name = name;
	t->memory = text;
	if (open_next(t) < 0) {
		maas_table_close(t);
		return NULL;
	}
	return t;
}

int
maas_table_again(const struct maas_table *t)
{
	return !t->once;
}

int
maas_table_rewind(struct maas_table *t)
{
	if (t->once)
		return maas_fail(
		    "%s is to be read twice, and was not kept for that: give a file, or say --format beforehand",
		    t->source.name ? t->source.name : "a pipe");
	if (t->open)
		close_input(t);
	if (t->passing)
		maas_sha256_begin(&t->digest);
	t->at = t->number = t->blank = 0;
	return t->labels ? maas_table_rewind(t->labels) : 0;
}

/* 1, 0 where one of them is no file. */
static int
add_operands(struct maas_table *t, struct maas_sha256 *digest)
{
	struct stat st;
	const char *path;

	for (size_t i = 0; i < t->operands; i++)
		if (!(path = spool_path(t, i)))
			return -1;
		else if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
			return 0;
		else if (maas_input_sha256(path, digest) < 0)
			return -1;
	return t->labels ? add_operands(t->labels, digest) : 1;
}

int
maas_table_sha256(struct maas_table *t, char hex[65])
{
	struct maas_sha256 digest = t->digest;
	int rc, whole = t->passing && !t->open && !format_is_medium(t->format);

	if (whole) {
		rc = t->labels ? add_operands(t->labels, &digest) : 1;
	} else {
		maas_sha256_begin(&digest);
		rc = t->passing && any_pipe(t) ? 0 : add_operands(t, &digest);
	}
	hex[0] = '\0';
	if (rc > 0)
		maas_sha256_end(&digest, hex);
	return rc < 0 ? -1 : 0;
}

const struct maas_format *
maas_table_format(const struct maas_table *t)
{
	return t->format;
}

char
maas_table_delimiter(const struct maas_table *t)
{
	return t->delimiter;
}

int
maas_table_named(const struct maas_table *t)
{
	return t->heads > 0 || t->format == &maas_format_jsonl;
}

size_t
maas_table_head(const struct maas_table *t, const struct maas_span **name)
{
	*name = t->head;
	return t->heads;
}

void
table_forget(struct maas_table *t)
{
	maas_buf_wipe(&t->joined);
	maas_buf_wipe(&t->text);
	maas_buf_wipe(&t->known);
	maas_json_free(t->json);
	t->json = NULL;
}

void
maas_table_close(struct maas_table *t)
{
	size_t i;

	if (!t)
		return;
	source_close(&t->source);
	for (i = 0; t->spool && i < t->operands; i++)
		if (t->spool[i]) {
			close(t->spooled[i]);
			free((char *)t->spool[i]);
		}
	free(t->spool);
	free(t->spooled);
	free(t->operand);
	free(t->folder);
	free(t->found);
	maas_arena_free(t->names);
	free(t->head);
	free(t->piece);
	free(t->cell);
	free(t->key);
	free(t->num);
	free(t->index);
	free(t->matrix.num);
	maas_buf_free(&t->matrix.all);
	maas_buf_free(&t->matrix.bytes);
	medium_free(&t->medium);
	maas_buf_free(&t->head_text);
	maas_buf_free(&t->joined);
	maas_buf_free(&t->text);
	maas_buf_free(&t->label);
	maas_json_free(t->json);
	maas_buf_free(&t->known);
	maas_table_close(t->labels);
	ahead_free(t->ahead);
	label_from_free(t->from);
	free(t);
}
