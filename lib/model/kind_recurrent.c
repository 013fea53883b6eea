/*
 * rnn, lstm, gru: labels or values of texts by recurrent networks.  Ids of a tokeniser are looked up, go through layers
 * of cells in one direction or in both, and what a text's states are pooled to goes through a linear head.  Tensors are
 * named as PyTorch's modules embedding, rnn (lstm, gru), attention and score name theirs, and so are gates and biases
 * meant.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas/model.h"

enum { LAST, MEAN, MAX, ATTENTION };
enum { TEXTS = 8, DEEP = 64, WIDE = 1 << 16, LONG = 1 << 16 }; /* TEXTS: that are answered together */
#define SCORE "score"

static const char *const pools[] = { "last", "mean", "max", "attention", NULL };

#define S maas_recurrence
static const struct maas_field fields[] = {
	MAAS_INT(0, S, embed, 1, WIDE, 128, "channels a token is looked up as"),
	MAAS_INT(0, S, hidden, 1, WIDE, 128, "units of a layer, in each direction"),
	MAAS_INT(0, S, layers, 1, DEEP, 1, "layers, one on the other"),
	MAAS_FLAG(0, S, bidirectional, "read from both ends"),
	MAAS_ENUM(0, S, pool, pools, LAST, "what of a text's states the head sees: where reading ends, or all of them"),
	MAAS_INT(0, S, context, 1, LONG, 256, "tokens of a text that are read"),
	MAAS_INT(0, S, vocab, 0, 1 << 24, 0, "token ids there is room for; 0: as many as the tokeniser has"),
	MAAS_REAL(0, S, dropout, 0, 0.99, 0, "share of activations left out in training, between layers"),
	MAAS_END,
};
#undef S

static enum maas_cell
cell_of(const struct maas_kind *k)
{
	return k == &maas_kind_rnn ? MAAS_CELL_RNN : k == &maas_kind_lstm ? MAAS_CELL_LSTM : MAAS_CELL_GRU;
}

static size_t
gates_of(const struct maas_kind *k)
{
	static const size_t gates[] = { 1, 4, 3 };

	return gates[cell_of(k)];
}

static size_t
width(const struct maas_recurrence *s)
{
	return (size_t)s->hidden * (s->bidirectional ? 2 : 1);
}

/* The four parameters of a layer in one direction: names as PyTorch has them, and shapes. */
struct part {
	char name[48];
	size_t dim[2]; /* dim[1] 0: a vector */
};

static struct part
part_of(const struct maas_model *m, long layer, int reverse, int which)
{
	static const char *const what[] = { "weight_ih", "weight_hh", "bias_ih", "bias_hh" };
	const struct maas_recurrence *s = m->settings;
	size_t units = (size_t)s->hidden, in = layer ? width(s) : (size_t)s->embed;
	struct part p = { .dim = { gates_of(m->kind) * units, which == 0 ? in : which == 1 ? units : 0 } };

	snprintf(p.name, sizeof p.name, "%s.%s_l%ld%s", m->kind->name, what[which], layer, reverse ? "_reverse" : "");
	return p;
}

struct builder {
	const struct maas_model *m;
	const struct maas_recurrence *s;
	struct maas_tape *t;
	size_t time;
	struct maas_node *lengths, *embedded;
};

static struct maas_node *
direction(const struct builder *b, struct maas_node *x, long layer, int reverse)
{
	struct maas_node *p[4];

	for (int i = 0; i < 4; i++) {
		struct part how = part_of(b->m, layer, reverse, i);

		p[i] = maas_param(b->t, how.name, how.dim[1] ? 2 : 1, how.dim, how.dim[1] > 0);
	}
	return maas_recurrent(b->t, x, b->lengths, &(struct maas_cell_params){ p[0], p[1], p[2], p[3] }, b->time,
	    cell_of(b->m->kind), reverse);
}

