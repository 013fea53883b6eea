/*
 * model_foreign.c -- a directory as Hugging Face's transformers writes it (config.json, model.safetensors or shards,
 * generation_config.json, tokeniser files), opened as a model of ours: GPT-2, and Llama with its kin.
 *
 * All that the network needs become tensors of the model, so that who saves it saves them.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "model_foreign.h"
#include "registry_files.h"
#include "transformer.h"

int
foreign_there(const char *path)
{
	struct stat is;

	return lstat(path, &is) == 0;
}

/* A file of the directory.  0 with an empty one where there need not be one, and is none. */
static int
map(struct maas_map *to, const char *dir, const char *name)
{
	struct maas_buf path = { 0 };
	int rc = maas_buf_printf(&path, "%s/%s", dir, name);

	*to = (struct maas_map){ NULL, 0 };
	if (rc == 0 && foreign_there(path.s))
		rc = maas_map_open(to, path.s);
	maas_buf_free(&path);
	return rc;
}

static struct maas_json *
load_config(const char *dir)
{
	struct maas_buf path = { 0 };
	struct maas_json *config = maas_buf_printf(&path, "%s/config.json", dir) == 0 ? maas_json_load(path.s) : NULL;

	maas_buf_free(&path);
	return config;
}

/* Its tokeniser travels inside, as in a model of ours.  None is fine: ids can be had. */
static int
adopt_tokenizer(struct maas_model *m, const char *dir)
{
	static const char *const files[] = { "tokenizer.json", "vocab.json", "tokenizer.model" };
	struct maas_buf compiled = { NULL, 0, 0 }, path = { 0 };
	struct maas_tokenizer *t = NULL;
	struct transformer shape;
	size_t i = 0;
	int rc = 0, there = 0;

	for (; i < MAAS_COUNT(files) && rc == 0 && !there; i += !there) {
		path.n = 0;
		rc = maas_buf_printf(&path, "%s/%s", dir, files[i]);
		there = rc == 0 && foreign_there(path.s);
	}
	maas_buf_free(&path);
	if (rc < 0 || !there)
		return rc;
	m->kind->decode->shape(&shape, m->settings);
	if (!(t = maas_tokenizer_load(dir)))
		return -1;
	if (maas_tokenizer_size(t) > (size_t)shape.vocab)
		rc = maas_fail("%s: it has ids up to %zu, by config.json vocab_size is %ld", files[i],
		    maas_tokenizer_size(t) - 1, shape.vocab);
	else if ((rc = maas_tokenizer_compile(t, &compiled)) == 0)
		rc = maas_model_add_part(m, "tokenizer", (struct maas_span){ compiled.s, compiled.n });
	maas_buf_free(&compiled);
	maas_tokenizer_free(t);
	return rc;
}

/* What config.json and generation_config.json say: kind, settings, ends of texts. */
static struct maas_model *
begin(const char *dir, const struct maas_json *config, const struct foreign_family **family)
{
	struct maas_model *m = foreign_config(config, family);
	struct maas_map generation = { NULL, 0 };
	struct transformer shape;
	int rc = -1;

	if (m) {
		m->kind->decode->shape(&shape, m->settings);
		if (transformer_check(&shape) < 0)
			maas_in("config.json");
		else if ((rc = map(&generation, dir, "generation_config.json")) == 0)
			rc = foreign_generation(
			    m, config, (struct maas_span){ (const char *)generation.p, generation.n });
	}
	maas_map_close(&generation);
	if (rc == 0)
		return m;
	maas_model_close(m);
	return NULL;
}

struct maas_tensors *
maas_model_weights(const char *said)
{
	struct maas_buf path = { 0 };
	int file;
	struct maas_tensors *t = registry_open(said, &path, &file);

	if (!file && !(t = foreign_weights(path.s, maas_tensors_open)) && strncmp(maas_error(), path.s, strlen(path.s)))
		maas_in("%s", path.s);
	maas_buf_free(&path);
	return t;
}

struct maas_model *
maas_model_open_foreign(const char *dir, struct maas_tensors *(*open)(const char *), struct maas_team *team, int to_run)
{
	struct maas_json *config = load_config(dir);
	const struct foreign_family *family;
	struct maas_model *m = NULL;
	enum foreign_head head;
	size_t *order = NULL;
	int rc = -1;

	if (!config || !(m = begin(dir, config, &family)))
		goto out;
	head = foreign_head_of(config, family);
	m->lies = to_run ? family->turned : NULL;
	if (head != FOREIGN_NEXT && foreign_read_head(m, config, head, &order) < 0)
		goto out;
	if (!(m->weights = foreign_weights(dir, open)) || foreign_adopt(m, family, head, team) < 0 ||
	    (order && foreign_sort_head(m, order) < 0) || adopt_tokenizer(m, dir) < 0)
		goto out;
	if ((m->path = maas_take_text(m->arena, dir, strlen(dir))))
		rc = maas_model_ready(m);
out:
	maas_json_free(config);
	if (rc == 0)
		return m;
	maas_model_close(m);
	if (strncmp(maas_error(), dir, strlen(dir)))
		maas_in("%s", dir);
	return NULL;
}
