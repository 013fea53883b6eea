/* maas-tokenize vectorize: fit a vectoriser and write its matrix, or write the matrix of a fitted one. */
#include <stdlib.h>
#include <string.h>

#include "tokenize_vectorize.h"
#include "told.h"

enum { LIBSVM, TSV, NPY, JSONL };
static const char *const targets[] = { "libsvm", "tsv", "npy", "jsonl", NULL };

const struct maas_field vectorize_fields[] = {
	MAAS_TEXT('m', vectorize, model, NULL, "use the vectoriser in this file, or in a model that carries one"),
	MAAS_TEXT(0, vectorize, fit, NULL, "fit a vectoriser to the data and write it to this file"),
	MAAS_ENUM(0, vectorize, to, targets, LIBSVM,
	    "write rows as LABEL INDEX:VALUE, dense lines, a dense matrix, or JSON lines"),
	MAAS_FLAG(0, vectorize, line_buffered, "answer each row before the next is waited for"),
	MAAS_END,
};

struct job {
	struct call *call;
	const struct vectorize *o;
	const struct maas_table_options *table;
	struct maas_model *model; /* of -m, or the one that is written */
	struct maas_columns *own;
	const struct maas_columns *columns, *learnt; /* of the input; of the features */
	struct maas_vectorizer *fitted;
	const struct maas_vectorizer *v;
	struct maas_rowset *set;  /* --fit: all rows */
	struct maas_design x;     /* of all rows: --fit, and npy */
	size_t numbers, features; /* those of the columns; all */
	uint32_t *col;
	double *val;
	size_t col_cap, val_cap;
	struct maas_buf b; /* one row as it is printed */
};

static int
name_of(const struct job *j, size_t feature, struct maas_buf *b)
{
	if (feature < j->numbers)
		return maas_columns_feature(j->learnt, feature, b);
	return maas_vectorizer_name(j->v, feature - j->numbers, b);
}

/* A name or a label as a field: tabs and line ends as blanks. */
static int
put_field(struct maas_buf *to, const char *s, size_t n)
{
	size_t from = to->n;

	if (maas_buf_add(to, s, n) < 0)
		return -1;
	for (size_t i = from; i < to->n; i++)
		if (strchr("\t\n\r", to->s[i]))
			to->s[i] = ' ';
	return 0;
}

static int
tsv_head(struct job *j)
{
	struct maas_buf name = { 0 };
	int bad = maas_buf_text(&j->b, "label");

	for (size_t i = 0; i < j->features && !bad; i++) {
		name.n = 0;
		bad = name_of(j, i, &name) || maas_buf_text(&j->b, "\t") ||
		    put_field(&j->b, name.s ? name.s : "", name.n);
	}
	maas_buf_free(&name);
	return bad || maas_buf_text(&j->b, "\n") ? -1 : 0;
}

static int
tsv_row(struct job *j, struct maas_span label, const uint32_t *col, const double *val, size_t n)
{
	size_t k = 0;
	int bad = put_field(&j->b, label.s ? label.s : "", label.n);

	for (size_t i = 0; i < j->features && !bad; i++) {
		int here = k < n && col[k] == i;

		bad = maas_buf_add(&j->b, "\t", 1) || maas_buf_real(&j->b, here ? val[k] : 0, 17);
		k += (size_t)here;
	}
	return bad || maas_buf_text(&j->b, "\n") ? -1 : 0;
}

/* " INDEX:VALUE" */
static int
put_entry(struct maas_buf *b, uint32_t index, double value)
{
	char text[2 * 32], *p = text;

	*p++ = ' ';
	p += maas_real_print(p, index, 10);
	*p++ = ':';
	p += maas_real_print(p, value, 17);
	return maas_buf_add(b, text, (size_t)(p - text));
}

