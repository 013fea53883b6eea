/* A perceptron that learnt of components answers features: its first layer takes them apart. */
#include <stdlib.h>

#include "mlp.h"

static int
put(struct maas_model *m, const char *name, int ndim, size_t rows, size_t cols, const float *data)
{
	struct maas_tensor t = { .name = name, .dtype = MAAS_F32, .ndim = ndim, .dim = { rows, cols }, .data = data };

	return maas_model_replace(m, &t);
}

/* to [features, out] as the dense features' weight [out, dense] and the others' table [sparse, out]. */
static int
put_weights(struct maas_model *m, const double *to, size_t features, size_t dense, size_t out)
{
	size_t sparse = features - dense;
	float *w = maas_take(m->arena, out * dense + 1, sizeof *w),
	      *table = maas_take(m->arena, sparse * out + 1, sizeof *w);

	if (!w || !table)
		return -1;
	for (size_t j = 0; j < dense; j++)
		for (size_t o = 0; o < out; o++)
			w[o * dense + j] = (float)to[j * out + o];
	for (size_t i = 0; i < sparse * out; i++)
		table[i] = (float)to[dense * out + i];
	if (sparse && put(m, "layers.0.table", 2, sparse, out, table))
		return -1;
	return dense ? put(m, "layers.0.weight", 2, out, dense, w) : maas_model_remove(m, "layers.0.weight");
}

int
mlp_fold(struct maas_model *m, const struct maas_projection *p)
{
	const struct maas_tensor *t = maas_model_tensor(m, "layers.0.weight"),
				 *b = maas_model_tensor(m, "layers.0.bias");
	size_t out = t->dim[0], k = t->dim[1], features = maas_projection_features(p);
	double *from = maas_alloc(k + 1, out * sizeof *from), *to = maas_alloc(features, out * sizeof *to);
	float *bias = maas_take(m->arena, out, sizeof *bias);
	int rc = -1;

	if (from && to && bias) {
		for (size_t c = 0; c < k; c++)
			for (size_t o = 0; o < out; o++)
				from[c * out + o] = ((const float *)t->data)[o * k + c];
		rc = maas_projection_fold(p, from, out, to, from + k * out);
	}
	for (size_t o = 0; o < out && rc == 0; o++)
		bias[o] = (float)(((const float *)b->data)[o] - from[k * out + o]);
	if (rc == 0)
		rc = put_weights(m, to, features, maas_projection_dense(p), out) ||
			put(m, "layers.0.bias", 1, out, 0, bias)
		    ? -1
		    : 0;
	free(from);
	free(to);
	return rc;
}
