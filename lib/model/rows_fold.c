/* Weights of components become weights of features, for kinds that are one linear layer. */
#include <stdlib.h>
#include <string.h>

#include "maas/model.h"

/* n numbers of a tensor as doubles. */
static void
widen(double *to, const struct maas_tensor *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = t->dtype == MAAS_F64 ? ((const double *)t->data)[i] : ((const float *)t->data)[i];
}

/* A tensor of the name and type of `like`, of these numbers; of so many features, where it has one for each. */
static int
replace(struct maas_model *m, const struct maas_tensor *like, const double *v, size_t n, size_t features)
{
	struct maas_tensor t = *like;
	void *data = maas_take(m->arena, n, maas_dtype_size(t.dtype));

	if (!data)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (t.dtype == MAAS_F64)
			((double *)data)[i] = v[i];
		else
			((float *)data)[i] = (float)v[i];
	t.data = data;
	if (features)
		t.dim[0] = features;
	return maas_model_replace(m, &t);
}

int
maas_rows_fold(struct maas_model *m, const struct maas_projection *p)
{
	const struct maas_tensor *w = maas_model_tensor(m, "coef"), *b = maas_model_tensor(m, "intercept");
	struct maas_tensor coef = *w, intercept = *b;
	size_t k = w->dim[0], outputs = w->ndim == 2 ? w->dim[1] : 1, features = maas_projection_features(p);
	double *from = maas_alloc(k + 2, outputs * sizeof *from), *to = maas_alloc(features, outputs * sizeof *to),
	       *shift;
	int rc = -1;

	if (from && to) {
		shift = from + k * outputs;
		widen(from, w, k * outputs);
		rc = maas_projection_fold(p, from, outputs, to, shift);
		widen(from, b, outputs);
		for (size_t o = 0; o < outputs; o++)
			from[o] -= shift[o];
	}
	if (rc == 0)
		rc = replace(m, &coef, to, features * outputs, features) < 0 ||
			replace(m, &intercept, from, outputs, 0) < 0
		    ? -1
		    : 0;
	free(from);
	free(to);
	return rc;
}
