/* Advice behind the result: what was seen of a training on rows, and how advice is told of any training. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/advice.h"
#include "train_rows.h"

int
tell_advice(const struct call *c, const struct maas_seen *s, struct maas_buf *json)
{
	struct maas_advice a;

	if (!maas_advise(s, &a))
		return 0;
	if (c)
		warn(c, "advice: %s: try %s", a.why, a.try);
	return maas_buf_printf(json, ",\"advice\":{\"rule\":\"%s\",\"why\":", a.rule) ||
		maas_json_put_text(json, maas_span(a.why)) || maas_buf_text(json, ",\"try\":") ||
		maas_json_put_text(json, maas_span(a.try)) || maas_buf_text(json, "}")
	    ? -1
	    : 0;
}

double
setting_of(const struct maas_kind *k, const void *settings, const char *name)
{
	const struct maas_field *f = maas_field(k->fields, name, 0);

	return f && f->type == MAAS_F_REAL ? *(const double *)(const void *)((const char *)settings + f->at) : NAN;
}

/* What was seen, and what it is seen in. */
struct sight {
	struct maas_seen s;
	struct maas_seen_point *point;
	struct maas_seen_label *label;
	struct maas_buf name[2]; /* of columns */
};

/* Rows of each label, and how many of those held out were found. */
static int
see_labels(const struct rows_job *j, struct sight *to)
{
	const struct rows_fold *f = &j->fold;
	size_t n = maas_design_answers(&f->data.x, 0, f->data.n);
	struct maas_seen_label *label = to->label = maas_alloc(f->labels, sizeof *label);
	struct maas_confusion c;

	if (!label)
		return -1;
	to->s.label = label;
	to->s.labels = f->labels;
	for (size_t k = 0; k < f->labels; k++)
		label[k].name = f->label[k];
	for (size_t i = 0; i < n; i++)
		label[f->data.label[i]].train++;
	if (maas_eval_matrix(j->val, &c) < 0)
		return -1;
	for (size_t i = 0; i < c.n; i++) {
		size_t k = maas_label_find(f->label, f->labels, c.label[i]);

		for (size_t m = 0; k < f->labels && m < c.n; m++)
			label[k].val += c.count[i * c.n + m];
		if (k < f->labels)
			label[k].right = c.count[i * c.n + i];
	}
	maas_confusion_free(&c);
	return 0;
}

/* The deviation of a dense feature over the rows that are learnt from. */
static double
deviation(const struct maas_design *x, size_t col)
{
	double mean = 0, squares = 0;

	for (size_t i = 0; i < x->rows; i++) {
		double d = x->x[i * x->dense + col] - mean;

		mean += d / (double)(i + 1);
		squares += d * (x->x[i * x->dense + col] - mean);
	}
	return sqrt(squares / (double)x->rows);
}

/* The most and the least spread out of the numbers as they are learnt from. */
static int
see_spread(const struct rows_job *j, struct sight *to)
{
	const struct rows_fold *f = &j->fold;
	const struct maas_design *x = &f->data.x;
	const struct maas_rows *r = maas_rows_of(f->model);
	double most = 0, least = INFINITY;
	size_t wide = 0, narrow = 0;

	if (j->preparation->scale != MAAS_SCALE_NONE || f->projection || f->data.height || f->frames)
		return 0;
	for (size_t k = 0; k < x->dense; k++) {
		double d = deviation(x, k);

		if (d > most)
			most = d, wide = k;
		if (d > 0 && d < least)
			least = d, narrow = k;
	}
	if (!(most > least))
		return 0;
	if (maas_rows_feature(r, wide, &to->name[0]) < 0 || maas_rows_feature(r, narrow, &to->name[1]) < 0)
		return -1;
	to->s.wide = (struct maas_span){ to->name[0].s, to->name[0].n };
	to->s.narrow = (struct maas_span){ to->name[1].s, to->name[1].n };
	to->s.spread = most / least;
	return 0;
}

static int
see_course(const struct rows_job *j, struct sight *to)
{
	const struct rows_watch *w = &j->watch;
	const struct maas_fitting *how = &j->fold.how;
	double steps = j->training->steps && how->epochs > 0 ? (double)how->steps / how->epochs : 1;
	struct maas_seen_point *p = to->point = maas_alloc(w->n, sizeof *p);
	struct maas_seen *s = &to->s;

	if (!p)
		return -1;
	for (size_t i = 0; i < w->n; i++)
		p[i] = (struct maas_seen_point){ w->point[i].at * steps, w->point[i].train_loss, w->point[i].val_loss,
			w->point[i].val_metric };
	s->point = p;
	s->points = w->n;
	s->steps = how->epochs > 0;
	s->unit = j->training->steps ? "steps" : "epochs";
	s->length = how->epochs * steps;
	s->cut = w->timed_out || w->reached || how->stopped_epoch;
	return 0;
}

/* What would make the kind keep less to its rows: pictures are moved about, else what suits the kind; NULL where
 * that was said already. */
static const char *
regulariser(const struct rows_job *j)
{
	const struct maas_kind *k = j->kind;
	const char *option = j->fold.data.height && k->loss ? "--augment shift=1" : k->rows->regularise, *p = option;
	char name[40];
	size_t n = 0;

	if (!option)
		return NULL;
	if (j->fold.v) /* weights of words that are seldom are what it knows */
		return NULL;
	for (p += 2; *p && *p != ' ' && n + 1 < sizeof name; p++)
		name[n++] = *p == '-' ? '_' : *p;
	name[n] = '\0';
	return given(j->call, name) ? NULL : option;
}

/* What was asked for and measured. */
static void
see_settings(const struct rows_job *j, struct maas_seen *s)
{
	const struct rows_fold *f = &j->fold;
	const struct maas_fitting *how = &f->how;

	s->train_loss = how->loss;
	s->train_rows = f->train.n;
	s->val_rows = f->val.n;
	s->features = f->data.x.cols;
	s->split = !j->rows->val && f->val.n;
	s->folds = j->cv.folds > 0;
	s->converged = how->converged;
	s->to_go = how->gradient;
	s->tol = j->training->tol;
	s->iterations = (double)how->step;
	s->lr = how->rate;
	s->C = setting_of(j->kind, f->model->settings, "C");
	s->early_stop = j->training->early_stop > 0;
	s->weighted = j->training->class_weight != NULL;
	s->calibrated = j->rows->calibrate;
	s->counts = f->fitted && !j->vectorizer->tfidf;
	s->regularise = regulariser(j);
	if (j->val && maas_eval_metric(j->val, f->labels ? "log_loss" : "mse", &s->val_loss) < 0)
		s->val_loss = NAN;
	if (j->val && f->labels && maas_eval_metric(j->val, "accuracy", &s->accuracy) < 0)
		s->accuracy = NAN;
}

int
rows_advise(const struct rows_job *j, int say, struct maas_buf *json)
{
	struct sight see = { .s = { .val_loss = NAN, .accuracy = NAN, .spread = NAN } };
	int bad;

	if (j->search.n) /* settings are what it has looked for */
		return 0;
	see_settings(j, &see.s);
	bad = see_course(j, &see) || (j->val && j->fold.labels && see_labels(j, &see)) || see_spread(j, &see) ||
	    tell_advice(say ? j->call : NULL, &see.s, json);
	free(see.point);
	free(see.label);
	maas_buf_free(&see.name[0]);
	maas_buf_free(&see.name[1]);
	return bad ? -1 : 0;
}
