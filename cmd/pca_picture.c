/* maas-pca info and fit: the variances as a picture, and rows on the first two components. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/plot.h"
#include "pca_info.h"

#define BATCH 256
#define SORTS 10 /* labels that have a colour of their own */
#define OTHER 0x999999

/* One row on the components. */
struct point {
	double x, y;
	uint32_t label;
};

struct scatter {
	struct point *point;
	size_t n, cap;
	struct maas_names labels;
	struct maas_arena *arena; /* of names, curves and their numbers */
	struct maas_curve curve[SORTS + 1];
	size_t curves;
};

/* A label in the order of the legend. */
struct sort {
	struct maas_span name;
	size_t label, rows;
	double number; /* NAN: it is none */
};

static int
by_rows(const void *a, const void *b)
{
	const struct sort *x = a, *y = b;

	return x->rows != y->rows ? (x->rows < y->rows ? 1 : -1) : maas_span_compare(x->name, y->name);
}

/* Numbers first, as numbers. */
static int
by_name(const void *a, const void *b)
{
	const struct sort *x = a, *y = b;

	if (isnan(x->number) != isnan(y->number))
		return isnan(x->number) ? 1 : -1;
	return x->number != y->number && !isnan(x->number) ? (x->number > y->number ? 1 : -1)
							   : maas_span_compare(x->name, y->name);
}

/* The sorts of labels that are drawn: those of most rows, in order; `of` [labels] tells each label's curve. */
static struct sort *
choose(struct scatter *s, uint32_t *of)
{
	size_t n = s->labels.n, kept = n > SORTS ? SORTS : n;
	struct sort *sort = maas_take(s->arena, n, sizeof *sort);

	for (size_t i = 0; sort && i < n; i++) {
		sort[i] = (struct sort){ .name = s->labels.name[i], .label = i };
		if (maas_number(sort[i].name, &sort[i].number) < 0)
			sort[i].number = NAN;
	}
	for (size_t i = 0; sort && i < s->n; i++)
		sort[s->point[i].label].rows++;
	if (!sort)
		return NULL;
	qsort(sort, n, sizeof *sort, by_rows);
	qsort(sort, kept, sizeof *sort, by_name);
	for (size_t i = 0; i < n; i++)
		of[sort[i].label] = (uint32_t)(i < kept ? i : kept);
	return sort;
}

static const char *
sort_name(struct scatter *s, struct maas_span name)
{
	return name.n ? maas_take_text(s->arena, name.s, name.n) : "(none)";
}

/* Points to a curve a label; one without a name where there is one label alone. */
static int
sort_out(struct scatter *s)
{
	uint32_t *of = maas_take(s->arena, s->labels.n, sizeof *of);
	struct sort *sort = of ? choose(s, of) : NULL;
	double *x[SORTS + 1] = { NULL }, *y[SORTS + 1] = { NULL };
	char other[48];

	if (!sort)
		return -1;
	s->curves = s->labels.n > SORTS ? SORTS + 1 : s->labels.n;
	snprintf(other, sizeof other, "%zu others", s->labels.n - SORTS);
	for (size_t c = 0; c < s->curves; c++) {
		size_t rows = c < SORTS ? sort[c].rows : s->n;

		s->curve[c] = (struct maas_curve){ .dots = 1, .colour = c < SORTS ? 0 : OTHER };
		s->curve[c].x = x[c] = maas_take(s->arena, rows, sizeof *x[c]);
		s->curve[c].y = y[c] = maas_take(s->arena, rows, sizeof *y[c]);
		if (s->labels.n > 1)
			s->curve[c].name = sort_name(s, c < SORTS ? sort[c].name : maas_span(other));
		if (!x[c] || !y[c] || (s->labels.n > 1 && !s->curve[c].name))
			return -1;
	}
	for (size_t i = 0; i < s->n; i++) {
		size_t c = of[s->point[i].label], at = s->curve[c].n++;

		x[c][at] = s->point[i].x;
		y[c][at] = s->point[i].y;
	}
	return 0;
}

/* Rows of a table on their way to points. */
struct rows {
	struct call *call;
	const struct maas_model *m;
	struct maas_reader *reader;
	struct maas_team *team;
	double *x, *y;
	uint32_t label[BATCH];
	size_t n, in, k, seen;
};

static int
settle(struct rows *r, struct scatter *s)
{
	maas_pca_transform(r->m, r->y, r->x, r->n, r->team);
	if (maas_grow(&s->point, s->n, &s->cap, r->n, sizeof *s->point) < 0)
		return -1;
	for (size_t i = 0; i < r->n; i++) {
		const double *y = r->y + i * r->k;

		r->seen++;
		s->point[s->n++] = r->k > 1 ? (struct point){ y[0], y[1], r->label[i] }
					    : (struct point){ (double)r->seen, y[0], r->label[i] };
	}
	r->n = 0;
	return 0;
}

