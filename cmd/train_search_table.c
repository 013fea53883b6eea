/* The trials of a search: as JSON, as a table of tab-separated values, as pictures. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"
#include "maas/plot.h"
#include "train_search.h"

static const char *const states[] = { "not run", "measured", "diverged", "refused", "too large" };

int
trial_put_json(const struct search *s, const struct trial *t, struct maas_buf *b)
{
	const char *name = rows_grade_name(&s->base), *how = t->cv.folds ? "cv" : "val";
	static const char *const reason[] = { NULL, NULL, "diverged", "refused", "too_large" };

	if (maas_buf_printf(b, "{\"trial\":%zu,\"settings\":%s", t->number, t->json))
		return -1;
	if (s->halving && t->round && maas_buf_printf(b, ",\"round\":%zu", t->round))
		return -1;
	if (t->state == TRIAL_OPEN)
		return maas_buf_text(b, ",\"cut\":true}");
	if (t->state != TRIAL_MEASURED)
		return maas_buf_printf(b, ",\"%s\":", reason[t->state]) || maas_json_put_text(b, maas_span(t->why)) ||
			maas_buf_text(b, "}")
		    ? -1
		    : 0;
	if (maas_buf_printf(b, ",\"%s_%s\":", how, name) || maas_json_put_real(b, t->score))
		return -1;
	if (t->cv.folds && (maas_buf_printf(b, ",\"cv_%s_std\":", name) || maas_json_put_real(b, t->cv.deviation)))
		return -1;
	return maas_buf_text(b, "}");
}

int
trial_compare(const void *a, const void *b)
{
	const struct trial *x = *(struct trial *const *)a, *y = *(struct trial *const *)b;
	int good[] = { x->state == TRIAL_MEASURED, y->state == TRIAL_MEASURED };

	if (good[0] != good[1])
		return good[1] - good[0];
	if (good[0] && x->round != y->round)
		return x->round > y->round ? -1 : 1;
	if (good[0] && x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* A field of the table: no tab and no end of line in it. */
static int
put_field(struct maas_buf *b, const char *text)
{
	size_t at = b->n;

	if (maas_buf_printf(b, "\t%s", text))
		return -1;
	for (char *p = b->s + at + 1; *p; p++)
		*p = *p == '\t' || *p == '\n' || *p == '\r' ? ' ' : *p;
	return 0;
}

static int
put_real(struct maas_buf *b, double v)
{
	return maas_buf_text(b, "\t") || (isfinite(v) && maas_json_put_real(b, v)) ? -1 : 0;
}

static int
put_head(const struct search *s, struct maas_buf *b)
{
	const char *name = rows_grade_name(&s->base);
	long folds = s->base.rows->cv;
	int bad = maas_buf_printf(b, "trial\t%s_%s", folds ? "cv" : "val", name);

	if (folds)
		bad = bad || maas_buf_printf(b, "\tcv_%s_std", name);
	bad = bad || maas_buf_text(b, s->halving ? "\tround\tstate" : "\tstate") ||
	    (s->kinds > 1 && maas_buf_text(b, "\tkind"));
	for (size_t i = 0; i < s->ntries && !bad; i++)
		bad = put_field(b, s->tries[i].name);
	return bad || maas_buf_text(b, "\twhy\n") ? -1 : 0;
}

static int
put_line(const struct search *s, const struct trial *t, struct maas_buf *b)
{
	int good = t->state == TRIAL_MEASURED, bad = maas_buf_printf(b, "%zu", t->number);

	bad = bad || put_real(b, good ? t->score : NAN) ||
	    (s->base.rows->cv && put_real(b, good ? t->cv.deviation : NAN)) ||
	    (s->halving && maas_buf_printf(b, "\t%zu", t->round)) || put_field(b, states[t->state]) ||
	    (s->kinds > 1 && put_field(b, t->call->verb->name));
	for (size_t i = 0; i < s->ntries && !bad; i++)
		bad = put_field(b, t->value[i] ? t->value[i] : "");
	return bad || put_field(b, t->why ? t->why : "") || maas_buf_text(b, "\n") ? -1 : 0;
}

/* [s->n], the best first. */
static struct trial **
in_order(const struct search *s)
{
	struct trial **t = maas_take(s->arena, s->n, sizeof *t);

	for (size_t i = 0; t && i < s->n; i++)
		t[i] = &s->trial[i];
	if (t)
		qsort(t, s->n, sizeof *t, trial_compare);
	return t;
}

