/*
 * route_v2.c -- the Open Inference Protocol, version 2: models of rows as tensors in, tensors
 * out.  An input is a column by its name, or `x`, the rows of a model whose columns are all
 * numbers.  What comes is made a table (work_table.c), and so read as tables are.
 */
#include <math.h>
#include <string.h>

#include "maas/pca.h"
#include "records.h"

#define INPUTS 4096 /* of a request */
#define DEPTH  8    /* of nested data */

struct wanted { /* what the reply has */
	struct maas_span id;
	int label, number;
};

struct input {
	struct maas_span name;
	int text; /* BYTES */
	size_t rows, width;
	const struct maas_json **leaf; /* [rows][width] */
	size_t n;
};

struct inputs {
	struct ask *ask;
	struct input *input;
	size_t n, rows;
};

/* What a model takes and gives */

static const char *
column_name(const struct maas_columns *c, size_t i)
{
	return c->column[i].name                                 ? c->column[i].name
	    : c->column[i].role == MAAS_TEXTUAL && c->texts == 1 ? "text"
								 : NULL;
}

static int
is_input(const struct maas_column *c)
{
	return c->role == MAAS_NUMERIC || c->role == MAAS_CATEGORY || c->role == MAAS_TEXTUAL;
}

/* Nothing but numbers: its rows may come as one tensor. */
static int
all_numbers(const struct maas_columns *c)
{
	return c->numbers && !c->words && !c->texts;
}

/* Are the columns known by name, all of them? */
static int
all_named(const struct maas_columns *c)
{
	if (!c->column)
		return c->texts == 1 && !c->numbers;
	for (size_t i = 0; i < c->n; i++)
		if (is_input(&c->column[i]) && !column_name(c, i))
			return 0;
	return 1;
}

static int
put_shape(struct maas_buf *to, const char *name, const char *type, size_t width)
{
	if (maas_buf_text(to, "{\"name\":") < 0 || put_text(to, name) < 0 ||
	    maas_buf_printf(to, ",\"datatype\":\"%s\",\"shape\":[-1", type) < 0)
		return -1;
	return width ? maas_buf_printf(to, ",%zu]}", width) : maas_buf_text(to, "]}");
}

static int
put_inputs(struct maas_buf *to, const struct maas_columns *c)
{
	int n = 0;

	if (!all_named(c))
		return all_numbers(c) ? put_shape(to, "x", "FP64", c->numbers) : 0;
	if (!c->column)
		return put_shape(to, "text", "BYTES", 0);
	for (size_t i = 0; i < c->n; i++)
		if (is_input(&c->column[i]) &&
		    ((n++ && maas_buf_text(to, ",") < 0) ||
			put_shape(to, column_name(c, i), c->column[i].role == MAAS_NUMERIC ? "FP64" : "BYTES", 0) < 0))
			return -1;
	return 0;
}

/* The name of a model's tensor of numbers, and how many a row there are; 0: one, and no second dimension. */
static const char *
number_name(const struct hosted *m, size_t *width)
{
	*width = 0;
	if (!m->rows) {
		*width = (size_t)((const struct maas_pca *)m->model->settings)->components;
		return "components";
	}
	*width = maas_rows_labels(m->rows);
	return *width ? "scores" : "value";
}

static int
put_outputs(struct maas_buf *to, const struct hosted *m)
{
	size_t width;
	const char *name = number_name(m, &width);

	if (!m->rows || !width)
		return put_shape(to, name, "FP64", width);
	if (put_shape(to, "label", "BYTES", 0) < 0 || maas_buf_text(to, ",") < 0 ||
	    put_shape(to, name, "FP64", width) < 0)
		return -1;
	to->n--; /* the brace: more of it follows */
	if (maas_buf_text(to, ",\"parameters\":{\"labels\":[") < 0)
		return -1;
	for (size_t i = 0; i < width; i++)
		if ((i && maas_buf_text(to, ",") < 0) || maas_json_put_text(to, maas_rows_label(m->rows, i)) < 0)
			return -1;
	return maas_buf_text(to, "]}}");
}

