/* transformer.c -- the graph of the loss of a pre-norm transformer, and its first weights. */
#include <math.h>
#include <string.h>

#include "transformer.h"

struct builder {
	struct maas_tape *tape;
	const struct transformer *s;
	long layer;
	struct maas_node *tokens; /* their table */
	struct transformer_way way;
};

int
transformer_check(const struct transformer *s)
{
	long hd = s->heads > 0 ? s->embed / s->heads : 0;

	if (s->layers < 1 || s->heads < 1 || s->embed < 1 || s->context < 1 || s->kv_heads < 1 || s->hidden < 1)
		return maas_fail("a network of %ld layers, %ld heads over %ld, %ld channels, %ld hidden, context %ld "
				 "cannot be",
		    s->layers, s->heads, s->kv_heads, s->embed, s->hidden, s->context);
	if (s->embed % s->heads)
		return maas_fail("embed %ld is no multiple of heads %ld", s->embed, s->heads);
	if (s->heads % s->kv_heads)
		return maas_fail("heads %ld is no multiple of kv-heads %ld", s->heads, s->kv_heads);
	if (s->rope.theta > 0 && hd % 2)
		return maas_fail("heads of %ld channels: positions turn pairs of them", hd);
	if (s->rope.factor > 1 && !(s->rope.high > s->rope.low))
		return maas_fail("rope-high %g is not above rope-low %g", s->rope.high, s->rope.low);
	if (s->vocab < 1)
		return maas_fail("vocab is %ld: a model needs token ids", s->vocab);
	return 0;
}

static struct transformer
shape_of(const struct maas_model *m)
{
	struct transformer s;

	m->kind->decode->shape(&s, m->settings);
	return s;
}

/* A model with a score answers rows. */
int
transformer_ready(struct maas_model *m)
{
	struct maas_head *head = m->settings;
	struct transformer s = shape_of(m);
	const struct maas_tensor *score = maas_model_tensor(m, TRANSFORMER_SCORE ".weight");

	if (transformer_check(&s) < 0)
		return -1;
	if (m->kind->decode->settle)
		m->kind->decode->settle(m->settings);
	if (!score)
		return 0;
	if (score->ndim != 2 || !score->dim[0] || score->dim[1] != (size_t)s.embed)
		return maas_fail(TRANSFORMER_SCORE ".weight: not of %ld channels, as the network is", s.embed);
	head->outputs = score->dim[0];
	head->bias = maas_model_tensor(m, TRANSFORMER_SCORE ".bias") != NULL;
	return maas_rows_open(m, 0, head->outputs);
}

void
transformer_name(char *to, size_t size, const struct transformer *s, long layer, const char *name, const char *kind)
{
	if (layer < 0)
		snprintf(to, size, "%s.%s", name, kind);
	else
		snprintf(to, size, "%s.%ld.%s.%s", s->name->layer, layer, name, kind);
}

int
maas_model_is_positions(const struct maas_model *m, const char *tensor)
{
	const char *name = m->kind->decode ? shape_of(m).name->positions : NULL;
	size_t n = name ? strlen(name) : 0;

	return name && !strncmp(tensor, name, n) && !strcmp(tensor + n, ".weight");
}

size_t
transformer_wide(const struct transformer *s, int i)
{
	size_t hd = (size_t)(s->embed / s->heads), keys = (size_t)s->kv_heads * hd;

	if (!s->name->qkv[1])
		return (size_t)s->embed + 2 * keys;
	return i ? keys : (size_t)s->embed;
}

/* A parameter of the block being built, or of the whole.  cols 0: a vector. */
static struct maas_node *
param(const struct builder *b, const char *name, const char *kind, size_t rows, size_t cols)
{
	char full[96];
	const size_t dim[] = { rows, cols };

	transformer_name(full, sizeof full, b->s, b->layer, name, kind);
	return maas_param(b->tape, full, cols ? 2 : 1, dim, cols > 0);
}

