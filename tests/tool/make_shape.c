/*
 * make_shape -- write a model of any network kind and shape whose weights are random normal, to be measured with.
 *	make_shape OUT KIND|SHAPE [f32|bf16] [tokenizer=PATH] [SETTING=VALUE ...]
 * SHAPE: gpt2 (124M), llama-1b (TinyLlama's, 1.1 billion).  The weights are held once, in the type they are written in.
 */
#include <stdlib.h>
#include <string.h>

#include "../../lib/nn/tape.h"
#include "maas/model.h"

enum { CHUNK = 65536 };

static const struct {
	const char *name, *kind, *settings;
} shapes[] = {
	{ "gpt2", "gpt", "layers=12 heads=12 embed=768 context=1024 vocab=50257" },
	{ "llama-1b", "llama", "layers=22 heads=32 kv_heads=4 embed=2048 hidden=5632 context=2048 vocab=32000" },
};

static int
tell(void)
{
	fprintf(stderr, "make_shape: %s\n", maas_error());
	return maas_why();
}

struct filling {
	void *to;
	size_t n;
	enum maas_dtype type;
	double sd;
	float mean;
	uint64_t stream;
};

static void
fill(void *arg, size_t begin, size_t end, int member)
{
	const struct filling *f = arg;
	float x[1024];

	(void)member;
	for (size_t i = begin; i < end; i += 1024) {
		size_t n = end - i < 1024 ? end - i : 1024;

		maas_fill_normal(x, n, f->sd, 1, f->stream << 40 | i);
		for (size_t j = 0; j < n; j++)
			x[j] += f->mean;
		if (f->type == MAAS_BF16)
			maas_to_bf16((maas_bf16 *)f->to + i, x, n);
		else
			memcpy((float *)f->to + i, x, n * sizeof *x);
	}
}

/* Matrices N(0, 0.02), gains near 1, biases near 0; vectors are f32. */
static int
add(struct maas_model *m, const struct maas_node *w, struct maas_team *team, enum maas_dtype type)
{
	const char *end = strrchr(w->name, '.');
	int gain = w->ndim == 1 && end && !strcmp(end, ".weight");
	struct filling f = { .n = maas_len(w),
		.type = w->ndim == 2 ? type : MAAS_F32,
		.sd = 0.02,
		.mean = (float)gain,
		.stream = w->id };
	struct maas_tensor t = { .name = w->name, .dtype = f.type, .ndim = w->ndim, .dim = { w->dim[0], w->dim[1] } };

	t.bytes = f.n * maas_dtype_size(f.type);
	if (!(t.data = f.to = maas_pages_take(f.n, maas_dtype_size(f.type))))
		return -1;
	maas_team_run(team, f.n, CHUNK, fill, &f);
	return maas_model_add(m, &t);
}

static int
add_tokenizer(struct maas_model *m, const char *path)
{
	struct maas_tokenizer *tok = maas_tokenizer_load(path);
	struct maas_buf compiled = { NULL, 0, 0 };
	int rc = -1;

	if (tok && maas_tokenizer_compile(tok, &compiled) == 0)
		rc = maas_model_add_part(m, "tokenizer", (struct maas_span){ compiled.s, compiled.n });
	maas_buf_free(&compiled);
	maas_tokenizer_free(tok);
	return rc;
}

/* All parameters of the graph of the loss. */
static int
add_all(struct maas_model *m, struct maas_arena *arena, struct maas_team *team, enum maas_dtype type)
{
	struct maas_tape *t = maas_tape_new(arena);

	if (!t || !m->kind->loss || !m->kind->loss(m, t, 1))
		return -1;
	for (size_t i = 0; i < t->n; i++)
		if (t->node[i]->flags & MAAS_PARAM && add(m, t->node[i], team, type) < 0)
			return -1;
	return 0;
}

static struct maas_model *
begin(const char *shape)
{
	const char *settings = "";
	struct maas_model *m;

	for (size_t i = 0; i < MAAS_COUNT(shapes); i++)
		if (!strcmp(shape, shapes[i].name)) {
			shape = shapes[i].kind;
			settings = shapes[i].settings;
		}
	if (!maas_kind_find(shape) || !(m = maas_model_new(maas_kind_find(shape))))
		return NULL;
	maas_set_all(m->kind->fields, m->settings, settings);
	return m;
}

int
main(int argc, char **argv)
{
	struct maas_arena *arena = maas_arena_new(1 << 20);
	struct maas_team *team = maas_team_new(0);
	struct maas_model *m = argc > 2 ? begin(argv[2]) : NULL;
	enum maas_dtype type = MAAS_F32;

	if (argc < 3) {
		fprintf(stderr, "use: make_shape OUT KIND|SHAPE [f32|bf16] [tokenizer=PATH] [SETTING=VALUE ...]\n");
		return MAAS_USAGE;
	}
	if (!m || !arena || !team)
		return tell();
	for (int i = 3; i < argc; i++)
		if (!strcmp(argv[i], "bf16"))
			type = MAAS_BF16;
		else if (!strncmp(argv[i], "tokenizer=", 10) && add_tokenizer(m, argv[i] + 10) < 0)
			return tell();
		else
			maas_set_all(m->kind->fields, m->settings, argv[i]);
	if (add_all(m, arena, team, type) < 0 || maas_model_save(m, argv[1], 0) < 0)
		return tell();
	maas_model_close(m);
	maas_team_free(team);
	maas_arena_free(arena);
	return 0;
}