/* A row without features says so, that it is known for what it is. */
static int
libsvm_row(struct job *j, struct maas_span label, const uint32_t *col, const double *val, size_t n)
{
	int bad;

	for (size_t i = 0; i < label.n; i++)
		if ((unsigned char)label.s[i] <= 32 || label.s[i] == ':' || label.s[i] == '#')
			return maas_fail("the label '%.*s' cannot stand in libsvm: see --to", (int)label.n, label.s);
	bad = label.n ? maas_buf_add(&j->b, label.s, label.n) : maas_buf_text(&j->b, "0");
	for (size_t i = 0; i < n && !bad; i++)
		bad = put_entry(&j->b, col[i] + 1, val[i]);
	return bad || maas_buf_text(&j->b, n ? "\n" : " 1:0\n") ? -1 : 0;
}

/* "label":...,"features":{...} */
static int
members(struct job *j, struct maas_span label, const uint32_t *col, const double *val, size_t n)
{
	struct maas_buf name = { 0 };
	int bad = maas_buf_text(&j->b, "\"label\":") ||
	    (label.s ? maas_json_put_text(&j->b, label) : maas_buf_text(&j->b, "null")) ||
	    maas_buf_text(&j->b, ",\"features\":{");

	for (size_t i = 0; i < n && !bad; i++) {
		name.n = 0;
		bad = name_of(j, col[i], &name) || maas_buf_text(&j->b, i ? "," : "") ||
		    maas_json_put_text(&j->b, (struct maas_span){ name.s, name.n }) || maas_buf_text(&j->b, ":") ||
		    maas_json_put_real(&j->b, val[i]);
	}
	maas_buf_free(&name);
	return bad || maas_buf_text(&j->b, "}") ? -1 : 0;
}

/* An object keeps all it came with. */
static int
json_row(struct job *j, const struct maas_record *from, struct maas_span label, const uint32_t *col, const double *val,
    size_t n)
{
	struct maas_buf alone = { 0 }, *b = &j->b;
	int bad = members(j, label, col, val, n);

	if (!bad && from && from->key && maas_json_merge(&alone, from->raw, (struct maas_span){ b->s, b->n }) == 0) {
		b->n = 0;
		bad = maas_buf_add(b, alone.s, alone.n) || maas_buf_text(b, "\n");
	} else if (!bad) {
		alone.n = 0;
		bad = maas_buf_printf(&alone, "{%s}\n", b->s);
		b->n = 0;
		bad = bad || maas_buf_add(b, alone.s, alone.n);
	}
	maas_buf_free(&alone);
	return bad ? -1 : 0;
}

static int
put(struct job *j)
{
	size_t n = j->b.n;

	j->b.n = 0;
	if (fwrite(j->b.s, 1, n, stdout) != n || (j->o->line_buffered && fflush(stdout)))
		return maas_fail_errno("writing standard output");
	return 0;
}

/* from: NULL where all rows are in hand. */
static int
print_row(struct job *j, const struct maas_record *from, struct maas_span label, const uint32_t *col, const double *val,
    size_t n)
{
	int bad;

	switch (j->o->to) {
	case TSV: bad = tsv_row(j, label, col, val, n); break;
	case JSONL: bad = json_row(j, from, label, col, val, n); break;
	default: bad = libsvm_row(j, label, col, val, n); break;
	}
	return bad ? -1 : put(j);
}

/* A dense matrix of doubles, row by row. */
static int
print_npy(struct job *j)
{
	double *row = maas_alloc(j->features, sizeof *row);
	char head[128];
	int n = snprintf(head, sizeof head, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu), }",
	    j->x.rows, j->features);
	int pad = 63 - (10 + n) % 64, bad = !row;

	if (!bad)
		bad = maas_buf_add(&j->b, "\x93NUMPY\x01\0", 8) ||
		    maas_buf_printf(&j->b, "%c%c%s%*s\n", (n + pad + 1) & 255, (n + pad + 1) >> 8, head, pad, "") ||
		    put(j);
	for (size_t i = 0; i < j->x.rows && !bad; i++) {
		memset(row, 0, j->features * sizeof *row);
		if (j->x.dense)
			memcpy(row, j->x.x + i * j->x.dense, j->x.dense * sizeof *row);
		for (size_t e = j->x.sparse.start[i]; e < j->x.sparse.start[i + 1]; e++)
			row[j->x.dense + j->x.sparse.col[e]] = j->x.sparse.val[e];
		bad = fwrite(row, sizeof *row, j->features, stdout) != j->features
		    ? maas_fail_errno("writing standard output")
		    : 0;
	}
	free(row);
	return bad ? -1 : 0;
}