void
run_v2(struct ask *a)
{
	reply_json(a,
	    maas_buf_text(
		maas_http_body(a->http), "{\"name\":\"maas\",\"version\":\"" MAAS_VERSION "\",\"extensions\":[]}"));
}

void
run_v2_live(struct ask *a)
{
	reply_json(a, maas_buf_text(maas_http_body(a->http), "{\"live\":true}"));
}

void
run_v2_ready(struct ask *a)
{
	if (!atomic_load(&a->server->draining)) {
		reply_json(a, maas_buf_text(maas_http_body(a->http), "{\"ready\":true}"));
		return;
	}
	maas_http_set(a->http, "Retry-After", "1");
	reply_error(a, 503, "draining", NULL, "the server ends");
}

void
run_v2_model_ready(struct ask *a)
{
	struct hosted *m = hosted_of_path(a);
	struct maas_buf *to = maas_http_body(a->http);

	if (m)
		reply_json(a,
		    maas_buf_text(to, "{\"name\":") < 0 || put_text(to, m->name) < 0
			? -1
			: maas_buf_text(to, ",\"ready\":true}"));
}

void
run_v2_model(struct ask *a)
{
	struct hosted *m = hosted_of_path(a);
	struct maas_buf *to = maas_http_body(a->http);
	const struct maas_columns *c;
	int rc;

	if (!m)
		return;
	c = table_columns(m);
	rc = maas_buf_text(to, "{\"name\":") < 0 || put_text(to, m->name) < 0 ||
	    maas_buf_printf(to, ",\"versions\":[\"%lld\"],\"platform\":\"maas_%s\",\"inputs\":[", (long long)m->number,
		m->model->kind->name) < 0 ||
	    (c && put_inputs(to, c) < 0) || maas_buf_text(to, "],\"outputs\":[") < 0 || (c && put_outputs(to, m) < 0) ||
	    maas_buf_text(to, "]}") < 0;
	reply_json(a, rc ? -1 : 0);
}

/* The reply */

static int
put_data(struct maas_buf *to, const char *name, const char *type, size_t rows, size_t width, struct maas_span data)
{
	if (maas_buf_printf(to, "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[%zu", name, type, rows) < 0)
		return -1;
	if ((width ? maas_buf_printf(to, ",%zu],\"data\":[", width) : maas_buf_text(to, "],\"data\":[")) < 0)
		return -1;
	if (maas_buf_add(to, data.s, data.n - (data.n > 0)) < 0) /* without the last comma */
		return -1;
	return maas_buf_text(to, "]}");
}

int
tensors_put(struct ask *a, size_t rows, struct maas_span label, struct maas_span number, struct maas_buf *to)
{
	const struct wanted *w = a->records->wanted;
	size_t width;
	const char *name = number_name(a->model, &width);

	if (maas_buf_text(to, "{\"model_name\":") < 0 || put_text(to, a->model->name) < 0 ||
	    maas_buf_printf(to, ",\"model_version\":\"%lld\"", (long long)a->model->number) < 0)
		return -1;
	if (w->id.s && (maas_buf_text(to, ",\"id\":") < 0 || maas_json_put_text(to, w->id) < 0))
		return -1;
	if (maas_buf_text(to, ",\"outputs\":[") < 0 ||
	    (w->label && put_data(to, "label", "BYTES", rows, 0, label) < 0) ||
	    (w->label && w->number && maas_buf_text(to, ",") < 0) ||
	    (w->number && put_data(to, name, "FP64", rows, width, number) < 0))
		return -1;
	return maas_buf_text(to, "]}");
}

/* The request: by an HTTP thread.  Each of these has replied where it is -1. */

