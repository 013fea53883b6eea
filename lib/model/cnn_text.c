/*
 * Kind cnn where its rows are texts: convolutions along their places, of several widths side by side (Kim 2014,
 * "Convolutional neural networks for sentence classification"), zeros around each text, relu, and of each channel what
 * the pool says.  Tensors are named as those of PyTorch's Conv1d in a ModuleList `convs`.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cnn.h"

#define WIDTHS "128x3,128x4,128x5"

static const char *
convolutions(const struct maas_cnn *s)
{
	return s->conv ? s->conv : WIDTHS;
}

static struct reader_states
states(const struct reader *r)
{
	const struct maas_cnn *s = r->m->settings;
	struct reader_states to = { NULL, NULL, NULL };
	const char *all = convolutions(s), *at = all;
	size_t out, width;
	char name[40];

	for (int i = 0; i == 0 || *at || at[-1] == ','; i++) {
		struct maas_node *w, *bias, *x;

		if (i == CNN_LAYERS) {
			(void)maas_fail_as(MAAS_USAGE, "conv: '%s': at most %d convolutions", all, CNN_LAYERS);
			return (struct reader_states){ NULL, NULL, NULL };
		}
		if (cnn_parse_conv(all, &at, &out, &width) < 0)
			return (struct reader_states){ NULL, NULL, NULL };
		snprintf(name, sizeof name, "convs.%d.weight", i);
		w = maas_param(r->t, name, 3, (size_t[]){ out, r->embedded->dim[1], width }, 1);
		snprintf(name, sizeof name, "convs.%d.bias", i);
		bias = maas_param(r->t, name, 1, &out, 0);
		x = maas_windows(r->t, r->embedded, r->lengths, w, bias, r->time, 1);
		to.ahead = i ? maas_join(r->t, to.ahead, x) : x;
	}
	return to;
}

/* As PyTorch's Conv1d, what is looked up about as Kim has it: weights and biases within 1 / sqrt(inputs of an output);
 * a bias follows its weight. */
static enum reader_begins
begins(const struct maas_model *m, const struct maas_node *w, double *reach)
{
	const struct maas_cnn *s = m->settings;
	const char *all = convolutions(s), *at = all;
	size_t out, width = 1;
	long which = strtol(w->name + strlen("convs."), NULL, 10);

	for (long i = 0; i <= which; i++)
		if (cnn_parse_conv(all, &at, &out, &width) < 0)
			break;
	*reach = 1 / sqrt((double)s->reading.embed * (double)width);
	return READER_UNIFORM;
}

/* The convolutions, where they are not said, are noted; layers behind the pool there are none. */
static int
settle(struct maas_model *m)
{
	struct maas_cnn *s = m->settings;

	if (s->hidden)
		return maas_fail_setting(
		    "hidden", "--hidden is for pictures and sounds: of texts the head sees what --pool says");
	s->conv = convolutions(s);
	return 0;
}

static const struct maas_reader_ops reads = { .states = states, .begins = begins, .settle = settle, .table = 0.1 };
static const struct maas_rows_ops rows = { READER_ROWS, .reads = &reads, .regularise = "--dropout 0.5" };

const struct maas_kind cnn_texts = {
	.name = "cnn",
	.what = "convolutional network: labels, numbers or tags of texts",
	.fields = cnn_text_fields,
	.size = sizeof(struct maas_cnn),
	.defaults = "optimizer=adam schedule=cosine lr=0.001 warmup=0 epochs=10 clip=1 weight_decay=0 eval_batches=0",
	READER_KIND,
	.rows = &rows,
};
