/*
 * Convolutional network of pictures and of sounds' spectra (of texts: cnn_text.c): layers of relu(convolution), each
 * followed by the largest of each 2 x 2, then a perceptron.  Tensors are called and laid out as PyTorch's: conv1.weight
 * [out, in, k, k], fc1.weight [out, channels x height x width] and their biases.
 */
#include <stdio.h>
#include <string.h>

#include "cnn.h"
#include "network_weights.h"

#define CONV \
	MAAS_TEXT(0, maas_cnn, conv, NULL, \
	    "convolutions, CHANNELSxKERNEL,...: of pictures one on the other, a pool of 2 x 2 behind each (32x3,64x3), of " \
	    "texts side by side (128x3,128x4,128x5)")
#define HIDDEN MAAS_TEXT(0, maas_cnn, hidden, NULL, "widths of the hidden layers behind them, N,..., of pictures (128)")
static const struct maas_field fields[] = { CONV, HIDDEN, READER_EMBED(128), READER_FIELDS(READER_MAX), MAAS_END };
/* What is kept of pictures, and of texts. */
static const struct maas_field picture_fields[] = { CONV, HIDDEN,
	MAAS_REAL(0, maas_reading, dropout, 0, 0.99, 0, "share of activations left out in training"), MAAS_END };
const struct maas_field cnn_text_fields[] = { CONV, READER_EMBED(128), READER_FIELDS(READER_MAX), MAAS_END };
static const struct maas_kind pictures;

/* What is not said is what suits pictures. */
static const char *
convolutions(const struct maas_cnn *s)
{
	return s->conv ? s->conv : "32x3,64x3";
}

static const char *
hidden(const struct maas_cnn *s)
{
	return s->hidden ? s->hidden : "128";
}

int
cnn_parse_conv(const char *all, const char **at, size_t *out, size_t *kernel)
{
	size_t n = strcspn(*at, ","), x = strcspn(*at, "x,");
	int64_t count, size;

	if (x >= n || maas_parse_int((struct maas_span){ *at, x }, &count) ||
	    maas_parse_int((struct maas_span){ *at + x + 1, n - x - 1 }, &size) || count < 1 || count > 4096 ||
	    size < 1 || size > 99)
		return maas_fail_as(MAAS_USAGE,
		    "conv: '%s', wanted channels from 1 to 4096 and kernels from 1 to 99, as 32x3,64x3", all);
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
		    convolutions(s), s->height, s->width, c->height, c->width, n->convs, kernel, kernel);
	if ((c->height + kernel) * (c->width + kernel) > (size_t)INT32_MAX / (c->in + out + 32))
		return maas_fail_as(MAAS_USAGE, "conv: '%s': pictures of %zu x %zu x %zu are too large for it",
		    convolutions(s), c->height, c->width, c->in);
	n->flat = out * (c->height / CNN_POOL) * (c->width / CNN_POOL);
	return 0;
}

int
cnn_shape_of(const struct maas_cnn *s, struct cnn_shape *n)
{
	const struct maas_mlp layers = { .hidden = hidden(s) };
	const char *at = convolutions(s);
	size_t out, kernel;

	*n = (struct cnn_shape){ 0 };
	do {
		if (n->convs == CNN_LAYERS)
			return maas_fail_as(
			    MAAS_USAGE, "conv: '%s': at most %d convolutions", convolutions(s), CNN_LAYERS);
		if (cnn_parse_conv(convolutions(s), &at, &out, &kernel) || add_conv(n, s, out, kernel))
			return -1;
	} while (*at || at[-1] == ',');
	if ((n->linears = mlp_widths(&layers, n->width)) < 0)
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
		if (s->reading.dropout > 0 && !last)
			x = maas_dropout(t, x, NULL, (float)s->reading.dropout);
	}
	if (s->weighted)
		weights = maas_input(t, "weights", MAAS_F32, 1, &rows);
	if (s->values)
		return maas_square_loss(t, x, maas_input(t, "targets", MAAS_F32, 2, (size_t[]){ rows, 1 }), weights);
	return maas_class_loss(t, x, maas_input(t, "labels", MAAS_I32, 1, &rows), weights);
}