static int
bad(struct ask *a, const char *fmt, struct maas_span name)
{
	size_t n = name.n < 60 ? name.n : 60;

	reply_error(a, 400, "invalid_value", NULL, fmt, (int)maas_utf8_whole(name.s, n), name.s);
	return -1;
}

static int
no_memory(struct ask *a)
{
	reply_json(a, -1);
	return -1;
}

/* Leaves of lists in lists, row after row.  -1: too many, too deep, or of a wrong type. */
static int
gather(struct input *in, const struct maas_json *j, size_t depth)
{
	enum maas_json_type t = maas_json_type(j);

	if (t == MAAS_J_LIST) {
		if (depth == DEPTH)
			return -1;
		for (size_t i = 0; i < maas_json_size(j); i++)
			if (gather(in, maas_json_at(j, i), depth + 1) < 0)
				return -1;
		return 0;
	}
	if (in->n == in->rows * in->width ||
	    (in->text ? t != MAAS_J_TEXT : t != MAAS_J_INT && t != MAAS_J_REAL && t != MAAS_J_BOOL))
		return -1;
	in->leaf[in->n++] = j;
	return 0;
}

/* rows and width of [rows], [rows, 1], [rows, width, ...]; products that no data can have are refused. */
static int
read_shape(struct input *in, const struct maas_json *shape)
{
	size_t all = 1;

	if (!shape || maas_json_type(shape) != MAAS_J_LIST || !maas_json_size(shape) || maas_json_size(shape) > DEPTH)
		return -1;
	in->width = 1;
	for (size_t i = 0; i < maas_json_size(shape); i++) {
		int64_t d;

		if (maas_json_int(maas_json_at(shape, i), &d) < 0 || d < 0 || d > INT32_MAX)
			return -1;
		if (i && !d)
			return -1;
		if (i)
			in->width *= (size_t)d;
		else
			in->rows = (size_t)d;
		all *= d ? (size_t)d : 1;
		if (all > INT32_MAX)
			return -1;
	}
	return 0;
}

static int
read_type(struct input *in, const struct maas_json *type)
{
	static const char *const types[] = { "BYTES", "FP64", "FP32", "FP16", "BF16", "BOOL", "UINT8", "UINT16",
		"UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64" };
	struct maas_span s;

	if (maas_json_text(type, &s) < 0)
		return -1;
	for (size_t i = 0; i < MAAS_COUNT(types); i++)
		if (maas_span_is(s, types[i])) {
			in->text = i == 0;
			return 0;
		}
	return -1;
}

static int
read_input(struct ask *a, struct input *in, const struct maas_json *j)
{
	const struct maas_json *data = maas_json_get(j, "data");

	if (maas_json_text(maas_json_get(j, "name"), &in->name) < 0)
		return bad(a, "an input has no name%.*s", (struct maas_span){ "", 0 });
	if (read_type(in, maas_json_get(j, "datatype")) < 0)
		return bad(a, "input '%.*s': datatype is none of BYTES, FP64, FP32 ...", in->name);
	if (read_shape(in, maas_json_get(j, "shape")) < 0)
		return bad(a, "input '%.*s': shape is no list of sizes", in->name);
	if (!data || maas_json_type(data) != MAAS_J_LIST || in->rows * in->width > a->http->body.n)
		return bad(a, "input '%.*s': data is no list of as many values as its shape says", in->name);
	in->leaf = maas_take(a->arena, in->rows * in->width + 1, sizeof *in->leaf);
	if (!in->leaf)
		return no_memory(a);
	if (gather(in, data, 0) < 0 || in->n != in->rows * in->width)
		return bad(
		    a, "input '%.*s': data does not have the type or the number of values that it says", in->name);
	return 0;
}

static int
has_input(const struct maas_columns *c, struct maas_span name)
{
	if (!c->column)
		return maas_span_is(name, "text");
	for (size_t i = 0; i < c->n; i++)
		if (is_input(&c->column[i]) && column_name(c, i) && maas_span_is(name, column_name(c, i)))
			return 1;
	return 0;
}

