#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pca_rows.h"
#include "told.h"

#define BATCH ((size_t)256)

enum { TO_AUTO, TO_TSV, TO_NPY, TO_JSONL };
static const char *const forms[] = { "auto", "tsv", "npy", "jsonl", NULL };

const struct maas_field pca_rows_fields[] = {
	MAAS_TEXT('m', pca_rows, model, NULL, "model to use"),
	MAAS_TEXT('o', pca_rows, output, "-", "write the result to FILE"),
	MAAS_TEXT(0, pca_rows, keep, NULL, "columns to hand through in front of the result, parted by commas"),
	MAAS_ENUM(0, pca_rows, to, forms, TO_AUTO, "form of the result; auto: jsonl for JSON lines, else tsv"),
	MAAS_FLAG(0, pca_rows, line_buffered, "answer each row before the next is read"),
	MAAS_END,
};

/* A row until its batch is full. */
struct item {
	int object;           /* text is the JSON object it came as */
	struct maas_buf file; /* where it stands: its input's name, and */
	size_t line;
	struct maas_buf text; /* what goes in front of its numbers */
	struct maas_buf bad;  /* why it has none; empty: it has */
};

struct pass {
	struct call *call;
	const struct pca_rows *o;
	const struct pca_way *way;
	struct maas_model *model;
	struct maas_columns *mine; /* columns that were made here */
	struct maas_table *table;
	struct maas_reader *reader;
	struct maas_team *team;
	struct maas_out *out;
	FILE *file, *rows; /* rows: of npy, until their number is known */
	int to, named;
	size_t in, width, batch; /* numbers a row, in and out; rows a batch */
	size_t n, done, bad;     /* rows in the batch, rows written, those without a result */
	double *x, *y;
	struct item *item;
	struct maas_buf line, members, name;
};

/* A kept cell as a column of TSV: what would end the column or the line becomes a space. */
static int
put_cell(struct maas_buf *b, struct maas_span cell)
{
	size_t at = b->n;

	if (maas_buf_add(b, cell.s, cell.s ? cell.n : 0) < 0)
		return -1;
	for (; at < b->n; at++)
		if (b->s[at] == '\t' || b->s[at] == '\n' || b->s[at] == '\r')
			b->s[at] = ' ';
	return maas_buf_text(b, "\t");
}

static int
put_member(struct maas_buf *b, struct maas_span key, struct maas_span value)
{
	if (maas_json_put_text(b, key) < 0 || maas_buf_text(b, ":") < 0)
		return -1;
	if ((value.s ? maas_json_put_text(b, value) : maas_buf_text(b, "null")) < 0)
		return -1;
	return maas_buf_text(b, ",");
}

/* Take a row into the batch. */
static int
hold(struct pass *p, const struct maas_row *row)
{
	struct item *it = &p->item[p->n];
	double *x = p->x + p->n * p->in;
	size_t i;

	it->text.n = it->bad.n = it->file.n = 0;
	it->line = row->record.line;
	if (maas_buf_text(&it->file, row->record.name) < 0)
		return -1;
	it->object = p->to == TO_JSONL && row->record.key;
	if (it->object && maas_buf_add(&it->text, row->record.raw.s, row->record.raw.n) < 0)
		return -1;
	for (i = 0; !it->object && i < row->nkeep; i++)
		if ((p->to == TO_TSV && put_cell(&it->text, row->keep[i]) < 0) ||
		    (p->to == TO_JSONL && put_member(&it->text, maas_reader_kept(p->reader, i), row->keep[i]) < 0))
			return -1;
	if (row->bad) {
		memset(x, 0, p->in * sizeof *x);
		return maas_buf_text(&it->bad, row->bad);
	}
	maas_columns_spread(p->mine ? p->mine : maas_pca_columns(p->model), row, x);
	return 0;
}

/* What number i is called, in p->name. */
static int
name_it(struct pass *p, size_t i)
{
	p->name.n = 0;
	return p->way->name(p->model, i, &p->name);
}

static int
line_tsv(struct pass *p, const struct item *it, const double *y)
{
	size_t i;

	if (maas_buf_add(&p->line, it->text.s, it->text.n) < 0)
		return -1;
	for (i = 0; i < p->width; i++)
		if ((i && maas_buf_add(&p->line, "\t", 1) < 0) || (!it->bad.n && maas_buf_real(&p->line, y[i], 9) < 0))
			return -1;
	return maas_buf_text(&p->line, "\n");
}

