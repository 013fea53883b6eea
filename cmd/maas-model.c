/* maas-model: look after model files. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "maas/card.h"
#include "maas/registry.h"
#include "model_card.h"
#include "model_convert.h"
#include "model_registry.h"

struct info {
	int json;
};

struct quantize {
	int type;
};

static const char *const quantize_types[] = { "q8", "q4", NULL };
static const struct maas_field quantize_fields[] = {
	MAAS_ENUM('t', quantize, type, quantize_types, 0, "what weights become: 8 bits each, or 4"), MAAS_END
};

static const struct maas_field info_fields[] = { MAAS_FLAG(0, info, json, "print one JSON object"), MAAS_END };

static int
info_json(const struct maas_model *m, uint64_t parameters)
{
	struct maas_buf b = { NULL, 0, 0 };
	const struct maas_tensor *t;
	const char *comma = "";
	int rc = maas_buf_printf(&b,
	    "{\"kind\":\"%s\",\"task\":\"%s\",\"parameters\":%" PRIu64 ",\"settings\":", m->kind->name,
	    maas_model_task(m), parameters);

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
info_text(const struct maas_model *m, uint64_t parameters)
{
	struct maas_buf b = { NULL, 0, 0 };
	const struct maas_tensor *t;
	char name[64];
	int rc = 0;

	printf("kind\t%s\ntask\t%s\nparameters\t%" PRIu64 "\n", m->kind->name, maas_model_task(m), parameters);
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

static int
info(struct call *c)
{
	const struct info *o = c->part[0];
	struct maas_model *m;
	uint64_t n;
	int rc;

	if (c->n != 1)
		return misuse(c, "one model was wanted");
	if (!(m = maas_model_open(c->operand[0])))
		return fail(c);
	if (m->note)
		warn(c, "%s: %s", c->operand[0], m->note);
	if ((rc = maas_model_parameters(m, &n)) == 0)
		rc = o->json ? info_json(m, n) : info_text(m, n);
	maas_model_close(m);
	return rc < 0 ? fail(c) : finish(c);
}

static int
tensors(struct call *c)
{
	struct maas_buf path = { 0 };
	struct maas_tensors *t;

	if (c->n != 1)
		return misuse(c, "one model was wanted");
	t = maas_model_find(c->operand[0], &path) < 0 ? NULL : maas_tensors_open(path.s);
	maas_buf_free(&path);
	if (!t)
		return fail(c);
	for (size_t i = 0; i < maas_tensors_count(t); i++) {
		const struct maas_tensor *x = maas_tensors_at(t, i);

		printf("%s\t%s\t[", x->name, maas_dtype_name(x->dtype));
		for (int d = 0; d < x->ndim; d++)
			printf("%s%zu", d ? "," : "", x->dim[d]);
		printf("]\t%zu\n", x->bytes);
	}
	maas_tensors_close(t);
	return finish(c);
}

static int
verify(struct call *c)
{
	int rc = 0;

	if (c->n < 1)
		return misuse(c, "a model was wanted");
	for (int i = 0; i < c->n; i++) {
		struct maas_model *m = maas_model_open(c->operand[i]);

		if (!m || (maas_model_selftest(m) < 0 && maas_in("%s", c->operand[i])))
			rc = fail(c);
		else if (!c->common.quiet)
			printf("%s: good\n", c->operand[i]);
		maas_model_close(m);
	}
	return rc ? rc : finish(c);
}

static int
quantize(struct call *c)
{
	static const enum maas_dtype type[] = { MAAS_I8, MAAS_U8 };
	const struct quantize *o = c->part[0];
	struct maas_model *from, *to = NULL;
	struct maas_team *team;
	int rc = -1;

	if (c->n != 2)
		return misuse(c, "a model, and where to write, were wanted");
	if (!(from = maas_model_open(c->operand[0])))
		return fail(c);
	if ((team = maas_team_new((int)c->common.threads)) && (to = maas_model_quantize(from, type[o->type], team)))
		rc = maas_model_save(to, c->operand[1], MAAS_DURABLE);
	else if (team)
		maas_in("%s", c->operand[0]);
	maas_model_close(to);
	maas_team_free(team);
	maas_model_close(from);
	return rc < 0 ? fail(c) : finish(c);
}

static const struct verb verbs[] = {
	{ .name = "info",
	    .operands = "MODEL",
	    .what = "print what a model is: kind, settings, parts",
	    .run = info,
	    .part = { { info_fields, sizeof(struct info) } } },
	{ .name = "card",
	    .operands = "MODEL",
	    .what =
		"print what a model is for, what it has learnt from and how good it was; or change what people said",
	    .run = model_card,
	    .part = { { card_fields, sizeof(struct card_options) } } },
	{ .name = "tensors",
	    .operands = "FILE",
	    .what = "list the tensors of a model or of any safetensors file",
	    .run = tensors },
	{ .name = "verify",
	    .operands = "MODEL...",
	    .what = "check sums and structure, and try the model with what it kept for that",
	    .run = verify },
	{ .name = "convert",
	    .operands = "FROM TO",
	    .what = "write a language model as a directory of transformers, or where TO ends in .maas as a model file",
	    .run = model_convert,
	    .part = { { convert_fields, sizeof(struct convert_options) } } },
	{ .name = "quantize",
	    .operands = "FROM TO",
	    .what = "write a language model with its weights in 8 bits, or in 4",
	    .run = quantize,
	    .part = { { quantize_fields, sizeof(struct quantize) } } },
	{ .name = "register",
	    .operands = "MODEL NAME",
	    .what = "keep a copy of a model under a name, as its next version",
	    .run = model_register,
	    .part = { { register_fields, sizeof(struct register_options) } } },
	{ .name = "list",
	    .operands = "[NAME...]",
	    .what = "list what is registered",
	    .run = model_list,
	    .part = { { list_fields, sizeof(struct list_options) } } },
	{ .name = "log",
	    .operands = "NAME",
	    .what = "print what happened to a name, and when",
	    .run = model_log,
	    .part = { { place_fields, sizeof(struct place_options) } } },
	{ .name = "label",
	    .operands = "NAME VERSION LABEL",
	    .what = "move a label to a version",
	    .run = model_label,
	    .part = { { place_fields, sizeof(struct place_options) } } },
	{ .name = "rollback",
	    .operands = "NAME",
	    .what = "move a label back to where it was before",
	    .run = model_rollback,
	    .part = { { rollback_fields, sizeof(struct rollback_options) } } },
	{ .name = "remove",
	    .operands = "NAME VERSION",
	    .what = "withdraw a version",
	    .run = model_remove,
	    .part = { { remove_fields, sizeof(struct remove_options) } } },
	{ .name = "prune",
	    .operands = "",
	    .what = "delete old versions that have no label, and withdrawn ones",
	    .run = model_prune,
	    .part = { { prune_fields, sizeof(struct prune_options) } } },
};

int
main(int argc, char **argv)
{
	return drive(argc, argv,
	    &(struct command){
		.name = "maas-model", .what = "look after model files", .verbs = verbs, .nverbs = MAAS_COUNT(verbs) });
}
