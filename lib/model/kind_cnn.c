/*
 * Convolutional network of pictures and of sounds' spectra: layers of relu(convolution), each followed by the largest of
 * each 2 x 2, then a perceptron.  Tensors are called and laid out as PyTorch's: conv1.weight [out, in, k, k], fc1.weight
 * [out, channels x height x width] and their biases.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cnn.h"

#define S maas_cnn
static const struct maas_field fields[] = {
	MAAS_TEXT(0, S, conv, "32x3,64x3", "convolutions, CHANNELSxKERNEL,..., a pool of 2 x 2 behind each"),
	MAAS_TEXT(0, S, hidden, "128", "widths of the hidden layers behind them, N,..."),
	MAAS_REAL(0, S, dropout, 0, 0.99, 0, "share of activations left out in training, of hidden layers"),
	MAAS_END,
};
#undef S

/* One of "32x3,64x3" at *at, which goes behind it. */
static int
parse_conv(const char **at, size_t *out, size_t *kernel)
{
	size_t n = strcspn(*at, ","), x = strcspn(*at, "x,");
	int64_t count, size;

	if (x >= n || maas_parse_int((struct maas_span){ *at, x }, &count) ||
	    maas_parse_int((struct maas_span){ *at + x + 1, n - x - 1 }, &size) || count < 1 || count > 4096 ||
	    size < 1 || size > 99)
		return -1;
	*out = (size_t)count;
	*kernel = (size_t)size;
	*at += n + ((*at)[n] == ',');
	return 0;
}

/* Layer i over pictures that the ones before it leave. */
static int
add_conv(struct cnn_shape *n, const struct maas_cnn *s, size_t out, size_t kernel)
{
	struct maas_convolution *c = &n->conv[n->convs];

	*c = (struct maas_convolution){ s->height, s->width, s->channels, out, kernel, kernel, 1, 1 };
	if (n->convs) {
		c->height = c[-1].height / CNN_POOL;
		c->width = c[-1].width / CNN_POOL;
		c->in = c[-1].out;
	}
	n->convs++;
	if (c->height < CNN_POOL || c->width < CNN_POOL || kernel > c->height || kernel > c->width)
		return maas_fail_as(MAAS_USAGE,
		    "conv: '%s': pictures of %zu x %zu are %zu x %zu before convolution %d of %zu x %zu: too small",
		    s->conv, s->height, s->width, c->height, c->width, n->convs, kernel, kernel);
	if ((c->height + kernel) * (c->width + kernel) > (size_t)INT32_MAX / (c->in + out + 32))
		return maas_fail_as(MAAS_USAGE, "conv: '%s': pictures of %zu x %zu x %zu are too large for it", s->conv,
		    c->height, c->width, c->in);
	n->flat = out * (c->height / CNN_POOL) * (c->width / CNN_POOL);
	return 0;
}

int
cnn_shape_of(const struct maas_cnn *s, struct cnn_shape *n)
{
	const struct maas_mlp hidden = { .hidden = s->hidden };
	const char *at = s->conv;
	size_t out, kernel;

	*n = (struct cnn_shape){ 0 };
	do {
		if (n->convs == CNN_LAYERS)
			return maas_fail_as(MAAS_USAGE, "conv: '%s': at most %d convolutions", s->conv, CNN_LAYERS);
		if (parse_conv(&at, &out, &kernel))
			return maas_fail_as(MAAS_USAGE,
			    "conv: '%s', wanted channels from 1 to 4096 and kernels from 1 to 99, as 32x3,64x3",
			    s->conv);
		if (add_conv(n, s, out, kernel))
			return -1;
	} while (*at || at[-1] == ',');
	if ((n->linears = mlp_widths(&hidden, n->width)) < 0)
		return -1;
	n->width[n->linears++] = s->outputs;
	return 0;
}

static struct maas_node *
param(struct maas_tape *t, const char *layer, int number, const char *name, int ndim, const size_t *dim)
{
	char full[40];

	snprintf(full, sizeof full, "%s%d.%s", layer, number, name);
	return maas_param(t, full, ndim, dim, ndim > 1);
}