static int
init(const struct maas_model *m, const struct maas_params *p, int how, uint64_t seed, struct maas_team *team)
{
	(void)m;
	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i],
				       *of = w->ndim == 1 ? p->node[i - 1] : w; /* a bias follows its weight */
		size_t in = maas_len(of) / of->dim[0], out = of->dim[0];

		if (of->ndim == 4)
			out *= of->dim[2] * of->dim[3];
		network_fill(w, in, out, how, seed, i, team);
	}
	return 0;
}

/* What is said of texts would be lost. */
static int
check_settings(const struct maas_cnn *s)
{
	struct maas_buf said = { 0 }, usual = { 0 };
	struct maas_cnn plain;
	int bad = 0;

	maas_defaults(fields, &plain);
	for (const struct maas_field *f = fields; !bad && f->type; f++) {
		char name[64];

		said.n = usual.n = 0;
		maas_field_name(f, name, sizeof name);
		bad = maas_field(picture_fields, f->name, 0) ? 0 : maas_get(f, s, &said) || maas_get(f, &plain, &usual);
		if (!bad && (said.n != usual.n || (said.n && memcmp(said.s, usual.s, said.n) != 0)))
			bad = maas_fail_setting(f->name, "--%s is for texts, and these are pictures or sounds", name);
	}
	maas_buf_free(&said);
	maas_buf_free(&usual);
	return bad ? -1 : 0;
}

static int
shape(struct maas_model *m, const struct maas_data *d, size_t entries)
{
	struct maas_cnn *s = m->settings;
	struct cnn_shape n;

	(void)entries;
	if (!d->height || d->x.cols != d->x.dense || d->x.dense != d->height * d->width * d->channels)
		return maas_fail_as(MAAS_USAGE,
		    "cnn models learn from pictures and sounds (PNG, JPEG, WAV, FLAC, OGG, arrays of three dimensions: IDX, "
		    "npy), or from a column of text");
	if (check_settings(s) < 0)
		return -1;
	s->conv = convolutions(s);
	s->hidden = hidden(s);
	m->kind = &pictures;
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
	for (size_t i = p->count - 2; i < p->count; i++) /* the last layer */
		network_rescale(p->node[i], shift, unit);
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
	const struct maas_mlp layers = { .hidden = hidden(m->settings) };
	size_t width[MLP_LAYERS];
	int n = mlp_widths(&layers, width);
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

	if (maas_model_tensor(m, "embedding.weight")) {
		maas_columns_free(c);
		m->kind = &cnn_texts;
		return m->kind->ready(m);
	}
	if (!c)
		return part.s ? maas_in("%s", where) : maas_fail("%s: the part columns is missing", where);
	m->kind = &pictures;
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
	.costs = "--conv and --size",
	.rescale = rescale,
};

#define KIND_OF(what_, fields_, texts_) \
	{ \
		.name = "cnn", .what = what_, .fields = fields_, .size = sizeof(struct maas_cnn), \
		.defaults = "optimizer=adam schedule=cosine lr=0.002 warmup=0 epochs=10 clip=0 weight_decay=0 " \
			    "eval_batches=0 scale=minmax", \
		.task = "classify", .ready = ready, .done = maas_rows_close, .answer = maas_rows_answer, .loss = loss, \
		.init = init, .rows = &rows, .texts = texts_, \
	}

const struct maas_kind maas_kind_cnn =
    KIND_OF("convolutional network: labels or numbers from pictures, sounds and texts", fields, &cnn_texts);
static const struct maas_kind pictures =
    KIND_OF("convolutional network: labels or numbers from pictures and sounds", picture_fields, NULL);