/* A row of a design: its features that are not 0. */
static int
print_design(
    struct job *j, const struct maas_record *from, struct maas_span label, const struct maas_design *x, size_t i)
{
	size_t most = x->dense + x->sparse.start[i + 1] - x->sparse.start[i];

	if (maas_grow(&j->col, 0, &j->col_cap, most, sizeof *j->col) < 0 ||
	    maas_grow(&j->val, 0, &j->val_cap, most, sizeof *j->val) < 0)
		return -1;
	return print_row(j, from, label, j->col, j->val, maas_design_row(x, i, j->col, j->val));
}

static int
print_all(struct job *j)
{
	static const struct maas_span none = { NULL, 0 };

	if (j->o->to == NPY)
		return print_npy(j);
	if (j->o->to == TSV && (tsv_head(j) < 0 || put(j) < 0))
		return -1;
	for (size_t i = 0; i < j->x.rows; i++) {
		uint32_t l = j->set->label[i];

		if (print_design(j, NULL, l == MAAS_NO_NAME ? none : j->set->labels.name[l], &j->x, i) < 0)
			return maas_in("row %zu", i + 1);
	}
	return 0;
}

static int
on_bad(void *ctx, const struct maas_row *row, const char *why)
{
	(void)ctx;
	return why == row->bad ? maas_fail("%s", why)
			       : maas_fail("%s:%zu: %s", row->record.name, row->record.line, why);
}

static int
load(struct job *j, struct maas_table *t)
{
	struct maas_reader *r = maas_reader_new(j->columns, t);

	j->set = r ? maas_rowset_load(r, j->columns, MAAS_TASK_NONE, 0, on_bad, NULL) : NULL;
	maas_reader_free(r);
	if (!j->set)
		return -1;
	return j->set->n ? 0 : maas_fail("no rows");
}

/* Features of all rows in hand. */
static int
all_features(struct job *j)
{
	size_t n = j->set->n;
	struct maas_team *team = maas_team_new((int)j->call->common.threads);
	uint32_t *pick = maas_alloc(n, sizeof *pick);
	int bad = !team || !pick;

	for (size_t i = 0; i < n && !bad; i++)
		pick[i] = (uint32_t)i;
	if (!bad && !j->v)
		bad = maas_rowset_learn(j->set, pick, n, &(struct maas_preparation){ 0 }, j->own) ||
		    !(j->v = j->fitted = maas_rowset_vectorizer(j->set, pick, n, team, j->call->part[2]));
	bad = bad || maas_rowset_design(j->set, pick, n, team, j->learnt, j->v, 1, &j->x);
	free(pick);
	maas_team_free(team);
	j->features = j->x.cols;
	j->numbers = j->learnt->features;
	return bad ? -1 : 0;
}

