/* What is said of a model of rows when it stands: the result, for people and as JSON. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train_rows.h"

#define FEW 20 /* features whose weights are told */

static int
member(struct maas_buf *b, const char *name, double v)
{
	if (isnan(v))
		return 0;
	return maas_buf_printf(b, ",\"%s\":", name) || maas_json_put_real(b, v) ? -1 : 0;
}

static int
text_member(struct maas_buf *b, const char *name, const char *text)
{
	if (!text)
		return 0;
	return maas_buf_printf(b, ",\"%s\":", name) || maas_json_put_text(b, maas_span(text)) ? -1 : 0;
}

/* A metric of what was held out; NAN: there is none.  What there is of entities comes before what tags alone say. */
static double
held(const struct rows_job *j, const char *name)
{
	double v = NAN;

	if (j->entities && j->val && (!strncmp(name, "entity_", 7) || !strcmp(name, "accuracy")))
		return maas_entities_metric(j->entities, name, &v) == 0 ? v : NAN;
	return j->val && maas_eval_metric(j->val, name, &v) == 0 ? v : NAN;
}

/* What one who learns next to nothing would reach, where the model was measured. */
static double
baseline(const struct rows_job *j)
{
	return rows_baseline(j, &j->fold, j->fold.val.n ? &j->fold.val : &j->fold.train);
}

static int
put_held_out(const struct rows_job *j, struct maas_buf *b)
{
	static const char *const of_labels[][2] = { { "val_loss", "log_loss" }, { "val_accuracy", "accuracy" },
		{ "val_f1", "f1_macro" }, { "val_f1_weighted", "f1_weighted" } };
	static const char *const of_numbers[][2] = { { "val_loss", "mse" }, { "val_r2", "r2" }, { "val_rmse", "rmse" },
		{ "val_mae", "mae" } };
	static const char *const of_tags[][2] = { { "val_loss", "log_loss" }, { "val_accuracy", "accuracy" },
		{ "val_f1", "entity_f1" }, { "val_entity_precision", "entity_precision" },
		{ "val_entity_recall", "entity_recall" } };
	const char *const(*names)[2] = j->entities ? of_tags : j->task == MAAS_TASK_CLASS ? of_labels : of_numbers;
	size_t n = j->entities ? MAAS_COUNT(of_tags) : MAAS_COUNT(of_labels);
	int bad = 0;

	if (!j->val)
		return 0;
	bad = maas_buf_printf(b, ",\"val_rows\":%zu", j->fold.val.n);
	for (size_t i = 0; i < n && !bad; i++)
		bad = member(b, names[i][0], held(j, names[i][1]));
	return bad ? -1 : 0;
}

static int
put_folds(const struct rows_job *j, struct maas_buf *b)
{
	char name[32];
	int bad;

	if (!j->cv.folds)
		return 0;
	snprintf(name, sizeof name, "cv_%s", rows_grade_name(j));
	bad = member(b, name, j->cv.mean);
	snprintf(name, sizeof name, "cv_%s_std", rows_grade_name(j));
	return bad || member(b, name, j->cv.deviation) || member(b, "cv_baseline", j->cv.baseline) ? -1 : 0;
}

static void
card_measures(const struct rows_job *j, struct maas_card *card)
{
	static const char *const of_labels[] = { "accuracy", "f1_macro", "f1_weighted", "log_loss" };
	static const char *const of_numbers[] = { "r2", "rmse", "mae", "mse" };
	static const char *const of_tags[] = { "accuracy", "entity_precision", "entity_recall", "entity_f1" };
	const char *const *names = j->entities ? of_tags : j->task == MAAS_TASK_CLASS ? of_labels : of_numbers;

	for (size_t i = 0; j->val && i < MAAS_COUNT(of_labels); i++)
		maas_measure_add(&card->quality, names[i], held(j, names[i]));
	if (j->val) {
		maas_measure_add(&card->quality, "rows", (double)j->fold.val.n);
		maas_measure_add(&card->baseline, names[0], baseline(j));
	}
	if (j->cv.folds) {
		char name[2][40];

		snprintf(name[0], sizeof name[0], "cv_%s", rows_grade_name(j));
		snprintf(name[1], sizeof name[1], "cv_%s_std", rows_grade_name(j));
		maas_measure_add(&card->quality, name[0], j->cv.mean);
		maas_measure_add(&card->quality, name[1], j->cv.deviation);
		maas_measure_add(&card->quality, "folds", (double)j->cv.folds);
		maas_measure_add(&card->baseline, name[0], j->cv.baseline);
	}
}

