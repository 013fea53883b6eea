/* maas-pca: principal component analysis. */
#include <stdlib.h>
#include <string.h>

#include "enter.h"
#include "made.h"
#include "maas/plot.h"
#include "pca_info.h"
#include "pca_rows.h"
#include "told.h"

struct outcome_pca {
	const char *output, *plot, *enter, *registry, *description, *license;
	int if_changed, touch, json;
};
static const struct maas_field outcome_pca_fields[] = {
	MAAS_TEXT('o', outcome_pca, output, NULL, "write the model to FILE"),
	MAAS_FLAG(0, outcome_pca, if_changed, "do nothing where all that the output is made of is the same"),
	MAAS_FLAG(0, outcome_pca, touch, "with --if-changed: an output that is left has the time of now"),
	MAAS_FLAG(0, outcome_pca, json, "print the result as JSON on standard output"),
	MAAS_TEXT(0, outcome_pca, plot, NULL, "draw the variances, and the rows, into FILE (.svg, .png, .pdf)"),
	ENTER_FIELDS(outcome_pca),
	MAAS_END,
};

static size_t
components(const struct maas_model *m)
{
	return (size_t)((const struct maas_pca *)m->settings)->components;
}

static size_t
features(const struct maas_model *m)
{
	return (size_t)((const struct maas_pca *)m->settings)->features;
}

static double
model_bytes(const struct maas_pca *s)
{
	double numbers = (double)s->components * (double)s->features;

	return numbers * (numbers > 1 << 25 ? 4 : 8);
}

/* Say what came of it. */
static int
report(struct call *c, const struct maas_model *m, const struct maas_pca_spent *spent)
{
	const struct outcome_pca *o = c->part[1];
	const struct maas_pca *s = m->settings;

	if (o->json && pca_print_json(m) < 0)
		return fail(c);
	if (c->common.verbose && *spent->why)
		fprintf(stderr, "%s: %s: %s\n", c->command->name, pca_solver(m), spent->why);
	if (c->common.verbose)
		fprintf(stderr, "%s: reading %.3f s, sums %.3f s, eigenvalues %.3f s, model %.3f s\n", c->command->name,
		    spent->reading, spent->sums, spent->eigenvalues, spent->model);
	if (model_bytes(s) > 1e6 && model_bytes(s) > spent->bytes)
		warn(c,
		    "the model (%.0f MB) is larger than the data (%.0f MB of numbers): see -n K, and --max-features of "
		    "maas-tokenize vectorize",
		    model_bytes(s) / 1e6, spent->bytes / 1e6);
	if (!c->common.quiet)
		fprintf(stderr, "%s: %ld of %ld components hold %.6f of the variance of %ld rows (%s)\n",
		    c->command->name, s->components, s->features < s->samples ? s->features : s->samples, pca_share(m),
		    s->samples, pca_solver(m));
	return finish(c);
}

static void
seen(void *arg, const struct maas_reader *r)
{
	told_cuts(arg, r);
}

static int
add_card(struct call *c, struct maas_model *m, struct maas_table *t)
{
	const struct maas_pca *s = m->settings;
	struct maas_card card = { .rows = (uint64_t)s->samples };
	char sha256[65];

	if (maas_table_sha256(t, sha256) < 0)
		return -1;
	card.sha256 = *sha256 ? sha256 : NULL;
	enter_words(ENTERED((const struct outcome_pca *)c->part[1]), &card);
	maas_measure_add(&card.quality, "ratio_sum", pca_share(m));
	return maas_card_write(m, &card);
}

/* The rows that were learnt from, on their components. */
static int
plot(struct call *c, const struct maas_model *m, struct maas_table *t)
{
	const struct outcome_pca *o = c->part[1];
	size_t bad = 0;

	return !o->plot || (maas_table_rewind(t) == 0 && pca_picture(c, m, t, NULL, o->plot, &bad) == 0) ? 0 : -1;
}

/* --if-changed: 1 where the model is left, and all else is done; 0: fit; -1. */
static int
stands(struct call *c, const struct outcome_pca *o, struct made *made)
{
	struct maas_model *m;
	int rc;

	if (!o->if_changed)
		return 0;
	made_look(made, c);
	made_unknown(made);
	if (!made_stands(made, o->output))
		return 0;
	if (!(m = maas_model_open(o->output)))
		return -1;
	rc = (o->json && pca_print_json(m)) || made_left(made, o->output, o->touch) || enter_registry(c, ENTERED(o));
	maas_model_close(m);
	return rc ? -1 : 1;
}

static int
save(const struct outcome_pca *o, const struct made *made, struct maas_model *m)
{
	const struct maas_columns *columns = maas_pca_columns(m);

	if (o->if_changed && !(columns && maas_columns_files(columns)) && made_note(made, m, "{}"))
		return -1;
	return maas_model_save(m, o->output, MAAS_DURABLE | (o->if_changed ? MAAS_IF_CHANGED : 0));
}