static int
read_inputs(struct inputs *in, const struct maas_json *body)
{
	struct ask *a = in->ask;
	const struct maas_json *list = maas_json_get(body, "inputs");

	in->n = list && maas_json_type(list) == MAAS_J_LIST ? maas_json_size(list) : 0;
	if (!in->n || in->n > INPUTS)
		return bad(a, "'inputs' is no list of tensors%.*s", (struct maas_span){ "", 0 });
	if (!(in->input = maas_take(a->arena, in->n, sizeof *in->input)))
		return no_memory(a);
	for (size_t i = 0; i < in->n; i++)
		if (read_input(a, &in->input[i], maas_json_at(list, i)) < 0)
			return -1;
	in->rows = in->input[0].rows;
	for (size_t i = 1; i < in->n; i++) {
		if (in->input[i].rows != in->rows)
			return bad(a, "input '%.*s': more or fewer rows than the others", in->input[i].name);
		for (size_t k = 0; k < i; k++)
			if (in->input[i].name.n == in->input[k].name.n &&
			    !memcmp(in->input[i].name.s, in->input[k].name.s, in->input[k].name.n))
				return bad(a, "input '%.*s' is there twice", in->input[i].name);
	}
	return 0;
}

static int
put_leaf(struct maas_buf *to, const struct maas_json *j)
{
	int truth;

	return maas_json_bool(j, &truth) == 0 ? maas_buf_text(to, truth ? "1" : "0") : maas_json_put(to, j);
}

/* Columns by name: a line of JSON a row. */
static int
as_lines(struct inputs *in, const struct maas_columns *c, struct maas_buf *to)
{
	for (size_t i = 0; i < in->n; i++) {
		if (!has_input(c, in->input[i].name))
			return bad(in->ask, "the model has no input '%.*s'", in->input[i].name);
		if (in->input[i].width != 1)
			return bad(in->ask, "input '%.*s': one value a row is wanted", in->input[i].name);
	}
	for (size_t r = 0; r < in->rows; r++) {
		for (size_t i = 0; i < in->n; i++)
			if (maas_buf_text(to, i ? "," : "{") < 0 || maas_json_put_text(to, in->input[i].name) < 0 ||
			    maas_buf_text(to, ":") < 0 || put_leaf(to, in->input[i].leaf[r]) < 0)
				return no_memory(in->ask);
		if (maas_buf_text(to, "}\n") < 0)
			return no_memory(in->ask);
	}
	table_type("application/x-ndjson", in->ask->records);
	return 0;
}

/* All rows as one tensor: the bytes of an npy file. */
static int
as_array(struct inputs *in, const struct maas_columns *c, struct maas_buf *to)
{
	const struct input *x = &in->input[0];
	char dict[118];
	int n;

	if (x->width != c->numbers || x->text) {
		reply_error(in->ask, 400, "invalid_value", NULL, "an input of shape [rows, %zu] and numbers is wanted",
		    c->numbers);
		return -1;
	}
	n = snprintf(
	    dict, sizeof dict, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu), }", x->rows, x->width);
	if (maas_buf_add(to, "\x93NUMPY\1\0\166\0", 10) < 0 || maas_buf_printf(to, "%s%*s\n", dict, 117 - n, "") < 0)
		return no_memory(in->ask);
	for (size_t i = 0; i < x->n; i++) {
		double v = 0;
		int truth;

		if (maas_json_real(x->leaf[i], &v) < 0 && maas_json_bool(x->leaf[i], &truth) == 0)
			v = truth;
		if (maas_buf_add(to, &v, sizeof v) < 0)
			return no_memory(in->ask);
	}
	table_type("application/octet-stream", in->ask->records);
	return 0;
}