/* What the head sees: a row a text. */
static struct maas_node *
pooled(const struct builder *b, struct maas_node *ahead, struct maas_node *back, struct maas_node *both)
{
	struct maas_node *scores = NULL;
	enum maas_pooling how = b->s->pool == MEAN ? MAAS_POOL_MEAN : MAAS_POOL_MAX;

	if (b->s->pool == LAST) {
		ahead = maas_last(b->t, ahead, b->lengths, b->time);
		if (!back)
			return ahead;
		return maas_join(b->t, ahead, maas_pool(b->t, back, b->lengths, NULL, b->time, MAAS_POOL_FIRST));
	}
	if (b->s->pool == ATTENTION) {
		struct maas_node *w = maas_param(b->t, "attention.weight", 2, (size_t[]){ 1, width(b->s) }, 1);

		scores = maas_linear(b->t, both, w, NULL, NULL, MAAS_ACT_NONE);
		how = MAAS_POOL_WEIGHTED;
	}
	return maas_pool(b->t, both, b->lengths, scores, b->time, how);
}

/* Outputs of each text; rows: ids in all. */
static struct maas_node *
graph(struct builder *b, size_t rows, size_t outputs)
{
	const struct maas_recurrence *s = b->s;
	size_t n = rows / b->time, wide = width(s);
	struct maas_node *ids = maas_input(b->t, "ids", MAAS_I32, 1, &rows), *x, *ahead = NULL, *back = NULL, *w;

	b->lengths = maas_input(b->t, "lengths", MAAS_I32, 1, &n);
	w = maas_param(b->t, "embedding.weight", 2, (size_t[]){ (size_t)s->vocab, (size_t)s->embed }, 1);
	x = b->embedded = maas_embed(b->t, ids, w, NULL);
	for (long i = 0; i < s->layers; i++) {
		if (i && s->dropout > 0)
			x = maas_dropout(b->t, x, NULL, (float)s->dropout);
		ahead = direction(b, x, i, 0);
		back = s->bidirectional ? direction(b, x, i, 1) : NULL;
		x = ahead;
		if (s->bidirectional && (i + 1 < s->layers || s->pool != LAST))
			x = maas_join(b->t, ahead, back);
	}
	x = pooled(b, ahead, back, x);
	if (s->dropout > 0)
		x = maas_dropout(b->t, x, NULL, (float)s->dropout);
	w = maas_param(b->t, SCORE ".weight", 2, (size_t[]){ outputs, wide }, 1);
	return maas_linear(b->t, x, w, maas_param(b->t, SCORE ".bias", 1, &outputs, 0), NULL, MAAS_ACT_NONE);
}

static struct maas_node *
loss(const struct maas_model *m, struct maas_tape *t, size_t rows)
{
	const struct maas_recurrence *s = m->settings;
	struct builder b = { .m = m, .s = s, .t = t, .time = s->head.time };
	size_t n = rows / b.time;
	struct maas_node *x = graph(&b, rows, s->head.outputs), *weights = NULL;

	if (s->head.weighted)
		weights = maas_input(t, "weights", MAAS_F32, 1, &n);
	if (s->head.values)
		return maas_square_loss(t, x, maas_input(t, "targets", MAAS_F32, 2, (size_t[]){ n, 1 }), weights);
	return maas_class_loss(t, x, maas_input(t, "labels", MAAS_I32, 1, &n), weights);
}

/* As PyTorch: the table normal, cells within 1 / sqrt(units), what is linear within 1 / sqrt(inputs). */
static int
init(const struct maas_model *m, const struct maas_params *p, int how, uint64_t seed, struct maas_team *team)
{
	const struct maas_recurrence *s = m->settings;

	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i];
		size_t n = maas_len(w), in = w->ndim == 2 ? w->dim[1] : 1, out = w->dim[0];
		int plain = how == MAAS_INIT_AUTO || how == MAAS_INIT_UNIFORM;
		int cell = strstr(w->name, "_l") != NULL, table = !strncmp(w->name, "embedding.", 10);
		double reach = 1 / sqrt((double)(cell ? (size_t)s->hidden : width(s)));

		if (how == MAAS_INIT_XAVIER)
			reach = sqrt(6.0 / (double)(in + out));
		if (how == MAAS_INIT_ZEROS || (w->ndim == 1 && !plain))
			memset(w->val, 0, n * sizeof(float));
		else if (how == MAAS_INIT_HE || how == MAAS_INIT_GPT2)
			maas_fill_normal_team(
			    team, w->val, n, how == MAAS_INIT_HE ? sqrt(2 / (double)in) : 0.02, seed, i);
		else if (table && plain)
			maas_fill_normal_team(team, w->val, n, 1, seed, i);
		else
			maas_fill_uniform(w->val, n, -reach, reach, seed, i);
	}
	return 0;
}

