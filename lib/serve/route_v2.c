/*
 * route_v2.c -- the Open Inference Protocol, version 2: models of rows as tensors in, tensors
 * out.  An input is a column by its name, or `x`, the rows of a model whose columns are all
 * numbers.  What comes is made a table (work_table.c), and so read as tables are.
 */
#include <math.h>
#include <string.h>

#include "v2_tensors.h"

#define INPUTS 4096                /* of a request */
#define DEPTH  8                   /* of nested data */
#define TABLE  ((size_t)256 << 20) /* bytes of what tensors become */

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

static int
put_outputs(struct maas_buf *to, const struct hosted *m)
{
	size_t width;
	const char *name = tensor_of_numbers(m, &width);

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
	    maas_buf_text(maas_http_body(a->http),
		"{\"name\":\"maas\",\"version\":\"" MAAS_VERSION "\",\"extensions\":[\"binary_tensor_data\","
		"\"classification\"]}"));
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

/* The versions of a name: those that are ready, or all. */
static int
put_index(struct maas_buf *to, const struct family *f, int ready)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct edition *e = &f->edition[i];
		const char *state = e->hosted ? "READY" : "UNAVAILABLE",
			   *reason = e->hosted ? ""
		    : e->failed                ? "it could not be loaded"
					       : "unloaded";

		if (ready && !e->hosted)
			continue;
		if (maas_buf_text(to, to->n > 1 ? ",{\"name\":" : "{\"name\":") < 0 || put_text(to, f->name) < 0 ||
		    maas_buf_printf(to, ",\"version\":\"%lld\",\"state\":\"%s\",\"reason\":\"%s\"}",
			(long long)e->number, state, reason) < 0)
			return -1;
	}
	return 0;
}

/* {"ready":true}, or nothing at all.  -1: replied. */
static int
read_ready(struct ask *a, int *ready)
{
	static const char *const known[] = { "ready", NULL };
	struct maas_json *body;
	int rc = 0;

	*ready = 0;
	if (!a->http->body.n)
		return 0;
	if (!(body = read_object(a)))
		return -1;
	if (check_members(a, body, known) < 0) {
		rc = -1;
	} else if (maas_json_get(body, "ready") && maas_json_bool(maas_json_get(body, "ready"), ready) < 0) {
		reply_error(a, 400, "invalid_value", NULL, "'ready' is neither true nor false");
		rc = -1;
	}
	maas_json_free(body);
	return rc;
}

void
run_v2_index(struct ask *a)
{
	struct maas_buf *to = maas_http_body(a->http);
	struct family **f;
	size_t n;
	int ready, rc;

	if (read_ready(a, &ready) < 0)
		return;
	f = families_of(a, &n);
	rc = f ? maas_buf_text(to, "[") : -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (ask_allows(a, f[i]->name)) {
			pthread_mutex_lock(&a->server->lock);
			rc = put_index(to, f[i], ready);
			pthread_mutex_unlock(&a->server->lock);
		}
	reply_json(a, rc < 0 ? -1 : maas_buf_text(to, "]"));
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
	c = m->rows && maas_rows_tagging(m->rows) ? NULL : table_columns(m);
	rc = maas_buf_text(to, "{\"name\":") < 0 || put_text(to, m->name) < 0 ||
	    maas_buf_printf(to, ",\"versions\":[\"%lld\"],\"platform\":\"maas_%s\",\"inputs\":[", (long long)m->number,
		m->model->kind->name) < 0 ||
	    (c && put_inputs(to, c) < 0) || maas_buf_text(to, "],\"outputs\":[") < 0 || (c && put_outputs(to, m) < 0) ||
	    maas_buf_text(to, "]}") < 0;
	reply_json(a, rc ? -1 : 0);
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
	    (!in->type->size ? t != MAAS_J_TEXT : t != MAAS_J_INT && t != MAAS_J_REAL && t != MAAS_J_BOOL))
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

/* What the input takes of the bytes behind the JSON. */
static int
read_bytes(struct ask *a, struct input *in, const struct maas_json *size, struct maas_span *behind)
{
	int64_t n;

	if (maas_json_int(size, &n) < 0 || n < 0 || (uint64_t)n > behind->n)
		return bad(a, "input '%.*s': binary_data_size is more than there is", in->name);
	in->bytes = (struct maas_span){ behind->s, (size_t)n };
	*behind = (struct maas_span){ behind->s + n, behind->n - (size_t)n };
	if (tensor_split(a->arena, in) == 0)
		return 0;
	if (maas_why() == MAAS_OS)
		return no_memory(a);
	reply_error(a, 400, "invalid_value", NULL, "input '%.*s': %s",
	    (int)maas_utf8_whole(in->name.s, in->name.n < 60 ? in->name.n : 60), in->name.s, maas_error());
	return -1;
}

