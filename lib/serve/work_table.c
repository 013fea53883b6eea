/*
 * work_table.c -- predict and explain of a body that is a table: CSV, TSV, JSON lines, or an
 * array of numbers.  The model's own columns say how it is read.  A slice is a block of rows
 * of the table that has had the fewest, scored and put into words by the team; so a small
 * table does not wait for a large one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "maas/pca.h"
#include "records.h"

#define BLOCK 2048              /* rows of a slice */
#define HELD  ((size_t)1 << 20) /* bytes of them, or a little more */
#define PARTS (BLOCK / MAAS_ROWS)

struct sheet {
	struct ask *ask;
	struct maas_table *table;
	struct maas_reader *reader;
	struct maas_arena *arena; /* of the rows in hand */
	const struct maas_columns *columns;
	struct maas_row *row;    /* [BLOCK] */
	struct maas_buf *out;    /* [PARTS] answers, of MAAS_ROWS rows each */
	struct maas_buf *number; /* [PARTS] of tensors: their scores */
	double *x, *y;           /* [BLOCK][columns], [BLOCK][components], of a PCA; else NULL */
	unsigned char *bad;      /* [BLOCK] no answer */
	char **why;              /* [PARTS] the first reason, where all must have an answer */
	unsigned char *full;     /* [PARTS] there was no memory */
	struct maas_buf numbers; /* of tensors: all scores */
	size_t width, n, done;
};

/* What is asked */

int
type_is(const char *type, const char *want)
{
	size_t n = type ? strcspn(type, ";, \t") : 0;

	return n == strlen(want) && !strncasecmp(type, want, n);
}

int
table_format(const struct maas_format *f)
{
	int i = 0;

	while (maas_formats[i] != f)
		i++;
	return i + 1;
}

/* RFC 4180 and 7111: text/csv; header=present. */
static int
header_said(const char *type)
{
	const char *p = strcasestr(type, "header=");

	if (!p)
		return MAAS_HEADER_AUTO;
	p += 7 + (p[7] == '"');
	return !strncasecmp(p, "present", 7) ? MAAS_HEADER_YES : !strncasecmp(p, "absent", 6) ? MAAS_HEADER_NO : 0;
}

int
table_type(const char *type, struct records *r)
{
	static const struct {
		const char *name;
		const struct maas_format *format; /* NULL: the model's own, or by the first bytes */
	} types[] = {
		{ "text/csv", &maas_format_csv },
		{ "text/tab-separated-values", &maas_format_tsv },
		{ "application/x-ndjson", &maas_format_jsonl },
		{ "application/jsonl", &maas_format_jsonl },
		{ "application/octet-stream", NULL },
		{ "text/plain", NULL },
	};

	for (size_t i = 0; type && i < MAAS_COUNT(types); i++)
		if (type_is(type, types[i].name)) {
			r->read.format = types[i].format ? table_format(types[i].format) : 0;
			r->read.header = header_said(type);
			return 1;
		}
	return 0;
}

enum form
table_form(struct ask *a, enum form otherwise)
{
	static const struct {
		const char *name;
		enum form form;
	} forms[] = {
		{ "application/json", FORM_JSON },
		{ "application/x-ndjson", FORM_LINES },
		{ "application/jsonl", FORM_LINES },
		{ "text/tab-separated-values", FORM_TSV },
		{ "text/csv", FORM_CSV },
	};
	const char *p = a->accept;

	while (p && *p) {
		for (size_t i = 0; i < MAAS_COUNT(forms); i++)
			if (type_is(p, forms[i].name))
				return forms[i].form;
		p += strcspn(p, ",");
		p += strspn(p, ", \t");
	}
	return otherwise;
}

const struct maas_columns *
table_columns(const struct hosted *m)
{
	if (m->rows)
		return maas_rows_columns(m->rows);
	return m->model->kind == &maas_kind_pca ? maas_pca_columns(m->model) : NULL;
}

/* Answers: by members of the team */