static struct maas_node *
norm(const struct builder *b, struct maas_node *x, const char *name)
{
	size_t c = (size_t)b->s->embed;
	struct maas_node *gain = param(b, name, "weight", c, 0);

	if (b->s->rms)
		return maas_rmsnorm(b->tape, x, gain, (float)b->s->eps);
	return maas_layernorm(b->tape, x, gain, param(b, name, "bias", c, 0), (float)b->s->eps);
}

/* act(y w^T + bias) + x; of a bias where those of `from` have one. */
static struct maas_node *
linear(const struct builder *b, struct maas_node *y, const char *name, size_t out, size_t in,
    enum transformer_bias from, struct maas_node *x, enum maas_act act)
{
	struct maas_node *w = param(b, name, "weight", out, in);
	struct maas_node *bias = b->s->bias >= from ? param(b, name, "bias", out, 0) : NULL;

	return maas_linear(b->tape, y, w, bias, x, act);
}

/* x + dropout(y w^T + bias), in one op where nothing is dropped. */
static struct maas_node *
project(const struct builder *b, struct maas_node *y, const char *name, size_t in, enum transformer_bias from,
    struct maas_node *x)
{
	size_t c = (size_t)b->s->embed;

	if (b->s->dropout > 0)
		return maas_dropout(
		    b->tape, linear(b, y, name, c, in, from, NULL, MAAS_ACT_NONE), x, (float)b->s->dropout);
	return linear(b, y, name, c, in, from, x, MAAS_ACT_NONE);
}

/* Queries, keys and values of h, side by side. */
static struct maas_node *
ask(const struct builder *b, struct maas_node *h, size_t time)
{
	const struct transformer *s = b->s;
	struct maas_node *part[3] = { NULL };

	for (int i = 0; i < 3 && s->name->qkv[i]; i++)
		part[i] = linear(
		    b, h, s->name->qkv[i], transformer_wide(s, i), (size_t)s->embed, BIAS_QKV, NULL, MAAS_ACT_NONE);
	if (!s->name->qkv[1])
		return part[0];
	return maas_rope(b->tape, part[0], part[1], part[2], time, (size_t)(s->embed / s->heads), &s->rope);
}

/* ends: of each sequence, only the row it ends with goes on from attention; NULL: all do. */
static struct maas_node *
block(struct builder *b, struct maas_node *x, size_t time, struct maas_node *ends)
{
	const struct transformer *s = b->s;
	const struct transformer_names *n = s->name;
	size_t c = (size_t)s->embed, hidden = (size_t)s->hidden;
	struct maas_node *h, *gate;

	h = ask(b, norm(b, x, n->norm1), time);
	h = b->way.attended = maas_attention(b->tape, h, time, (int)s->heads, (int)s->kv_heads);
	if (ends) {
		h = maas_last(b->tape, h, ends, time);
		x = maas_last(b->tape, x, ends, time);
	}
	x = project(b, h, n->proj, c, BIAS_ATTENTION, x);

	h = norm(b, x, n->norm2);
	if (n->gate) {
		gate = linear(b, h, n->gate, hidden, c, BIAS_ALL, NULL, MAAS_ACT_NONE);
		h = maas_swiglu(b->tape, gate, linear(b, h, n->up, hidden, c, BIAS_ALL, NULL, MAAS_ACT_NONE));
	} else {
		h = linear(b, h, n->up, hidden, c, BIAS_ALL, NULL, s->act);
	}
	return project(b, h, n->down, hidden, BIAS_ALL, x);
}

/* Ids through all blocks and the last norm. */
static struct maas_node *
body(struct builder *b, struct maas_node *ids, size_t time, struct maas_node *ends)
{
	const struct transformer *s = b->s;
	struct maas_node *x, *positions = NULL;

	b->tokens = param(b, s->name->tokens, "weight", (size_t)s->vocab, (size_t)s->embed);
	if (s->name->positions)
		positions = param(b, s->name->positions, "weight", (size_t)s->context, (size_t)s->embed);
	x = b->way.embedded = maas_embed(b->tape, ids, b->tokens, positions);
	if (s->dropout > 0)
		x = maas_dropout(b->tape, x, NULL, (float)s->dropout);
	for (b->layer = 0; b->layer < s->layers; b->layer++)
		x = block(b, x, time, b->layer + 1 == s->layers ? ends : NULL);
	b->layer = -1;
	return norm(b, x, s->name->norm);
}

