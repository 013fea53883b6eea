/* Principal components against scikit-learn's numbers, see scripts/make-golden-pca. */
#include <stdlib.h>

#include "maas/pca.h"
#include "../test.h"

static struct maas_team *team;
static struct maas_model *model;
static double y[4096]; /* the first three rows, transformed */

static const char *
data_path(const char *name, char *to, size_t n)
{
	const char *dir = getenv("DATA");

	snprintf(to, n, "%s/%s", dir ? dir : "tests/data", name);
	return to;
}

/* Components are of length 1 and at right angles. */
static void
check_basis(void)
{
	const struct maas_pca *s = model->settings;
	size_t k = (size_t)s->components, n = (size_t)s->features;
	const struct maas_tensor *t = maas_model_need(model, "components", MAAS_F64, 2, (size_t[]){ k, n });
	const double *v = t ? t->data : NULL;
	double worst = v ? 0 : INFINITY;

	for (size_t i = 0; v && i < k; i++)
		for (size_t j = 0; j <= i; j++) {
			double sum = i == j ? -1 : 0;

			for (size_t c = 0; c < n; c++)
				sum += v[i * n + c] * v[j * n + c];
			worst = fmax(worst, fabs(sum));
		}
	ok(worst < 1e-12, "orthonormal to %.2g", worst);
}

/* All components give the row back. */
static void
check_way_back(const double *row, const double *components)
{
	const struct maas_pca *s = model->settings;
	size_t n = (size_t)s->features;
	double copy[64], back[64], worst = 0, largest = 0;

	memcpy(copy, components, (size_t)s->components * sizeof *copy);
	maas_pca_inverse(model, back, copy, 1, NULL);
	for (size_t i = 0; i < n; i++) {
		worst = fmax(worst, fabs(back[i] - row[i]));
		largest = fmax(largest, fabs(row[i]));
	}
	ok(worst < 1e-13 * largest, "the way back differs by %.2g", worst / largest);
}

/* Fit one case, transform its first rows, and score. */
static void
fit(const char *data, const char *components, const char *settings)
{
	struct maas_table_options to = { 0 };
	struct maas_pca_options o = { 0 };
	char name[64], path[512], *operand = path;
	struct maas_table *t;
	struct maas_reader *r;
	struct maas_row row;
	double x[64];
	size_t k, i = 0;

	maas_model_close(model);
	snprintf(name, sizeof name, "pca-%s.csv", data);
	data_path(name, path, sizeof path);
	maas_defaults(maas_table_fields, &to);
	maas_defaults(maas_pca_fields, &o);
	maas_set_all(maas_pca_fields, &o, settings);
	o.components = components;
	t = maas_table_open(&to, NULL, &operand, 1, MAAS_AGAIN);
	model = t ? maas_pca_fit(&o, &to, t, team) : NULL;
	ok(model != NULL, "%s -n %s %s: %s", data, components, settings, model ? "fitted" : maas_error());
	if (!model)
		return;
	k = (size_t)((struct maas_pca *)model->settings)->components;
	r = maas_reader_new(maas_pca_columns(model), t);
	ok(maas_table_rewind(t) == 0, "rewound");
	while (i < 3 && maas_reader_next(r, &row) > 0 && row.x) {
		memcpy(x, row.x, maas_pca_columns(model)->numbers * sizeof *x);
		maas_pca_transform(model, y + i * k, x, 1, NULL);
		if (k == maas_pca_columns(model)->numbers)
			check_way_back(row.x, y + i * k);
		i++;
	}
	check_basis();
	maas_reader_free(r);
	maas_table_close(t);
}

/* The largest difference from the numbers in s, over the largest number; n must be how many there are. */
static double
difference(const double *v, size_t n, char *s)
{
	double worst = 0, largest = 1e-300, want;
	char *end;
	size_t i;

	for (i = 0; (want = strtod(s, &end), end != s); i++, s = end) {
		largest = fmax(largest, fabs(want));
		worst = i < n ? fmax(worst, fabs(want - v[i])) : INFINITY;
	}
	return i == n ? worst / largest : INFINITY;
}

static void
check(const char *what, char *numbers)
{
	const struct maas_pca *s = model->settings;
	const double *v = maas_pca_variances(model);
	size_t k = (size_t)s->components;
	double ratio = 0, d;

	if (!strcmp(what, "ev")) {
		d = difference(v, k, numbers);
	} else if (!strcmp(what, "ratio")) {
		for (size_t i = 0; i < k; i++)
			ratio += v[i] / s->total_variance;
		d = difference(&ratio, 1, numbers);
	} else if (!strcmp(what, "noise")) {
		d = difference(&s->noise_variance, 1, numbers);
		/* Where nothing was left out it is rounding. */
		d = fabs(s->noise_variance - strtod(numbers, NULL)) < 1e-14 * v[0] ? 0 : d;
	} else {
		d = difference(y, 3 * k, numbers);
	}
	ok(d < 1e-9, "%s differs by %.2g", what, d);
}

int
main(void)
{
	char path[512], *line = NULL, *tab, *n, *settings;
	FILE *f = fopen(data_path("pca.golden", path, sizeof path), "r");
	size_t cap = 0;
	int cases = 0;

	team = maas_team_new(2);
	ok(f && team, "%s", path);
	while (f && getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		tab = strchr(line, '\t');
		*tab++ = '\0';
		if (strcmp(line, "case")) {
			if (model)
				check(line, tab);
			continue;
		}
		n = strchr(tab, '\t');
		*n++ = '\0';
		settings = strchr(n, '\t');
		*settings++ = '\0';
		fit(tab, n, settings);
		cases++;
	}
	ok(cases == 23, "%d cases", cases);
	free(line);
	if (f)
		fclose(f);
	maas_model_close(model);
	maas_team_free(team);
	return done();
}
