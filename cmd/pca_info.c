/* maas-pca info: the variances of a model, for a program, for a pipe, for eyes. */
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"
#include "maas/plot.h"
#include "pca_info.h"
#include "progress.h"

#define SHOWN 40 /* components that are drawn one by one */
#define LEAD  49 /* columns in front of the bars */

const struct maas_field pca_info_fields[] = {
	MAAS_TEXT('m', pca_info, model, NULL, "model to look at"),
	MAAS_FLAG(0, pca_info, json, "print one JSON object"),
	MAAS_FLAG(0, pca_info, scree, "draw the variances as bars (a terminal gets them unasked)"),
	MAAS_TEXT(0, pca_info, plot, NULL, "draw the variances, and the rows of DATA, into FILE (.svg, .png, .pdf)"),
	MAAS_ENUM(0, pca_info, color, colour_names, COLOR_AUTO, "colour the bars; auto: on a terminal"),
	MAAS_END,
};

static size_t
components(const struct maas_model *m)
{
	return (size_t)((const struct maas_pca *)m->settings)->components;
}

double
pca_share(const struct maas_model *m)
{
	const struct maas_pca *s = m->settings;
	const double *v = maas_pca_variances(m);
	double sum = 0;

	for (long i = 0; i < s->components; i++)
		sum += v[i] / s->total_variance;
	return sum;
}

const char *
pca_solver(const struct maas_model *m)
{
	const struct maas_pca *s = m->settings;

	return maas_field(m->kind->fields, "solver", 0)->names[s->solver];
}

