/*
 * GPT-2 of Radford et al. 2019: token and position embeddings, blocks of attention and a
 * perceptron with layer norm before each, a last layer norm, and a head tied to the token
 * embedding.  GELU is the tanh form, norms have eps 1e-5, every weight is [out, in].
 */
#include "transformer.h"

static const struct maas_field fields[] = { MAAS_INT(0, maas_gpt, layers, 1, TRANSFORMER_DEEP, 6,
						"blocks of attention and perceptron"),
	MAAS_INT(0, maas_gpt, heads, 1, TRANSFORMER_DEEP, 6, "heads of attention a block; divides --embed"),
	MAAS_INT(0, maas_gpt, embed, 1, 1 << 20, 384, "channels"),
	MAAS_INT(0, maas_gpt, context, 1, 1 << 24, 256, "tokens seen at once"),
	MAAS_INT(0, maas_gpt, vocab, 0, 1 << 24, 0, "token ids there is room for; 0: as many as the tokeniser has"),
	MAAS_REAL(0, maas_gpt, dropout, 0, 0.99, 0, "share of activations left out in training"), MAAS_END };

static const struct transformer_names names = {
	.tokens = "wte",
	.positions = "wpe",
	.layer = "h",
	.norm1 = "ln_1",
	.qkv = { "attn.c_attn" },
	.proj = "attn.c_proj",
	.norm2 = "ln_2",
	.up = "mlp.c_fc",
	.down = "mlp.c_proj",
	.norm = "ln_f",
};

static void
shape(struct transformer *to, const void *settings)
{
	const struct maas_gpt *s = settings;

	*to = (struct transformer){ .layers = s->layers,
		.heads = s->heads,
		.kv_heads = s->heads,
		.embed = s->embed,
		.hidden = 4 * s->embed,
		.context = s->context,
		.vocab = s->vocab,
		.dropout = s->dropout,
		.head = s->head,
		.eps = 1e-5,
		.tied = 1,
		.bias = BIAS_ALL,
		.act = MAAS_ACT_GELU_TANH,
		.name = &names };
}

const struct maas_decoder_ops maas_decoder_gpt = { .shape = shape, .network = transformer_network };

const struct maas_kind maas_kind_gpt = {
	.name = "gpt",
	.what = "GPT-2: a language model, from text",
	.fields = fields,
	.size = sizeof(struct maas_gpt),
	.defaults = "optimizer=adamw schedule=cosine clip=1 weight_decay=0.1 beta1=0.9 beta2=0.95 precision=bf16",
	.task = "generate",
	.ready = transformer_ready,
	.done = maas_rows_close,
	.answer = transformer_answer,
	.loss = transformer_loss,
	.init = transformer_init,
	.decode = &maas_decoder_gpt,
	.rows = &transformer_rows,
};
