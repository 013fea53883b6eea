/*
 * rnn, lstm, gru: labels, values or tags of texts by recurrent networks, layers of cells in one direction or in both.
 * Tensors are named as PyTorch's modules rnn, lstm and gru name theirs, and so are gates and biases meant.
 */
#include <math.h>
#include <stdio.h>

#include "reader.h"

enum { DEEP = 64 };

static const struct maas_field fields[] = {
	READER_EMBED(128),
	MAAS_INT(0, maas_recurrence, hidden, 1, READER_WIDE, 128, "units of a layer, in each direction"),
	MAAS_INT(0, maas_recurrence, layers, 1, DEEP, 1, "layers, one on the other"),
	MAAS_FLAG_ON(0, maas_recurrence, bidirectional, "read from both ends"),
	READER_FIELDS(READER_MAX),
	MAAS_END,
};

static enum maas_cell
cell_of(const struct maas_kind *k)
{
	return k == &maas_kind_rnn ? MAAS_CELL_RNN : k == &maas_kind_lstm ? MAAS_CELL_LSTM : MAAS_CELL_GRU;
}

/* A layer in one direction. */
static struct maas_node *
direction(const struct reader *r, struct maas_node *x, long layer, int reverse)
{
	static const char *const what[] = { "weight_ih", "weight_hh", "bias_ih", "bias_hh" };
	static const size_t gates[] = { 1, 4, 3 };
	const struct maas_recurrence *s = r->m->settings;
	enum maas_cell cell = cell_of(r->m->kind);
	size_t units = (size_t)s->hidden;
	struct maas_node *p[4];

	if (!x)
		return NULL;
	for (int i = 0; i < 4; i++) {
		size_t dim[] = { gates[cell] * units, i == 0 ? x->dim[1] : units };
		char name[48];

		snprintf(
		    name, sizeof name, "%s.%s_l%ld%s", r->m->kind->name, what[i], layer, reverse ? "_reverse" : "");
		p[i] = maas_param(r->t, name, i < 2 ? 2 : 1, dim, i < 2);
	}
	return maas_recurrent(
	    r->t, x, r->lengths, &(struct maas_cell_params){ p[0], p[1], p[2], p[3] }, r->time, cell, reverse);
}

static struct reader_states
states(const struct reader *r)
{
	const struct maas_recurrence *s = r->m->settings;
	struct reader_states to = { .ahead = r->embedded };

	for (long i = 0; i < s->layers; i++) {
		struct maas_node *x = to.back ? maas_join(r->t, to.ahead, to.back) : to.ahead;

		if (i && r->s->dropout > 0)
			x = maas_dropout(r->t, x, NULL, (float)r->s->dropout);
		to.ahead = direction(r, x, i, 0);
		to.back = s->bidirectional ? direction(r, x, i, 1) : NULL;
	}
	return to;
}

static enum reader_begins
begins(const struct maas_model *m, const struct maas_node *w, double *reach)
{
	(void)w;
	*reach = 1 / sqrt((double)((const struct maas_recurrence *)m->settings)->hidden);
	return READER_UNIFORM;
}

static const struct maas_reader_ops reads = { .states = states, .begins = begins };
static const struct maas_rows_ops rows = { READER_ROWS, .reads = &reads, .tags_dropout = 0.5 };

#define KIND_OF(name_, what_) \
	const struct maas_kind maas_kind_##name_ = { \
		.name = #name_, \
		.what = what_, \
		.fields = fields, \
		.size = sizeof(struct maas_recurrence), \
		.defaults = "optimizer=adam schedule=linear lr=0.003 warmup=0 epochs=10 clip=1 weight_decay=0 " \
			    "eval_batches=0 scale=standard", \
		READER_KIND, \
		.rows = &rows, \
	}

KIND_OF(rnn, "plain recurrent network: labels, numbers or tags of texts");
KIND_OF(lstm, "long short-term memory: labels, numbers or tags of texts");
KIND_OF(gru, "gated recurrent units: labels, numbers or tags of texts");