/* A label as a cell: as maas-classify prints it; of CSV, quoted where it must be. */
static int
put_cell(struct maas_buf *to, struct maas_span s, int csv)
{
	int quote = 0;

	for (size_t i = 0; csv && i < s.n; i++)
		quote |= s.s[i] == ',' || s.s[i] == '"' || s.s[i] == '\n' || s.s[i] == '\r';
	if (quote && maas_buf_text(to, "\"") < 0)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (!csv && (c == '\t' || c == '\n' || c == '\r'))
			c = ' ';
		if ((quote && c == '"' && maas_buf_text(to, "\"") < 0) || maas_buf_add(to, &c, 1) < 0)
			return -1;
	}
	return quote ? maas_buf_text(to, "\"") : 0;
}

static int
put_numbers(struct maas_buf *to, const double *p, size_t n, const char *between)
{
	for (size_t i = 0; i < n; i++)
		if ((i && maas_buf_text(to, between) < 0) ||
		    (isfinite(p[i]) ? maas_buf_printf(to, "%.9g", p[i]) : maas_buf_text(to, "null")) < 0)
			return -1;
	return 0;
}

/* A line of cells. */
static int
put_line(const struct sheet *s, const double *p, struct maas_buf *to)
{
	const struct maas_rows *rows = s->ask->model->rows;
	int csv = s->ask->records->form == FORM_CSV;
	size_t best;

	if (!rows)
		return put_numbers(to, p, s->width, csv ? "," : "\t");
	if (!maas_rows_labels(rows))
		return maas_buf_real(to, p[0], 9);
	best = maas_argmax_f64(p, s->width);
	return put_cell(to, maas_rows_label(rows, best), csv) < 0 || maas_buf_text(to, csv ? "," : "\t") < 0
	    ? -1
	    : maas_buf_real(to, (float)p[best], 9);
}

static int
put_members(const struct sheet *s, const struct maas_row *row, const double *p, int member, struct maas_buf *to)
{
	const struct records *r = s->ask->records;

	if (!s->ask->model->rows)
		return maas_buf_text(to, "\"components\":[") < 0 || put_numbers(to, p, s->width, ",") < 0 ||
			maas_buf_text(to, "]") < 0
		    ? -1
		    : 0;
	return rows_put(s->ask->model->slots, member, r, p, r->explain ? row->text : (struct maas_span){ 0 }, to);
}

/* The answer to row i: scores, or p NULL: the reason is this thread's. */
static int
put_row(struct sheet *s, size_t i, const double *p, int member)
{
	const struct records *r = s->ask->records;
	struct maas_buf *to = &s->out[i / MAAS_ROWS];
	size_t from = to->n;
	int open = r->form == FORM_JSON && !r->list ? 0 : 1;

	if (r->form == FORM_TENSORS)
		return p ? tensors_row(s->ask, p, s->width, to, &s->number[i / MAAS_ROWS]) : 0;
	if (r->form == FORM_TSV || r->form == FORM_CSV)
		return (p && put_line(s, p, to) < 0) ? -1 : maas_buf_text(to, "\n");
	if (p &&
	    ((open && maas_buf_text(to, "{") < 0) || put_members(s, &s->row[i], p, member, to) < 0 ||
		(open && maas_buf_text(to, "}") < 0))) {
		to->n = from;
		p = NULL;
		s->bad[i] = 1;
	}
	if (!p && put_error(to, 400, "invalid_record", NULL, maas_error()) < 0)
		return -1;
	return maas_buf_text(to, r->form == FORM_LINES ? "\n" : open ? "," : "");
}

static const char *
reason_of(const struct maas_row *row)
{
	return row->bad ? row->bad : row->record.empty ? "an empty line" : NULL;
}

static int
refuse_row(struct sheet *s, size_t i, int member)
{
	const struct maas_record *r = &s->row[i].record;
	const char *why = reason_of(&s->row[i]);

	s->bad[i] = 1;
	if (why)
		maas_fail("%s", why);
	else
		(void)maas_in("%s:%zu", r->name, r->line);
	if (s->ask->records->strict && !s->why[i / MAAS_ROWS] && !(s->why[i / MAAS_ROWS] = strdup(maas_error())))
		return -1;
	return put_row(s, i, NULL, member);
}

/* The row that was added last, i of its block, beside those of training. */
static void
look_at(const struct sheet *s, size_t i, int member)
{
	const struct hosted *m = s->ask->model;

	if (watch_wants(s->done + i, s->ask->records->many))
		watch_row(m->watch, member, rows_call(m->slots, member));
}

