/* A training as a picture: the loss, the metric, and what was asked against what was answered. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/plot.h"
#include "train_rows.h"

#define PANELS 3
#define MORE   3 /* of a search */

struct drawing {
	struct maas_plot panel[PANELS + MORE];
	size_t n;
	struct maas_curve curve[4]; /* loss, loss held out, metric, metric held out */
	double *x;                  /* [5][points]: x, and y of each curve */
	struct maas_confusion c;
	struct maas_heat heat;
	double *shade, *number; /* [c.n][c.n] */
	struct maas_curve answers[2];
	double ends[2];
};

/* A panel of one or two curves; none where there is no point, or one alone. */
static void
add_curves(struct drawing *d, struct maas_curve *c, size_t n, struct maas_plot p)
{
	size_t points[2] = { 0 };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < n; i++)
			points[k] += isfinite(c[k].y[i]);
	if (points[0] < 2 && points[1] < 2)
		return;
	c[0].name = "training";
	c[1].name = "held out";
	p.curve = points[0] ? c : c + 1;
	p.n = points[0] && points[1] ? 2 : 1;
	d->panel[d->n++] = p;
}

static int
draw_course(const struct rows_job *j, struct drawing *d)
{
	const struct rows_watch *w = &j->watch;
	const char *at = j->fold.how.epochs > 0 ? "epoch" : "step", *metric = rows_metric(j);
	size_t n = w->n;
	double *y;

	if (!(d->x = maas_alloc(n, 5 * sizeof *d->x)))
		return -1;
	y = d->x + n;
	for (size_t i = 0; i < n; i++) {
		const struct rows_point *p = &w->point[i];

		d->x[i] = p->at;
		y[i] = p->train_loss;
		y[n + i] = p->val_loss;
		y[2 * n + i] = p->train_metric;
		y[3 * n + i] = p->val_metric;
	}
	for (size_t k = 0; k < 4; k++)
		d->curve[k] = (struct maas_curve){ .x = d->x, .y = y + k * n, .n = n };
	add_curves(d, d->curve, n,
	    (struct maas_plot){ .title = "Loss",
		.x = at,
		.y = j->task != MAAS_TASK_REGRESS ? "-ln of the label's probability" : "mean squared error" });
	add_curves(d, d->curve + 2, n,
	    (struct maas_plot){ .title = *metric == 'a' ? "Accuracy"
		    : *metric == 'f'                    ? "F1 of entities"
							: metric,
		.x = at,
		.y = metric });
	return 0;
}

/* The confusion matrix; each row's shade is a share of its truths. */
static int
draw_labels(const struct rows_job *j, struct drawing *d, struct maas_eval *e, const char *of)
{
	size_t n;

	if (maas_eval_matrix(e, &d->c))
		return -1;
	n = d->c.n;
	if (n > MAAS_HEAT) {
		warn(j->call, "%zu labels: more than a picture of who was taken for whom has room for (%d)", n,
		    MAAS_HEAT);
		return 0;
	}
	if (!(d->shade = maas_alloc(2 * n, n * sizeof *d->shade)))
		return -1;
	d->number = d->shade + n * n;
	for (size_t i = 0; i < n; i++) {
		double all = 0;

		for (size_t k = 0; k < n; k++)
			all += (double)d->c.count[i * n + k];
		for (size_t k = 0; k < n; k++) {
			d->number[i * n + k] = (double)d->c.count[i * n + k];
			d->shade[i * n + k] = all > 0 ? d->number[i * n + k] / all : 0;
		}
	}
	d->heat = (struct maas_heat){ .rows = n,
		.cols = n,
		.row = d->c.label,
		.col = d->c.label,
		.shade = d->shade,
		.number = d->number,
		.scale = "share of the label's rows" };
	d->panel[d->n++] = (struct maas_plot){ .title = of, .x = "answer", .y = "label", .heat = &d->heat };
	return 0;
}

/* Each row a dot, and the line on which all would lie. */
static void
draw_numbers(struct drawing *d, const struct maas_eval *e, const char *of)
{
	const double *truth, *answer;
	size_t n = maas_eval_count(e);

	maas_eval_values(e, &truth, &answer);
	d->ends[0] = INFINITY;
	d->ends[1] = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		d->ends[0] = fmin(d->ends[0], truth[i]);
		d->ends[1] = fmax(d->ends[1], truth[i]);
	}
	d->answers[0] = (struct maas_curve){ .name = "rows", .x = truth, .y = answer, .n = n, .dots = 1 };
	d->answers[1] = (struct maas_curve){ .name = "answer = label", .x = d->ends, .y = d->ends, .n = 2 };
	d->panel[d->n++] = (struct maas_plot){ .title = of, .x = "label", .y = "answer", .curve = d->answers, .n = 2 };
}

int
rows_plot(struct rows_job *j)
{
	const struct rows_fold *f = &j->fold;
	const char *of = j->val ? "Held-out rows" : "Training rows";
	struct drawing d = { .n = 0 };
	struct maas_eval *own = NULL, *e = j->val;
	int bad;

	if (!j->rows->plot)
		return 0;
	if (!e)
		e = own = rows_judge(j, f, &f->train, &f->data.x, NULL);
	for (; d.n < j->trials_plots && d.n < MORE; d.n++)
		d.panel[d.n] = j->trials_plot[d.n];
	bad = !e || draw_course(j, &d);
	if (!bad && j->task != MAAS_TASK_REGRESS)
		bad = draw_labels(j, &d, e, of);
	else if (!bad)
		draw_numbers(&d, e, of);
	if (!bad && d.n)
		bad = maas_panels_save(d.panel, d.n, j->rows->plot);
	else if (!bad)
		warn(j->call, "%s: there is nothing to draw", j->rows->plot);
	maas_eval_free(own);
	maas_confusion_free(&d.c);
	free(d.shade);
	free(d.x);
	return bad ? -1 : 0;
}