int
rows_card(struct rows_job *j)
{
	struct maas_card card = { .sha256 = *j->sha256 ? j->sha256 : NULL, .rows = j->set->n };

	enter_words(ENTERED(j->outcome), &card);
	card_measures(j, &card);
	return maas_card_write(j->fold.model, &card);
}

/* The weights of an output; of all, a list of lists, where there are several. */
static int
put_weights(const struct rows_job *j, struct maas_buf *b)
{
	const struct rows_fold *f = &j->fold;
	const struct maas_rows_ops *ops = j->kind->rows;
	size_t n = f->data.x.cols, outputs = f->labels > 2 ? f->labels : 1;
	int bad;

	if (!ops->weight || n > FEW)
		return 0;
	bad = maas_buf_printf(b, ",\"coef\":%s", outputs > 1 ? "[" : "");
	for (size_t k = 0; k < outputs && !bad; k++) {
		bad = maas_buf_text(b, k ? ",[" : "[");
		for (size_t i = 0; i < n && !bad; i++)
			bad = maas_buf_text(b, i ? "," : "") || maas_json_put_real(b, ops->weight(f->model, i, k));
		bad = bad || maas_buf_text(b, "]");
	}
	bad = bad || maas_buf_printf(b, "%s,\"intercept\":%s", outputs > 1 ? "]" : "", outputs > 1 ? "[" : "");
	for (size_t k = 0; k < outputs && !bad; k++)
		bad = maas_buf_text(b, k ? "," : "") || maas_json_put_real(b, ops->intercept(f->model, k));
	return bad || maas_buf_text(b, outputs > 1 ? "]" : "") ? -1 : 0;
}

static int
put_course(const struct rows_job *j, struct maas_buf *b)
{
	const struct maas_fitting *how = &j->fold.how;
	int bad = maas_buf_printf(b, ",\"steps\":%ld", how->step);

	if (how->epochs > 0)
		bad = bad || member(b, "epochs", how->epoch);
	bad = bad || maas_buf_printf(b, ",\"done\":%s", j->watch.timed_out ? "false" : "true");
	if (how->converged >= 0)
		bad = bad || maas_buf_printf(b, ",\"converged\":%s", how->converged ? "true" : "false");
	if (j->training->early_stop && how->best_epoch)
		bad = bad || maas_buf_printf(b, ",\"best_epoch\":%ld", how->best_epoch);
	if (j->training->early_stop && how->stopped_epoch)
		bad = bad || maas_buf_printf(b, ",\"stopped_epoch\":%ld", how->stopped_epoch);
	if (how->rate > 0)
		bad = bad || member(b, "lr", how->rate);
	bad = bad || member(b, "train_loss", how->loss);
	return bad ? -1 : 0;
}

int
rows_result(const struct rows_job *j, struct maas_buf *b)
{
	const struct rows_fold *f = &j->fold;
	int bad = maas_buf_printf(b, "{\"kind\":\"%s\",\"rows\":%zu,\"%s\":%zu", j->kind->name, f->train.n,
	    rows_reads(f) ? "tokens" : "features", rows_inputs(f));

	if (f->labels)
		bad = bad || maas_buf_printf(b, ",\"labels\":%zu", f->labels);
	bad = bad || text_member(b, "solver", f->how.solver) || text_member(b, "objective", f->how.objective_text) ||
	    put_course(j, b) || put_held_out(j, b) || member(b, "baseline", baseline(j)) || put_folds(j, b) ||
	    (j->temperature > 0 && member(b, "temperature", j->temperature)) || put_weights(j, b) ||
	    (j->search.n && maas_buf_add(b, j->search.s, j->search.n)) || rows_advise(j, 0, b) || maas_buf_text(b, "}");
	return bad ? -1 : 0;
}

