/*
 * What a perceptron answers, and how that follows its features: the arithmetic of its graph (maas_linear, maas_bag) on
 * few rows, by products in which a row's result is the same alone and among others.
 */
#include <stdio.h>
#include <string.h>

#include "mlp.h"

struct layer {
	const float *w, *table, *bias; /* [out, in]; [sparse, out]; [out]; NULL where there is none */
	size_t in, out;
};
struct net {
	struct layer layer[MLP_LAYERS];
	size_t n, widest;
	enum maas_act act;
};

static const struct maas_tensor *
tensor(const struct maas_model *m, size_t layer, const char *name)
{
	char full[40];

	snprintf(full, sizeof full, "layers.%zu.%s", layer, name);
	return maas_model_tensor(m, full);
}

static struct net
network(const struct maas_model *m)
{
	struct net net = { .act = mlp_act(m->settings) };
	size_t width[MLP_LAYERS];

	for (int hidden = mlp_widths(m->settings, width); (int)net.n <= hidden; net.n++) {
		const struct maas_tensor *w = tensor(m, net.n, "weight"), *bias = tensor(m, net.n, "bias"),
					 *table = net.n ? NULL : tensor(m, 0, "table");
		struct layer *l = &net.layer[net.n];

		*l = (struct layer){ w ? w->data : NULL, table ? table->data : NULL, bias->data, w ? w->dim[1] : 0,
			bias->dim[0] };
		net.widest = l->in > net.widest ? l->in : net.widest;
		net.widest = l->out > net.widest ? l->out : net.widest;
	}
	return net;
}

/* Rows of the widest layer, side by side, each beginning a line of the cache. */
static size_t
stride(const struct net *net, size_t rows)
{
	return (rows * net->widest + 15) / 16 * 16;
}

size_t
mlp_scratch(const struct maas_model *m, size_t rows)
{
	struct net net = network(m);

	return maas_product_scratch() + (stride(&net, rows) * 3 + stride(&net, 1) * (MLP_LAYERS + 2)) * sizeof(float);
}

/* y = act(table rows + x w^T + bias) as maas_bag has it; p: room for the product. */
static void
sparse_layer(const struct layer *l, const struct maas_csr *x, size_t rows, float *y, float *before, const float *p,
    enum maas_act act)
{
	for (size_t i = 0; i < rows; i++) {
		float *to = y + i * l->out;

		memset(to, 0, l->out * sizeof *to);
		for (size_t e = x->start[i]; e < x->start[i + 1]; e++)
			maas_add_scaled(to, l->table + (size_t)x->col[e] * l->out, (float)x->val[e], l->out);
		if (l->w)
			maas_add(to, p + i * l->out, l->out);
		maas_add(to, l->bias, l->out);
		if (before)
			memcpy(before + i * l->out, to, l->out * sizeof *to);
		if (act != MAAS_ACT_NONE)
			maas_act_fwd(to, to, l->out, act);
	}
}

/* One layer on rows of x32, and of the design's sparse part in the first; before: the value before act, or NULL. */
static void
forward(const struct net *net, size_t i, const struct maas_design *x, const float *x32, float *y, float *before,
    float *p, void *scratch)
{
	const struct layer *l = &net->layer[i];
	enum maas_act act = i + 1 < net->n ? net->act : MAAS_ACT_NONE;
	const struct maas_epilogue end = { .bias = l->bias, .act = act, .before = before };

	if (l->w)
		maas_product(l->table ? p : y, l->out, (struct maas_matrix){ x32, MAAS_F32, l->in, 1 },
		    (struct maas_matrix){ l->w, MAAS_F32, l->in, 1 }, x->rows, l->out, l->in, MAAS_F32,
		    l->table ? NULL : &end, scratch);
	if (l->table)
		sparse_layer(l, &x->sparse, x->rows, y, before, p, act);
}

void
mlp_apply(const struct maas_model *m, const struct maas_design *x, double *out, void *scratch)
{
	struct net net = network(m);
	size_t each = stride(&net, x->rows), n = x->rows * net.layer[net.n - 1].out;
	float *a = (float *)((char *)scratch + maas_product_scratch()), *b = a + each, *p = b + each;

	maas_from_f64(a, x->x, x->rows * x->dense);
	for (size_t i = 0; i < net.n; i++) {
		float *was = a;

		forward(&net, i, x, a, b, NULL, p, scratch);
		a = b;
		b = was;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = (double)a[i];
}

/* slope [in] = w^T slope of the layer's outputs [out], summed in the order of outputs. */
static void
back(const struct layer *l, const float *dy, float *dx)
{
	memset(dx, 0, l->in * sizeof *dx);
	for (size_t o = 0; o < l->out; o++)
		maas_add_scaled(dx, l->w + o * l->in, dy[o], l->in);
}

int
mlp_gradient(const struct maas_model *m, const struct maas_design *x, const double *of, double *dense, double *sparse,
    void *scratch)
{
	struct net net = network(m);
	size_t each = stride(&net, 1);
	float *a = (float *)((char *)scratch + maas_product_scratch()), *b = a + each, *p = b + each,
	      *before = p + each;
	const struct layer *l = &net.layer[net.n - 1];

	maas_from_f64(a, x->x, x->dense);
	for (size_t i = 0; i + 1 < net.n; i++) {
		float *was = a;

		forward(&net, i, x, a, b, before + i * each, p, scratch);
		a = b;
		b = was;
	}
	maas_from_f64(a, of, l->out);
	for (size_t i = net.n - 1; i > 0; i--) {
		float *was = a;

		back(&net.layer[i], a, b);
		maas_act_bwd(b, b, before + (i - 1) * each, net.layer[i].in, net.act);
		a = b;
		b = was;
	}
	l = &net.layer[0];
	if (l->w) {
		back(l, a, b);
		for (size_t j = 0; j < x->dense; j++)
			dense[j] = (double)b[j];
	}
	for (size_t e = x->sparse.cols ? x->sparse.start[0] : 0, i = 0; x->sparse.cols && e < x->sparse.start[1];
	     e++, i++)
		sparse[i] = maas_dot(a, l->table + (size_t)x->sparse.col[e] * l->out, l->out);
	return 0;
}
