/* matrix.c -- a matrix of a model's weights, in whatever form the file has it. */
#include <stdio.h>
#include <string.h>

#include "matrix.h"

void
matrix_dims(size_t weights[5], size_t scales[3], enum maas_dtype type, size_t rows, size_t cols)
{
	weights[0] = scales[0] = maas_quant_panels(rows);
	weights[1] = scales[1] = maas_quant_groups(type, cols);
	weights[2] = maas_quant_group(type) / (type == MAAS_I8 ? 4 : 8);
	weights[3] = scales[2] = MAAS_PANEL;
	weights[4] = 4;
}

/* 8-bit or 4-bit ones, in panels, with the scales beside them. */
static int
quant(struct maas_matrix *to, const maas_bf16 **scale, const struct maas_model *m, const struct maas_tensor *t,
    size_t rows, size_t cols)
{
	size_t dim[5], scales[3];
	const struct maas_tensor *s;
	char name[160];

	if (t->dtype == MAAS_I8 && t->ndim == 2)
		return maas_fail(
		    "tensor %s: weights of 8 bits in rows: panels are wanted; quantize the model it was made of "
		    "again",
		    t->name);
	matrix_dims(dim, scales, t->dtype, rows, cols);
	if (!maas_model_need(m, t->name, t->dtype, 5, dim))
		return -1;
	if (snprintf(name, sizeof name, "%s" MATRIX_SCALE, t->name) >= (int)sizeof name)
		return maas_fail("tensor %s: its name is too long", t->name);
	if (!(s = maas_model_need(m, name, MAAS_BF16, 3, scales)))
		return -1;
	*to = (struct maas_matrix){ t->data, t->dtype, cols, 1 };
	*scale = s->data;
	return 0;
}

int
maas_model_matrix(struct maas_matrix *to, const maas_bf16 **scale, const struct maas_model *m, const char *name,
    size_t rows, size_t cols)
{
	const struct maas_tensor *t = maas_model_tensor(m, name);

	*scale = NULL;
	if (t && maas_is_quant(t->dtype))
		return quant(to, scale, m, t, rows, cols);
	t = maas_model_need(m, name, t && t->dtype == MAAS_BF16 ? MAAS_BF16 : MAAS_F32, 2, (size_t[]){ rows, cols });
	if (!t)
		return -1;
	if (m->lies && t->dtype == MAAS_F32 && !strncmp(name, m->lies, strlen(m->lies)))
		*to = (struct maas_matrix){ t->data, t->dtype, 1, rows };
	else
		*to = (struct maas_matrix){ t->data, t->dtype, cols, 1 };
	return 0;
}
