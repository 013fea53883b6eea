/*
 * Multi-layer perceptron: layers of act(x W^T + b), the last without act, whose outputs are logits of the labels or
 * a value.  Dense features and sparse ones (words of a text, values of categories) go into one first layer: the
 * weights of the sparse lie as a table, a row a feature, so that a text costs the words it has.
 */
#include <stdio.h>
#include <string.h>

#include "mlp.h"
#include "network_weights.h"

static const char *const activations[] = { "relu", "tanh", "gelu", "sigmoid", NULL };

#define S maas_mlp
static const struct maas_field fields[] = {
	MAAS_TEXT(0, S, hidden, "128", "widths of the hidden layers, N,..."),
	MAAS_ENUM(0, S, activation, activations, 0, "what stands between layers"),
	MAAS_REAL(0, S, dropout, 0, 0.99, 0, "share of activations left out in training"),
	MAAS_END,
};
#undef S

enum maas_act
mlp_act(const struct maas_mlp *s)
{
	static const enum maas_act act[] = { MAAS_ACT_RELU, MAAS_ACT_TANH, MAAS_ACT_GELU, MAAS_ACT_SIGMOID };

	return act[s->activation];
}

int
mlp_widths(const struct maas_mlp *s, size_t width[MLP_LAYERS])
{
	const char *at = s->hidden;
	int n = 0;

	do {
		size_t length = strcspn(at, ",");
		int64_t v;

		if (n == MLP_LAYERS - 1)
			return maas_fail_as(MAAS_USAGE, "hidden: '%s': at most %d layers", s->hidden, MLP_LAYERS - 1);
		if (maas_parse_int((struct maas_span){ at, length }, &v) || v < 1 || v > 1 << 20)
			return maas_fail_as(
			    MAAS_USAGE, "hidden: '%s', wanted widths from 1 to %d, as 128,64", s->hidden, 1 << 20);
		width[n++] = (size_t)v;
		at += length + (at[length] == ',');
	} while (*at || at[-1] == ',');
	return n;
}

static struct maas_node *
param(struct maas_tape *t, size_t layer, const char *name, size_t rows, size_t cols)
{
	char full[40];
	const size_t dim[] = { rows, cols };

	snprintf(full, sizeof full, "layers.%zu.%s", layer, name);
	return maas_param(t, full, cols ? 2 : 1, dim, cols > 0);
}

/* The first layer, of what there is of dense and of sparse features. */
static struct maas_node *
first_layer(const struct maas_mlp *s, struct maas_tape *t, size_t rows, size_t out, enum maas_act act)
{
	struct maas_node *x = NULL, *w = NULL, *table, *bias;
	struct maas_sparse_rows sparse;
	size_t entries = s->entries ? s->entries : 1;

	if (s->dense) {
		x = maas_input(t, "dense", MAAS_F32, 2, (size_t[]){ rows, s->dense });
		w = param(t, 0, "weight", out, s->dense);
	}
	if (!s->sparse)
		return maas_linear(t, x, w, param(t, 0, "bias", out, 0), NULL, act);
	sparse.start = maas_input(t, "start", MAAS_I32, 1, (size_t[]){ rows + 1 });
	sparse.col = maas_input(t, "col", MAAS_I32, 1, &entries);
	sparse.value = maas_input(t, "value", MAAS_F32, 1, &entries);
	table = param(t, 0, "table", s->sparse, out);
	bias = param(t, 0, "bias", out, 0);
	if (x)
		x = maas_linear(t, x, w, NULL, NULL, MAAS_ACT_NONE);
	return maas_bag(t, &sparse, table, x, bias, act);
}

static struct maas_node *
loss(const struct maas_model *m, struct maas_tape *t, size_t rows)
{
	const struct maas_mlp *s = m->settings;
	size_t width[MLP_LAYERS], in = 0;
	int hidden = mlp_widths(s, width);
	struct maas_node *x = NULL, *targets, *weights = NULL;

	if (hidden < 0)
		return NULL;
	width[hidden] = s->outputs;
	for (int i = 0; i <= hidden; in = width[i++]) {
		enum maas_act act = i < hidden ? mlp_act(s) : MAAS_ACT_NONE;

		if (!i) {
			x = first_layer(s, t, rows, width[0], act);
		} else {
			struct maas_node *w = param(t, (size_t)i, "weight", width[i], in);

			x = maas_linear(t, x, w, param(t, (size_t)i, "bias", width[i], 0), NULL, act);
		}
		if (s->dropout > 0 && i < hidden)
			x = maas_dropout(t, x, NULL, (float)s->dropout);
	}
	if (s->weighted)
		weights = maas_input(t, "weights", MAAS_F32, 1, &rows);
	if (s->values) {
		targets = maas_input(t, "targets", MAAS_F32, 2, (size_t[]){ rows, 1 });
		return maas_square_loss(t, x, targets, weights);
	}
	targets = maas_input(t, "labels", MAAS_I32, 1, &rows);
	return maas_class_loss(t, x, targets, weights);
}

