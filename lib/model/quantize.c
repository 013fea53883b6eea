/* quantize.c -- a model with its matrices in bytes: a quarter of the memory, and of the way from it. */
#include <stdlib.h>
#include <string.h>

#include "maas/card.h"

#define SCALE ".scale"

/* The matrix among those a step of decoding reads whole; NULL: none. */
static const struct maas_affine *
affine_of(const struct maas_network *w, const void *data)
{
	if (w->head.w.p == data)
		return &w->head;
	for (size_t i = 0; i < w->layers; i++) {
		struct maas_affine *a[MAAS_LAYER_AFFINES];
		size_t n = maas_layer_affines(a, &w->layer[i]);

		for (size_t k = 0; k < n; k++)
			if (a[k]->w.p == data)
				return a[k];
	}
	return NULL;
}

struct rounding {
	const struct maas_affine *from;
	float *wide; /* [members, in] */
	int8_t *q;
	float *scale;
};

static void
round_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct rounding *r = arg;
	const struct maas_matrix *w = &r->from->w;
	size_t n = r->from->in;

	for (size_t i = begin; i < end; i++) {
		const float *x = (const float *)w->p + i * w->row;

		if (w->type == MAAS_BF16) {
			float *wide = r->wide + (size_t)member * n;

			maas_from_bf16(wide, (const maas_bf16 *)w->p + i * w->row, n);
			x = wide;
		}
		maas_q8_round(r->q + i * n, r->scale + i, r->from->out, x, n);
	}
}

/* The tensor in bytes and its scales, into the model being built. */
static int
add_rounded(struct maas_model *to, const struct maas_tensor *t, const struct maas_affine *a, struct maas_team *team)
{
	size_t groups = maas_q8_groups(a->in);
	struct rounding r = { .from = a };
	struct maas_tensor q = { .name = t->name, .dtype = MAAS_I8, .ndim = 2, .dim = { a->out, a->in } };
	struct maas_tensor scale = { .dtype = MAAS_F32, .ndim = 2, .dim = { groups, a->out } };
	char name[160];

	if (strlen(t->name) + sizeof SCALE > sizeof name)
		return maas_fail("tensor %s: its name is too long", t->name);
	snprintf(name, sizeof name, "%s" SCALE, t->name);
	scale.name = name;
	if (!(r.q = maas_take(to->arena, a->out * a->in, 1)) ||
	    !(r.scale = maas_take(to->arena, groups * a->out, sizeof *r.scale)) ||
	    !(r.wide = maas_take(to->arena, (size_t)maas_team_size(team) * a->in, sizeof *r.wide)))
		return -1;
	maas_team_run(team, a->out, 16, round_rows, &r);
	for (size_t i = 0; i < groups * a->out; i++)
		if (!(r.scale[i] >= 0))
			return maas_fail("tensor %s: weights that are not finite", t->name);
	q.data = r.q;
	scale.data = r.scale;
	return maas_model_add(to, &q) < 0 ? -1 : maas_model_add(to, &scale);
}

/* Scores are others now: the inputs that were kept are answered anew. */
static int
try_again(struct maas_model *to, const struct maas_model *from)
{
	const char *text = maas_model_meta(from, "maas.selftest");
	struct maas_json *root = text ? maas_json_parse(maas_span(text)) : NULL;
	struct maas_span input[4];
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; root && i < maas_json_size(root) && n < MAAS_COUNT(input); i++)
		if (maas_json_text(maas_json_at(maas_json_at(root, i), 0), &input[n]) == 0)
			n++;
	if (n)
		rc = maas_model_add_selftest(to, input, n);
	maas_json_free(root);
	return rc;
}

/* What people said, and the data; how good it is with other weights nobody has measured. */
static int
keep_card(struct maas_model *to, const struct maas_model *from)
{
	struct maas_card c;

	if (maas_card_read(from, to->arena, &c) < 0)
		return -1;
	c.quality.n = c.baseline.n = 0;
	return maas_card_write(to, &c);
}

static int
copy_all(struct maas_model *to, const struct maas_model *from, const struct maas_network *w, struct maas_team *team)
{
	/* of a directory of transformers all that is of use is the model's own: its file may hold masks, a second head */
	size_t n = from->file && maas_tensors_meta(from->file, "maas.kind") ? maas_tensors_count(from->file) : 0;
	int rc = 0;

	for (size_t i = 0; i < from->ntensor + n && rc == 0; i++) {
		const struct maas_tensor *t =
		    i < from->ntensor ? &from->tensor[i] : maas_tensors_at(from->file, i - from->ntensor);
		const struct maas_affine *a = affine_of(w, t->data);

		if (i >= from->ntensor && maas_model_tensor(from, t->name) != t)
			continue;
		rc = a ? add_rounded(to, t, a, team) : maas_model_add(to, t);
	}
	return rc;
}

struct maas_model *
maas_model_quantize(const struct maas_model *from, struct maas_team *team)
{
	struct maas_model *to;
	struct maas_network w;

	if (!from->kind->decode) {
		maas_fail("%s models are not made of bytes: models of text are", from->kind->name);
		return NULL;
	}
	if (!(to = maas_model_new(from->kind)))
		return NULL;
	memcpy(to->settings, from->settings, from->kind->size);
	if (from->kind->decode->network(from, to->arena, &w) < 0)
		goto fail;
	if (w.head.w.type == MAAS_I8) {
		maas_fail("its weights are bytes already");
		goto fail;
	}
	if (copy_all(to, from, &w, team) == 0 && try_again(to, from) == 0 && keep_card(to, from) == 0)
		return to;
fail:
	maas_model_close(to);
	return NULL;
}