/* One by one: the reason of an answer is known of the last row alone. */
static int
explain_part(struct sheet *s, size_t begin, size_t end, int member)
{
	struct maas_rows_call *call = rows_call(s->ask->model->slots, member);

	for (size_t i = begin; i < end; i++) {
		double *p = s->y + i * s->width;
		int bad = reason_of(&s->row[i]) || maas_rows_row(call, &s->row[i], p) < 0;

		if (!bad) {
			look_at(s, i, member);
			watch_answer(s->ask->model->watch, member, p);
		}
		if ((bad ? refuse_row(s, i, member) : put_row(s, i, p, member)) < 0)
			return -1;
	}
	return 0;
}

/* What a row that cannot be taken lacks is known when it is added, before the scores of the others. */
static int
score_part(struct sheet *s, size_t begin, size_t end, int member)
{
	struct maas_rows_call *call = rows_call(s->ask->model->slots, member);
	const double *p;
	char *why[MAAS_ROWS] = { NULL };
	size_t scored, at = 0;
	int rc = 0;

	for (size_t i = begin; i < end; i++) {
		s->bad[i] = reason_of(&s->row[i]) || maas_rows_add(call, &s->row[i]) < 0;
		if (s->bad[i] && !reason_of(&s->row[i]) && !(why[i - begin] = strdup(maas_error())))
			rc = -1;
		if (!s->bad[i])
			look_at(s, i, member);
	}
	p = maas_rows_run(call, &scored);
	for (size_t i = begin; i < end; i++) {
		if (!s->bad[i])
			watch_answer(s->ask->model->watch, member, p + at * s->width);
		if (why[i - begin])
			maas_fail("%s", why[i - begin]);
		if (rc == 0)
			rc = s->bad[i] ? refuse_row(s, i, member) : put_row(s, i, p + at * s->width, member);
		at += !s->bad[i];
		free(why[i - begin]);
	}
	return rc;
}

/* A model that tags the words of each row. */
static int
tag_part(struct sheet *s, size_t begin, size_t end, int member)
{
	struct rows_slots *slots = s->ask->model->slots;
	int lines = s->ask->records->form == FORM_LINES;

	for (size_t i = begin; i < end; i++) {
		struct maas_buf *to = &s->out[i / MAAS_ROWS];
		size_t from = to->n;
		struct maas_tagged t;

		if (reason_of(&s->row[i]) || maas_rows_tag(rows_call(slots, member), &s->row[i], &t) < 0) {
			if (refuse_row(s, i, member) < 0)
				return -1;
			continue;
		}
		if (maas_buf_text(to, "{") < 0 || rows_put_tags(slots, member, s->ask, &t, to) < 0 ||
		    maas_buf_text(to, lines ? "}\n" : "},") < 0) {
			to->n = from;
			return -1;
		}
	}
	return 0;
}

static int
project_part(struct sheet *s, size_t begin, size_t end, int member)
{
	size_t in = s->columns->numbers;
	double *x = s->x + begin * in, *y = s->y + begin * s->width;
	int rc = 0;

	for (size_t i = begin; i < end; i++)
		if (reason_of(&s->row[i]))
			memset(x + (i - begin) * in, 0, in * sizeof *x);
		else
			maas_columns_spread(s->columns, &s->row[i], x + (i - begin) * in);
	maas_pca_transform(s->ask->model->model, y, x, end - begin, NULL);
	for (size_t i = begin; i < end && rc == 0; i++, y += s->width)
		rc = reason_of(&s->row[i]) ? refuse_row(s, i, member) : put_row(s, i, y, member);
	return rc;
}

static void
answer_part(void *arg, size_t begin, size_t end, int member)
{
	struct sheet *s = arg;
	size_t part = begin / MAAS_ROWS;
	int rc;

	s->out[part].n = s->number[part].n = 0;
	memset(s->bad + begin, 0, end - begin);
	rc = s->x                                    ? project_part(s, begin, end, member)
	    : maas_rows_tagging(s->ask->model->rows) ? tag_part(s, begin, end, member)
	    : s->ask->records->explain               ? explain_part(s, begin, end, member)
						     : score_part(s, begin, end, member);
	s->full[part] = rc < 0;
	if (s->ask->model->slots)
		maas_rows_call_forget(rows_call(s->ask->model->slots, member));
	maas_thread_forget();
}

/* A slice: by the scheduler */

