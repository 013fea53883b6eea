/*
 * v2_tensors.c -- what tensors are made of, and the reply that is tensors: the Open Inference
 * Protocol with its extensions for binary tensors and for classification.
 */
#include <math.h>
#include <string.h>

#include "maas/pca.h"
#include "v2_tensors.h"

/* Elements, lowest byte first: as the protocol has them, and every machine this runs on. */

#define AS(name, type) \
	static double name(const unsigned char *p) \
	{ \
		type x; \
\
		memcpy(&x, p, sizeof x); \
		return (double)x; \
	}
AS(as_f64, double)
AS(as_f32, float)
AS(as_u8, uint8_t)
AS(as_u16, uint16_t)
AS(as_u32, uint32_t)
AS(as_u64, uint64_t)
AS(as_i8, int8_t)
AS(as_i16, int16_t)
AS(as_i32, int32_t)
AS(as_i64, int64_t)
#undef AS

static double
as_bool(const unsigned char *p)
{
	return *p != 0;
}

static double
as_bf16(const unsigned char *p)
{
	maas_bf16 x;
	float y;

	memcpy(&x, p, sizeof x);
	maas_from_bf16(&y, &x, 1);
	return y;
}

/* IEEE 754, binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double
as_f16(const unsigned char *p)
{
	int bits = p[0] | p[1] << 8, exponent = bits >> 10 & 31, fraction = bits & 1023;
	double x = exponent == 31 ? (fraction ? NAN : INFINITY)
	    : exponent            ? ldexp(1024 + fraction, exponent - 25)
				  : ldexp(fraction, -24);

	return bits >> 15 ? -x : x;
}

static const struct tensor_type types[] = { { "BYTES", 0, NULL }, { "FP64", 8, as_f64 }, { "FP32", 4, as_f32 },
	{ "FP16", 2, as_f16 }, { "BF16", 2, as_bf16 }, { "BOOL", 1, as_bool }, { "UINT8", 1, as_u8 },
	{ "UINT16", 2, as_u16 }, { "UINT32", 4, as_u32 }, { "UINT64", 8, as_u64 }, { "INT8", 1, as_i8 },
	{ "INT16", 2, as_i16 }, { "INT32", 4, as_i32 }, { "INT64", 8, as_i64 } };

const struct tensor_type *
tensor_type(struct maas_span name)
{
	for (size_t i = 0; i < MAAS_COUNT(types); i++)
		if (maas_span_is(name, types[i].name))
			return &types[i];
	return NULL;
}

/* Each a length of four bytes and its bytes; they fill the whole. */
static int
split_texts(struct maas_arena *arena, struct input *in, size_t n)
{
	struct maas_span rest = in->bytes;

	if (n > rest.n / 4)
		return maas_fail("fewer bytes than its shape says");
	if (!(in->text = maas_take(arena, n + 1, sizeof *in->text)))
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t m = rest.n < 4 ? SIZE_MAX : (size_t)as_u32((const unsigned char *)rest.s);

		if (m > rest.n - (rest.n < 4 ? rest.n : 4))
			return maas_fail("element %zu is longer than the bytes there are", i);
		in->text[i] = (struct maas_span){ rest.s + 4, m };
		if (!maas_utf8_good(in->text[i]))
			return maas_fail("element %zu is no UTF-8", i);
		rest = (struct maas_span){ rest.s + 4 + m, rest.n - 4 - m };
	}
	return rest.n ? maas_fail("more bytes than its shape says") : 0;
}

int
tensor_split(struct maas_arena *arena, struct input *in)
{
	size_t n = in->rows * in->width;

	if (!in->type->size)
		return split_texts(arena, in, n);
	if (in->bytes.n / in->type->size != n || in->bytes.n % in->type->size)
		return maas_fail("%zu bytes, %zu elements of %zu were said", in->bytes.n, n, in->type->size);
	for (size_t i = 0; i < n; i++)
		if (isinf(tensor_number(in, i)))
			return maas_fail("element %zu is not finite", i);
	return 0;
}

double
tensor_number(const struct input *in, size_t i)
{
	double v = 0;
	int truth;

	if (!in->leaf)
		return in->type->number((const unsigned char *)in->bytes.s + i * in->type->size);
	if (maas_json_real(in->leaf[i], &v) < 0 && maas_json_bool(in->leaf[i], &truth) == 0)
		v = truth;
	return v;
}

int
tensor_put(const struct input *in, size_t i, struct maas_buf *to)
{
	int truth;

	if (in->leaf && maas_json_bool(in->leaf[i], &truth) == 0)
		return maas_buf_text(to, truth ? "1" : "0");
	if (in->leaf)
		return maas_json_put(to, in->leaf[i]);
	return in->text ? maas_json_put_text(to, in->text[i]) : maas_json_put_real(to, tensor_number(in, i));
}

/* The reply */

const char *
tensor_of_numbers(const struct hosted *m, size_t *width)
{
	*width = 0;
	if (!m->rows) {
		*width = (size_t)((const struct maas_pca *)m->model->settings)->components;
		return "components";
	}
	*width = maas_rows_labels(m->rows);
	return *width ? "scores" : "value";
}

