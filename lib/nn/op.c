#include "op.h"

int
op_equal(const struct maas_node *a, const struct maas_node *b)
{
	if (a->ndim != b->ndim)
		return 0;
	for (int i = 0; i < a->ndim; i++)
		if (a->dim[i] != b->dim[i])
			return 0;
	return 1;
}

int
op_matrix(const struct maas_node *x, const char *what, size_t rows, size_t cols)
{
	if (x->type != MAAS_F32)
		return maas_fail("%s is %s, expected F32", what, maas_dtype_name(x->type));
	if (x->ndim != (cols ? 2 : 1) || x->dim[0] != rows || (cols && x->dim[1] != cols))
		return cols ? maas_fail("%s is %zu by %zu, expected %zu by %zu", what, x->ndim ? x->dim[0] : 0,
				  x->ndim > 1 ? x->dim[1] : 0, rows, cols)
			    : maas_fail("%s has %zu elements, expected %zu", what, maas_len(x), rows);
	return 0;
}

int
op_rows(const struct maas_node *x, const char *what)
{
	if (x->type != MAAS_F32 || x->ndim < 1)
		return maas_fail(
		    "%s is %s of %d dimensions, expected F32 of one or more", what, maas_dtype_name(x->type), x->ndim);
	return 0;
}

int
op_sequences(const struct maas_node *x, const struct maas_node *lengths, size_t time)
{
	size_t rows;

	if (op_rows(x, "the input") < 0)
		return -1;
	if (lengths->type != MAAS_I32 || lengths->ndim != 1)
		return maas_fail("lengths are %s of %d dimensions, expected I32 of one", maas_dtype_name(lengths->type),
		    lengths->ndim);
	rows = maas_len(x) / op_last(x);
	return time && rows == lengths->dim[0] * time
	    ? 0
	    : maas_fail("%zu rows are no %zu sequences of %zu", rows, lengths->dim[0], time);
}