static void
sheet_free(struct sheet *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < PARTS; i++) {
		if (s->out)
			maas_buf_free(&s->out[i]);
		if (s->number)
			maas_buf_free(&s->number[i]);
		if (s->why)
			free(s->why[i]);
	}
	maas_buf_free(&s->numbers);
	maas_reader_free(s->reader);
	maas_table_close(s->table);
	maas_arena_free(s->arena);
	free(s->row);
	free(s->out);
	free(s->number);
	free(s->bad);
	free(s->why);
	free(s->full);
	free(s->x);
	free(s->y);
	free(s);
}

/* Room for a block; -1: none. */
static int
make_room(struct sheet *s)
{
	const struct hosted *m = s->ask->model;
	size_t in = m->rows ? 0 : s->columns->numbers;

	s->width =
	    m->rows ? maas_rows_scores(m->rows) : (size_t)((const struct maas_pca *)m->model->settings)->components;
	s->arena = maas_arena_new(HELD / 16);
	s->row = maas_alloc(BLOCK, sizeof *s->row);
	s->out = maas_alloc(PARTS, sizeof *s->out);
	s->number = maas_alloc(PARTS, sizeof *s->number);
	s->bad = maas_alloc(BLOCK, 1);
	s->why = maas_alloc(PARTS, sizeof *s->why);
	s->full = maas_alloc(PARTS, 1);
	s->x = in ? maas_alloc(BLOCK, in * sizeof *s->x) : NULL;
	s->y = in || s->ask->records->explain ? maas_alloc(BLOCK, s->width * sizeof *s->y) : NULL;
	return s->arena && s->row && s->out && s->number && s->bad && s->why && s->full && (!in || (s->x && s->y)) &&
		(!s->ask->records->explain || s->y)
	    ? 0
	    : -1;
}

static void
table_stop(struct ask *a)
{
	sheet_free(a->records->sheet);
	a->records->sheet = NULL;
	maas_http_body(a->http)->n = 0;
}

/* The table ends without an answer. */
static void
give_up(struct ask *a, int status, const char *code, const char *why)
{
	char message[512];

	snprintf(message, sizeof message, "%s", why);
	table_stop(a);
	scheduler_done(a, FINISHED_ERROR);
	reply_error(a, status, code, NULL, "%s", message);
}

static void
give_up_reading(struct ask *a)
{
	if (maas_why() == MAAS_OS)
		give_up(a, 503, "overloaded", "no memory for the rows");
	else
		give_up(a, 400, "invalid_record", maas_error());
}

/* What text tables are not, told by its first bytes: so that nobody gets a million rows without an answer. */
static int
check_bytes(const struct maas_span s)
{
	if (s.n >= 2 && (unsigned char)s.s[0] == 0x1f && (unsigned char)s.s[1] == 0x8b)
		return maas_fail("the body is compressed: say so with Content-Encoding: gzip");
	return 0;
}

static int
open_table(struct sheet *s)
{
	const struct records *r = s->ask->records;

	return check_bytes(r->table) == 0 &&
		(s->table = maas_table_open_text(&r->read, s->columns, "body", r->table)) &&
		(s->reader = maas_reader_new(s->columns, s->table))
	    ? 0
	    : -1;
}

static enum begun
table_begin(struct ask *a)
{
	struct records *r = a->records;
	struct sheet *s = r->sheet = maas_alloc(1, sizeof *s);
	int head = r->form == FORM_JSON;

	if (!s) {
		give_up_reading(a);
		return BEGUN_OVER;
	}
	s->ask = a;
	r->many = r->table.n > MANY_BYTES;
	s->columns = table_columns(a->model);
	if (make_room(s) < 0 || (!r->ready && open_table(s) < 0) || (head && rows_put_head(a) < 0)) {
		give_up_reading(a);
		return BEGUN_OVER;
	}
	return BEGUN;
}

