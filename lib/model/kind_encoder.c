/*
 * encoder: labels, values or tags of texts by a transformer that looks both ways (Vaswani et al. 2017, "Attention is
 * all you need"; Devlin et al. 2019), its norms in front (Xiong et al. 2020), perceptrons with GELU, and a table of
 * positions that is learnt, as attention by itself knows no order.  Tensors are named as those of PyTorch's
 * TransformerEncoder (norm_first, activation gelu, norm at the end) that a module keeps as `encoder`, with an Embedding
 * `positions` before it.  In training --dropout is where PyTorch has it, but for the weights of attention, which are
 * never in memory.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reader.h"

enum { DEEP = 64, NARROW = 4 }; /* NARROW: the perceptron is so many times as wide as --embed */
#define TABLES 0.02             /* the deviation tables begin with: BERT's, which learns sooner than PyTorch's 1 */

static const struct maas_field fields[] = {
	READER_EMBED(128),
	MAAS_INT(0, maas_encoder, layers, 1, DEEP, 2, "blocks of attention and perceptron"),
	MAAS_INT(0, maas_encoder, heads, 1, 1024, 4, "heads of attention a block; divides --embed"),
	MAAS_INT(
	    0, maas_encoder, hidden, 0, READER_WIDE, 0, "units of the perceptron of a block; 0: four times --embed"),
	READER_FIELDS(READER_MEAN),
	MAAS_END,
};

static size_t
hidden(const struct maas_encoder *s)
{
	return (size_t)(s->hidden ? s->hidden : NARROW * s->reading.embed);
}

struct builder {
	const struct reader *r;
	const struct maas_encoder *s;
	size_t embed, hidden;
	long layer; /* -1: none */
};

static struct maas_node *
param(const struct builder *b, const char *name, size_t rows, size_t cols)
{
	char full[64];

	if (b->layer < 0)
		snprintf(full, sizeof full, "encoder.%s", name);
	else
		snprintf(full, sizeof full, "encoder.layers.%ld.%s", b->layer, name);
	return maas_param(b->r->t, full, cols ? 2 : 1, (size_t[]){ rows, cols }, cols > 0);
}

static struct maas_node *
norm(const struct builder *b, struct maas_node *x, const char *gain, const char *bias)
{
	return maas_layernorm(b->r->t, x, param(b, gain, b->embed, 0), param(b, bias, b->embed, 0), 1e-5f);
}

static struct maas_node *
drop(const struct builder *b, struct maas_node *x, struct maas_node *residual)
{
	return maas_dropout(b->r->t, x, residual, (float)b->r->s->dropout);
}

/* x + dropout(y w^T + bias), in one op where nothing is dropped. */
static struct maas_node *
project(
    const struct builder *b, struct maas_node *y, size_t in, const char *weight, const char *bias, struct maas_node *x)
{
	struct maas_node *w = param(b, weight, b->embed, in), *v = param(b, bias, b->embed, 0);

	if (b->r->s->dropout > 0)
		return drop(b, maas_linear(b->r->t, y, w, v, NULL, MAAS_ACT_NONE), x);
	return maas_linear(b->r->t, y, w, v, x, MAAS_ACT_NONE);
}

static struct maas_node *
block(const struct builder *b, struct maas_node *x, struct maas_node **attended)
{
	struct maas_tape *t = b->r->t;
	struct maas_node *h = norm(b, x, "norm1.weight", "norm1.bias"), *w, *bias;

	w = param(b, "self_attn.in_proj_weight", 3 * b->embed, b->embed);
	bias = param(b, "self_attn.in_proj_bias", 3 * b->embed, 0);
	h = maas_linear(t, h, w, bias, NULL, MAAS_ACT_NONE);
	h = *attended = maas_attention_both(t, h, b->r->lengths, b->r->time, (int)b->s->heads, (int)b->s->heads);
	x = project(b, h, b->embed, "self_attn.out_proj.weight", "self_attn.out_proj.bias", x);

	h = norm(b, x, "norm2.weight", "norm2.bias");
	w = param(b, "linear1.weight", b->hidden, b->embed);
	bias = param(b, "linear1.bias", b->hidden, 0);
	h = maas_linear(t, h, w, bias, NULL, MAAS_ACT_GELU);
	if (b->r->s->dropout > 0)
		h = drop(b, h, NULL);
	return project(b, h, b->hidden, "linear2.weight", "linear2.bias", x);
}

static struct reader_states
states(const struct reader *r)
{
	const struct maas_encoder *s = r->m->settings;
	struct builder b = { .r = r, .s = s, .embed = (size_t)r->s->embed, .hidden = hidden(s) };
	struct maas_node *x, *w, *attended = NULL;

	if (r->s->embed % s->heads || r->s->embed / s->heads > MAAS_HEAD) {
		(void)maas_fail_as(MAAS_USAGE,
		    "--embed %ld for --heads %ld: expected a multiple, and at most %d channels a head", r->s->embed,
		    s->heads, MAAS_HEAD);
		return (struct reader_states){ NULL, NULL, NULL };
	}
	w = maas_param(r->t, "positions.weight", 2, (size_t[]){ (size_t)r->s->context, b.embed }, 1);
	x = maas_positions(r->t, r->embedded, w, r->time);
	if (r->s->dropout > 0)
		x = drop(&b, x, NULL);
	for (b.layer = 0; b.layer < s->layers; b.layer++)
		x = block(&b, x, &attended);
	b.layer = -1;
	return (struct reader_states){ norm(&b, x, "norm.weight", "norm.bias"), NULL, attended };
}

/* As PyTorch's modules, but for the tables: attention's matrices as one by Xavier, its biases 0, norms 1 and 0. */
static enum reader_begins
begins(const struct maas_model *m, const struct maas_node *w, double *reach)
{
	const struct maas_encoder *s = m->settings;

	if (strstr(w->name, "norm"))
		return strstr(w->name, ".weight") ? READER_ONES : READER_ZEROS;
	if (w->ndim == 1 && strstr(w->name, "self_attn"))
		return READER_ZEROS;
	if (!strcmp(w->name, "positions.weight")) {
		*reach = TABLES;
		return READER_NORMAL;
	}
	if (strstr(w->name, "in_proj"))
		*reach = sqrt(6.0 / (double)(w->dim[0] + w->dim[1]));
	if (w->ndim == 1) /* as far as its weight */
		*reach = 1 / sqrt((double)(strstr(w->name, "linear2") ? hidden(s) : (size_t)s->reading.embed));
	return READER_UNIFORM;
}

static const struct maas_reader_ops reads = { .states = states, .begins = begins, .table = TABLES, .attends = 1 };
static const struct maas_rows_ops rows = { READER_ROWS, .reads = &reads, .regularise = "--dropout 0.3" };

const struct maas_kind maas_kind_encoder = {
	.name = "encoder",
	.what = "transformer encoder: labels, numbers or tags of texts",
	.fields = fields,
	.size = sizeof(struct maas_encoder),
	.defaults =
	    "optimizer=adamw schedule=linear lr=0.001 epochs=5 clip=1 weight_decay=0.01 eval_batches=0 scale=standard",
	READER_KIND,
	.rows = &rows,
};
