/*
 * model_foreign.c -- a directory as Hugging Face's transformers writes it (config.json,
 * model.safetensors, tokeniser files), opened as a model of ours.  GPT-2 and Llama.
 *
 * GPT-2's projections lie there as [in, out]; ours are [out, in]: they are turned on opening.
 * All other tensors are used in place.  All that the network needs become tensors of the model, so that who saves
 * it saves them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model_foreign.h"
#include "transformer.h"

struct source {
	struct maas_model *m;
	struct maas_tensors *file; /* the model's when all is adopted: its names may be the same */
	const char *prefix;        /* of the names: "" or "transformer." */
	const char *turned;        /* matrices whose names begin so lie as [in, out]; NULL: none */
};

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

/* Tensor `name` as [rows, cols] (cols 0: a vector) of ours. */
static int
adopt(void *ctx, const char *name, size_t rows, size_t cols)
{
	struct source *s = ctx;
	int turned = cols && s->turned && !strncmp(name, s->turned, strlen(s->turned));
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

/* config.json says the kind and its settings. */
static struct maas_model *
begin(const char *dir, const char **turned)
{
	char path[4096];
	struct maas_json *config;
	struct maas_model *m;

	if (snprintf(path, sizeof path, "%s/config.json", dir) >= (int)sizeof path - 16) {
		maas_fail_as(MAAS_NOINPUT, "%s: too long a name", dir);
		return NULL;
	}
	if (!(config = maas_json_load(path)))
		return NULL;
	m = maas_foreign_config(config, turned);
	maas_json_free(config);
	return m;
}

static int
adopt_all(struct source *s, const char *path, struct maas_tensors *(*open)(const char *))
{
	struct transformer shape;

	s->m->kind->decode->shape(&shape, s->m->settings);
	if (transformer_check(&shape) < 0)
		return maas_in("config.json");
	if (!(s->file = open(path)))
		return -1;
	s->prefix = maas_tensors_find(s->file, "transformer.wte.weight") ? "transformer." : "";
	return transformer_each(&shape, adopt, s);
}

struct maas_model *
maas_model_open_foreign(const char *dir, struct maas_tensors *(*open)(const char *))
{
	struct source s = { .prefix = "" };
	char path[4096];

	if (!(s.m = begin(dir, &s.turned)))
		goto fail;
	snprintf(path, sizeof path, "%s/model.safetensors", dir);
	if (adopt_all(&s, path, open) < 0 || adopt_tokenizer(s.m, dir) < 0)
		goto fail;
	if (!(s.m->path = maas_take_text(s.m->arena, dir, strlen(dir))) ||
	    (s.m->kind->ready && s.m->kind->ready(s.m) < 0))
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