static int
print_json(const struct rows_job *j)
{
	struct maas_buf b = { 0 };
	int bad = rows_result(j, &b);

	if (!bad)
		puts(b.s);
	maas_buf_free(&b);
	return bad;
}

/* ", gd: 1000 steps, 1000 epochs" */
static void
tell_course(const struct rows_job *j, char *to, size_t n)
{
	const struct maas_fitting *how = &j->fold.how;
	char epochs[64] = "", rate[40] = "";

	if (isnan(j->training->lr) && how->rate > 0)
		snprintf(rate, sizeof rate, " at a rate of %.3g", how->rate);
	if (how->epochs > 0)
		snprintf(epochs, sizeof epochs, " in %.6g epoch%s", how->epoch, how->epoch == 1 ? "" : "s");
	snprintf(to, n, "%s%s%ld step%s%s%s", how->solver ? how->solver : "", how->solver ? ": " : "", how->step,
	    how->step == 1 ? "" : "s", epochs, rate);
}

static void
tell_end(const struct rows_job *j, char *to, size_t n)
{
	const struct maas_fitting *how = &j->fold.how;

	if (j->watch.timed_out)
		snprintf(to, n, ", not done: out of time");
	else if (how->converged == 0 && !j->watch.reached)
		snprintf(to, n, ", not converged: %.3g to go (see --max-iter, --tol)", how->gradient);
	else if (j->training->early_stop && how->stopped_epoch)
		snprintf(to, n, ", stopped after epoch %ld, best epoch %ld", how->stopped_epoch, how->best_epoch);
	else if (j->training->early_stop && how->best_epoch)
		snprintf(to, n, ", best epoch %ld", how->best_epoch);
}

int
rows_report(struct rows_job *j)
{
	const struct rows_fold *f = &j->fold;
	char labels[40] = "", course[120], val[160] = "", end[160] = "";
	struct maas_buf advice = { 0 };
	int bad;

	if (j->val && j->entities)
		snprintf(val, sizeof val, ", val_accuracy %.4f, val_f1 %.4f of entities in %zu sentences",
		    held(j, "accuracy"), held(j, "entity_f1"), f->val.n);
	else if (j->val && f->labels)
		snprintf(val, sizeof val, ", val_accuracy %.4f, val_f1 %.4f on %zu rows", held(j, "accuracy"),
		    held(j, "f1_macro"), f->val.n);
	else if (j->val)
		snprintf(val, sizeof val, ", val_r2 %.4f, val_rmse %.6g on %zu rows", held(j, "r2"), held(j, "rmse"),
		    f->val.n);
	if (f->labels)
		snprintf(labels, sizeof labels, " %zu labels,", f->labels);
	if (j->cv.folds)
		warn(j->call, "%ld folds: %s %.4f +- %.4f (%s alone: %.4f)", j->cv.folds, rows_grade_name(j),
		    j->cv.mean, j->cv.deviation, f->labels ? "the commonest label" : "the mean", j->cv.baseline);
	if (j->temperature > 0)
		warn(j->call, "temperature %.4g%s", j->temperature,
		    j->temperature == 1 ? ": what was held out has no better one (are all rows right?)" : "");
	tell_course(j, course, sizeof course);
	tell_end(j, end, sizeof end);
	warn(j->call, "%s: %zu rows, %zu %s,%s %s, train_loss %.6g%s (%s %.4f)%s", j->kind->name, f->train.n,
	    rows_inputs(f), rows_reads(f) ? "tokens" : "features", labels, course, f->how.loss, val,
	    f->labels ? "the commonest label alone:" : "the mean alone: r2", baseline(j), end);
	if (j->call->common.verbose && f->how.objective_text)
		warn(j->call, "made small: %s", f->how.objective_text);
	bad = rows_advise(j, 1, &advice) || (j->outcome->json && print_json(j));
	maas_buf_free(&advice);
	return bad ? -1 : 0;
}
