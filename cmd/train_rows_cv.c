/* Cross-validation: as many models as folds, each learnt from the other folds alone, vocabulary and scales included. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train_rows.h"

/* Rows whose fold is `of`, or is not. */
static int
gather(struct rows_part *to, const struct rows_part *all, const uint32_t *fold, uint32_t of, int is)
{
	*to = (struct rows_part){ .set = all->set };
	if (!(to->pick = maas_alloc(all->n, sizeof *to->pick)))
		return -1;
	for (size_t i = 0; i < all->n; i++)
		if ((fold[i] == of) == is)
			to->pick[to->n++] = all->pick[i];
	return 0;
}

/* Rows in the order of their numbers, as a table that was sorted by its label has them? */
static int
sorted(const struct rows_part *p)
{
	int up = 1, down = 1;

	for (size_t i = 1; i < p->n; i++) {
		double a = p->set->target[p->pick[i - 1]], b = p->set->target[p->pick[i]];

		up &= b >= a;
		down &= b <= a;
	}
	return (up || down) && p->n > 2;
}

/* fold[n]: in which fold each training row is. */
static int
deal(struct rows_job *j, const struct rows_part *p, uint32_t *fold)
{
	size_t k = (size_t)j->rows->cv, labels = 1, least;
	uint32_t *group = maas_alloc(p->n, sizeof *group);
	struct maas_span *label;
	int bad = !group;

	if (!bad && j->task == MAAS_TASK_CLASS)
		bad = maas_rowset_labels(p->set, p->pick, p->n, &label, &labels) ||
		    maas_rowset_targets(p->set, p->pick, p->n, label, labels, group);
	bad = bad ||
	    maas_split_folds(fold, group, p->n, labels, k, j->rows->shuffle, (uint64_t)j->call->common.seed, &least);
	free(group);
	if (bad)
		return maas_in("--cv");
	if (j->task == MAAS_TASK_CLASS && least < k && j->at_trial < 2)
		warn(j->call, "--cv %zu: the rarest label has %zu row%s, some folds have none of it", k, least,
		    least == 1 ? "" : "s");
	if (j->task == MAAS_TASK_REGRESS && !j->rows->shuffle && j->at_trial < 2 && sorted(p))
		warn(
		    j->call, "the rows are in the order of their label: folds are unlike each other without --shuffle");
	return 0;
}

static int
judge(struct rows_job *j, struct rows_fold *f, const struct rows_part *asked, double *score)
{
	const struct maas_columns *c = f->learnt ? f->learnt : j->columns;
	struct maas_design x = { 0 };
	int bad = rows_design(j, f, asked, c, 0, &x) || rows_grade(j, f, asked, &x, score);

	maas_design_free(&x);
	if (!bad && isnan(*score))
		return maas_fail("%s of %zu row%s is not defined: fewer folds?", rows_grade_name(j), asked->n,
		    asked->n == 1 ? "" : "s");
	return bad ? -1 : 0;
}

/* One fold: learn from the others, answer this one.  score[0] the metric, score[1] that of next to nothing. */
static int
run_fold(struct rows_job *j, const uint32_t *fold, uint32_t at, double score[2])
{
	const struct rows_fold *all = &j->fold;
	struct rows_fold f = { 0 };
	struct rows_part asked = { 0 };
	int bad = gather(&f.train, &all->train, fold, at, 0) || gather(&asked, &all->train, fold, at, 1);

	if (!bad && all->val.n) {
		f.val = (struct rows_part){ all->val.set, maas_alloc(all->val.n, sizeof *f.val.pick), all->val.n };
		if (!(bad = !f.val.pick))
			memcpy(f.val.pick, all->val.pick, f.val.n * sizeof *f.val.pick);
	}
	bad = bad || rows_prepare(j, &f, 0) || rows_learn(j, &f) || judge(j, &f, &asked, &score[0]);
	if (!bad)
		bad = rows_grade_baseline(j, &f, &asked, &score[1]);
	rows_fold_free(&f);
	free(asked.pick);
	return bad ? -1 : 0;
}

static void
tell(struct rows_job *j, long fold, const double score[2])
{
	if (j->watch.log)
		fprintf(j->watch.log, "{%s\"%s\":%.17g,\"baseline\":%.17g}\n", j->watch.tag, rows_grade_name(j),
		    score[0], score[1]);
	if (j->call->common.verbose && !j->at_trial)
		warn(j->call, "fold %ld of %ld: %s %.4f", fold, j->rows->cv, rows_grade_name(j), score[0]);
}

int
rows_cross_validate(struct rows_job *j)
{
	struct rows_cv *cv = &j->cv;
	uint32_t *fold = maas_alloc(j->fold.train.n, sizeof *fold);
	double squares = 0, (*score)[2] = maas_alloc((size_t)j->rows->cv, sizeof *score);
	int rc = fold && score ? deal(j, &j->fold.train, fold) : -1;

	*cv = (struct rows_cv){ .folds = j->rows->cv };
	for (long i = 0; i < cv->folds && !rc; i++) {
		j->at_fold = i + 1;
		rc = run_fold(j, fold, (uint32_t)i, score[i]);
		if (rc && !j->watch.signal)
			maas_in("fold %ld of %ld", i + 1, cv->folds);
		if (rc)
			break;
		tell(j, i + 1, score[i]);
		cv->mean += score[i][0] / (double)cv->folds;
		cv->baseline += score[i][1] / (double)cv->folds;
	}
	for (long i = 0; i < cv->folds && !rc; i++)
		squares += (score[i][0] - cv->mean) * (score[i][0] - cv->mean);
	cv->deviation = sqrt(squares / (double)cv->folds);
	j->at_fold = 0;
	free(fold);
	free(score);
	return rc;
}