/* Features of the pictures, channel after channel as PyTorch flattens them: [rows, flat]. */
static struct maas_node *
features(struct maas_tape *t, const struct cnn_shape *n, size_t rows)
{
	const struct maas_convolution *c = n->conv;
	size_t pixels = c->height * c->width;
	struct maas_node *x = maas_input(t, "dense", MAAS_F32, 2, (size_t[]){ rows, c->in * pixels }), *w;

	if (c->in > 1)
		x = maas_planes(t, maas_view(t, x, 3, (size_t[]){ rows, c->in, pixels }));
	x = maas_view(t, x, 4, (size_t[]){ rows, c->height, c->width, c->in });
	for (int i = 0; i < n->convs; i++, c++) {
		w = param(t, "conv", i + 1, "weight", 4, (size_t[]){ c->out, c->in, c->kh, c->kw });
		x = maas_convolve(t, x, w, param(t, "conv", i + 1, "bias", 1, &c->out), c->same, c->relu);
		x = maas_maxpool(t, x, CNN_POOL);
	}
	c--;
	x = maas_planes(t, maas_view(t, x, 3, (size_t[]){ rows, n->flat / c->out, c->out }));
	return maas_view(t, x, 2, (size_t[]){ rows, n->flat });
}

static struct maas_node *
loss(const struct maas_model *m, struct maas_tape *t, size_t rows)
{
	const struct maas_cnn *s = m->settings;
	struct maas_node *x, *w, *weights = NULL;
	struct cnn_shape n;

	if (cnn_shape_of(s, &n) < 0)
		return NULL;
	x = features(t, &n, rows);
	for (int i = 0; i < n.linears; i++) {
		int last = i + 1 == n.linears;

		w = param(t, "fc", i + 1, "weight", 2, (size_t[]){ n.width[i], i ? n.width[i - 1] : n.flat });
		x = maas_linear(
		    t, x, w, param(t, "fc", i + 1, "bias", 1, &n.width[i]), NULL, last ? MAAS_ACT_NONE : MAAS_ACT_RELU);
		if (s->dropout > 0 && !last)
			x = maas_dropout(t, x, NULL, (float)s->dropout);
	}
	if (s->weighted)
		weights = maas_input(t, "weights", MAAS_F32, 1, &rows);
	if (s->values)
		return maas_square_loss(t, x, maas_input(t, "targets", MAAS_F32, 2, (size_t[]){ rows, 1 }), weights);
	return maas_class_loss(t, x, maas_input(t, "labels", MAAS_I32, 1, &rows), weights);
}

/* Uniform by default, as PyTorch's Conv2d and Linear: weights and biases within 1 / sqrt(inputs of an output). */
static int
init(const struct maas_model *m, const struct maas_params *p, int how, uint64_t seed, struct maas_team *team)
{
	(void)m;
	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i],
				       *of = w->ndim == 1 ? p->node[i - 1] : w; /* a bias follows its weight */
		size_t n = maas_len(w), in = maas_len(of) / of->dim[0], out = of->dim[0];
		double reach;

		if (of->ndim == 4)
			out *= of->dim[2] * of->dim[3];
		reach = how == MAAS_INIT_XAVIER ? sqrt(6.0 / (double)(in + out)) : 1 / sqrt((double)in);
		if (how == MAAS_INIT_ZEROS || (w->ndim == 1 && how != MAAS_INIT_AUTO && how != MAAS_INIT_UNIFORM))
			memset(w->val, 0, n * sizeof(float));
		else if (how == MAAS_INIT_HE || how == MAAS_INIT_GPT2)
			maas_fill_normal_team(
			    team, w->val, n, how == MAAS_INIT_HE ? sqrt(2 / (double)in) : 0.02, seed, i);
		else
			maas_fill_uniform(w->val, n, -reach, reach, seed, i);
	}
	return 0;
}

static int
shape(struct maas_model *m, const struct maas_data *d, size_t entries)
{
	struct maas_cnn *s = m->settings;
	struct cnn_shape n;

	(void)entries;
	if (!d->height || d->x.cols != d->x.dense || d->x.dense != d->height * d->width * d->channels)
		return maas_fail_as(MAAS_USAGE,
		    "cnn models learn from pictures and sounds alone: PNG, JPEG, WAV, FLAC, OGG, or arrays of three "
		    "dimensions (IDX, npy)");
	s->height = d->height;
	s->width = d->width;
	s->channels = d->channels;
	s->outputs = d->labels ? d->labels : 1;
	s->values = !d->labels;
	s->weighted = d->weight != NULL;
	return cnn_shape_of(s, &n);
}

