/*
 * Llama (Touvron et al. 2023) and its kin: as GPT-2, but RMSNorm without biases, positions that turn queries and
 * keys, a perceptron with a gate, fewer heads of keys than of queries where wanted, and a head of its own.  Tensors
 * have transformers' names.
 */
#include "transformer.h"

static const char *const biases[] = { "none", "qkv", "attention", "all", NULL };

#define S maas_llama
static const struct maas_field fields[] = {
	MAAS_INT(0, S, layers, 1, TRANSFORMER_DEEP, 6, "blocks of attention and perceptron"),
	MAAS_INT(0, S, heads, 1, TRANSFORMER_DEEP, 6, "heads of attention a block; divides --embed"),
	MAAS_INT(0, S, kv_heads, 0, TRANSFORMER_DEEP, 0, "heads of keys and values; divides --heads; 0: as many"),
	MAAS_INT(0, S, embed, 1, 1 << 20, 384, "channels"),
	MAAS_INT(0, S, hidden, 0, 1 << 22, 0, "channels within the perceptron; 0: 8/3 of --embed, up to a whole 64"),
	MAAS_INT(0, S, context, 1, 1 << 24, 256, "tokens seen at once"),
	MAAS_INT(0, S, vocab, 0, 1 << 24, 0, "token ids there is room for; 0: as many as the tokeniser has"),
	MAAS_FLAG(0, S, tied, "the head is the table of tokens, not a matrix of its own"),
	MAAS_ENUM(0, S, bias, biases, 0, "which products add a bias"),
	MAAS_REAL(0, S, eps, 1e-12, 1, 1e-5, "added under the root of the norms"),
	MAAS_REAL(0, S, rope_theta, 1, 1e12, 10000, "positions turn pair i of a head of d by theta^(-2i/d)"),
	MAAS_REAL(0, S, rope_factor, 1, 1e6, 1, "slow turns are so many times slower, as in Llama 3.1; 1: none"),
	MAAS_REAL(0, S, rope_low, 0, 1e6, 1, "slow: fewer turns than this within --rope-original"),
	MAAS_REAL(0, S, rope_high, 0, 1e6, 4, "not slow: more turns than this"),
	MAAS_INT(0, S, rope_original, 1, 1 << 24, 8192, "the context before turns were made slower"),
	MAAS_REAL(0, S, dropout, 0, 0.99, 0, "share of activations left out in training"),
	MAAS_END,
};
#undef S

static const struct transformer_names names = {
	.tokens = "model.embed_tokens",
	.layer = "model.layers",
	.norm1 = "input_layernorm",
	.qkv = { "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj" },
	.proj = "self_attn.o_proj",
	.norm2 = "post_attention_layernorm",
	.gate = "mlp.gate_proj",
	.up = "mlp.up_proj",
	.down = "mlp.down_proj",
	.norm = "model.norm",
	.head = "lm_head",
};

static void
settle(void *settings)
{
	struct maas_llama *s = settings;

	s->kv_heads = s->kv_heads ? s->kv_heads : s->heads;
	s->hidden = s->hidden ? s->hidden : (8 * s->embed / 3 + 63) / 64 * 64;
}

static void
shape(struct transformer *to, const void *settings)
{
	struct maas_llama own = *(const struct maas_llama *)settings, *s = &own;

	settle(s);

	*to = (struct transformer){ .layers = s->layers,
		.heads = s->heads,
		.kv_heads = s->kv_heads,
		.embed = s->embed,
		.hidden = s->hidden,
		.context = s->context,
		.vocab = s->vocab,
		.dropout = s->dropout,
		.head = s->head,
		.eps = s->eps,
		.rms = 1,
		.tied = s->tied,
		.bias = (enum transformer_bias)s->bias,
		.rope = { s->rope_theta, s->rope_factor, s->rope_low, s->rope_high, (double)s->rope_original },
		.name = &names };
}

const struct maas_decoder_ops maas_decoder_llama = { .shape = shape, .settle = settle, .network = transformer_network };

const struct maas_kind maas_kind_llama = {
	.name = "llama",
	.what = "Llama: a language model, from text",
	.fields = fields,
	.size = sizeof(struct maas_llama),
	.defaults = "optimizer=adamw schedule=cosine clip=1 weight_decay=0.1 beta1=0.9 beta2=0.95 precision=bf16",
	.task = "generate",
	.ready = transformer_ready,
	.done = maas_rows_close,
	.answer = transformer_answer,
	.loss = transformer_loss,
	.init = transformer_init,
	.decode = &maas_decoder_llama,
	.rows = &transformer_rows,
};