static int
line_json(struct pass *p, const struct item *it, const double *y)
{
	struct maas_buf *b = &p->members;
	struct maas_span text = { it->text.s, it->text.n }, members;
	size_t i;

	b->n = 0;
	for (i = 0; !it->bad.n && i < p->width; i++)
		if ((i && maas_buf_text(b, ",") < 0) || name_it(p, i) < 0 ||
		    maas_json_put_text(b, (struct maas_span){ p->name.s, p->name.n }) < 0 ||
		    maas_buf_add(b, ":", 1) < 0 || maas_buf_real(b, y[i], 9) < 0)
			return -1;
	if (it->bad.n &&
	    (maas_buf_text(b, "\"error\":") < 0 ||
		maas_json_put_text(b, (struct maas_span){ it->bad.s, it->bad.n }) < 0))
		return -1;
	members = (struct maas_span){ b->s, b->n };
	if (it->object && maas_json_merge(&p->line, text, members) < 0)
		return -1;
	if (!it->object &&
	    (maas_buf_text(&p->line, "{") < 0 || maas_buf_add(&p->line, text.s, text.n) < 0 ||
		maas_buf_add(&p->line, members.s, members.n) < 0 || maas_buf_text(&p->line, "}") < 0))
		return -1;
	return maas_buf_text(&p->line, "\n");
}

static int
row_npy(struct pass *p, const struct item *it, double *y)
{
	size_t i;

	for (i = 0; it->bad.n && i < p->width; i++)
		y[i] = NAN;
	return maas_buf_add(&p->line, y, p->width * sizeof *y);
}

static int
put_row(struct pass *p, const struct item *it, double *y)
{
	switch (p->to) {
	case TO_TSV: return line_tsv(p, it, y);
	case TO_JSONL: return line_json(p, it, y);
	default: return row_npy(p, it, y);
	}
}

static int
full(const struct pass *p)
{
	return maas_fail_errno("%s", strcmp(p->o->output, "-") ? p->o->output : "writing standard output");
}

/* Numbers that are larger than any double are no result. */
static int
judge(const struct pass *p, struct item *it, const double *y)
{
	for (size_t i = 0; i < p->width && !it->bad.n; i++)
		if (!isfinite(y[i]))
			return maas_buf_printf(
			    &it->bad, "%.*s:%zu: its numbers are too large", (int)it->file.n, it->file.s, it->line);
	return 0;
}

/* Answer the batch. */
static int
flush(struct pass *p)
{
	size_t i;

	if (p->way->run(p->model, p->y, p->x, p->n, p->team) < 0)
		return -1;
	for (i = 0; i < p->n; i++) {
		struct item *it = &p->item[i];
		double *y = p->y + i * p->width;

		if (judge(p, it, y) < 0)
			return -1;
		if (it->bad.n) {
			warn(p->call, "%s", it->bad.s);
			p->bad++;
		}
		p->line.n = 0;
		if (put_row(p, it, y) < 0)
			return -1;
		if (fwrite(p->line.s, 1, p->line.n, p->rows) != p->line.n)
			return full(p);
	}
	p->done += p->n;
	p->n = 0;
	return p->o->line_buffered && fflush(p->rows) ? full(p) : 0;
}

/* Names of the kept columns and of the numbers, where the input had names. */
static int
put_header(struct pass *p)
{
	size_t i;

	p->line.n = 0;
	for (i = 0; i < maas_reader_keeps(p->reader); i++)
		if (put_cell(&p->line, maas_reader_kept(p->reader, i)) < 0)
			return -1;
	for (i = 0; i < p->width; i++)
		if (name_it(p, i) < 0 || put_cell(&p->line, (struct maas_span){ p->name.s, p->name.n }) < 0)
			return -1;
	fprintf(p->file, "%.*s\n", (int)p->line.n - 1, p->line.s);
	return p->o->line_buffered && fflush(p->file) ? full(p) : 0;
}

/* npy, version 1: the header says how many rows there are, so that it is written last. */
static int
finish_npy(struct pass *p)
{
	char dict[118], block[1 << 14];
	size_t n;

	n = (size_t)snprintf(
	    dict, sizeof dict, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu), }", p->done, p->width);
	fprintf(p->file, "\x93NUMPY%c%c%c%c%s%*s\n", 1, 0, 118, 0, dict, (int)(117 - n), "");
	rewind(p->rows);
	while ((n = fread(block, 1, sizeof block, p->rows)) > 0)
		fwrite(block, 1, n, p->file);
	return ferror(p->rows) || ferror(p->file) ? full(p) : 0;
}