static int
shape(struct maas_model *m, const struct maas_data *d, size_t entries)
{
	struct maas_recurrence *s = m->settings;

	s->head = (struct maas_head){ .outputs = d->labels ? d->labels : 1,
		.bias = 1,
		.time = entries,
		.values = !d->labels,
		.weighted = d->weight != NULL };
	return 0;
}

static void
rescale(const struct maas_model *m, const struct maas_params *p, double shift, double unit)
{
	(void)m;
	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i];
		float *x = w->val;

		if (strncmp(w->name, SCORE ".", sizeof SCORE) != 0)
			continue;
		for (size_t j = 0; j < maas_len(w); j++)
			x[j] = (float)((double)x[j] * unit + (w->ndim == 1 ? shift : 0));
	}
}

static size_t
longest(const struct maas_model *m)
{
	return (size_t)((const struct maas_recurrence *)m->settings)->context;
}

/* The parameters are the model's tensors, where they lie; of the head from row `output` on. */
static int
borrow(const struct maas_tape *t, const struct maas_model *m, size_t output)
{
	const struct maas_params *p = maas_tape_params(t);

	for (size_t i = 0; i < p->count; i++) {
		struct maas_node *w = p->node[i];
		const struct maas_tensor *s = maas_model_need(m, w->name, MAAS_F32, -1, NULL);
		size_t from = strncmp(w->name, SCORE ".", sizeof SCORE) ? 0 : output * maas_len(w) / w->dim[0];

		if (!s)
			return -1;
		w->val = (void *)(uintptr_t)((const float *)s->data + from);
	}
	return 0;
}

/* A graph that answers, or tells slopes: of so many texts. */
struct work {
	struct maas_arena *arena;
	struct maas_tape *t;
	struct maas_run run;
	struct maas_node *y, *embedded;
	size_t texts;
	int32_t *id, *length;
};

static void
work_end(void *arg)
{
	struct work *w = arg;

	if (!w)
		return;
	maas_team_free(w->run.team);
	maas_arena_free(w->arena);
	free(w);
}

static int
make(struct work *w, const struct maas_model *m, size_t time, size_t outputs, size_t output, int train)
{
	struct maas_recurrence s = *(const struct maas_recurrence *)m->settings;
	struct builder b = { .m = m, .s = &s, .time = time };

	s.dropout = 0;
	if (!(w->arena = maas_arena_new(1 << 16)) || !(w->run.team = maas_team_new(1)) ||
	    !(w->t = b.t = maas_tape_new(w->arena)))
		return -1;
	if (train && maas_tape_freeze(w->t, "*_l*,attention.*," SCORE ".*") < 0)
		return -1;
	if (!(w->y = graph(&b, w->texts * time, outputs)) || maas_tape_plan(w->t, w->y, train) < 0 ||
	    borrow(w->t, m, output) < 0)
		return -1;
	w->embedded = b.embedded;
	w->id = maas_tape_input(w->t, "ids")->val;
	w->length = maas_tape_input(w->t, "lengths")->val;
	w->run.stride = (maas_tape_scratch(w->t) + 127) / 64 * 64;
	return (w->run.scratch = maas_take(w->arena, 1, w->run.stride)) ? 0 : -1;
}

static void *
work_new(const struct maas_model *m)
{
	const struct maas_recurrence *s = m->settings;
	struct work *w = maas_alloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->texts = TEXTS;
	if (make(w, m, longest(m), s->head.outputs, 0, 0) == 0)
		return w;
	work_end(w);
	return NULL;
}

/* Texts first ... first + n - 1 of x, padded to the longest. */
static void
place(struct work *w, const struct maas_sequences *x, size_t first, size_t n)
{
	size_t time = 1;

	for (size_t i = 0; i < n; i++) {
		w->length[i] = (int32_t)(x->start[first + i + 1] - x->start[first + i]);
		time = (size_t)w->length[i] > time ? (size_t)w->length[i] : time;
	}
	memset(w->id, 0, n * time * sizeof *w->id);
	for (size_t i = 0; i < n; i++)
		memcpy(w->id + i * time, x->id + x->start[first + i], (size_t)w->length[i] * sizeof *w->id);
	w->run.time = time;
	w->run.rows = n * time;
}