static void
rescale(const struct maas_model *m, const struct maas_params *p, double shift, double unit)
{
	(void)m;
	for (size_t i = p->count - 2; i < p->count; i++) { /* the last layer */
		const struct maas_node *w = p->node[i];
		float *x = w->val;

		for (size_t j = 0; j < maas_len(w); j++)
			x[j] = (float)((double)x[j] * unit + (w->ndim == 1 ? shift : 0));
	}
}

static int
need(const struct maas_model *m, const char *layer, int number, const char *name, int ndim, const size_t *dim)
{
	char full[40];

	snprintf(full, sizeof full, "%s%d.%s", layer, number, name);
	return maas_model_need(m, full, MAAS_F32, ndim, dim) ? 0 : -1;
}

/* All tensors are there, of the shapes that settings and columns say. */
static int
check(const struct maas_model *m, const struct cnn_shape *n)
{
	for (int i = 0; i < n->convs; i++) {
		const struct maas_convolution *c = &n->conv[i];

		if (need(m, "conv", i + 1, "weight", 4, (size_t[]){ c->out, c->in, c->kh, c->kw }) ||
		    need(m, "conv", i + 1, "bias", 1, &c->out))
			return -1;
	}
	for (int i = 0; i < n->linears; i++)
		if (need(m, "fc", i + 1, "weight", 2, (size_t[]){ n->width[i], i ? n->width[i - 1] : n->flat }) ||
		    need(m, "fc", i + 1, "bias", 1, &n->width[i]))
			return -1;
	return 0;
}

/* How many outputs the model's last layer has; 0: it has none. */
static size_t
outputs(const struct maas_model *m)
{
	const struct maas_mlp hidden = { .hidden = ((const struct maas_cnn *)m->settings)->hidden };
	size_t width[MLP_LAYERS];
	int n = mlp_widths(&hidden, width);
	const struct maas_tensor *bias;
	char name[40];

	snprintf(name, sizeof name, "fc%d.bias", n + 1);
	bias = n < 0 ? NULL : maas_model_tensor(m, name);
	return bias && bias->ndim == 1 ? bias->dim[0] : 0;
}

static int
ready(struct maas_model *m)
{
	struct maas_cnn *s = m->settings;
	const char *where = m->path ? m->path : "model";
	struct maas_span part = maas_model_part(m, "columns");
	struct maas_columns *c = part.s ? maas_columns_open(part) : NULL;
	struct cnn_shape n;
	size_t features;

	if (!c)
		return part.s ? maas_in("%s", where) : maas_fail("%s: the part columns is missing", where);
	s->height = c->height;
	s->width = c->width;
	s->channels = c->channels ? c->channels : 1;
	features = c->height * c->width * s->channels;
	maas_columns_free(c);
	s->outputs = outputs(m);
	if (!features || !s->outputs)
		return maas_fail(
		    "%s: a network of pictures without %s", where, features ? "its last layer" : "their size");
	if (cnn_shape_of(s, &n) < 0 || check(m, &n) < 0)
		return maas_in("%s", where);
	return maas_rows_open(m, features, s->outputs);
}

static const struct maas_rows_ops rows = {
	.tasks = MAAS_CLASSES | MAAS_VALUES,
	.alike = 1,
	.work = cnn_work_new,
	.end = cnn_work_free,
	.apply = cnn_apply,
	.gradient = cnn_gradient,
	.shape = shape,
	.rescale = rescale,
};

const struct maas_kind maas_kind_cnn = {
	.name = "cnn",
	.what = "convolutional network: labels or numbers from pictures and sounds",
	.fields = fields,
	.size = sizeof(struct maas_cnn),
	.defaults = "optimizer=adam schedule=cosine lr=0.002 warmup=0 epochs=10 clip=0 weight_decay=0 "
		    "eval_batches=0 scale=minmax",
	.task = "classify",
	.ready = ready,
	.done = maas_rows_close,
	.answer = maas_rows_answer,
	.loss = loss,
	.init = init,
	.rows = &rows,
};
