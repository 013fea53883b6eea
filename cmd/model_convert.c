/* maas-model convert: a model file becomes a directory of transformers, or a directory a model file. */
#include <string.h>

#include "maas/model.h"
#include "model_convert.h"
#include "model_look.h"

static const char *const precisions[] = { "file", "f32", "bf16", "f16", NULL };
static const enum maas_dtype types[] = { MAAS_DTYPES, MAAS_F32, MAAS_BF16, MAAS_F16 };

const struct maas_field convert_fields[] = { MAAS_ENUM(0, convert_options, precision, precisions, 0,
						 "what weights become; file: as they are stored"),
	MAAS_SIZE(0, convert_options, shard_size, 1, 1e18, 5e9, "bytes of tensors in a file of a directory, at most"),
	MAAS_FLAG(0, convert_options, json, "print JSON: what info prints of what was written"), MAAS_END };

static int
ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && !strcmp(s + n - m, tail);
}

/* A directory carries no self-test: the model is tried with these from now on. */
static int
add_selftest(struct maas_model *m)
{
	static const struct maas_span test[] = { { "The quick brown fox jumps over the lazy dog.", 44 },
		{ "\xe4\xbd\xa0\xe5\xa5\xbd", 6 } };

	if (maas_model_meta(m, "maas.selftest") || !m->kind->answer || !maas_model_part(m, "tokenizer").s)
		return 0;
	if (strcmp(maas_model_task(m), "generate"))
		return maas_rows_of(m) ? maas_rows_add_selftest(m, maas_rows_columns(maas_rows_of(m)), NULL) : -1;
	return maas_model_add_selftest(m, test, MAAS_COUNT(test));
}

static int
to_file(struct maas_model *m, const char *path, enum maas_dtype type, struct maas_team *team)
{
	struct maas_model *cast = NULL, *to = m;
	int rc = -1;

	if (type != MAAS_DTYPES && !(to = cast = maas_model_cast(m, type, team)))
		return -1;
	if (add_selftest(to) == 0)
		rc = maas_model_save(to, path, MAAS_DURABLE);
	maas_model_close(cast);
	return rc;
}

int
model_convert(struct call *c)
{
	const struct convert_options *o = c->part[0];
	enum maas_dtype type = types[o->precision];
	struct maas_model *m = NULL;
	struct maas_team *team;
	const char *to;
	int rc = -1, file;

	if (c->n != 2)
		return misuse(c, "a model, and where to write, were wanted");
	to = c->operand[1];
	file = ends_in(to, ".maas");
	if (file && type == MAAS_F16)
		return misuse(c, "f16 is for directories: a model file has f32 or bf16");
	if (file && given(c, "shard_size"))
		return misuse(c, "--shard-size is for directories: a model file is one file");
	if ((team = maas_team_new((int)c->common.threads)) && (m = maas_model_open_by(c->operand[0], team))) {
		if (m->note)
			warn(c, "%s: %s", c->operand[0], m->note);
		if (maas_model_finite(m) < 0)
			rc = maas_in("%s", c->operand[0]);
		else if (file && m->file && type == MAAS_DTYPES)
			rc = maas_fail_as(
			    MAAS_USAGE, "%s, %s: both are model files: say --precision, or copy it", m->path, to);
		else if (file)
			rc = to_file(m, to, type, team);
		else
			rc = maas_model_save_foreign(m, to, type, o->shard_size, team);
	}
	maas_model_close(m);
	maas_team_free(team);
	if (rc == 0 && o->json)
		rc = model_info_written(to);
	return rc < 0 ? fail(c) : finish(c);
}