static int
put_list(struct maas_buf *b, const char *key, const double *v, size_t n, double over)
{
	if (maas_buf_printf(b, ",\"%s\":[", key) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if ((i && maas_buf_text(b, ",") < 0) || maas_json_put_real(b, v[i] / over) < 0)
			return -1;
	return maas_buf_text(b, "]");
}

int
pca_print_json(const struct maas_model *m)
{
	const struct maas_pca *s = m->settings;
	const double *v = maas_pca_variances(m);
	struct maas_buf b = { NULL, 0, 0 };
	size_t k = components(m);
	int rc = maas_buf_printf(&b,
		     "{\"n_components\":%ld,\"n_features\":%ld,\"n_samples\":%ld,\"solver\":\"%s\",\"whiten\":%s",
		     s->components, s->features, s->samples, pca_solver(m), s->whiten ? "true" : "false") < 0 ||
	    put_list(&b, "explained_variance", v, k, 1) < 0 ||
	    put_list(&b, "explained_variance_ratio", v, k, s->total_variance) < 0 ||
	    maas_buf_text(&b, ",\"ratio_sum\":") < 0 || maas_json_put_real(&b, pca_share(m)) < 0 ||
	    maas_buf_text(&b, ",\"noise_variance\":") < 0 || maas_json_put_real(&b, s->noise_variance) < 0 ||
	    put_list(&b, "mean", maas_pca_mean(m), (size_t)s->features, 1) < 0 || maas_buf_text(&b, "}\n") < 0;

	if (!rc)
		fwrite(b.s, 1, b.n, stdout);
	maas_buf_free(&b);
	return rc ? -1 : 0;
}

static void
print_table(const struct maas_model *m)
{
	const struct maas_pca *s = m->settings;
	const double *v = maas_pca_variances(m);
	double sum = 0;

	printf("component\tvariance\tratio\tcumulative\n");
	for (long i = 0; i < s->components; i++) {
		sum += v[i] / s->total_variance;
		printf("%ld\t%.9g\t%.6f\t%.6f\n", i + 1, v[i], v[i] / s->total_variance, sum);
	}
}

/* Does the user's locale have more than ASCII?  The command's own stays C. */
static int
has_unicode(void)
{
	locale_t l = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	int has = l && !strcmp(nl_langinfo_l(CODESET, l), "UTF-8");

	if (l)
		freelocale(l);
	return has;
}

/* A bar of so many eighths of a column: blocks and a part of one, or number signs. */
static void
put_bar(size_t eighths, int unicode, int colour)
{
	printf("  %s", colour ? "\033[34m" : "");
	for (; eighths >= 8; eighths -= 8)
		printf(unicode ? "\u2588" : "#");
	if (eighths) /* U+258F is an eighth, U+2589 seven of them */
		printf("\xe2\x96%c", (char)(0x90 - (int)eighths));
	printf("%s", colour ? COLOUR_PLAIN : "");
}

static void
draw_row(const struct maas_model *m, size_t i, double sum, size_t width, int unicode, int colour)
{
	const struct maas_pca *s = m->settings;
	const double *v = maas_pca_variances(m);
	size_t eighths = (size_t)(v[i] / v[0] * (double)width * 8 + 0.5);

	printf("%9zu  %12.6g  %10.6f  %10.6f", i + 1, v[i], v[i] / s->total_variance, sum);
	if (!unicode)
		eighths = (eighths + 4) / 8 * 8;
	if (eighths)
		put_bar(eighths, unicode, colour);
	putchar('\n');
}

/* For eyes: what it is about, then a line a component as wide as the terminal. */
static void
draw(const struct maas_model *m, const struct pca_info *o)
{
	const struct maas_pca *s = m->settings;
	const double *v = maas_pca_variances(m);
	size_t k = components(m), columns = terminal_width(STDOUT_FILENO);
	size_t width = columns > LEAD + 10 ? columns - LEAD : 10;
	int unicode = has_unicode(), colour = colour_wanted(o->color, stdout);
	double sum = 0;

	printf("%ld of %ld components, %.6f of the variance of %ld rows of %ld columns (%s%s)\n\n", s->components,
	    s->features < s->samples ? s->features : s->samples, pca_share(m), s->samples, s->features, pca_solver(m),
	    s->whiten ? ", whitened" : "");
	printf("component      variance       ratio  cumulative\n");
	for (size_t i = 0; i < k; i++) {
		sum += v[i] / s->total_variance;
		if (k <= SHOWN || i + 1 < SHOWN || i + 1 == k)
			draw_row(m, i, sum, width, unicode, colour);
		else if (i + 1 == SHOWN)
			printf("      ...  (%zu more)\n", k - SHOWN);
	}
}

static int
plot(struct call *c, const struct maas_model *m)
{
	const struct pca_info *o = c->part[0];
	const struct maas_table_options *to = c->part[1];
	struct maas_table *t = NULL;
	size_t bad = 0;
	int rc;

	if (c->n && !(t = maas_table_open(to, maas_pca_columns(m), c->operand, c->n, 0)))
		return fail(c);
	rc = pca_picture(c, m, t, to->label, o->plot, &bad) < 0 ? fail(c) : 0;
	maas_table_close(t);
	return rc || !bad ? rc : complain(c, MAAS_DATA, "%zu row%s not drawn", bad, bad == 1 ? " is" : "s are");
}

int
pca_info(struct call *c)
{
	const struct pca_info *o = c->part[0];
	struct maas_model *m;
	int rc = 0;

	if (!o->model)
		return misuse(c, "-m MODEL is wanted");
	if (c->n && !o->plot)
		return misuse(c, "info takes DATA with --plot alone");
	if (o->plot && (maas_plot_check(o->plot) < 0 || spare_input(c, o->plot) < 0))
		return fail(c);
	if (!(m = maas_model_open(o->model)))
		return fail(c);
	if (m->kind != &maas_kind_pca)
		rc = complain(c, MAAS_DATA, "%s: a model of kind %s, pca is wanted", o->model, m->kind->name);
	else if (o->json)
		rc = pca_print_json(m) < 0 ? fail(c) : 0;
	else if (given(c, "scree") ? o->scree : isatty(STDOUT_FILENO))
		draw(m, o);
	else
		print_table(m);
	if (!rc && o->plot)
		rc = plot(c, m);
	maas_model_close(m);
	return rc ? rc : finish(c);
}