/* A text as an element: quoted, or with its length in front. */
static int
put_element(struct maas_buf *to, struct maas_span s, int bytes)
{
	uint32_t n = (uint32_t)s.n;

	if (bytes)
		return maas_buf_add(to, &n, sizeof n) < 0 || maas_buf_add(to, s.s, s.n) < 0 ? -1 : 0;
	return maas_json_put_text(to, s) < 0 ? -1 : maas_buf_text(to, ",");
}

/* The label that comes behind `last` by score, the first of equals first; last n: the likeliest. */
static size_t
next_label(const double *p, size_t n, size_t last)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++)
		if ((last == n || p[i] < p[last] || (p[i] == p[last] && i > last)) && (best == n || p[i] > p[best]))
			best = i;
	return best;
}

/* "value:index:label" of the likeliest. */
static int
put_classes(const struct ask *a, const double *p, size_t n, struct maas_buf *to)
{
	const struct wanted *w = a->records->wanted;
	struct maas_buf text = { 0 };
	int rc = 0;

	for (size_t k = 0, i = n; rc == 0 && k < w->classes && (i = next_label(p, n, i)) < n; k++) {
		struct maas_span label = maas_rows_label(a->model->rows, i);

		text.n = 0;
		rc = maas_buf_printf(&text, "%.9g:%zu:", p[i], i) < 0 || maas_buf_add(&text, label.s, label.n) < 0 ||
			put_element(to, (struct maas_span){ text.s, text.n }, w->number_bytes) < 0
		    ? -1
		    : 0;
	}
	maas_buf_free(&text);
	return rc;
}

int
tensors_row(const struct ask *a, const double *p, size_t n, struct maas_buf *label, struct maas_buf *number)
{
	const struct wanted *w = a->records->wanted;
	const struct maas_rows *rows = a->model->rows;

	if (w->label && put_element(label, maas_rows_label(rows, maas_argmax_f64(p, n)), w->label_bytes) < 0)
		return -1;
	if (!w->number)
		return 0;
	if (w->classes)
		return put_classes(a, p, n, number);
	if (w->number_bytes)
		return maas_buf_add(number, p, n * sizeof *p);
	for (size_t i = 0; i < n; i++)
		if (maas_json_put_real(number, p[i]) < 0 || maas_buf_text(number, ",") < 0)
			return -1;
	return 0;
}

static int
put_data(struct maas_buf *to, const char *name, const char *type, size_t rows, size_t width, struct maas_span data,
    int bytes)
{
	if (maas_buf_printf(to, "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[%zu", name, type, rows) < 0 ||
	    (width && maas_buf_printf(to, ",%zu", width) < 0))
		return -1;
	if (bytes)
		return maas_buf_printf(to, "],\"parameters\":{\"binary_data_size\":%zu}}", data.n);
	if (maas_buf_text(to, "],\"data\":[") < 0 ||
	    maas_buf_add(to, data.s, data.n - (data.n > 0)) < 0) /* without the last comma */
		return -1;
	return maas_buf_text(to, "]}");
}

static int
put_outputs(struct ask *a, size_t rows, struct maas_span label, struct maas_span number, struct maas_buf *to)
{
	const struct wanted *w = a->records->wanted;
	size_t width;
	const char *name = tensor_of_numbers(a->model, &width);

	if (w->classes && w->classes < width)
		width = w->classes;
	if (w->label && put_data(to, "label", "BYTES", rows, 0, label, w->label_bytes) < 0)
		return -1;
	if (w->label && w->number && maas_buf_text(to, ",") < 0)
		return -1;
	return w->number ? put_data(to, name, w->classes ? "BYTES" : "FP64", rows, width, number, w->number_bytes) : 0;
}

int
tensors_put(struct ask *a, size_t rows, struct maas_span label, struct maas_span number, struct maas_buf *to)
{
	struct wanted *w = a->records->wanted;

	if (maas_buf_text(to, "{\"model_name\":") < 0 || put_text(to, a->model->name) < 0 ||
	    maas_buf_printf(to, ",\"model_version\":\"%lld\"", (long long)a->model->number) < 0)
		return -1;
	if (w->id.s && (maas_buf_text(to, ",\"id\":") < 0 || maas_json_put_text(to, w->id) < 0))
		return -1;
	if (maas_buf_text(to, ",\"outputs\":[") < 0 || put_outputs(a, rows, label, number, to) < 0 ||
	    maas_buf_text(to, "]}") < 0)
		return -1;
	if (!(w->label && w->label_bytes) && !(w->number && w->number_bytes))
		return 0;
	w->head = to->n;
	if (w->label && w->label_bytes && maas_buf_add(to, label.s, label.n) < 0)
		return -1;
	return w->number && w->number_bytes ? maas_buf_add(to, number.s, number.n) : 0;
}

void
tensors_reply(struct ask *a, int rc)
{
	if (rc < 0 || !a->records->wanted->head) {
		reply_json(a, rc);
		return;
	}
	maas_http_set(a->http, "Inference-Header-Content-Length", "%zu", a->records->wanted->head);
	maas_http_reply(a->http, 200, "application/octet-stream");
}