struct maas_node *
transformer_scores(
    struct maas_tape *t, const struct transformer *s, size_t rows, size_t outputs, struct transformer_way *way)
{
	struct builder b = { .tape = t, .s = s, .layer = -1 };
	const struct maas_head *head = &s->head;
	size_t n = rows / head->time;
	struct maas_node *ids = maas_input(t, "ids", MAAS_I32, 1, &rows),
			 *lengths = maas_input(t, "lengths", MAAS_I32, 1, &n), *x = body(&b, ids, head->time, lengths),
			 *w = param(&b, TRANSFORMER_SCORE, "weight", outputs, (size_t)s->embed);

	*way = b.way;
	return maas_linear(
	    t, x, w, head->bias ? param(&b, TRANSFORMER_SCORE, "bias", outputs, 0) : NULL, NULL, MAAS_ACT_NONE);
}

/* The loss of labels of ids: -1 where none is asked for. */
static struct maas_node *
tags_loss(struct maas_tape *t, const struct transformer *s, size_t rows)
{
	struct builder b = { .tape = t, .s = s, .layer = -1 };
	struct maas_node *ids = maas_input(t, "ids", MAAS_I32, 1, &rows), *x = body(&b, ids, s->head.time, NULL),
			 *w = param(&b, TRANSFORMER_SCORE, "weight", s->head.outputs, (size_t)s->embed), *targets,
			 *weights = NULL;

	x = maas_linear(t, x, w, param(&b, TRANSFORMER_SCORE, "bias", s->head.outputs, 0), NULL, MAAS_ACT_NONE);
	targets = maas_input(t, "labels", MAAS_I32, 1, &rows);
	if (s->head.weighted)
		weights = maas_input(t, "weights", MAAS_F32, 1, &rows);
	return maas_class_loss(t, x, targets, weights);
}

/* The loss of labels or values of whole sequences. */
static struct maas_node *
rows_loss(struct maas_tape *t, const struct transformer *s, size_t rows)
{
	const struct maas_head *head = &s->head;
	size_t n = rows / head->time;
	struct transformer_way way;
	struct maas_node *x = transformer_scores(t, s, rows, head->outputs, &way), *targets, *weights = NULL;

	if (head->weighted)
		weights = maas_input(t, "weights", MAAS_F32, 1, &n);
	if (head->values) {
		targets = maas_input(t, "targets", MAAS_F32, 2, (size_t[]){ n, 1 });
		return maas_square_loss(t, x, targets, weights);
	}
	targets = maas_input(t, "labels", MAAS_I32, 1, &n);
	return maas_class_loss(t, x, targets, weights);
}

struct maas_node *
transformer_loss(const struct maas_model *m, struct maas_tape *t, size_t rows)
{
	struct transformer s = shape_of(m);
	struct builder b = { .tape = t, .s = &s, .layer = -1 };
	struct maas_node *ids, *targets, *x;

	if (transformer_check(&s) < 0)
		return NULL;
	if (s.head.outputs)
		return s.head.tags ? tags_loss(t, &s, rows) : rows_loss(t, &s, rows);
	ids = maas_input(t, "ids", MAAS_I32, 1, &rows);
	targets = maas_input(t, "targets", MAAS_I32, 1, &rows);
	x = body(&b, ids, (size_t)s.context, NULL);
	return maas_head_loss(
	    t, x, s.tied ? b.tokens : param(&b, s.name->head, "weight", (size_t)s.vocab, (size_t)s.embed), targets);
}

/* Of a weight named "...NAME.weight". */
static int
named(const char *full, const char *name)
{
	size_t n = strlen(full), m = strlen(name), w = strlen(".weight");

	return n > m + w && !strncmp(full + n - w - m, name, m) && !strcmp(full + n - w, ".weight");
}