static int
gather(struct rows *r, struct scatter *s, size_t *bad)
{
	struct maas_row row;
	int64_t label;
	int rc;

	while ((rc = maas_reader_next(r->reader, &row)) > 0) {
		if (row.record.empty)
			continue;
		if (row.bad) {
			warn(r->call, "%s", row.bad);
			++*bad;
			continue;
		}
		if ((label = maas_names_number(&s->labels, row.nkeep ? row.keep[0] : row.label)) < 0)
			return -1;
		r->label[r->n] = (uint32_t)label;
		maas_columns_spread(maas_pca_columns(r->m), &row, r->x + r->n * r->in);
		if (++r->n == BATCH && settle(r, s) < 0)
			return -1;
	}
	return rc < 0 || (r->n && settle(r, s) < 0) ? -1 : 0;
}

/* A name as the one item of a list of names. */
static int
keep_label(struct maas_reader *r, const char *label)
{
	struct maas_buf b = { 0 };
	int rc = maas_buf_text(&b, "\"");

	for (; *label && !rc; label++)
		rc = (*label == '"' && maas_buf_text(&b, "\"")) || maas_buf_add(&b, label, 1);
	rc = rc || maas_buf_text(&b, "\"") || maas_buf_add(&b, "", 1) || maas_reader_keep(r, b.s) < 0;
	maas_buf_free(&b);
	return rc ? -1 : 0;
}

static int
read_points(
    struct call *c, const struct maas_model *m, struct maas_table *t, const char *label, struct scatter *s, size_t *bad)
{
	const struct maas_columns *columns = maas_pca_columns(m);
	struct rows r = { .call = c, .m = m, .in = columns->numbers };
	int rc = -1;

	r.k = (size_t)((const struct maas_pca *)m->settings)->components;
	r.x = maas_alloc(BATCH, r.in * sizeof *r.x);
	r.y = maas_alloc(BATCH, r.k * sizeof *r.y);
	if (r.x && r.y && (r.team = maas_team_new((int)c->common.threads)) &&
	    (r.reader = maas_reader_new(columns, t)) && (!label || !*label || keep_label(r.reader, label) == 0))
		rc = gather(&r, s, bad);
	maas_reader_free(r.reader);
	maas_team_free(r.team);
	free(r.x);
	free(r.y);
	return rc;
}

/* The variances: a bar a component, and the line of their sums. */
static int
draw_scree(const struct maas_model *m, struct maas_arena *a, struct maas_curve curve[2], struct maas_plot *panel)
{
	const struct maas_pca *s = m->settings;
	const double *v = maas_pca_variances(m);
	size_t k = (size_t)s->components;
	double *x = maas_take(a, k, 3 * sizeof *x), *share = x ? x + k : NULL, *sum = x ? share + k : NULL, all = 0;

	if (!x)
		return -1;
	for (size_t i = 0; i < k; i++) {
		x[i] = (double)i + 1;
		share[i] = v[i] / s->total_variance;
		sum[i] = all += share[i];
	}
	curve[0] = (struct maas_curve){ .name = "a component", .x = x, .y = share, .n = k, .bars = 1 };
	curve[1] = (struct maas_curve){ .name = "all up to it", .x = x, .y = sum, .n = k, .dots = k == 1 };
	*panel = (struct maas_plot){
		.title = "Variance", .x = "component", .y = "share of the variance", .curve = curve, .n = 2
	};
	return 0;
}

/* "pc1: 29.01 % of the variance" */
static void
name_axis(const struct maas_model *m, size_t i, char to[64])
{
	const struct maas_pca *s = m->settings;

	snprintf(to, 64, "pc%zu: %.2f %% of the variance", i + 1, 100 * maas_pca_variances(m)[i] / s->total_variance);
}

int
pca_picture(
    struct call *c, const struct maas_model *m, struct maas_table *t, const char *label, const char *path, size_t *bad)
{
	int one = ((const struct maas_pca *)m->settings)->components == 1;
	struct scatter s = { .arena = maas_arena_new(1 << 16) };
	struct maas_plot panel[2];
	struct maas_curve scree[2];
	char axis[2][64] = { "row" };
	int rc = s.arena ? draw_scree(m, s.arena, scree, &panel[0]) : -1;

	if (!rc && t) {
		name_axis(m, 0, axis[one]);
		if (!one)
			name_axis(m, 1, axis[1]);
		rc = read_points(c, m, t, label, &s, bad) < 0 || (s.n && sort_out(&s) < 0);
		panel[1] =
		    (struct maas_plot){ .title = "Rows", .x = axis[0], .y = axis[1], .curve = s.curve, .n = s.curves };
	}
	if (!rc)
		rc = maas_panels_save(panel, t ? 2 : 1, path);
	maas_names_free(&s.labels);
	maas_arena_free(s.arena);
	free(s.point);
	return rc ? -1 : 0;
}