/* Model, input and output, and room for a batch. */
static int
begin(struct pass *p)
{
	const struct maas_table_options *o = p->call->part[1];
	const struct maas_columns *c = NULL;
	size_t k;

	if (!(p->model = maas_model_open(p->o->model)))
		return -1;
	if (p->model->kind != &maas_kind_pca)
		return maas_fail("%s: a model of kind %s, pca is wanted", p->o->model, p->model->kind->name);
	k = (size_t)((const struct maas_pca *)p->model->settings)->components;
	c = maas_pca_columns(p->model);
	if (p->way->from_components && !(p->mine = maas_columns_numbers("pc", k)))
		return -1;
	p->table =
	    maas_table_open(o, p->mine ? NULL : c, p->call->operand, p->call->n, p->o->line_buffered ? MAAS_LIVE : 0);
	if (!p->table || !(p->reader = maas_reader_new(p->mine ? p->mine : c, p->table)))
		return -1;
	if (p->o->keep && maas_reader_keep(p->reader, p->o->keep) < 0)
		return -1;
	p->in = p->mine ? k : c->numbers;
	p->width = p->way->width(p->model);
	p->batch = p->o->line_buffered ? 1 : BATCH;
	p->named = maas_table_named(p->table);
	p->to = p->o->to ? p->o->to : maas_table_format(p->table) == &maas_format_jsonl ? TO_JSONL : TO_TSV;
	p->x = maas_alloc(p->batch, p->in * sizeof *p->x);
	p->y = maas_alloc(p->batch, p->width * sizeof *p->y);
	p->item = maas_alloc(p->batch, sizeof *p->item);
	if (!p->x || !p->y || !p->item || !(p->team = maas_team_new((int)p->call->common.threads)) ||
	    maas_table_team(p->table, p->team) < 0)
		return -1;
	if (spare_input(p->call, p->o->output) < 0 || !(p->out = maas_out_open(p->o->output)))
		return -1;
	p->rows = p->file = maas_out_file(p->out);
	if (p->to == TO_NPY && !(p->rows = tmpfile()))
		return maas_fail_errno("a temporary file");
	return p->to == TO_TSV && p->named ? put_header(p) : 0;
}

static int
stream(struct pass *p)
{
	struct maas_row row;
	int rc;

	while ((rc = maas_reader_next(p->reader, &row)) > 0) {
		if (hold(p, &row) < 0)
			return -1;
		if (++p->n == p->batch && flush(p) < 0)
			return -1;
	}
	if (rc < 0 || (p->n && flush(p) < 0))
		return -1;
	return p->to == TO_NPY ? finish_npy(p) : 0;
}

static void
end(struct pass *p)
{
	size_t i;

	for (i = 0; p->item && i < p->batch; i++) {
		maas_buf_free(&p->item[i].file);
		maas_buf_free(&p->item[i].text);
		maas_buf_free(&p->item[i].bad);
	}
	free(p->item);
	free(p->x);
	free(p->y);
	maas_buf_free(&p->line);
	maas_buf_free(&p->members);
	maas_buf_free(&p->name);
	if (p->rows && p->rows != p->file)
		fclose(p->rows);
	if (p->reader)
		told_cuts(p->call, p->reader);
	maas_reader_free(p->reader);
	maas_table_close(p->table);
	maas_columns_free(p->mine);
	maas_model_close(p->model);
	maas_team_free(p->team);
}

int
pca_rows(struct call *c, const struct pca_way *way)
{
	struct pass p = { .call = c, .o = c->part[0], .way = way };
	int rc = wants_input(c);

	if (rc)
		return rc;
	if (!p.o->model)
		return misuse(c, "-m MODEL is wanted");
	rc = begin(&p) < 0 || stream(&p) < 0;
	if (rc && p.out)
		maas_out_abort(p.out);
	else if (!rc)
		rc = maas_out_commit(p.out, 0) < 0;
	if (rc)
		rc = fail(c);
	else if (p.bad)
		rc = complain(c, MAAS_DATA, "%zu of %zu rows have no result", p.bad, p.done);
	end(&p);
	return rc;
}
