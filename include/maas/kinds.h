/*
 * kinds.h -- settings of the kinds of networks, which their model files keep.  A kind's entry (model.h, kinds.def) says
 * how large they are; its field table, which of them options set.
 */
#ifndef MAAS_KINDS_H
#define MAAS_KINDS_H

#include <stddef.h>

/*
 * What a network of texts has been given a head for, which nobody says by an option: settings of its kinds begin with
 * it.
 * outputs 0: it continues texts.  Else the last id's row goes through the tensor score.weight [outputs, embed], and
 * what it gives are logits of the labels that the part `labels` holds, or a value where there is no such part: as
 * transformers' ...ForSequenceClassification has it, but that labels are sorted by bytes.  What learns values here has
 * a score.bias [1], too; and what tags words, which every id's row goes through, one of [outputs], as
 * ...ForTokenClassification.
 */
struct maas_head {
	size_t outputs;
	int bias;
	/* Of a graph to learn by: ids of the longest text, values are learnt, rows count by their labels. */
	size_t time;
	int values, weighted, tags;             /* tags: each id that is asked for has a label */
};

/* Settings of kind gpt.  GPT-2 of Radford et al. 2019: pre-norm, GELU (tanh), learned positions, tied head.
 * Tensors: transformers' names (wte.weight, wpe.weight, h.N.ln_1.weight, h.N.attn.c_attn.weight ...),
 * every weight [out, in]. */
struct maas_gpt {
	struct maas_head head;
	long layers, heads, embed, context, vocab;
	double dropout;
};

/* Settings of kind llama.  Tensors: transformers' names (model.embed_tokens.weight,
 * model.layers.N.self_attn.q_proj.weight ..., lm_head.weight where the head is not tied), every weight [out, in]. */
struct maas_llama {
	struct maas_head head;
	long layers, heads, kv_heads, embed, hidden, context, vocab;
	int tied, bias;                         /* bias: none, of q, k and v, of attention, all */
	double eps, rope_theta, rope_factor, rope_low, rope_high;
	long rope_original;
	double dropout;
};

/* Settings of kind mlp, a perceptron of several layers.  Tensors: layers.N.weight [out, in] and layers.N.bias [out], as
 * PyTorch's Linear has them; layers.0.table [sparse features, out] is the first layer's weight for those. */
struct maas_mlp {
	const char *hidden;                     /* "128,64" */
	int activation;
	double dropout;
	/* What it is for: not said by the user. */
	size_t dense, sparse, outputs, entries;
	int values, weighted;                   /* a regression; rows count by their labels */
};

/* What settings of all kinds begin with that read texts in their order by a network of their own (lib/model/reader.h).
 * Tensors: embedding.weight [vocab, embed] (of frames of numbers [embed, frame], and embedding.bias), attention.weight
 * [1, width] where the pool is attention, score.weight [outputs, width], score.bias. */
struct maas_reading {
	struct maas_head head;
	long embed, context, vocab;
	int pool;                               /* last, mean, max, attention */
	double dropout;
	/* not said by the user: numbers of a place, which is no id; 0: it is one */
	size_t frame;
	/* What places are looked up by: see struct maas_lexicon_options. */
	/* enum maas_analysis; AUTO once learnt: a tokeniser's, of an early model */
	int analyzer, lowercase;
	const char *min_df;
	long max_features;
};

/* Settings of kinds rnn, lstm and gru.  Tensors, as PyTorch's modules of these names have them: lstm.weight_ih_l0,
 * weight_hh_l0, bias_ih_l0, bias_hh_l0 ..., _reverse where read from both ends. */
struct maas_recurrence {
	struct maas_reading reading;
	long hidden, layers;
	int bidirectional;
};

/* Settings of kind cnn, convolutions of pictures or spectra.  Tensors: convN.weight [out, in, k, k], convN.bias [out],
 * fcN.weight [out, in], fcN.bias [out], N from 1, as PyTorch's Conv2d and Linear have them; the first linear layer's
 * inputs are planes of channels.  Of texts: convs.N.weight [out, embed, k], convs.N.bias [out], N from 0, as Conv1d. */
struct maas_cnn {
	struct maas_reading reading;            /* of texts; dropout of both */
	const char *conv, *hidden;              /* "32x3,64x3"; "128"; NULL: what suits the rows */
	/* What it is for: not said by the user. */
	size_t height, width, channels, outputs;
	int values, weighted;
};

/* Settings of kind encoder.  Tensors, as PyTorch's TransformerEncoder has them: positions.weight [context, embed],
 * encoder.layers.N.self_attn.in_proj_weight [3 embed, embed], linear1.weight [hidden, embed] ...,
 * encoder.norm.weight. */
struct maas_encoder {
	struct maas_reading reading;
	long layers, heads, hidden;             /* hidden 0: 4 embed */
};

#endif
