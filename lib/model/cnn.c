/*
 * What a convolutional network answers, and how that follows its pixels: the arithmetic of its graph, a picture after
 * the other, so that a picture's result is the same alone and among others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cnn.h"

struct layer {
	const float *w, *bias; /* as in the file */
	float *packed, *start; /* of a convolution: as it takes them */
};
/* A network that answers: its weights as they are taken, and room for MAAS_ROWS pictures. */
struct net {
	struct maas_arena *arena;
	struct cnn_shape n;
	struct layer conv[CNN_LAYERS], linear[MLP_LAYERS];
	size_t widest;                                      /* floats of the largest array of a picture */
	void *product;                                      /* scratch of products */
	float *work, *turned, *slope[2];                    /* of a convolution; its weights turned; of a picture */
	float *x, *conved[CNN_LAYERS], *pooled[CNN_LAYERS]; /* of the picture at hand */
	float *row[2];                                      /* of all rows, for linear layers */
	float *value[MLP_LAYERS];                           /* of one row */
};

static const float *
tensor(const struct maas_model *m, const char *layer, int number, const char *name)
{
	char full[40];

	snprintf(full, sizeof full, "%s%d.%s", layer, number, name);
	return maas_model_tensor(m, full)->data;
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static int
take(struct net *net, float **to, size_t n)
{
	return (*to = maas_take(net->arena, n, sizeof **to)) ? 0 : -1;
}

static int
take_convolution(struct net *net, const struct maas_model *m, int i)
{
	const struct maas_convolution *c = &net->n.conv[i];
	struct layer *l = &net->conv[i];
	size_t wide = c->height * c->width * larger(c->in, c->out);

	*l = (struct layer){ .w = tensor(m, "conv", i + 1, "weight"), .bias = tensor(m, "conv", i + 1, "bias") };
	if (take(net, &l->packed, maas_convolve_weights(c)) || take(net, &l->start, (c->out + 15) / 16 * 16) ||
	    take(net, &net->conved[i], wide) || take(net, &net->pooled[i], wide))
		return -1;
	maas_convolve_pack(l->packed, l->w, c);
	memcpy(l->start, l->bias, c->out * sizeof(float));
	net->widest = larger(net->widest, wide);
	return 0;
}

/* What no layer has for itself. */
static int
take_shared(struct net *net)
{
	const struct cnn_shape *n = &net->n;
	size_t work = 0, turned = 0, row = n->flat;

	for (int i = 0; i < n->convs; i++) {
		work = larger(work, maas_convolve_scratch(&n->conv[i]) / sizeof(float));
		turned = larger(turned, maas_convolve_turned(&n->conv[i]));
	}
	for (int i = 0; i < n->linears; i++)
		row = larger(row, n->width[i]);
	net->widest = larger(net->widest, row);
	for (int i = 0; i < 2; i++)
		if (take(net, &net->slope[i], net->widest) || take(net, &net->row[i], MAAS_ROWS * row))
			return -1;
	net->product = maas_take(net->arena, 1, maas_product_scratch());
	return !net->product || take(net, &net->x, net->widest) || take(net, &net->work, work) ||
		take(net, &net->turned, turned)
	    ? -1
	    : 0;
}

void
cnn_work_free(void *work)
{
	struct net *net = work;

	if (!net)
		return;
	maas_arena_free(net->arena);
	free(net);
}

void *
cnn_work_new(const struct maas_model *m)
{
	struct net *net = maas_alloc(1, sizeof *net);
	int bad = !net || !(net->arena = maas_arena_new(1 << 16)) || cnn_shape_of(m->settings, &net->n) < 0;

	for (int i = 0; !bad && i < net->n.convs; i++)
		bad = take_convolution(net, m, i);
	for (int i = 0; !bad && i < net->n.linears; i++) {
		net->linear[i] =
		    (struct layer){ tensor(m, "fc", i + 1, "weight"), tensor(m, "fc", i + 1, "bias"), NULL, NULL };
		bad = take(net, &net->value[i], net->n.width[i]);
	}
	if (!bad && take_shared(net) == 0)
		return net;
	cnn_work_free(net);
	return NULL;
}

/* Row i of the design as a picture whose channels are side by side; and its features, as planes, to `to`. */
static void
see(struct net *net, const struct maas_design *x, size_t i, float *to)
{
	const struct cnn_shape *n = &net->n;
	size_t in = n->conv[0].in, out = n->conv[n->convs - 1].out;

	maas_from_f64(net->slope[0], x->x + i * x->dense, x->dense);
	maas_turn(net->x, in, net->slope[0], x->dense / in, in, x->dense / in, sizeof(float));
	for (int l = 0; l < n->convs; l++) {
		const struct maas_convolution *c = &n->conv[l];
		const float *from = l ? net->pooled[l - 1] : net->x;

		maas_convolve_fwd(net->conved[l], from, net->conv[l].packed, net->conv[l].start, c, net->work);
		maas_maxpool_fwd(net->pooled[l], net->conved[l], c->height, c->width, c->out, CNN_POOL);
	}
	maas_turn(to, n->flat / out, net->pooled[n->convs - 1], out, n->flat / out, out, sizeof(float));
}

static void
linear(const struct net *net, int i, const float *x, float *y, size_t rows)
{
	size_t in = i ? net->n.width[i - 1] : net->n.flat;
	const struct maas_epilogue end = { .bias = net->linear[i].bias,
		.act = i + 1 < net->n.linears ? MAAS_ACT_RELU : MAAS_ACT_NONE };

	maas_product(y, net->n.width[i], (struct maas_matrix){ x, MAAS_F32, in, 1 },
	    (struct maas_matrix){ net->linear[i].w, MAAS_F32, in, 1 }, rows, net->n.width[i], in, MAAS_F32, &end,
	    net->product);
}

void
cnn_apply(const struct maas_model *m, const struct maas_design *x, double *out, void *work)
{
	struct net *net = work;
	float *a = net->row[0], *b = net->row[1];
	size_t n = x->rows * net->n.width[net->n.linears - 1];

	(void)m;
	for (size_t i = 0; i < x->rows; i++)
		see(net, x, i, a + i * net->n.flat);
	for (int i = 0; i < net->n.linears; i++) {
		float *was = a;

		linear(net, i, a, b, x->rows);
		a = b;
		b = was;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = (double)a[i];
}

/* What the outputs, times `of`, follow of the linear layers' input: net->slope[0] [flat]. */
static void
back_linear(struct net *net, const double *of)
{
	const struct cnn_shape *n = &net->n;
	float *a = net->slope[0], *b = net->slope[1];

	memset(a, 0, net->widest * sizeof *a);
	maas_from_f64(a, of, n->width[n->linears - 1]);
	for (int i = n->linears - 1; i >= 0; i--) {
		size_t in = i ? n->width[i - 1] : n->flat;

		memset(b, 0, in * sizeof *b);
		for (size_t o = 0; o < n->width[i]; o++)
			maas_add_scaled(b, net->linear[i].w + o * in, a[o], in);
		if (i)
			maas_act_bwd(b, b, net->value[i - 1], in, MAAS_ACT_RELU);
		memcpy(a, b, in * sizeof *a);
	}
}

int
cnn_gradient(const struct maas_model *m, const struct maas_design *x, const double *of, double *dense, double *sparse,
    void *work)
{
	struct net *net = work;
	const struct cnn_shape *n = &net->n;
	size_t out = n->conv[n->convs - 1].out, in = n->conv[0].in;
	float *a = net->slope[0], *b = net->slope[1];

	(void)m;
	(void)sparse;
	see(net, x, 0, net->row[0]);
	for (int i = 0; i < n->linears; i++)
		linear(net, i, i ? net->value[i - 1] : net->row[0], net->value[i], 1);
	back_linear(net, of);
	maas_turn(b, out, a, n->flat / out, out, n->flat / out, sizeof(float));
	for (int i = n->convs - 1; i >= 0; i--) {
		const struct maas_convolution *c = &n->conv[i];
		const struct maas_convolve_back back = { .dy = a, .y = net->conved[i], .turned = net->turned, .dx = b };

		maas_maxpool_bwd(a, b, net->pooled[i], net->conved[i], c->height, c->width, c->out, CNN_POOL, 0);
		maas_convolve_turn(net->turned, net->conv[i].w, c);
		maas_convolve_bwd(&back, c, net->work);
	}
	maas_turn(a, x->dense / in, b, in, x->dense / in, in, sizeof(float));
	for (size_t j = 0; j < x->dense; j++)
		dense[j] = (double)a[j];
	return 0;
}