static void
finish(struct ask *a)
{
	static const char *const types[] = { "application/json", "application/x-ndjson",
		"text/tab-separated-values; charset=utf-8", "text/csv; charset=utf-8; header=absent",
		"application/json" };
	struct records *r = a->records;
	struct sheet *s = r->sheet;
	struct maas_buf *to = maas_http_body(a->http);
	int rc = 0;

	if (r->form == FORM_JSON) {
		to->n -= s->done && r->list; /* the last comma */
		rc = rows_put_tail(a);
	} else if (r->form == FORM_TENSORS) {
		struct maas_buf labels = *to;

		*to = (struct maas_buf){ 0 };
		rc = tensors_put(a, s->done, (struct maas_span){ labels.s, labels.n },
		    (struct maas_span){ s->numbers.s, s->numbers.n }, to);
		maas_buf_free(&labels);
	}
	sheet_free(s);
	r->sheet = NULL;
	scheduler_done(a, rc < 0 ? FINISHED_ERROR : FINISHED_STOP);
	if (r->form == FORM_TENSORS)
		tensors_reply(a, rc);
	else if (rc < 0 || r->form == FORM_JSON)
		reply_json(a, rc);
	else
		maas_http_reply(a->http, 200, types[r->form]);
}

/* The next rows.  1 where there may be more, 0 at the end, -1. */
static int
read_some(struct sheet *s)
{
	const struct maas_rows *rows = s->ask->model->rows;
	size_t held = 0, most = rows && s->ask->records->explain && maas_rows_tagging(rows) ? TOLD : BLOCK;
	int rc = 1;

	s->n = 0;
	if (s->ask->records->ready) {
		s->row[s->n++] =
		    (struct maas_row){ .record = { .name = "body", .line = 1 }, .x = s->ask->records->ready };
		return 0;
	}
	maas_arena_reset(s->arena);
	while (s->n < most && held < HELD && (rc = maas_reader_next(s->reader, &s->row[s->n])) > 0) {
		if (maas_row_copy(s->arena, s->columns, &s->row[s->n], &held) < 0)
			return -1;
		s->n++;
	}
	return rc;
}

/* All must have an answer, and row i of this block has none. */
static void
refuse_all(struct sheet *s, size_t i)
{
	struct ask *a = s->ask;
	const char *why = s->why[i / MAAS_ROWS];
	char message[512], param[64];

	snprintf(param, sizeof param, a->records->list ? "rows[%zu]" : "row", s->done + i);
	snprintf(message, sizeof message, "%s: %s", param, why ? why : "no memory");
	table_stop(a);
	scheduler_done(a, FINISHED_ERROR);
	reply_error(a, 400, "invalid_record", param, "%s", message);
}

/* The answers of a block, in order.  0, or -1 and the table has ended. */
static int
deliver(struct sheet *s)
{
	struct ask *a = s->ask;
	struct maas_buf *to = maas_http_body(a->http);
	char why[SIZE_WHY];

	for (size_t i = 0; i < s->n; i++)
		if (s->bad[i] && a->records->strict) {
			refuse_all(s, i);
			return -1;
		}
	for (size_t i = 0; i * MAAS_ROWS < s->n; i++)
		if (s->full[i] || maas_buf_add(to, s->out[i].s, s->out[i].n) < 0 ||
		    maas_buf_add(&s->numbers, s->number[i].s, s->number[i].n) < 0) {
			give_up(a, 503, "overloaded", "no memory for the answers");
			return -1;
		}
	s->done += s->n;
	if (ask_rows_check(a, s->done, why) < 0) {
		give_up(a, 413, "request_too_large", why);
		return -1;
	}
	if (s->done <= TABLE_ROWS && to->n + s->numbers.n <= ANSWER_MAX)
		return 0;
	if (s->done > TABLE_ROWS)
		give_up(a, 413, "request_too_large", "more than 1,000,000 rows: send them in parts");
	else
		give_up(a, 413, "request_too_large", "the answers are larger than 256 MiB: send the rows in parts");
	return -1;
}

static void
table_slice(struct maas_server *server, struct hosted *m)
{
	struct sheet *s = NULL;
	int rc;

	for (struct ask *a = m->active; a; a = a->next)
		if (a->work == &work_table && (!s || a->records->sheet->done < s->done))
			s = a->records->sheet;
	if (!s)
		return;
	rc = read_some(s);
	if (rc < 0) {
		give_up_reading(s->ask);
		return;
	}
	maas_team_run(server->team, s->n, MAAS_ROWS, answer_part, s);
	count_size(&m->metrics->batch, s->n);
	count_add(&m->metrics->records, s->n);
	if (deliver(s) == 0 && rc == 0)
		finish(s->ask);
}

const struct work work_table = { table_begin, table_slice, table_stop };
