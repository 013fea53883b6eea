/*
 * Networks of rows with weights of few bits: smaller files, widened to floats when they are opened.  A matrix is what
 * its first dimension parts, conv1.weight [32, 16, 3, 3] one of 32 rows; it lies in panels as those of language models
 * do (struct maas_quant), and the metadata keep what shape it has as floats:
 *
 *	maas.quantized	{"conv1.weight":[32,16,3,3], ...}
 *
 * Where 8 or 4 bits would take more room than floats, since panels and groups are filled up, a matrix stays as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "matrix.h"
#include "model_cast.h"

#define SHAPES "maas.quantized"
enum {
	TOLD = 512
}; /* bytes that the header tells of a matrix more, at most, and that alignment takes, but for its name */

/* Rows and columns of a tensor as a matrix; 0: it has more numbers than can be. */
static int
sides(const struct maas_tensor *t, size_t *rows, size_t *cols)
{
	*rows = t->dim[0];
	*cols = 1;
	for (int i = 1; i < t->ndim; i++) {
		if (!t->dim[i] || *cols > INT32_MAX / t->dim[i])
			return 0;
		*cols *= t->dim[i];
	}
	return *rows > 0 && *rows <= SIZE_MAX / sizeof(float) / *cols;
}

/* Is it a matrix that has less bytes in few bits? */
static int
worth(const struct maas_tensor *t, enum maas_dtype type, size_t *rows, size_t *cols)
{
	size_t panels, scales;

	if (t->dtype != MAAS_F32 || t->ndim < 2 || !strncmp(t->name, "maas.", 5) || !sides(t, rows, cols))
		return 0;
	panels = maas_quant_panels(*rows);
	scales = panels * maas_quant_groups(type, *cols) * MAAS_PANEL * sizeof(maas_bf16);
	return panels * maas_quant_panel_bytes(type, *cols) + scales + TOLD + 4 * strlen(t->name) < t->bytes;
}

static int
put_shape(struct maas_buf *b, const struct maas_tensor *t)
{
	if (maas_buf_text(b, b->n > 1 ? "," : "") || maas_json_put_text(b, maas_span(t->name)))
		return -1;
	for (int i = 0; i < t->ndim; i++)
		if (maas_buf_printf(b, "%s%zu", i ? "," : ":[", t->dim[i]))
			return -1;
	return maas_buf_text(b, "]");
}

static int
round_all(struct maas_model *to, const struct maas_model *from, enum maas_dtype type, struct maas_team *team)
{
	struct maas_buf shapes = { 0 };
	const struct maas_tensor *t;
	size_t rows, cols;
	int rc = maas_buf_text(&shapes, "{");

	for (size_t i = 0; rc == 0 && (t = maas_model_next(from, &i));) {
		if (!worth(t, type, &rows, &cols)) {
			rc = maas_model_add(to, t);
			continue;
		}
		struct maas_affine a = { .w = { t->data, MAAS_F32, cols, 1 }, .out = rows, .in = cols };

		rc = put_shape(&shapes, t) || matrix_round(to, t, &a, type, team) ? -1 : 0;
	}
	if (rc == 0 && shapes.n == 1)
		rc = maas_fail("no matrix that would be smaller: it stays as it is");
	rc = rc || maas_buf_text(&shapes, "}") || maas_model_set_meta(to, SHAPES, shapes.s) ? -1 : 0;
	maas_buf_free(&shapes);
	return rc;
}

/* The self-test is answered by the weights as they will be when the file is opened. */
static int
answer_anew(struct maas_model *to, const struct maas_model *from)
{
	struct maas_model *wide = maas_model_new(from->kind);
	int rc = wide ? 0 : -1;

	if (wide)
		memcpy(wide->settings, from->settings, from->kind->size);
	for (size_t i = 0; rc == 0 && i < to->ntensor; i++)
		rc = maas_model_add(wide, &to->tensor[i]);
	if (rc == 0)
		rc = maas_model_set_meta(wide, SHAPES, maas_model_meta(to, SHAPES)) || model_widen(wide) ||
			model_carry_over(wide, from)
		    ? -1
		    : 0;
	for (size_t i = 0; rc == 0 && i < wide->nmeta; i++)
		rc = maas_model_set_meta(to, wide->meta[i].key, wide->meta[i].value);
	maas_model_close(wide);
	return rc;
}

struct maas_model *
model_quantize_network(const struct maas_model *from, enum maas_dtype type, struct maas_team *team)
{
	struct maas_model *to;

	if (maas_model_meta(from, SHAPES)) {
		maas_fail("its weights have few bits already: quantize the model they were made of");
		return NULL;
	}
	if (!(to = maas_model_new(from->kind)))
		return NULL;
	memcpy(to->settings, from->settings, from->kind->size);
	if (round_all(to, from, type, team) == 0 && answer_anew(to, from) == 0)
		return to;
	maas_model_close(to);
	return NULL;
}

/* The tensor as floats, of the shape that a list says. */
static int
widen_one(struct maas_model *m, const char *name, const struct maas_json *shape)
{
	struct maas_tensor wide = { .name = name, .dtype = MAAS_F32 };
	struct maas_matrix w;
	const maas_bf16 *scale;
	size_t rows, cols;
	float *to;

	if (maas_json_type(shape) != MAAS_J_LIST || maas_json_size(shape) < 2 ||
	    maas_json_size(shape) > MAAS_COUNT(wide.dim))
		return maas_fail(SHAPES ": '%s': no shape of a matrix", name);
	for (size_t i = 0; i < maas_json_size(shape); i++) {
		int64_t n;

		if (maas_json_int(maas_json_at(shape, i), &n) || n < 1 || n > INT32_MAX)
			return maas_fail(SHAPES ": '%s': a side that is none", name);
		wide.dim[wide.ndim++] = (size_t)n;
	}
	if (!sides(&wide, &rows, &cols))
		return maas_fail(SHAPES ": '%s': sides that are too large", name);
	if (maas_model_matrix(&w, &scale, m, name, rows, cols) < 0)
		return -1;
	if (!scale)
		return maas_fail("tensor %s: floats, where weights of few bits are told", name);
	if (!(wide.data = to = maas_take(m->arena, rows * cols, sizeof *to)))
		return -1;
	for (size_t j = 0; j < rows; j++)
		maas_quant_row(to + j * cols, (struct maas_quant){ w.type, w.p, scale }, j, cols);
	return model_put(m, &wide);
}

int
model_widen(struct maas_model *m)
{
	const char *text = m->kind->decode ? NULL : maas_model_meta(m, SHAPES);
	struct maas_json *root = text ? maas_json_parse(maas_span(text)) : NULL;
	const struct maas_json *shape;
	struct maas_span key;
	void *it = NULL;
	int rc = 0;

	if (!text)
		return 0;
	if (!root || maas_json_type(root) != MAAS_J_OBJECT)
		rc = maas_fail(SHAPES ": no shapes where they should be");
	while (rc == 0 && (it = maas_json_next(root, it, &key, &shape))) {
		char *name = maas_take_text(m->arena, key.s, key.n);

		rc = name ? widen_one(m, name, shape) : -1;
	}
	maas_json_free(root);
	return rc;
}