/* Which outputs: those asked for, else all. */
static int
read_outputs(struct ask *a, struct wanted *w, const struct maas_json *body)
{
	const struct maas_json *list = maas_json_get(body, "outputs"), *j;
	int classes = a->model->rows && maas_rows_labels(a->model->rows);
	size_t width;
	const char *name = number_name(a->model, &width);
	struct maas_span s;

	w->label = !list && classes;
	w->number = !list;
	if (list && maas_json_type(list) != MAAS_J_LIST)
		return bad(a, "'outputs' is no list%.*s", (struct maas_span){ "", 0 });
	for (size_t i = 0; list && i < maas_json_size(list); i++) {
		j = maas_json_at(list, i);
		if (maas_json_text(maas_json_get(j, "name"), &s) < 0)
			return bad(a, "an output has no name%.*s", (struct maas_span){ "", 0 });
		if (maas_json_get(j, "parameters") && maas_json_size(maas_json_get(j, "parameters")))
			return bad(a, "output '%.*s': no extension is known here, so parameters mean nothing", s);
		if (classes && maas_span_is(s, "label"))
			w->label = 1;
		else if (maas_span_is(s, name))
			w->number = 1;
		else
			return bad(a, "the model has no output '%.*s'", s);
	}
	return 0;
}

static int
read_id(struct ask *a, struct wanted *w, const struct maas_json *body)
{
	const struct maas_json *j = maas_json_get(body, "id");
	struct maas_span s;

	if (!j)
		return 0;
	if (maas_json_text(j, &s) < 0)
		return bad(a, "'id' is no text%.*s", (struct maas_span){ "", 0 });
	w->id.s = maas_take_text(a->arena, s.s, s.n);
	w->id.n = s.n;
	return w->id.s ? 0 : no_memory(a);
}

static int
read_tensors(struct ask *a, const struct maas_json *body)
{
	static const char *const known[] = { "id", "parameters", "inputs", "outputs", NULL };
	const struct maas_columns *c = table_columns(a->model);
	struct records *r = a->records;
	struct inputs in = { .ask = a };
	struct maas_buf table = { 0 };
	int whole, rc;

	if (check_members(a, body, known) < 0 || read_id(a, r->wanted, body) < 0 ||
	    read_outputs(a, r->wanted, body) < 0 || read_inputs(&in, body) < 0)
		return -1;
	whole = all_numbers(c) && in.n == 1 && !(c->column && has_input(c, in.input[0].name)) &&
	    (maas_span_is(in.input[0].name, "x") || !all_named(c));
	if (!whole && !all_named(c)) {
		reply_error(a, 501, "not_supported", NULL, "the model's columns have no names");
		return -1;
	}
	rc = whole ? as_array(&in, c, &table) : as_lines(&in, c, &table);
	if (rc == 0 && in.rows) {
		r->table = (struct maas_span){ maas_take_text(a->arena, table.s, table.n), table.n };
		rc = r->table.s ? 0 : no_memory(a);
	}
	r->n = in.rows;
	maas_buf_free(&table);
	return rc;
}

void
run_v2_infer(struct ask *a)
{
	struct maas_json *body;
	struct records *r;
	int rc;

	a->model = hosted_of_path(a);
	if (!a->model)
		return;
	if (!table_columns(a->model)) {
		reply_error(
		    a, 501, "not_supported", NULL, "%s models do not take tensors", a->model->model->kind->name);
		return;
	}
	if (!(body = read_object(a)))
		return;
	r = a->records = maas_take(a->arena, 1, sizeof *r);
	if (r)
		r->wanted = maas_take(a->arena, 1, sizeof *r->wanted);
	if (!r || !r->wanted) {
		maas_json_free(body);
		reply_json(a, -1);
		return;
	}
	r->strict = r->list = 1;
	r->form = FORM_TENSORS;
	rc = read_tensors(a, body);
	maas_json_free(body);
	if (rc < 0)
		return;
	if (r->n)
		scheduler_queue(a, &work_table);
	else
		reply_json(a,
		    tensors_put(
			a, 0, (struct maas_span){ "", 0 }, (struct maas_span){ "", 0 }, maas_http_body(a->http)));
}
