/* decode_gpt.c -- kind gpt as the decoding engine sees it. */
#include <stdio.h>

#include "decode.h"

/* Of h.LAYER; layer < 0: of the whole. */
static void
full_name(char *to, size_t size, long layer, const char *name)
{
	if (layer < 0)
		snprintf(to, size, "%s", name);
	else
		snprintf(to, size, "h.%ld.%s", layer, name);
}

/* A tensor in either type of floats. */
static const struct maas_tensor *
find(const struct maas_model *m, long layer, const char *name, int ndim, const size_t *dim)
{
	char full[128];
	const struct maas_tensor *t;

	full_name(full, sizeof full, layer, name);
	t = maas_model_tensor(m, full);
	return maas_model_need(m, full, t && t->dtype == MAAS_BF16 ? MAAS_BF16 : MAAS_F32, ndim, dim);
}

/* A matrix of floats, or one of bytes with its scales in NAME.scale (see maas_model_quantize). */
static int
matrix(struct maas_matrix *to, const float **scale, const struct maas_model *m, long layer, const char *name,
    size_t rows, size_t cols)
{
	char scales[80], full[128];
	const struct maas_tensor *t;

	full_name(full, sizeof full, layer, name);
	t = maas_model_tensor(m, full);
	*scale = NULL;
	if (!t || t->dtype != MAAS_I8) {
		if (!(t = find(m, layer, name, 2, (size_t[]){ rows, cols })))
			return -1;
		*to = (struct maas_matrix){ t->data, t->dtype, cols, 1 };
		return 0;
	}
	snprintf(scales, sizeof scales, "%s.scale", name);
	*to = (struct maas_matrix){ t->data, MAAS_I8, cols, 1 };
	if (!maas_model_need(m, full, MAAS_I8, 2, (size_t[]){ rows, cols }) ||
	    !(t = find(m, layer, scales, 2, (size_t[]){ maas_q8_groups(cols), rows })))
		return -1;
	if (t->dtype != MAAS_F32)
		return maas_fail("tensor %s: its type is not F32", t->name);
	*scale = t->data;
	return 0;
}

/* Vectors are few: the engine has them in f32. */
static int
vector(const float **to, const struct maas_model *m, struct maas_arena *a, long layer, const char *name, size_t n)
{
	const struct maas_tensor *t = find(m, layer, name, 1, &n);
	float *wide;

	if (!t)
		return -1;
	*to = t->data;
	if (t->dtype == MAAS_F32)
		return 0;
	if (!(wide = maas_take(a, n, sizeof *wide)))
		return -1;
	maas_from_bf16(wide, t->data, n);
	*to = wide;
	return 0;
}

static int
affine(struct maas_affine *to, const struct maas_model *m, struct maas_arena *a, long layer, const char *name,
    size_t out, size_t in)
{
	char weight[64], bias[64];

	snprintf(weight, sizeof weight, "%s.weight", name);
	snprintf(bias, sizeof bias, "%s.bias", name);
	to->out = out;
	to->in = in;
	if (matrix(&to->w, &to->scale, m, layer, weight, out, in) < 0)
		return -1;
	return vector(&to->bias, m, a, layer, bias, out);
}

static int
one_layer(struct maas_layer *l, const struct maas_model *m, struct maas_arena *a, long i, size_t c)
{
	if (vector(&l->norm1_gain, m, a, i, "ln_1.weight", c) < 0 ||
	    vector(&l->norm1_bias, m, a, i, "ln_1.bias", c) < 0 ||
	    vector(&l->norm2_gain, m, a, i, "ln_2.weight", c) < 0 ||
	    vector(&l->norm2_bias, m, a, i, "ln_2.bias", c) < 0 ||
	    affine(&l->qkv[0], m, a, i, "attn.c_attn", 3 * c, c) < 0 ||
	    affine(&l->proj, m, a, i, "attn.c_proj", c, c) < 0 || affine(&l->up, m, a, i, "mlp.c_fc", 4 * c, c) < 0 ||
	    affine(&l->down, m, a, i, "mlp.c_proj", c, 4 * c) < 0)
		return -1;
	return 0;
}

static int
network(const struct maas_model *m, struct maas_arena *a, struct maas_network *w)
{
	const struct maas_gpt *g = m->settings;
	const struct maas_tensor *positions;
	size_t c = (size_t)g->embed;

	if (g->layers < 1 || g->heads < 1 || g->embed < 1 || g->context < 1 || g->vocab < 1 || g->embed % g->heads != 0)
		return maas_fail(
		    "a network of %ld layers, %ld heads, %ld channels, context %ld, vocabulary %ld cannot be",
		    g->layers, g->heads, g->embed, g->context, g->vocab);
	*w = (struct maas_network){ .layers = (size_t)g->layers,
		.heads = (size_t)g->heads,
		.kv_heads = (size_t)g->heads,
		.embed = c,
		.context = (size_t)g->context,
		.vocab = (size_t)g->vocab,
		.eps = 1e-5f,
		.act = MAAS_ACT_GELU_TANH };
	if (matrix(&w->tokens, &w->token_scale, m, -1, "wte.weight", w->vocab, c) < 0 ||
	    !(positions = find(m, -1, "wpe.weight", 2, (size_t[]){ w->context, c })) ||
	    vector(&w->norm_gain, m, a, -1, "ln_f.weight", c) < 0 ||
	    vector(&w->norm_bias, m, a, -1, "ln_f.bias", c) < 0)
		return -1;
	w->positions = (struct maas_matrix){ positions->data, positions->dtype, c, 1 };
	w->head = (struct maas_affine){ .w = w->tokens, .scale = w->token_scale, .out = w->vocab, .in = c };
	if (!find(m, g->layers - 1, "ln_1.weight", 1, &c)) /* before room is made for so many */
		return -1;
	if (!(w->layer = maas_take(a, w->layers, sizeof *w->layer)))
		return -1;
	for (size_t i = 0; i < w->layers; i++)
		if (one_layer(&w->layer[i], m, a, (long)i, c) < 0)
			return -1;
	return 0;
}

const struct maas_decoder_ops maas_decoder_gpt = { .network = network };
