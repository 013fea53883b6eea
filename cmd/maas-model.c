/* maas-model: look after model files. */
#include <sys/stat.h>

#include "driver.h"
#include "maas/model.h"
#include "model_card.h"
#include "model_convert.h"
#include "model_look.h"
#include "model_neighbors.h"
#include "model_registry.h"
#include "model_secrets.h"

struct quantize {
	int type, json;
};

static const char *const quantize_types[] = { "q8", "q4", NULL };
static const struct maas_field quantize_fields[] = { MAAS_ENUM('t', quantize, type, quantize_types, 0,
							 "what weights become: 8 bits each, or 4"),
	MAAS_FLAG(0, quantize, json, "print JSON: what info prints of what was written"), MAAS_END };

/* A language model has all its matrices in few bits, and where they are small that may take more. */
static void
tell_larger(const struct call *c)
{
	struct stat from, to;

	if (stat(c->operand[0], &from) == 0 && stat(c->operand[1], &to) == 0 && S_ISREG(from.st_mode) &&
	    to.st_size >= from.st_size)
		warn(c,
		    "%s is no smaller: %lld bytes, %s has %lld (its matrices are small, and their blocks filled up)",
		    c->operand[1], (long long)to.st_size, c->operand[0], (long long)from.st_size);
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
	if ((team = maas_team_new((int)c->common.threads)) && maas_model_finite(from) == 0 &&
	    (to = maas_model_quantize(from, type[o->type], team)))
		rc = maas_model_save(to, c->operand[1], MAAS_DURABLE);
	else if (team)
		maas_in("%s", c->operand[0]);
	maas_model_close(to);
	maas_team_free(team);
	maas_model_close(from);
	if (rc == 0)
		tell_larger(c);
	if (rc == 0 && o->json)
		rc = model_info_written(c->operand[1]);
	return rc < 0 ? fail(c) : finish(c);
}

static const struct verb verbs[] = {
	{ .name = "info",
	    .operands = "MODEL",
	    .what = "print what a model is: kind, settings, parts",
	    .run = model_info,
	    .part = { { look_fields, sizeof(struct look_options) } } },
	{ .name = "card",
	    .operands = "MODEL",
	    .what =
		"print what a model is for, what it has learnt from and how good it was; or change what people said",
	    .run = model_card,
	    .part = { { card_fields, sizeof(struct card_options) } } },
	{ .name = "tensors",
	    .operands = "FILE",
	    .what = "list the tensors of a model or of any safetensors file",
	    .run = model_tensors,
	    .part = { { look_fields, sizeof(struct look_options) } } },
	{ .name = "verify",
	    .operands = "MODEL...",
	    .what = "check sums and structure, and try the model with what it kept for that",
	    .run = model_verify,
	    .part = { { look_fields, sizeof(struct look_options) },
		{ verify_fields, sizeof(struct verify_options) } } },
	{ .name = "diff",
	    .operands = "A B",
	    .what = "tell in what two models differ: settings, tensors, parts",
	    .run = model_diff,
	    .part = { { look_fields, sizeof(struct look_options) } } },
	{ .name = "neighbors",
	    .operands = "MODEL WORD...",
	    .what = "print the words that a network of texts has learnt to look up most alike",
	    .run = model_neighbors,
	    .part = { { neighbors_fields, sizeof(struct neighbors_options) } } },
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
	{ .name = "keygen",
	    .operands = "FILE",
	    .what = "make a key: to seal models with, or a pair to sign them with",
	    .run = model_keygen,
	    .part = { { keygen_fields, sizeof(struct keygen_options) } } },
	{ .name = "seal",
	    .operands = "FROM TO",
	    .what = "write a model so that it opens with the key alone",
	    .run = model_seal },
	{ .name = "open", .operands = "FROM TO", .what = "write what was sealed as it was", .run = model_open },
	{ .name = "sign",
	    .operands = "MODEL",
	    .what = "vouch for a model with a secret key: a signature beside it",
	    .run = model_sign,
	    .part = { { sign_fields, sizeof(struct sign_options) } } },
};

int
main(int argc, char **argv)
{
	return drive(argc, argv,
	    &(struct command){
		.name = "maas-model", .what = "look after model files", .verbs = verbs, .nverbs = MAAS_COUNT(verbs) });
}