static int
save(struct job *j)
{
	struct maas_buf b = { 0 };
	int bad = !(j->model = maas_model_new(&maas_kind_vectorizer)) || maas_columns_write(j->columns, &b) ||
	    maas_model_add_part(j->model, "columns", (struct maas_span){ b.s, b.n });

	b.n = 0;
	bad = bad || maas_vectorizer_compile(j->v, &b) ||
	    maas_model_add_part(j->model, "vectorizer", (struct maas_span){ b.s, b.n }) ||
	    maas_model_save(j->model, j->o->fit, MAAS_DURABLE);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

/* As for maas-train; but texts may come without labels. */
static int
find_columns(struct job *j, struct maas_table *t)
{
	j->own = maas_columns_fit(t, j->table, 0);
	if ((!j->own || !j->own->texts) && !given(j->call, "label") && maas_table_rewind(t) == 0) {
		maas_columns_free(j->own);
		j->own = maas_columns_fit(t, j->table, MAAS_FIT_UNLABELLED);
	}
	j->columns = j->learnt = j->own;
	return j->own ? 0 : -1;
}

static int
fit(struct job *j)
{
	struct maas_table *t = maas_table_open(j->table, NULL, j->call->operand, j->call->n, MAAS_AGAIN);
	int bad = !t || find_columns(j, t);

	if (!bad && !j->columns->texts)
		bad = maas_fail("no column of text in the data: name it with --text");
	bad = bad || load(j, t);
	maas_table_close(t);
	return bad || all_features(j) || save(j) || print_all(j) ? -1 : 0;
}

/* An empty line has no features to name, and keeps its place all the same. */
static int
print_empty(struct job *j)
{
	return maas_buf_text(&j->b, j->o->to == JSONL ? "{\"label\":null,\"features\":{}}\n" : "\n") ? -1 : put(j);
}

/* Row by row: what comes in goes out before the next is read. */
static int
stream(struct job *j, struct maas_table *t)
{
	struct maas_reader *r = maas_reader_new(j->columns, t);
	struct maas_rows_call *c = r ? maas_rows_call_new(j->model->ready) : NULL;
	struct maas_row row;
	const struct maas_design *x;
	int rc = c ? 0 : -1;

	if (c && j->o->to == TSV && (tsv_head(j) < 0 || put(j) < 0))
		rc = -1;
	while (rc >= 0 && (rc = maas_reader_next(r, &row)) > 0) {
		if (row.record.empty)
			rc = print_empty(j);
		else if (!(x = maas_rows_design(c, &row)))
			rc = -1;
		else if (print_design(j, &row.record, row.label, x, 0) < 0)
			rc = maas_in("%s:%zu", row.record.name, row.record.line);
	}
	maas_rows_call_free(c);
	maas_reader_free(r);
	return rc;
}

static int
transform(struct job *j)
{
	struct maas_table *t = NULL;
	int told,
	    bad = told_text(j->call, "-m") || !(j->model = maas_model_open(j->o->model)) ||
	    !(j->v = maas_model_vectorizer(j->model, &j->columns));

	if (bad)
		return -1;
	j->learnt = j->columns;
	j->numbers = j->columns->features;
	j->features = j->numbers + maas_vectorizer_size(j->v);
	told = told_otherwise(j->table, j->columns);
	if (told && j->o->line_buffered)
		return maas_fail_as(MAAS_USAGE,
		    "the vectoriser knows its columns: naming others wants all rows at once, --line-buffered one by one");
	bad = !(t = maas_table_open(j->table, told ? NULL : j->columns, j->call->operand, j->call->n,
		    told                      ? MAAS_AGAIN
			: j->o->line_buffered ? MAAS_LIVE
					      : 0));
	if (told && !bad) {
		bad = !(j->own = told_columns(t, j->table, j->columns));
		j->columns = j->own;
	}
	if (!bad)
		bad = j->o->to == NPY ? load(j, t) || all_features(j) || print_all(j) : stream(j, t);
	maas_table_close(t);
	return bad ? -1 : 0;
}

int
vectorize(struct call *c)
{
	struct job j = { .call = c, .o = c->part[0], .table = c->part[1] };
	int rc;

	if (!j.o->model == !j.o->fit)
		return misuse(c, "one of --fit VEC and -m VEC is wanted");
	if (j.o->fit && !strcmp(j.o->fit, "-"))
		return misuse(c, "--fit -: the matrix goes to standard output, the vectoriser to a file");
	if ((rc = wants_input(c)))
		return rc;
	if (spare_input(c, j.o->fit))
		return fail(c);
	rc = (j.o->fit ? fit(&j) : transform(&j)) ? fail(c) : finish(c);
	maas_design_free(&j.x);
	free(j.col);
	free(j.val);
	maas_rowset_free(j.set);
	maas_vectorizer_free(j.fitted);
	maas_columns_free(j.own);
	maas_model_close(j.model);
	maas_buf_free(&j.b);
	return rc;
}
