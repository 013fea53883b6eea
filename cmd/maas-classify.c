/* maas-classify: use, measure and explain a model that labels rows. */
#include "classify.h"
#include "colour.h"
#include "maas/explain.h"

static const struct maas_field predict_fields[] = {
	MAAS_INT('k', predict, k, 0, 1e9, 0, "print the K likeliest labels, each with its probability"),
	MAAS_FLAG(0, predict, proba, "print the probability of every label, their names in a first line"),
	MAAS_REAL(0, predict, threshold, 0, 1, 0, "an empty line where the likeliest label is less likely than X"),
	MAAS_FLAG(0, predict, jsonl, "print JSON lines; as is done for JSON lines"),
	MAAS_FLAG(0, predict, append, "repeat the row in front of the answer"),
	MAAS_TEXT(0, predict, keep, NULL, "repeat these columns, parted by commas, in front of the answer"),
	MAAS_FLAG(0, predict, drift, "say at the end how far the rows are from those the model learnt from"),
	MAAS_END,
};

static const struct maas_field evaluate_fields[] = {
	MAAS_FLAG(0, evaluate, json, "print every metric as one JSON object"),
	MAAS_FLAG(0, evaluate, confusion, "print the table of truths (rows) and answers (columns) too"),
	MAAS_TEXT(0, evaluate, errors, NULL, "write the rows answered wrong to FILE, most confident first"),
	MAAS_FLAG(0, evaluate, sweep, "print precision, recall and F1 of one label at every threshold too"),
	MAAS_TEXT(0, evaluate, cost, NULL, "what mistakes cost, as fn=50,fp=1; find the threshold that costs least"),
	MAAS_TEXT(0, evaluate, positive, NULL, "the label that thresholds are for; the second of two"),
	MAAS_TEXT(0, evaluate, plot, NULL, "draw confusion and curves, or answers by truths: .svg, .png or .pdf"),
	MAAS_LIST(
	    0, evaluate, fail_under, "METRIC=X", "exit 1 where METRIC is below X (a loss: above X); may be repeated"),
	MAAS_END,
};

static const struct maas_field explain_fields[] = {
	MAAS_INT(0, explain, top, 0, 1e9, 0, "only the N largest contributions of a row; 0: all"),
	MAAS_FLAG(0, explain, jsonl, "print a JSON object a row"),
	MAAS_FLAG(0, explain, global, "print the strongest features of each label, whatever the row"),
	MAAS_ENUM(
	    0, explain, method, maas_method_names, 0, "how a score is taken apart; auto: as suits the kind of model"),
	MAAS_INT(0, explain, patch, 0, 1 << 16, 0,
	    "pixels of a side of what occlusion leaves out of a picture; 0: an eighth of it"),
	MAAS_TEXT(0, explain, html, NULL, "write a page of HTML that shows it to FILE too"),
	MAAS_TEXT(0, explain, saliency, NULL, "draw pictures and what their pixels add to FILE.png, .svg or .pdf too"),
	MAAS_ENUM(
	    0, explain, color, colour_names, 0, "show texts coloured: auto is on a terminal, if NO_COLOR is not set"),
	MAAS_END,
};

static const struct maas_field compare_fields[] = {
	MAAS_LIST('m', compare, model, "MODEL", "a model; given twice: the one in use, and the one that may be better"),
	MAAS_REAL(0, compare, alpha, 0, 1, 0.05, "how likely chance alone may look like a better model"),
	MAAS_FLAG(0, compare, json, "print one JSON object"),
	MAAS_END,
};

static const struct maas_field classify_fields[] = {
	MAAS_TEXT('m', classify, model, NULL, "the model"),
	MAAS_FLAG(0, classify, line_buffered, "answer each row before the next is waited for"),
	MAAS_END,
};

static const struct maas_field classify_model_field[] = {
	MAAS_TEXT('m', classify, model, NULL, "the model"),
	MAAS_END,
};

#define SHARED(fields) \
	{ fields, sizeof(struct classify) }, \
	{ \
		maas_table_fields, sizeof(struct maas_table_options) \
	}
static const struct verb verbs[] = {
	{ .name = "predict",
	    .operands = "[DATA...]",
	    .what = "print the label of each row, and its probability",
	    .run = predict,
	    .part = { SHARED(classify_fields), { predict_fields, sizeof(struct predict) } } },
	{ .name = "evaluate",
	    .operands = "[DATA...]",
	    .what = "measure the model on rows whose labels are known",
	    .run = evaluate,
	    .part = { SHARED(classify_model_field), { evaluate_fields, sizeof(struct evaluate) } } },
	{ .name = "explain",
	    .operands = "[DATA...]",
	    .what = "print what each feature of a row adds to its label's score",
	    .run = explain,
	    .part = { SHARED(classify_fields), { explain_fields, sizeof(struct explain) } } },
	{ .name = "compare",
	    .operands = "[DATA...]",
	    .what = "tell whether the second model is better than the first; 1 where it is not",
	    .run = compare,
	    .part = { { compare_fields, sizeof(struct compare) },
		{ maas_table_fields, sizeof(struct maas_table_options) } } },
};

int
main(int argc, char **argv)
{
	return drive(argc, argv,
	    &(struct command){ .name = "maas-classify",
		.what = "label rows with a model, measure how well it does, explain why",
		.verbs = verbs,
		.nverbs = MAAS_COUNT(verbs) });
}
