/* quantize.c -- a model with its matrices in 8 or 4 bits: that much less memory, and way from it. */
#include <stdlib.h>
#include <string.h>

#include "maas/card.h"
#include "matrix.h"
#include "model_cast.h"

/* The matrix among those a step of decoding reads; 0: it is none of them. */
static int
affine_of(struct maas_affine *to, const struct maas_network *w, const void *data)
{
	const struct maas_affine tokens = { .w = w->tokens, .out = w->vocab, .in = w->embed };

	*to = w->head.w.p == data ? w->head : tokens;
	if (to->w.p == data)
		return 1;
	for (size_t i = 0; i < w->layers; i++) {
		struct maas_affine *a[MAAS_LAYER_AFFINES];
		size_t n = maas_layer_affines(a, &w->layer[i]);

		for (size_t k = 0; k < n; k++)
			if (a[k]->w.p == data) {
				*to = *a[k];
				return 1;
			}
	}
	return 0;
}

struct rounding {
	const struct maas_affine *from;
	enum maas_dtype type;
	float *wide; /* [members, MAAS_PANEL, in]; of f32 weights NULL */
	char *q;
	maas_bf16 *scale;
};

/* Items are panels. */
static void
round_panels(void *arg, size_t begin, size_t end, int member)
{
	const struct rounding *r = arg;
	const struct maas_matrix *w = &r->from->w;
	size_t in = r->from->in, groups = maas_quant_groups(r->type, in), bytes = maas_quant_panel_bytes(r->type, in);

	for (size_t p = begin; p < end; p++) {
		size_t j = p * MAAS_PANEL, n = r->from->out - j < MAAS_PANEL ? r->from->out - j : MAAS_PANEL;
		const float *x = (const float *)w->p + j * w->row;
		size_t row = w->row;

		if (w->type == MAAS_BF16) {
			float *wide = r->wide + (size_t)member * MAAS_PANEL * in;

			for (size_t i = 0; i < n; i++)
				maas_from_bf16(wide + i * in, (const maas_bf16 *)w->p + (j + i) * w->row, in);
			x = wide;
			row = in;
		}
		maas_quant_pack(r->q + p * bytes, r->scale + p * groups * MAAS_PANEL, r->type, x, row, n, in);
	}
}

int
matrix_round(struct maas_model *to, const struct maas_tensor *t, const struct maas_affine *a, enum maas_dtype type,
    struct maas_team *team)
{
	size_t groups = maas_quant_groups(type, a->in), panels = maas_quant_panels(a->out);
	struct rounding r = { .from = a, .type = type };
	struct maas_tensor q = { .name = t->name, .dtype = type, .ndim = 5 };
	struct maas_tensor scale = { .dtype = MAAS_BF16, .ndim = 3 };
	char name[160];

	matrix_dims(q.dim, scale.dim, type, a->out, a->in);
	if (strlen(t->name) + sizeof MATRIX_SCALE > sizeof name)
		return maas_fail("tensor %s: its name is too long", t->name);
	snprintf(name, sizeof name, "%s" MATRIX_SCALE, t->name);
	scale.name = name;
	if (!(r.q = maas_take(to->arena, panels, maas_quant_panel_bytes(type, a->in))) ||
	    !(r.scale = maas_take(to->arena, panels * groups * MAAS_PANEL, sizeof *r.scale)) ||
	    (a->w.type == MAAS_BF16 &&
		!(r.wide = maas_alloc((size_t)maas_team_size(team) * MAAS_PANEL * a->in, sizeof *r.wide))))
		return -1;
	maas_team_run(team, panels, 1, round_panels, &r);
	free(r.wide);
	for (size_t i = 0; i < panels * groups * MAAS_PANEL; i++)
		if ((r.scale[i] & 0x7f80) == 0x7f80)
			return maas_fail("tensor %s: weights that are not finite", t->name);
	q.data = r.q;
	scale.data = r.scale;
	return maas_model_add(to, &q) < 0 ? -1 : maas_model_add(to, &scale);
}

static int
copy_all(struct maas_model *to, const struct maas_model *from, const struct maas_network *w, enum maas_dtype type,
    struct maas_team *team)
{
	const struct maas_tensor *t;
	int rc = 0;

	for (size_t i = 0; rc == 0 && (t = maas_model_next(from, &i));) {
		struct maas_affine a;

		rc = affine_of(&a, w, t->data) ? matrix_round(to, t, &a, type, team) : maas_model_add(to, t);
	}
	return rc;
}

struct maas_model *
maas_model_quantize(const struct maas_model *from, enum maas_dtype type, struct maas_team *team)
{
	struct maas_model *to;
	struct maas_network w;

	if (!from->kind->decode && from->kind->loss)
		return model_quantize_network(from, type, team);
	if (!from->kind->decode) {
		maas_fail("%s models are not quantized: networks are", from->kind->name);
		return NULL;
	}
	if (!(to = maas_model_new(from->kind)))
		return NULL;
	memcpy(to->settings, from->settings, from->kind->size);
	if (from->kind->decode->network(from, to->arena, &w) < 0)
		goto fail;
	if (maas_is_quant(w.head.w.type)) {
		maas_fail("its weights have %d bits already: quantize the model they were made of",
		    w.head.w.type == MAAS_I8 ? 8 : 4);
		goto fail;
	}
	if (copy_all(to, from, &w, type, team) == 0 && model_carry_over(to, from) == 0)
		return to;
fail:
	maas_model_close(to);
	return NULL;
}

/* Of a tensor that is no part: scales of another count nothing. */
static uint64_t
weights(const struct maas_model *m, const struct maas_network *w, const struct maas_tensor *t)
{
	size_t n = strlen(t->name), tail = strlen(MATRIX_SCALE);
	const struct maas_tensor *of;
	struct maas_affine a;
	char name[160];

	if (w && maas_is_quant(t->dtype) && affine_of(&a, w, t->data))
		return (uint64_t)a.out * a.in;
	if (n > tail && n < sizeof name && !strcmp(t->name + n - tail, MATRIX_SCALE)) {
		snprintf(name, sizeof name, "%.*s", (int)(n - tail), t->name);
		if ((of = maas_model_tensor(m, name)) && (maas_is_quant(of->dtype) || !m->kind->decode))
			return 0;
	}
	return t->bytes / maas_dtype_size(t->dtype);
}

int
maas_model_parameters(const struct maas_model *m, uint64_t *n)
{
	struct maas_arena *arena = maas_arena_new(1 << 12);
	const struct maas_tensor *t;
	struct maas_network w;
	int rc = arena ? 0 : -1, net = m->kind->decode != NULL;

	if (rc == 0 && net)
		rc = m->kind->decode->network(m, arena, &w);
	*n = 0;
	for (size_t i = 0; rc == 0 && (t = maas_model_next(m, &i));)
		if (strncmp(t->name, "maas.", 5))
			*n += weights(m, net ? &w : NULL, t);
	maas_arena_free(arena);
	return rc;
}
