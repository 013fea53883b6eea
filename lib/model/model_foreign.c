/*
 * model_foreign.c -- a directory as Hugging Face's transformers writes it (config.json,
 * model.safetensors, tokeniser files), opened as a model of ours.  GPT-2 only.
 *
 * GPT-2's projections lie there as [in, out]; ours are [out, in]: they are turned on opening.
 * All other tensors are used in place.  All that the network needs become tensors of the model, so that who saves
 * it saves them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model_foreign.h"

struct source {
	struct maas_model *m;
	struct maas_tensors *file; /* the model's when all is adopted: its names may be the same */
	const char *prefix;        /* of the names: "" or "transformer." */
};

static int
number(const struct maas_json *config, const char *key, const char *other, long *to)
{
	const struct maas_json *v = maas_json_get(config, key);
	int64_t n;

	if ((!v || maas_json_type(v) == MAAS_J_NULL) && other)
		v = maas_json_get(config, other);
	if (!v || maas_json_int(v, &n) < 0 || n < 1 || n > 1 << 24)
		return maas_fail("config.json: %s: no number of use", key);
	*to = (long)n;
	return 0;
}

/* What our gpt does in one way only. */
static int
check_ways(const struct maas_json *config, const struct maas_gpt *g)
{
	static const struct {
		const char *key;
		int want;
	} flags[] = { { "scale_attn_weights", 1 }, { "scale_attn_by_inverse_layer_idx", 0 },
		{ "tie_word_embeddings", 1 } };
	struct maas_span act;
	int64_t inner;
	double eps;
	int on;

	if (maas_json_text(maas_json_get(config, "activation_function"), &act) == 0 && !maas_span_is(act, "gelu_new") &&
	    !maas_span_is(act, "gelu_pytorch_tanh"))
		return maas_fail(
		    "config.json: activation_function is %.*s, gelu_new is what can be done", (int)act.n, act.s);
	if (maas_json_int(maas_json_get(config, "n_inner"), &inner) == 0 && inner != 4 * g->embed)
		return maas_fail("config.json: n_inner is %ld, 4 n_embd is what can be done", (long)inner);
	if (maas_json_real(maas_json_get(config, "layer_norm_epsilon"), &eps) == 0 && eps != 1e-5)
		return maas_fail("config.json: layer_norm_epsilon is %g, 1e-05 is what can be done", eps);
	for (size_t i = 0; i < MAAS_COUNT(flags); i++)
		if (maas_json_bool(maas_json_get(config, flags[i].key), &on) == 0 && on != flags[i].want)
			return maas_fail(
			    "config.json: %s is %s, which cannot be done", flags[i].key, on ? "true" : "false");
	return 0;
}

static int
read_config(struct maas_gpt *g, const char *path)
{
	struct maas_json *config = maas_json_load(path);
	struct maas_span type;
	int rc = -1;

	if (!config)
		return -1;
	if (maas_json_type(config) != MAAS_J_OBJECT || maas_json_text(maas_json_get(config, "model_type"), &type) < 0)
		maas_fail("config.json: no model_type");
	else if (!maas_span_is(type, "gpt2"))
		maas_fail("config.json: model_type is %.*s, gpt2 is what can be read", (int)type.n, type.s);
	else if (number(config, "n_layer", NULL, &g->layers) == 0 && number(config, "n_head", NULL, &g->heads) == 0 &&
	    number(config, "n_embd", NULL, &g->embed) == 0 &&
	    number(config, "n_positions", "n_ctx", &g->context) == 0 &&
	    number(config, "vocab_size", NULL, &g->vocab) == 0)
		rc = check_ways(config, g);
	maas_json_free(config);
	return rc;
}

/* y [cols, rows] = x [rows, cols] turned, of elements of `size` bytes, a tile at a time. */
static void
turn(unsigned char *y, const unsigned char *x, size_t rows, size_t cols, size_t size)
{
	for (size_t i0 = 0; i0 < rows; i0 += 32)
		for (size_t j0 = 0; j0 < cols; j0 += 32)
			for (size_t i = i0; i < rows && i < i0 + 32; i++)
				for (size_t j = j0; j < cols && j < j0 + 32; j++)
					memcpy(y + (j * rows + i) * size, x + (i * cols + j) * size, size);
}

