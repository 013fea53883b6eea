/* tiny_llama.h -- a small llama whose weights are a formula, the same that scripts/make-golden-llama has. */
#ifndef TINY_LLAMA_H
#define TINY_LLAMA_H
#include "tiny_gpt.h"

/* The matrices of a layer, with `biases` those of queries, keys and values too. */
static int
tiny_llama_layer(struct maas_model *m, uint32_t *t, enum maas_dtype type, long layer)
{
	const struct maas_llama *g = m->settings;
	size_t c = (size_t)g->embed, k = c / (size_t)g->heads * (size_t)g->kv_heads, i = (size_t)g->hidden;
	double s = 1.7 / sqrt((double)c);
	const struct { const char *name; double shift, scale; size_t rows, cols; int bias; } part[] = {
		{ "input_layernorm.weight", 1, 0.3, c, 0, 0 },
		{ "self_attn.q_proj.weight", 0, s, c, c, 0 }, { "self_attn.q_proj.bias", 0, 0.2, c, 0, 1 },
		{ "self_attn.k_proj.weight", 0, s, k, c, 0 }, { "self_attn.k_proj.bias", 0, 0.2, k, 0, 1 },
		{ "self_attn.v_proj.weight", 0, s, k, c, 0 }, { "self_attn.v_proj.bias", 0, 0.2, k, 0, 1 },
		{ "self_attn.o_proj.weight", 0, s, c, c, 0 }, { "post_attention_layernorm.weight", 1, 0.3, c, 0, 0 },
		{ "mlp.gate_proj.weight", 0, s, i, c, 0 }, { "mlp.up_proj.weight", 0, s, i, c, 0 },
		{ "mlp.down_proj.weight", 0, 1.7 / sqrt((double)i), c, i, 0 },
	};
	char name[96];

	for (size_t p = 0; p < MAAS_COUNT(part); p++) {
		snprintf(name, sizeof name, "model.layers.%ld.%s", layer, part[p].name);
		if ((g->bias || !part[p].bias) && tiny_add(m, t, part[p].cols ? type : MAAS_F32, name, part[p].shift,
		    part[p].scale, part[p].rows, part[p].cols) < 0)
			return -1;
	}
	return 0;
}

/* A new one; its heads of keys and hidden channels are said.  NULL: maas_error(). */
static struct maas_model *
tiny_llama(const struct maas_llama *shape, enum maas_dtype type)
{
	struct maas_model *m = maas_model_new(&maas_kind_llama);
	size_t c = (size_t)shape->embed, vocab = (size_t)shape->vocab;
	uint32_t t = 0;
	int rc;

	if (!m)
		return NULL;
	memcpy(m->settings, shape, sizeof *shape);
	rc = tiny_add(m, &t, type, "model.embed_tokens.weight", 0, 1, vocab, c);
	for (long l = 0; l < shape->layers && rc == 0; l++)
		rc = tiny_llama_layer(m, &t, type, l);
	if (rc == 0)
		rc = tiny_add(m, &t, MAAS_F32, "model.norm.weight", 1, 0.3, c, 0);
	if (rc == 0 && !shape->tied)
		rc = tiny_add(m, &t, type, "lm_head.weight", 0, 1, vocab, c);
	if (rc == 0)
		return m;
	maas_model_close(m);
	return NULL;
}

/* Those of the golden numbers: with all that a llama can have, and plain. */
#define TINY_LLAMA { .layers = 3, .heads = 4, .kv_heads = 2, .embed = 48, .hidden = 80, .context = 150, .vocab = 97, \
	.bias = 1, .eps = 1e-5, .rope_theta = 100, .rope_factor = 4, .rope_low = 1, .rope_high = 4, \
	.rope_original = 64 }
#define TINY_LLAMA_TIED { .layers = 3, .heads = 3, .kv_heads = 3, .embed = 48, .hidden = 128, .context = 150, \
	.vocab = 97, .tied = 1, .eps = 1e-5, .rope_theta = 10000, .rope_factor = 1, .rope_low = 1, .rope_high = 4, \
	.rope_original = 64 }

#endif
