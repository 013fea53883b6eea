/* maas-classify evaluate: pictures of what was measured. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "maas/plot.h"

struct picture {
	struct maas_confusion m;
	struct maas_heat heat;
	struct maas_span label[MAAS_HEAT];
	double *cell; /* shades, then numbers */
	double *xy;   /* of curves: false alarms, recall; recall, precision */
	struct maas_curve roc[2], pr;
	char auc[64], ap[64], title[96];
	struct maas_plot panel[3];
	size_t panels;
};

struct ranked {
	size_t label;
	double rows;
};

static int
by_rows(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->rows != y->rows ? (x->rows < y->rows ? 1 : -1) : (x->label > y->label) - (x->label < y->label);
}

static int
by_label(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->label > y->label) - (x->label < y->label);
}

/* The labels that are drawn: those with the most rows, at most MAAS_HEAT, in their order.  On the heap. */
static struct ranked *
choose(const struct maas_confusion *m, size_t *n)
{
	struct ranked *r = maas_alloc(m->n, sizeof *r);

	*n = m->n < MAAS_HEAT ? m->n : MAAS_HEAT;
	for (size_t i = 0; r && i < m->n; i++) {
		r[i].label = i;
		for (size_t j = 0; j < m->n; j++)
			r[i].rows += (double)m->count[i * m->n + j];
	}
	if (r) {
		qsort(r, m->n, sizeof *r, by_rows);
		qsort(r, *n, sizeof *r, by_label);
	}
	return r;
}

static int
add_confusion(struct picture *p, struct maas_eval *e)
{
	struct ranked *pick;
	size_t n;

	if (maas_eval_matrix(e, &p->m) < 0 || !(pick = choose(&p->m, &n)))
		return -1;
	if (!(p->cell = maas_alloc(n * n, 2 * sizeof *p->cell))) {
		free(pick);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		p->label[i] = p->m.label[pick[i].label];
		for (size_t j = 0; j < n; j++) {
			double count = (double)p->m.count[pick[i].label * p->m.n + pick[j].label];

			p->cell[i * n + j] = pick[i].rows > 0 ? count / pick[i].rows : 0;
			p->cell[n * n + i * n + j] = count;
		}
	}
	free(pick);
	p->heat = (struct maas_heat){ n, n, p->label, p->label, p->cell, p->cell + n * n, "share of the label's rows" };
	snprintf(p->title, sizeof p->title,
	    n < p->m.n ? "Confusion: the %zu labels with most rows of %zu" : "Confusion", n, p->m.n);
	p->panel[p->panels++] =
	    (struct maas_plot){ .title = p->title, .x = "predicted", .y = "true", .heat = &p->heat };
	return 0;
}

/* The area under steps, as scikit-learn's average_precision_score has it. */
static double
average_precision(const struct maas_sweep *s)
{
	double sum = 0;

	for (size_t i = 1; i < s->n; i++)
		sum += (s->cut[i].recall - s->cut[i - 1].recall) * s->cut[i].precision;
	return sum;
}

/* Under the straight lines between points: what roc_auc is. */
static double
area(const double *x, const double *y, size_t n)
{
	double sum = 0;

	for (size_t i = 1; i < n; i++)
		sum += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
	return sum;
}

static int
add_curves(struct picture *p, const struct maas_sweep *s)
{
	static const double ends[] = { 0, 1 };
	size_t n = s->n, steps = 2 * (n - 1);
	double *x = p->xy = maas_alloc(n + steps, 2 * sizeof *p->xy), *y = x ? x + n : NULL, *recall, *precision;

	if (!x)
		return -1;
	recall = y + n;
	precision = recall + steps;
	for (size_t i = 0; i < n; i++) {
		const struct maas_cut *c = &s->cut[i];

		x[i] = c->fp + c->tn ? (double)c->fp / (double)(c->fp + c->tn) : 0;
		y[i] = c->recall;
		if (!i)
			continue;
		recall[2 * i - 2] = s->cut[i - 1].recall;
		recall[2 * i - 1] = c->recall;
		precision[2 * i - 2] = precision[2 * i - 1] = c->precision;
	}
	snprintf(p->auc, sizeof p->auc, "area %.4f", area(x, y, n));
	snprintf(p->ap, sizeof p->ap, "average precision %.4f", average_precision(s));
	p->roc[0] = (struct maas_curve){ .name = p->auc, .x = x, .y = y, .n = n };
	p->roc[1] = (struct maas_curve){ .name = "chance", .x = ends, .y = ends, .n = 2 };
	p->pr = (struct maas_curve){ .name = p->ap, .x = recall, .y = precision, .n = steps };
	p->panel[p->panels++] = (struct maas_plot){
		.title = "ROC", .x = "false alarms: share of the others", .y = "recall", .curve = p->roc, .n = 2
	};
	p->panel[p->panels++] = (struct maas_plot){
		.title = "Precision and recall", .x = "recall", .y = "precision", .curve = &p->pr, .n = 1
	};
	return 0;
}

static void
add_values(struct picture *p, const struct maas_eval *e)
{
	size_t n = maas_eval_count(e);
	const double *truth, *answer;
	double lo = INFINITY, hi = -INFINITY;

	maas_eval_values(e, &truth, &answer);
	for (size_t i = 0; i < n; i++) {
		lo = fmin(lo, truth[i]);
		hi = fmax(hi, truth[i]);
	}
	p->xy[0] = lo;
	p->xy[1] = hi;
	p->roc[0] = (struct maas_curve){ .name = "a row", .x = truth, .y = answer, .n = n, .dots = 1 };
	p->roc[1] = (struct maas_curve){ .name = "all right", .x = p->xy, .y = p->xy, .n = 2 };
	p->panel[p->panels++] =
	    (struct maas_plot){ .title = "Answers", .x = "true", .y = "predicted", .curve = p->roc, .n = 2 };
}

static int
fill(struct picture *p, struct maas_eval *e, const struct maas_sweep *s)
{
	if (maas_eval_labels(e))
		return add_confusion(p, e) < 0 || (s && add_curves(p, s) < 0) ? -1 : 0;
	if (!(p->xy = maas_alloc(2, sizeof *p->xy)))
		return -1;
	add_values(p, e);
	return 0;
}

int
classify_picture(struct maas_eval *e, const struct maas_sweep *s, const char *path)
{
	struct picture p = { 0 };
	int rc = fill(&p, e, s);

	if (!rc)
		rc = maas_panels_save(p.panel, p.panels, path);
	maas_confusion_free(&p.m);
	free(p.cell);
	free(p.xy);
	return rc;
}