static int
read_data(struct ask *a, struct input *in, const struct maas_json *data)
{
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
read_input(struct ask *a, struct input *in, const struct maas_json *j, struct maas_span *behind)
{
	const struct maas_json *size = maas_json_get(maas_json_get(j, "parameters"), "binary_data_size");
	struct maas_span type = { "", 0 };

	if (maas_json_text(maas_json_get(j, "name"), &in->name) < 0)
		return bad(a, "an input has no name%.*s", (struct maas_span){ "", 0 });
	if (maas_json_text(maas_json_get(j, "datatype"), &type) < 0 || !(in->type = tensor_type(type)))
		return bad(a, "input '%.*s': datatype is none of BYTES, FP64, FP32 ...", in->name);
	if (read_shape(in, maas_json_get(j, "shape")) < 0)
		return bad(a, "input '%.*s': shape is no list of sizes", in->name);
	if (size && maas_json_get(j, "data"))
		return bad(a, "input '%.*s': its data is told twice, as a list and as bytes", in->name);
	return size ? read_bytes(a, in, size, behind) : read_data(a, in, maas_json_get(j, "data"));
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
read_inputs(struct inputs *in, const struct maas_json *body, struct maas_span behind)
{
	struct ask *a = in->ask;
	const struct maas_json *list = maas_json_get(body, "inputs");

	in->n = list && maas_json_type(list) == MAAS_J_LIST ? maas_json_size(list) : 0;
	if (!in->n || in->n > INPUTS)
		return bad(a, "'inputs' is no list of tensors%.*s", (struct maas_span){ "", 0 });
	if (!(in->input = maas_take(a->arena, in->n, sizeof *in->input)))
		return no_memory(a);
	for (size_t i = 0; i < in->n; i++)
		if (read_input(a, &in->input[i], maas_json_at(list, i), &behind) < 0)
			return -1;
	if (behind.n)
		return bad(a, "there are bytes behind the JSON that no input has%.*s", (struct maas_span){ "", 0 });
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
too_large(struct ask *a)
{
	count_add(&a->server->rejected[REJECTED_SIZE], 1);
	reply_error(
	    a, 413, "request_too_large", NULL, "more than 1,000,000 rows, or 256 MiB of them: send them in parts");
	return -1;
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
			    maas_buf_text(to, ":") < 0 || tensor_put(&in->input[i], r, to) < 0)
				return no_memory(in->ask);
		if (maas_buf_text(to, "}\n") < 0)
			return no_memory(in->ask);
		if (to->n > TABLE)
			return too_large(in->ask);
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

	if (x->width != c->numbers || !x->type->size) {
		reply_error(in->ask, 400, "invalid_value", NULL, "an input of shape [rows, %zu] and numbers is wanted",
		    c->numbers);
		return -1;
	}
	if (x->rows * x->width > TABLE / sizeof(double))
		return too_large(in->ask);
	n = snprintf(
	    dict, sizeof dict, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu), }", x->rows, x->width);
	if (maas_buf_add(to, "\x93NUMPY\1\0\166\0", 10) < 0 || maas_buf_printf(to, "%s%*s\n", dict, 117 - n, "") < 0)
		return no_memory(in->ask);
	for (size_t i = 0; i < x->rows * x->width; i++) {
		double v = tensor_number(x, i);

		if (maas_buf_add(to, &v, sizeof v) < 0)
			return no_memory(in->ask);
	}
	table_type("application/octet-stream", in->ask->records);
	return 0;
}

/* A parameter that is true or false; `otherwise` where it is not there. */
static int
read_truth(struct ask *a, const struct maas_json *parameters, const char *name, int otherwise, int *to)
{
	const struct maas_json *j = maas_json_get(parameters, name);

	*to = otherwise;
	if (!j || maas_json_bool(j, to) == 0)
		return 0;
	reply_error(a, 400, "invalid_value", NULL, "'%s' is neither true nor false", name);
	return -1;
}

static int
read_classes(struct ask *a, struct wanted *w, const struct maas_json *j, int scores)
{
	int64_t n;

	if (!j)
		return 0;
	if (!scores)
		return bad(a, "'classification' is for the output 'scores' alone%.*s", (struct maas_span){ "", 0 });
	if (maas_json_int(j, &n) < 0 || n < 1 || n > CLASSES_MAX)
		return bad(a, "'classification' must be a whole number from 1 to 100%.*s", (struct maas_span){ "", 0 });
	w->classes = (size_t)n;
	return 0;
}

static int
read_output(struct ask *a, struct wanted *w, const struct maas_json *j, int bytes)
{
	static const char *const known[] = { "binary_data", "classification", NULL };
	const struct maas_json *parameters = maas_json_get(j, "parameters");
	int classes = a->model->rows && maas_rows_labels(a->model->rows), label;
	size_t width;
	struct maas_span s;

	if (maas_json_text(maas_json_get(j, "name"), &s) < 0)
		return bad(a, "an output has no name%.*s", (struct maas_span){ "", 0 });
	label = classes && maas_span_is(s, "label");
	if (!label && !maas_span_is(s, tensor_of_numbers(a->model, &width)))
		return bad(a, "the model has no output '%.*s'", s);
	if (parameters && maas_json_type(parameters) != MAAS_J_OBJECT)
		return bad(a, "output '%.*s': parameters are no object", s);
	if (parameters && check_members(a, parameters, known) < 0)
		return -1;
	if (read_truth(a, parameters, "binary_data", bytes, label ? &w->label_bytes : &w->number_bytes) < 0 ||
	    read_classes(a, w, maas_json_get(parameters, "classification"), classes && !label) < 0)
		return -1;
	*(label ? &w->label : &w->number) = 1;
	return 0;
}

/* Which outputs, and how: those asked for, else all. */
static int
read_outputs(struct ask *a, struct wanted *w, const struct maas_json *body)
{
	const struct maas_json *list = maas_json_get(body, "outputs"), *parameters = maas_json_get(body, "parameters");
	int bytes;

	if (parameters && maas_json_type(parameters) != MAAS_J_OBJECT)
		return bad(a, "'parameters' are no object%.*s", (struct maas_span){ "", 0 });
	if (read_truth(a, parameters, "binary_data_output", 0, &bytes) < 0)
		return -1;
	w->label = !list && a->model->rows && maas_rows_labels(a->model->rows);
	w->number = !list;
	w->label_bytes = w->number_bytes = bytes;
	if (list && maas_json_type(list) != MAAS_J_LIST)
		return bad(a, "'outputs' is no list%.*s", (struct maas_span){ "", 0 });
	for (size_t i = 0; list && i < maas_json_size(list); i++)
		if (read_output(a, w, maas_json_at(list, i), bytes) < 0)
			return -1;
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
read_tensors(struct ask *a, const struct maas_json *body, struct maas_span behind)
{
	static const char *const known[] = { "id", "parameters", "inputs", "outputs", NULL };
	const struct maas_columns *c = table_columns(a->model);
	struct records *r = a->records;
	struct inputs in = { .ask = a };
	struct maas_buf table = { 0 };
	int whole, rc;

	if (check_members(a, body, known) < 0 || read_id(a, r->wanted, body) < 0 ||
	    read_outputs(a, r->wanted, body) < 0 || read_inputs(&in, body, behind) < 0)
		return -1;
	whole = all_numbers(c) && in.n == 1 && !(c->column && has_input(c, in.input[0].name)) &&
	    (maas_span_is(in.input[0].name, "x") || !all_named(c));
	if (!whole && !all_named(c)) {
		reply_error(a, 501, "not_supported", NULL, "the model's columns have no names");
		return -1;
	}
	if (in.rows > TABLE_ROWS)
		return too_large(a);
	rc = whole ? as_array(&in, c, &table) : as_lines(&in, c, &table);
	if (rc == 0 && in.rows) {
		r->table = (struct maas_span){ maas_take_text(a->arena, table.s, table.n), table.n };
		rc = r->table.s ? 0 : no_memory(a);
	}
	r->n = in.rows;
	maas_buf_free(&table);
	return rc;
}

/* The JSON, and the bytes behind it, where a header says how long it is. */
static int
split_body(struct ask *a, struct maas_span *head, struct maas_span *behind)
{
	const char *text = a->head_bytes;
	struct maas_span body = a->http->body;
	int64_t n = (int64_t)body.n;

	if (text && (maas_parse_int(maas_span(text), &n) < 0 || n < 0 || (uint64_t)n > body.n)) {
		reply_error(a, 400, "invalid_value", NULL,
		    "Inference-Header-Content-Length is no number of bytes that the body has");
		return -1;
	}
	*head = (struct maas_span){ body.s, (size_t)n };
	*behind = (struct maas_span){ body.s + n, body.n - (size_t)n };
	return 0;
}

static int
make_records(struct ask *a)
{
	struct records *r = a->records = maas_take(a->arena, 1, sizeof *r);

	if (r)
		r->wanted = maas_take(a->arena, 1, sizeof *r->wanted);
	if (!r || !r->wanted)
		return no_memory(a);
	r->strict = r->list = 1;
	r->form = FORM_TENSORS;
	return 0;
}

void
run_v2_infer(struct ask *a)
{
	static const struct maas_span nothing = { "", 0 };
	struct maas_span head, behind;
	struct maas_json *body;
	int rc;

	a->model = hosted_of_path(a);
	if (!a->model)
		return;
	if (!table_columns(a->model)) {
		reply_error(
		    a, 501, "not_supported", NULL, "%s models do not take tensors", a->model->model->kind->name);
		return;
	}
	if (a->model->rows && maas_rows_tagging(a->model->rows)) {
		reply_error(a, 501, "not_supported", NULL,
		    "models that tag words have no tensors: POST /v1/models/%s/predict", a->model->name);
		return;
	}
	if (split_body(a, &head, &behind) < 0 || make_records(a) < 0 || !(body = read_object_in(a, head)))
		return;
	rc = read_tensors(a, body, behind);
	maas_json_free(body);
	if (rc < 0)
		return;
	if (a->records->n)
		scheduler_queue(a, &work_table);
	else
		tensors_reply(a, tensors_put(a, 0, nothing, nothing, maas_http_body(a->http)));
}