int
search_write_table(const struct search *s, const char *path)
{
	struct trial **t = in_order(s);
	struct maas_out *out;
	struct maas_buf b = { 0 };
	int bad = !t || put_head(s, &b);

	for (size_t i = 0; i < s->n && !bad; i++)
		bad = put_line(s, t[i], &b);
	bad = bad || !(out = maas_out_open(path));
	if (!bad) {
		fwrite(b.s, 1, b.n, maas_out_file(out));
		bad = maas_out_commit(out, 0);
	}
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

/* Points of a panel. */
struct points {
	double *x, *y;
	size_t n;
};

static int
take_points(const struct search *s, struct points *p, size_t n)
{
	*p = (struct points){ .x = maas_take(s->arena, n, sizeof *p->x), .y = maas_take(s->arena, n, sizeof *p->y) };
	return p->x && p->y ? 0 : -1;
}

/* Each trial a dot, and the best so far a line of steps. */
static int
draw_scores(const struct search *s, struct maas_plot *to)
{
	struct maas_curve *c = maas_take(s->arena, 2, sizeof *c);
	struct points all, best;

	if (!c || take_points(s, &all, s->n) || take_points(s, &best, 2 * s->n))
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = &s->trial[i];
		double before = i ? best.y[2 * i - 1] : NAN;
		int counts = t->state == TRIAL_MEASURED;

		all.x[i] = best.x[2 * i] = best.x[2 * i + 1] = (double)t->number;
		all.y[i] = counts ? t->score : NAN;
		best.y[2 * i] = before;
		best.y[2 * i + 1] = counts && !(before >= t->score) ? t->score : before;
	}
	c[0] = (struct maas_curve){ .name = "trials", .x = all.x, .y = all.y, .n = s->n, .dots = 1 };
	c[1] = (struct maas_curve){ .name = "the best so far", .x = best.x, .y = best.y, .n = 2 * s->n };
	*to = (struct maas_plot){ .title = "Trials", .x = "trial", .y = rows_grade_name(&s->base), .curve = c, .n = 2 };
	return 0;
}

/* A setting's values as they are drawn: their logarithms, where the largest is a hundred times the least. */
static int
put_values(const struct search *s, size_t at, struct points *p, int *logarithmic)
{
	double least = INFINITY, most = -INFINITY, v;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = &s->trial[i];

		if (t->state != TRIAL_MEASURED || !t->value[at] || maas_parse_real(maas_span(t->value[at]), &v) ||
		    !isfinite(v))
			continue;
		p->x[p->n] = v;
		p->y[p->n++] = t->score;
		least = fmin(least, v);
		most = fmax(most, v);
	}
	*logarithmic = least > 0 && most >= 100 * least;
	for (size_t i = 0; i < p->n && *logarithmic; i++)
		p->x[i] = log10(p->x[i]);
	return p->n > 2 && most > least;
}

/* What a setting of numbers does: 1; 0: nothing to be seen. */
static int
draw_setting(const struct search *s, size_t at, struct maas_plot *to)
{
	const char *name = s->tries[at].name;
	struct maas_curve *c = maas_take(s->arena, 1, sizeof *c);
	char *label = maas_take(s->arena, strlen(name) + 8, 1);
	struct points p;
	int logarithmic;

	if (!c || !label || take_points(s, &p, s->n))
		return -1;
	if (!put_values(s, at, &p, &logarithmic))
		return 0;
	snprintf(label, strlen(name) + 8, logarithmic ? "log10 %s" : "%s", name);
	*c = (struct maas_curve){ .x = p.x, .y = p.y, .n = p.n, .dots = 1 };
	*to = (struct maas_plot){ .title = name, .x = label, .y = rows_grade_name(&s->base), .curve = c, .n = 1 };
	return 1;
}

int
search_draw_trials(struct search *s)
{
	enum { PANELS = 3 };
	struct maas_plot *panel;
	size_t n = 1;

	if (!s->base.rows->plot)
		return 0;
	if (!(panel = maas_take(s->arena, PANELS, sizeof *panel)) || draw_scores(s, panel))
		return -1;
	for (size_t i = 0; i < s->ntries && n < PANELS; i++) {
		int rc = draw_setting(s, i, &panel[n]);

		if (rc < 0)
			return -1;
		n += rc > 0;
	}
	s->base.trials_plot = panel;
	s->base.trials_plots = n;
	return 0;
}