int
transformer_init(
    const struct maas_model *m, const struct maas_params *p, int how, uint64_t seed, struct maas_team *team)
{
	struct transformer s = shape_of(m);

	if (how != MAAS_INIT_AUTO && how != MAAS_INIT_GPT2)
		return maas_fail_as(MAAS_USAGE, "init: a %s begins as gpt2 does", m->kind->name);
	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i];
		int adds = named(w->name, s.name->proj) || named(w->name, s.name->down);
		float *x = w->val;

		if (w->ndim == 2)
			maas_fill_normal_team(
			    team, x, maas_len(w), adds ? 0.02 / sqrt(2.0 * (double)s.layers) : 0.02, seed, i);
		else
			for (size_t j = 0; j < maas_len(w); j++)
				x[j] = (float)named(w->name, "");
	}
	return 0;
}

struct each {
	const struct transformer *s;
	transformer_tensor *on;
	void *ctx;
	long layer;
};

static int
tell(const struct each *e, const char *name, const char *kind, size_t rows, size_t cols)
{
	char full[96];

	transformer_name(full, sizeof full, e->s, e->layer, name, kind);
	return e->on(e->ctx, full, rows, cols);
}

static int
tell_norm(const struct each *e, const char *name)
{
	size_t c = (size_t)e->s->embed;

	if (tell(e, name, "weight", c, 0) < 0)
		return -1;
	return e->s->rms ? 0 : tell(e, name, "bias", c, 0);
}

static int
tell_linear(const struct each *e, const char *name, enum transformer_bias from, size_t out, size_t in)
{
	if (!name)
		return 0;
	if (tell(e, name, "weight", out, in) < 0)
		return -1;
	return e->s->bias >= from ? tell(e, name, "bias", out, 0) : 0;
}

static int
tell_layer(const struct each *e)
{
	const struct transformer_names *n = e->s->name;
	size_t c = (size_t)e->s->embed, hidden = (size_t)e->s->hidden;

	for (int i = 0; i < 3; i++)
		if (tell_linear(e, n->qkv[i], BIAS_QKV, transformer_wide(e->s, i), c) < 0)
			return -1;
	if (tell_norm(e, n->norm1) < 0 || tell_norm(e, n->norm2) < 0 ||
	    tell_linear(e, n->proj, BIAS_ATTENTION, c, c) < 0 || tell_linear(e, n->gate, BIAS_ALL, hidden, c) < 0 ||
	    tell_linear(e, n->up, BIAS_ALL, hidden, c) < 0)
		return -1;
	return tell_linear(e, n->down, BIAS_ALL, c, hidden);
}

/* Of tokens, where it is no table that is there already, or of rows. */
static int
tell_head(const struct each *e)
{
	const struct transformer *s = e->s;
	size_t c = (size_t)s->embed;

	if (!s->head.outputs)
		return tell_linear(e, s->tied ? NULL : s->name->head, BIAS_NEVER, (size_t)s->vocab, c);
	if (tell(e, TRANSFORMER_SCORE, "weight", s->head.outputs, c) < 0)
		return -1;
	return s->head.bias ? tell(e, TRANSFORMER_SCORE, "bias", s->head.outputs, 0) : 0;
}

int
transformer_each(const struct transformer *s, transformer_tensor *on, void *ctx)
{
	struct each e = { s, on, ctx, -1 };
	const struct transformer_names *n = s->name;
	size_t c = (size_t)s->embed, vocab = (size_t)s->vocab;

	if (tell_linear(&e, n->tokens, BIAS_NEVER, vocab, c) < 0 ||
	    tell_linear(&e, n->positions, BIAS_NEVER, (size_t)s->context, c) < 0 || tell_norm(&e, n->norm) < 0 ||
	    tell_head(&e) < 0)
		return -1;
	for (e.layer = 0; e.layer < s->layers; e.layer++)
		if (tell_layer(&e) < 0)
			return -1;
	return 0;
}
