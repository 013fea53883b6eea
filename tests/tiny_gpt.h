/* tiny_gpt.h -- a small gpt whose weights are a formula, the same that scripts/make-golden-gpt has. */
#ifndef TINY_GPT_H
#define TINY_GPT_H
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "maas/model.h"

/* Element i of tensor t: even over [-1, 1). */
static double
tiny_even(uint32_t t, uint32_t i)
{
	uint32_t h = t * 0x9e3779b9u + i;

	h = (h ^ h >> 16) * 0x85ebca6bu;
	h = (h ^ h >> 13) * 0xc2b2ae35u;
	return (h ^ h >> 16) / 2147483648.0 - 1;
}

static int
tiny_add(struct maas_model *m, uint32_t *t, enum maas_dtype type, const char *name, double shift, double scale,
    size_t rows, size_t cols)
{
	struct maas_tensor x = { name, type, cols ? 2 : 1, { rows, cols }, NULL, 0 };
	size_t n = rows * (cols ? cols : 1);
	float *v = maas_take(m->arena, n, sizeof *v);
	maas_bf16 *half = maas_take(m->arena, n, sizeof *half);

	if (!v || !half)
		return -1;
	for (size_t i = 0; i < n; i++)
		v[i] = (float)(tiny_even(*t, (uint32_t)i) * scale + shift);
	maas_to_bf16(half, v, n);
	x.data = type == MAAS_F32 ? (void *)v : half;
	x.bytes = n * maas_dtype_size(type);
	++*t;
	return maas_model_add(m, &x);
}

/* All weights of m, whose settings are made; matrices of `type`. */
static int
tiny_fill(struct maas_model *m, enum maas_dtype type)
{
	const struct maas_gpt *g = m->settings;
	size_t c = (size_t)g->embed;
	const struct { const char *name; double shift, scale; size_t rows, cols; } part[] = {
		{ "ln_1.weight", 1, 0.3, c, 0 }, { "ln_1.bias", 0, 0.2, c, 0 },
		{ "attn.c_attn.weight", 0, 1.7 / sqrt((double)c), 3 * c, c }, { "attn.c_attn.bias", 0, 0.2, 3 * c, 0 },
		{ "attn.c_proj.weight", 0, 1.7 / sqrt((double)c), c, c }, { "attn.c_proj.bias", 0, 0.2, c, 0 },
		{ "ln_2.weight", 1, 0.3, c, 0 }, { "ln_2.bias", 0, 0.2, c, 0 },
		{ "mlp.c_fc.weight", 0, 1.7 / sqrt((double)c), 4 * c, c }, { "mlp.c_fc.bias", 0, 0.2, 4 * c, 0 },
		{ "mlp.c_proj.weight", 0, 1.7 / sqrt(4.0 * (double)c), c, 4 * c }, { "mlp.c_proj.bias", 0, 0.2, c, 0 },
	};
	uint32_t t = 0;
	char name[64];

	if (tiny_add(m, &t, type, "wte.weight", 0, 1, (size_t)g->vocab, c) < 0 ||
	    tiny_add(m, &t, type, "wpe.weight", 0, 0.5, (size_t)g->context, c) < 0)
		return -1;
	for (long l = 0; l < g->layers; l++)
		for (size_t i = 0; i < MAAS_COUNT(part); i++) {
			snprintf(name, sizeof name, "h.%ld.%s", l, part[i].name);
			if (tiny_add(m, &t, part[i].cols ? type : MAAS_F32, name, part[i].shift, part[i].scale,
			    part[i].rows, part[i].cols) < 0)
				return -1;
		}
	if (tiny_add(m, &t, MAAS_F32, "ln_f.weight", 1, 0.3, c, 0) < 0)
		return -1;
	return tiny_add(m, &t, MAAS_F32, "ln_f.bias", 0, 0.2, c, 0);
}

/* A new one of a kind whose settings are a maas_gpt.  NULL: maas_error(). */
__attribute__((unused)) static struct maas_model *
tiny_gpt(const struct maas_kind *kind, const struct maas_gpt *shape, enum maas_dtype type)
{
	struct maas_model *m = maas_model_new(kind);
	struct maas_gpt *g;

	if (!m)
		return NULL;
	g = m->settings;
	*g = *shape;
	if (tiny_fill(m, type) == 0)
		return m;
	maas_model_close(m);
	return NULL;
}

#endif