static int
fit(struct call *c)
{
	struct maas_pca_options *o = c->part[0];
	const struct outcome_pca *out = c->part[1];
	struct maas_table_options *to = c->part[2];
	struct maas_table *t = NULL;
	struct maas_team *team = NULL;
	struct maas_model *m = NULL;
	struct maas_pca_spent spent = { 0 };
	struct made made = { 0 };
	int rc = wants_input(c);

	if (rc)
		return rc;
	if (!out->output)
		return misuse(c, "-o MODEL is wanted");
	if ((rc = enter_check(c, ENTERED(out))))
		return rc;
	if (out->plot && maas_plot_check(out->plot) < 0)
		return fail(c);
	if (out->touch && !out->if_changed)
		return misuse(c, "--touch wants --if-changed");
	if (spare_input(c, out->output) < 0 || spare_input(c, out->plot) < 0)
		return fail(c);
	if ((rc = stands(c, out, &made))) {
		made_free(&made);
		return rc < 0 ? fail(c) : finish(c);
	}
	o->seed = (uint64_t)c->common.seed;
	o->spent = &spent;
	o->seen = seen;
	o->arg = c;
	to->media = c->part[3];
	if ((team = maas_team_new((int)c->common.threads)) &&
	    (t = maas_table_open(to, NULL, c->operand, c->n,
		 MAAS_DIGEST | MAAS_WIDTH | (out->plot || maas_pca_again(o, to) ? (unsigned)MAAS_AGAIN : 0))) &&
	    (m = maas_pca_fit(o, to, t, team)) && add_card(c, m, t) == 0 && save(out, &made, m) == 0 &&
	    enter_registry(c, ENTERED(out)) == 0 && plot(c, m, t) == 0)
		rc = report(c, m, &spent);
	else
		rc = fail(c);
	maas_model_close(m);
	maas_table_close(t);
	maas_team_free(team);
	return rc;
}

static int
name_component(const struct maas_model *m, size_t i, struct maas_buf *to)
{
	(void)m;
	return maas_buf_printf(to, "pc%zu", i + 1);
}

static int
name_feature(const struct maas_model *m, size_t i, struct maas_buf *to)
{
	return maas_columns_feature(maas_pca_columns(m), i, to);
}

static size_t
one(const struct maas_model *m)
{
	(void)m;
	return 1;
}

static int
name_error(const struct maas_model *m, size_t i, struct maas_buf *to)
{
	(void)m;
	(void)i;
	return maas_buf_text(to, "error");
}

static int
run_forth(const struct maas_model *m, double *y, double *x, size_t rows, struct maas_team *team)
{
	maas_pca_transform(m, y, x, rows, team);
	return 0;
}

static int
run_back(const struct maas_model *m, double *y, double *x, size_t rows, struct maas_team *team)
{
	maas_pca_inverse(m, y, x, rows, team);
	return 0;
}

static const struct pca_way forth = { 0, components, name_component, run_forth };
static const struct pca_way back = { 1, features, name_feature, run_back };
static const struct pca_way score = { 0, one, name_error, maas_pca_score };

static int
pass(struct call *c)
{
	return pca_rows(c, c->verb->data);
}

static const struct verb verbs[] = {
	{
	    .name = "fit",
	    .operands = "[DATA...]",
	    .what = "find the components of a table and write a model",
	    .part = { { maas_pca_fields, sizeof(struct maas_pca_options) },
		{ outcome_pca_fields, sizeof(struct outcome_pca) },
		{ maas_table_fields, sizeof(struct maas_table_options) },
		{ maas_media_fields, sizeof(struct maas_media_options) } },
	    .run = fit,
	},
	{
	    .name = "transform",
	    .operands = "[DATA...]",
	    .what = "turn rows into components",
	    .part = { { pca_rows_fields, sizeof(struct pca_rows) },
		{ maas_table_fields, sizeof(struct maas_table_options) } },
	    .run = pass,
	    .data = &forth,
	},
	{
	    .name = "inverse",
	    .operands = "[DATA...]",
	    .what = "turn components back into rows",
	    .part = { { pca_rows_fields, sizeof(struct pca_rows) },
		{ maas_table_fields, sizeof(struct maas_table_options) } },
	    .run = pass,
	    .data = &back,
	},
	{
	    .name = "score",
	    .operands = "[DATA...]",
	    .what = "say how far each row is from what its components tell",
	    .part = { { pca_rows_fields, sizeof(struct pca_rows) },
		{ maas_table_fields, sizeof(struct maas_table_options) } },
	    .run = pass,
	    .data = &score,
	},
	{
	    .name = "info",
	    .operands = "[DATA...]",
	    .what = "print a model's variances, or draw them",
	    .part = { { pca_info_fields, sizeof(struct pca_info) },
		{ maas_table_fields, sizeof(struct maas_table_options) } },
	    .run = pca_info,
	},
};

int
main(int argc, char **argv)
{
	return drive(argc, argv,
	    &(struct command){ .name = "maas-pca",
		.what = "principal component analysis of tables",
		.verbs = verbs,
		.nverbs = MAAS_COUNT(verbs) });
}