static int
init(const struct maas_model *m, const struct maas_params *p, int how, uint64_t seed, struct maas_team *team)
{
	const struct maas_mlp *s = m->settings;

	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i];
		int layer0 = !strncmp(w->name, "layers.0.", 9), table = layer0 && strstr(w->name, "table") != NULL;
		size_t out = w->dim[table], in;

		/* A bias follows its weight. */
		in = layer0 ? s->dense + s->sparse : w->ndim == 2 ? w->dim[1] : p->node[i - 1]->dim[1];
		network_fill(w, in, out, how, seed, i, team);
	}
	return 0;
}

static int
shape(struct maas_model *m, const struct maas_data *d, size_t entries)
{
	struct maas_mlp *s = m->settings;
	size_t width[MLP_LAYERS];

	s->dense = d->x.dense;
	s->sparse = d->x.cols - d->x.dense;
	s->outputs = d->labels ? d->labels : 1;
	s->entries = entries;
	s->values = !d->labels;
	s->weighted = d->weight != NULL;
	return mlp_widths(s, width) < 0 ? -1 : 0;
}

static void
rescale(const struct maas_model *m, const struct maas_params *p, double shift, double unit)
{
	size_t width[MLP_LAYERS];
	char last[40];

	snprintf(last, sizeof last, "layers.%d.", mlp_widths(m->settings, width));
	for (size_t i = 0; i < p->count; i++)
		if (!strncmp(p->node[i]->name, last, strlen(last)))
			network_rescale(p->node[i], shift, unit);
}

/* Layer i's weight and bias are there, [out, in]; in 0: no weight. */
static int
need_layer(const struct maas_model *m, int i, size_t out, size_t in)
{
	char name[40];

	snprintf(name, sizeof name, "layers.%d.weight", i);
	if (in && !maas_model_need(m, name, MAAS_F32, 2, (size_t[]){ out, in }))
		return -1;
	snprintf(name, sizeof name, "layers.%d.bias", i);
	return maas_model_need(m, name, MAAS_F32, 1, &out) ? 0 : -1;
}

/* The features that tensors of the first layer are for, of which a model of sparse or dense rows alone has one. */
static int
first_features(const struct maas_model *m, size_t *dense, size_t *sparse)
{
	const struct maas_tensor *w = maas_model_tensor(m, "layers.0.weight"),
				 *table = maas_model_tensor(m, "layers.0.table");

	if ((w && (w->ndim != 2 || !w->dim[1])) || (table && (table->ndim != 2 || !table->dim[0])))
		return maas_fail("%s: a first layer that is no matrix of features", m->path ? m->path : "model");
	*dense = w ? w->dim[1] : 0;
	*sparse = table ? table->dim[0] : 0;
	return 0;
}

/* The layers of an open model follow one on the other. */
static int
ready(struct maas_model *m)
{
	const struct maas_tensor *bias;
	size_t width[MLP_LAYERS], dense = 0, sparse = 0, in;
	int hidden = mlp_widths(m->settings, width);
	const char *where = m->path ? m->path : "model";
	char name[40];

	if (hidden < 0)
		return maas_in("%s", where);
	if (first_features(m, &dense, &sparse) < 0)
		return -1;
	in = dense;
	snprintf(name, sizeof name, "layers.%d.bias", hidden);
	if (!(bias = maas_model_need(m, name, MAAS_F32, -1, NULL)))
		return -1;
	width[hidden] = bias->ndim == 1 ? bias->dim[0] : 0;
	if (!width[hidden] || !(dense || sparse))
		return maas_fail("%s: a perceptron without its %s layer", where, width[hidden] ? "first" : "last");
	for (int i = 0; i <= hidden; in = width[i++])
		if (need_layer(m, i, width[i], in))
			return -1;
	if (sparse && !maas_model_need(m, "layers.0.table", MAAS_F32, 2, (size_t[]){ sparse, width[0] }))
		return -1;
	if (maas_rows_open(m, dense + sparse, width[hidden]))
		return -1;
	if (maas_rows_columns(m->ready)->dense == dense)
		return 0;
	maas_fail("%s: weights for %zu dense features, the columns make %zu", where, dense,
	    maas_rows_columns(m->ready)->dense);
	maas_rows_close(m);
	return -1;
}

static const struct maas_rows_ops rows = {
	.tasks = MAAS_CLASSES | MAAS_VALUES,
	.scratch = mlp_scratch,
	.apply = mlp_apply,
	.fold = mlp_fold,
	.gradient = mlp_gradient,
	.shape = shape,
	.costs = "its features and --hidden",
	.regularise = "--l2 0.001",
	.rescale = rescale,
};

const struct maas_kind maas_kind_mlp = {
	.name = "mlp",
	.what = "multi-layer perceptron: labels or numbers from tables and texts",
	.fields = fields,
	.size = sizeof(struct maas_mlp),
	.defaults = "optimizer=adam schedule=cosine lr=0.003 warmup=0 epochs=50 clip=0 weight_decay=0 eval_batches=0 "
		    "scale=standard",
	.task = "classify",
	.ready = ready,
	.done = maas_rows_close,
	.answer = maas_rows_answer,
	.loss = loss,
	.init = init,
	.rows = &rows,
};
