/* decode_weights.c -- the tensors of a model as the decoding engine reads them. */
#include <stdio.h>

#include "decode.h"
#include "transformer.h"

struct source {
	const struct transformer *s;
	const struct maas_model *m;
	struct maas_arena *arena;
	long layer; /* below 0: the whole */
};

/* A tensor in either type of floats. */
static const struct maas_tensor *
find(const struct maas_model *m, const char *full, int ndim, const size_t *dim)
{
	const struct maas_tensor *t = maas_model_tensor(m, full);

	return maas_model_need(m, full, t && t->dtype == MAAS_BF16 ? MAAS_BF16 : MAAS_F32, ndim, dim);
}

/* A matrix of floats, or of few bits with its scales. */
static int
matrix(struct maas_matrix *to, const maas_bf16 **scale, const struct source *from, const char *name, size_t rows,
    size_t cols)
{
	char full[128];

	transformer_name(full, sizeof full, from->s, from->layer, name, "weight");
	return maas_model_matrix(to, scale, from->m, full, rows, cols);
}

/* Vectors are few: the engine has them in f32. */
static int
vector(const float **to, const struct source *from, const char *name, const char *kind, size_t n)
{
	char full[128];
	const struct maas_tensor *t;
	float *wide;

	transformer_name(full, sizeof full, from->s, from->layer, name, kind);
	if (!(t = find(from->m, full, 1, &n)))
		return -1;
	*to = t->data;
	if (t->dtype == MAAS_F32)
		return 0;
	if (!(wide = maas_take(from->arena, n, sizeof *wide)))
		return -1;
	maas_from_bf16(wide, t->data, n);
	*to = wide;
	return 0;
}

static int
norm(const float **gain, const float **bias, const struct source *from, const char *name)
{
	size_t c = (size_t)from->s->embed;

	*bias = NULL;
	if (vector(gain, from, name, "weight", c) < 0)
		return -1;
	return from->s->rms ? 0 : vector(bias, from, name, "bias", c);
}

/* Of a bias where those of `kind` have one. */
static int
affine(struct maas_affine *to, const struct source *from, const char *name, enum transformer_bias kind, size_t out,
    size_t in)
{
	to->out = out;
	to->in = in;
	if (matrix(&to->w, &to->scale, from, name, out, in) < 0)
		return -1;
	return from->s->bias >= kind ? vector(&to->bias, from, name, "bias", out) : 0;
}

static int
one_layer(struct maas_layer *l, const struct source *from)
{
	const struct transformer *s = from->s;
	const struct transformer_names *n = s->name;
	size_t c = (size_t)s->embed, hidden = (size_t)s->hidden;

	if (norm(&l->norm1_gain, &l->norm1_bias, from, n->norm1) < 0 ||
	    norm(&l->norm2_gain, &l->norm2_bias, from, n->norm2) < 0)
		return -1;
	for (int i = 0; i < 3 && n->qkv[i]; i++)
		if (affine(&l->qkv[i], from, n->qkv[i], BIAS_QKV, transformer_wide(s, i), c) < 0)
			return -1;
	if (n->gate && affine(&l->gate, from, n->gate, BIAS_ALL, hidden, c) < 0)
		return -1;
	if (affine(&l->proj, from, n->proj, BIAS_ATTENTION, c, c) < 0 ||
	    affine(&l->up, from, n->up, BIAS_ALL, hidden, c) < 0)
		return -1;
	return affine(&l->down, from, n->down, BIAS_ALL, c, hidden);
}

/* A table of positions, or how fast they turn. */
static int
places(struct maas_network *w, const struct source *from)
{
	const struct transformer *s = from->s;
	size_t hd = (size_t)(s->embed / s->heads);
	const maas_bf16 *none;
	double *speed;

	if (s->name->positions) {
		if (matrix(&w->positions, &none, from, s->name->positions, w->context, w->embed) < 0)
			return -1;
		return none ? maas_fail("tensor %s.weight: few bits, wanted floats", s->name->positions) : 0;
	}
	if (!(speed = maas_take(from->arena, hd / 2, sizeof *speed)))
		return -1;
	maas_rope_speeds(speed, hd, &s->rope);
	w->speed = speed;
	return 0;
}

static int
outer(struct maas_network *w, const struct source *from)
{
	const struct transformer *s = from->s;

	if (matrix(&w->tokens, &w->token_scale, from, s->name->tokens, w->vocab, w->embed) < 0 || places(w, from) < 0 ||
	    norm(&w->norm_gain, &w->norm_bias, from, s->name->norm) < 0)
		return -1;
	w->head = (struct maas_affine){ .w = w->tokens, .scale = w->token_scale, .out = w->vocab, .in = w->embed };
	return s->tied || s->head.outputs ? 0 : affine(&w->head, from, s->name->head, BIAS_NEVER, w->vocab, w->embed);
}

int
transformer_network(const struct maas_model *m, struct maas_arena *a, struct maas_network *w)
{
	struct transformer s;
	struct source from = { &s, m, a, -1 };
	const float *gain, *bias;

	m->kind->decode->shape(&s, m->settings);
	if (transformer_check(&s) < 0)
		return -1;
	*w = (struct maas_network){ .layers = (size_t)s.layers,
		.heads = (size_t)s.heads,
		.kv_heads = (size_t)s.kv_heads,
		.embed = (size_t)s.embed,
		.context = (size_t)s.context,
		.vocab = (size_t)s.vocab,
		.rms = s.rms,
		.eps = (float)s.eps,
		.act = s.act };
	if (outer(w, &from) < 0)
		return -1;
	from.layer = s.layers - 1;
	if (norm(&gain, &bias, &from, s.name->norm1) < 0) /* before room is made for so many */
		return -1;
	if (!(w->layer = maas_take(a, w->layers, sizeof *w->layer)))
		return -1;
	for (from.layer = 0; from.layer < s.layers; from.layer++)
		if (one_layer(&w->layer[from.layer], &from) < 0)
			return -1;
	return 0;
}
