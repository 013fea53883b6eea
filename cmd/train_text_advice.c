/* Advice behind the result of a language model: what was seen of its training. */
#include <math.h>
#include <stdlib.h>

#include "maas/advice.h"
#include "train_text.h"

enum { PARTS_TOLD = 10 }; /* of a run in which nothing is held out */

/* Losses of what was learnt from are means of the steps since the point before. */
static int
see_course(const struct job *j, struct maas_seen_point **to, size_t *n)
{
	const struct maas_curves *c = maas_trainer_curves(j->trainer);
	size_t from = 0, points = c->evals ? c->evals : PARTS_TOLD;
	struct maas_seen_point *p = *to = maas_alloc(points, sizeof *p);

	if (!p)
		return -1;
	*n = 0;
	for (size_t i = 0; i < points; i++) {
		size_t at = c->evals ? (size_t)c->val[i].step : c->steps * (i + 1) / points;

		if (at <= from)
			continue;
		p[*n].at = (double)at;
		p[*n].metric = NAN;
		p[*n].val = c->evals ? c->val[i].loss : NAN;
		p[(*n)++].train = mean_loss(c, from, at);
		from = at;
	}
	return 0;
}

int
text_advise(const struct job *j, int ending, int say, struct maas_buf *json)
{
	const struct maas_curves *c = maas_trainer_curves(j->trainer);
	const struct maas_evaluation *e = c->evals ? &c->val[c->evals - 1] : NULL;
	double steps = maas_trainer_steps(j->trainer);
	int stopped = ending != MAAS_FINISHED || !(c->steps >= steps); /* or by the clock */
	struct maas_seen s = { .steps = 1,
		.unit = "steps",
		.length = steps,
		.cut = stopped,
		.train_rows = j->train.end - j->train.begin,
		.val_loss = e ? e->loss : NAN,
		.accuracy = NAN,
		.spread = NAN,
		.C = NAN,
		.converged = -1,
		.lr = maas_trainer_rate(j->trainer),
		.regularise = setting_of(j->model->kind, j->model->settings, "dropout") > 0 ? NULL : "--dropout 0.2",
		.early_stop = j->how->early_stop > 0 };
	struct maas_seen_point *point = NULL;
	int bad = see_course(j, &point, &s.points);

	s.point = point;
	if (!bad && !isnan(j->how->epochs)) {
		for (size_t i = 0; i < s.points; i++)
			point[i].at *= j->how->epochs / steps;
		s.unit = "epochs";
		s.length = j->how->epochs;
	}
	bad = bad || tell_advice(say ? j->call : NULL, &s, json);
	free(point);
	return bad ? -1 : 0;
}