/* Tensor `name` as [rows, cols] (cols 0: a vector) of ours; `turned`: the file has [cols, rows]. */
static int
adopt(struct source *s, const char *name, size_t rows, size_t cols, int turned)
{
	char full[160];
	const struct maas_tensor *t;
	struct maas_tensor own;
	unsigned char *copy;

	snprintf(full, sizeof full, "%s%s", s->prefix, name);
	if (!(t = maas_tensors_find(s->file, full)))
		return maas_fail("model.safetensors: tensor %s: missing", full);
	if (t->dtype != MAAS_F32 && t->dtype != MAAS_BF16)
		return maas_fail(
		    "model.safetensors: tensor %s is %s, F32 and BF16 can be read", full, maas_dtype_name(t->dtype));
	if (t->ndim != (cols ? 2 : 1) || t->dim[0] != (turned ? cols : rows) ||
	    (cols && t->dim[1] != (turned ? rows : cols)))
		return maas_fail("model.safetensors: tensor %s: its shape does not fit config.json", full);
	own = *t;
	own.name = name;
	if (turned) {
		if (!(copy = maas_take(s->m->arena, rows * cols, maas_dtype_size(t->dtype))))
			return -1;
		turn(copy, t->data, cols, rows, maas_dtype_size(t->dtype));
		maas_tensors_drop(s->file, t);
		own.dim[0] = rows;
		own.dim[1] = cols;
		own.data = copy;
	}
	return maas_model_add(s->m, &own);
}

static int
adopt_layer(struct source *s, long layer, size_t c)
{
	const struct {
		const char *name;
		size_t rows, cols;
	} part[] = { { "ln_1.weight", c, 0 }, { "ln_1.bias", c, 0 }, { "attn.c_attn.weight", 3 * c, c },
		{ "attn.c_attn.bias", 3 * c, 0 }, { "attn.c_proj.weight", c, c }, { "attn.c_proj.bias", c, 0 },
		{ "ln_2.weight", c, 0 }, { "ln_2.bias", c, 0 }, { "mlp.c_fc.weight", 4 * c, c },
		{ "mlp.c_fc.bias", 4 * c, 0 }, { "mlp.c_proj.weight", c, 4 * c }, { "mlp.c_proj.bias", c, 0 } };
	char name[96];

	for (size_t i = 0; i < MAAS_COUNT(part); i++) {
		snprintf(name, sizeof name, "h.%ld.%s", layer, part[i].name);
		if (adopt(s, name, part[i].rows, part[i].cols, part[i].cols > 0) < 0)
			return -1;
	}
	return 0;
}

static int
adopt_all(struct source *s)
{
	const struct maas_gpt *g = s->m->settings;
	size_t c = (size_t)g->embed;

	s->prefix = maas_tensors_find(s->file, "transformer.wte.weight") ? "transformer." : "";
	if (adopt(s, "wte.weight", (size_t)g->vocab, c, 0) < 0 ||
	    adopt(s, "wpe.weight", (size_t)g->context, c, 0) < 0 || adopt(s, "ln_f.weight", c, 0, 0) < 0 ||
	    adopt(s, "ln_f.bias", c, 0, 0) < 0)
		return -1;
	for (long i = 0; i < g->layers; i++)
		if (adopt_layer(s, i, c) < 0)
			return -1;
	return 0;
}

/* Its tokeniser travels inside, as in a model of ours.  None is fine: ids can be had. */
static int
adopt_tokenizer(struct maas_model *m, const char *dir)
{
	static const char *const files[] = { "tokenizer.json", "vocab.json" };
	struct maas_buf compiled = { NULL, 0, 0 };
	struct maas_tokenizer *t;
	char path[4096];
	int there = 0, rc;

	for (size_t i = 0; i < MAAS_COUNT(files); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		there |= access(path, F_OK) == 0;
	}
	if (!there)
		return 0;
	if (!(t = maas_tokenizer_load(dir)))
		return -1;
	if ((rc = maas_tokenizer_compile(t, &compiled)) == 0)
		rc = maas_model_add_part(m, "tokenizer", (struct maas_span){ compiled.s, compiled.n });
	maas_buf_free(&compiled);
	maas_tokenizer_free(t);
	return rc;
}

struct maas_model *
maas_model_open_foreign(const char *dir, struct maas_tensors *(*open)(const char *))
{
	const struct maas_kind *kind = maas_kind_find("gpt");
	struct source s = { kind ? maas_model_new(kind) : NULL, NULL, "" };
	char path[4096];

	if (!s.m)
		return NULL;
	if (snprintf(path, sizeof path, "%s/config.json", dir) >= (int)sizeof path - 16) {
		maas_fail_as(MAAS_NOINPUT, "%s: too long a name", dir);
		goto fail;
	}
	if (read_config(s.m->settings, path) < 0)
		goto fail;
	snprintf(path, sizeof path, "%s/model.safetensors", dir);
	if (!(s.file = open(path)) || adopt_all(&s) < 0 || adopt_tokenizer(s.m, dir) < 0)
		goto fail;
	if (!(s.m->path = maas_take_text(s.m->arena, dir, strlen(dir))) || (kind->ready && kind->ready(s.m) < 0))
		goto fail;
	s.m->file = s.file;
	return s.m;
fail:
	maas_tensors_close(s.file);
	maas_model_close(s.m);
	if (strncmp(maas_error(), dir, strlen(dir)))
		maas_in("%s", dir);
	return NULL;
}
