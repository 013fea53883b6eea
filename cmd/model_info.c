/* maas-model info: what a model is. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "maas/card.h"
#include "model_card.h"
#include "model_look.h"

/* What is counted of a model. */
struct facts {
	uint64_t parameters, bytes; /* bytes: of tensors that are no parts */
	uint64_t of[MAAS_DTYPES];   /* of them by type */
	int32_t end[MAAS_ENDS];
	size_t ends;
};

static int
count(struct facts *f, const struct maas_model *m)
{
	const struct maas_tensor *t;
	struct maas_tokenizer *tok = NULL;
	int rc;

	*f = (struct facts){ 0 };
	for (size_t i = 0; (t = maas_model_stored(m, &i));)
		if (strncmp(t->name, "maas.", 5)) {
			f->bytes += t->bytes;
			f->of[t->dtype] += t->bytes;
		}
	if (maas_model_parameters(m, &f->parameters) < 0)
		return -1;
	if (strcmp(maas_model_task(m), "generate"))
		return 0;
	if (maas_model_part(m, "tokenizer").s && !(tok = maas_model_tokenizer(m)))
		return -1;
	rc = maas_model_ends(m, tok, f->end, &f->ends);
	maas_tokenizer_free(tok);
	return rc;
}

/* What most bytes are, as options call it. */
static const char *
main_type(const struct facts *f)
{
	static const char *const names[MAAS_DTYPES] = {
		[MAAS_F32] = "f32", [MAAS_BF16] = "bf16", [MAAS_F64] = "f64", [MAAS_I8] = "q8", [MAAS_U8] = "q4"
	};
	enum maas_dtype most = MAAS_F32;

	for (enum maas_dtype t = MAAS_F32; t < MAAS_DTYPES; t++)
		if (f->of[t] > f->of[most])
			most = t;
	return names[most] ? names[most] : maas_dtype_name(most);
}

static double
bits(const struct facts *f)
{
	return f->parameters ? 8.0 * (double)f->bytes / (double)f->parameters : 0;
}

static int
info_json(const struct maas_model *m, const struct facts *f)
{
	struct maas_buf b = { NULL, 0, 0 };
	const struct maas_tensor *t;
	const char *comma = "";
	int rc = maas_buf_printf(&b,
	    "{\"kind\":\"%s\",\"task\":\"%s\",\"parameters\":%" PRIu64 ",\"bytes\":%" PRIu64
	    ",\"weights\":\"%s\",\"bits_per_weight\":%.4g,\"ends\":[",
	    m->kind->name, maas_model_task(m), f->parameters, f->bytes, main_type(f), bits(f));

	for (size_t i = 0; i < f->ends && rc == 0; i++)
		rc = maas_buf_printf(&b, "%s%ld", i ? "," : "", (long)f->end[i]);
	if (rc == 0)
		rc = maas_buf_text(&b, "],\"settings\":");

	if (rc == 0 && (rc = maas_model_put_settings(m, &b)) == 0)
		rc = maas_buf_text(&b, ",\"parts\":{");
	for (size_t i = 0; rc == 0 && (t = maas_model_next(m, &i));) {
		if (strncmp(t->name, "maas.", 5))
			continue;
		rc = maas_buf_text(&b, comma);
		if (rc == 0 && (rc = maas_json_put_text(&b, maas_span(t->name + 5))) == 0)
			rc = maas_buf_printf(&b, ":%zu", t->bytes);
		comma = ",";
	}
	if (rc == 0 && (rc = maas_buf_text(&b, "},\"card\":{")) == 0 && (rc = maas_card_print_of(&b, m)) == 0 &&
	    (rc = maas_buf_text(&b, "}}\n")) == 0)
		fputs(b.s, stdout);
	maas_buf_free(&b);
	return rc;
}

static int
info_text(const struct maas_model *m, const struct facts *have)
{
	struct maas_buf b = { NULL, 0, 0 };
	const struct maas_tensor *t;
	char name[64];
	int rc = 0;

	printf("kind\t%s\ntask\t%s\nparameters\t%" PRIu64 "\nbytes\t%" PRIu64 "\nweights\t%s\nbits per weight\t%.4g\n",
	    m->kind->name, maas_model_task(m), have->parameters, have->bytes, main_type(have), bits(have));
	for (size_t i = 0; i < have->ends; i++)
		printf("%s%ld%s", i ? "," : "ends\t", (long)have->end[i], i + 1 < have->ends ? "" : "\n");
	for (const struct maas_field *f = m->kind->fields; f && f->type && rc == 0; f++) {
		b.n = 0;
		maas_field_name(f, name, sizeof name);
		rc = maas_get(f, m->settings, &b);
		if (rc == 0 && b.n)
			printf("%s\t%s\n", name, b.s);
	}
	for (size_t i = 0; (t = maas_model_next(m, &i));)
		if (!strncmp(t->name, "maas.", 5))
			printf("part %s\t%zu bytes\n", t->name + 5, t->bytes);
	maas_buf_free(&b);
	return rc == 0 ? model_card_print(m) : rc;
}

int
model_info_written(const char *path)
{
	struct maas_model *m = maas_model_open(path);
	struct facts f;
	int rc = !m || count(&f, m) < 0 ? -1 : info_json(m, &f);

	maas_model_close(m);
	return rc;
}

int
model_info(struct call *c)
{
	const struct look_options *o = c->part[0];
	struct maas_model *m;
	struct facts f;
	int rc;

	if (c->n != 1)
		return misuse(c, "one model was wanted");
	if (!(m = maas_model_open(c->operand[0])))
		return fail(c);
	if (m->note)
		warn(c, "%s: %s", c->operand[0], m->note);
	if ((rc = count(&f, m)) == 0)
		rc = o->json ? info_json(m, &f) : info_text(m, &f);
	maas_model_close(m);
	return rc < 0 ? fail(c) : finish(c);
}