static void
apply(const struct maas_model *m, const struct maas_design *x, double *out, void *work)
{
	struct work *w = work;
	size_t k = w->y->dim[1], n;

	(void)m;
	for (size_t first = 0; first < x->rows; first += n) {
		n = x->rows - first < w->texts ? x->rows - first : w->texts;
		place(w, &x->seq, first, n);
		maas_forward(w->t, &w->run);
		for (size_t i = 0; i < n * k; i++)
			out[first * k + i] = (double)((const float *)w->y->val)[i];
	}
}

/* The gradient of an output by what each id was looked up as, times that. */
static int
saliency(const struct maas_model *m, const int32_t *id, size_t n, size_t output, double *to)
{
	struct work *w = maas_alloc(1, sizeof *w);
	const float *table;
	size_t c;

	if (!w)
		return -1;
	w->texts = 1;
	if (make(w, m, n, 1, output, MAAS_TRAIN) < 0) {
		work_end(w);
		return -1;
	}
	memcpy(w->id, id, n * sizeof *id);
	*w->length = (int32_t)n;
	maas_forward(w->t, &w->run);
	maas_backward(w->t, &w->run, 0);
	table = w->embedded->in[1]->val;
	c = w->embedded->dim[1];
	for (size_t i = 0; i < n; i++) {
		to[i] = 0;
		for (size_t k = 0; k < c; k++)
			to[i] += (double)table[(size_t)id[i] * c + k] * (double)w->embedded->grad[i * c + k];
	}
	work_end(w);
	return 0;
}

static int
need(const struct maas_model *m, const char *name, size_t rows, size_t cols)
{
	return maas_model_need(m, name, MAAS_F32, cols ? 2 : 1, (size_t[]){ rows, cols }) ? 0 : -1;
}

/* All tensors are there. */
static int
ready(struct maas_model *m)
{
	struct maas_recurrence *s = m->settings;
	const struct maas_tensor *score = maas_model_need(m, SCORE ".weight", MAAS_F32, -1, NULL);

	if (!score)
		return -1;
	s->head.outputs = score->ndim == 2 ? score->dim[0] : 0;
	s->head.bias = 1;
	for (long i = 0; i < 8 * s->layers; i++) {
		struct part p = part_of(m, i / 8, i / 4 % 2, (int)(i % 4));

		if ((s->bidirectional || i / 4 % 2 == 0) && need(m, p.name, p.dim[0], p.dim[1]) < 0)
			return -1;
	}
	if (!s->vocab || need(m, "embedding.weight", (size_t)s->vocab, (size_t)s->embed) < 0 ||
	    (s->pool == ATTENTION && need(m, "attention.weight", 1, width(s)) < 0) || !s->head.outputs ||
	    need(m, SCORE ".weight", s->head.outputs, width(s)) < 0 || need(m, SCORE ".bias", s->head.outputs, 0) < 0)
		return -1;
	return maas_rows_open(m, 0, s->head.outputs);
}

static const struct maas_rows_ops rows = {
	.longest = longest,
	.head = SCORE ".",
	.tasks = MAAS_CLASSES | MAAS_VALUES,
	.work = work_new,
	.end = work_end,
	.apply = apply,
	.saliency = saliency,
	.shape = shape,
	.rescale = rescale,
};

#define KIND_OF(name_, what_) \
	const struct maas_kind maas_kind_##name_ = { \
		.name = #name_, \
		.what = what_, \
		.fields = fields, \
		.size = sizeof(struct maas_recurrence), \
		.defaults = \
		    "optimizer=adam schedule=constant lr=0.001 warmup=0 epochs=10 clip=1 weight_decay=0 eval_batches=0", \
		.task = "classify", \
		.ready = ready, \
		.done = maas_rows_close, \
		.answer = maas_rows_answer, \
		.loss = loss, \
		.init = init, \
		.rows = &rows, \
	}

KIND_OF(rnn, "plain recurrent network: labels or numbers from texts");
KIND_OF(lstm, "long short-term memory: labels or numbers from texts");
KIND_OF(gru, "gated recurrent units: labels or numbers from texts");
