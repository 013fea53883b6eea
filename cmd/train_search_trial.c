/* One trial of a search: a model learnt from rows that all trials share, and measured; or why there is none. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/train.h"
#include "train_search.h"

/* What belongs to one trial alone of what all share: rows are the same, what is taken for them is its own. */
struct own {
	struct maas_rowset set, val;
};

static int
own_set(const struct maas_rowset *from, struct maas_rowset *to)
{
	if (!from)
		return 0;
	*to = *from;
	return (to->arena = maas_arena_new(1 << 12)) ? 0 : -1;
}

/* Rows of a part, `rows` of them, of each label alike; 0: all. */
static int
sample(
    const struct rows_job *j, const struct rows_part *from, struct maas_rowset *set, size_t rows, struct rows_part *to)
{
	size_t n = from->n, labels = 1;
	uint32_t *group = maas_alloc(n, sizeof *group), *order = maas_alloc(n, sizeof *order);
	struct maas_span *label;
	int bad = !group || !order;

	*to = (struct rows_part){ set, maas_alloc(n, sizeof *to->pick), n };
	bad = bad || !to->pick;
	if (!bad && n)
		memcpy(to->pick, from->pick, n * sizeof *to->pick);
	if (!bad && rows && rows < n) {
		if (j->task == MAAS_TASK_CLASS)
			bad = maas_rowset_labels(set, from->pick, n, &label, &labels) ||
			    maas_rowset_targets(set, from->pick, n, label, labels, group);
		bad = bad ||
		    maas_split_stratified(
			order, group, n, labels, 1 - (double)rows / (double)n, (uint64_t)j->call->common.seed, &to->n);
		for (size_t i = 0; i < to->n && !bad; i++)
			to->pick[i] = from->pick[order[i]];
	}
	free(group);
	free(order);
	return bad ? -1 : 0;
}

void
trial_dress(struct rows_job *j, const struct trial *t)
{
	j->call = t->call;
	j->kind = t->call->verb->data;
	rows_settle_augment(t->call->part[2]);
	j->rows = t->call->part[2];
	j->vectorizer = t->call->part[4];
	j->training = t->call->part[5];
	j->preparation = t->call->part[6];
	rows_suit_kind(j);
}

static int
learns(const struct maas_kind *k, int task)
{
	static const unsigned need[] = { 0, MAAS_CLASSES, MAAS_VALUES, MAAS_TAGS };

	return (k->rows->tasks & need[task]) != 0;
}

const struct maas_kind *
search_first_kind(const struct search *s)
{
	for (size_t i = 0; i < s->kinds; i++) {
		const struct maas_kind *k = s->kind[i]->data;

		if (learns(k, s->base.rows->task) || (k->texts && learns(k->texts, s->base.rows->task)))
			return k;
	}
	return s->kind[0]->data;
}

static int
learn_and_measure(struct rows_job *j, struct trial *t)
{
	static const char *const what[] = { "", "labels", "numbers", "tags" };
	int bad;

	if (j->rows->augment && j->rows->pca)
		return maas_fail_setting("augment", "--augment and --pca exclude each other");
	if (!learns(j->kind, j->task))
		return maas_fail("%s models learn no %s", j->kind->name, what[j->task]);
	if (rows_suit_tags(j))
		return -1;
	if (j->rows->cv) {
		bad = rows_cross_validate(j);
		t->cv = j->cv;
		t->score = j->cv.mean;
		return bad;
	}
	return rows_prepare(j, &j->fold, 0) || rows_learn(j, &j->fold) ||
		rows_grade(j, &j->fold, &j->fold.val, &j->fold.held.x, &t->score)
	    ? -1
	    : 0;
}

const struct trial *
trial_same_before(const struct search *s, const struct trial *t)
{
	for (const struct trial *a = s->trial; a < t; a++)
		if (a->call->verb == t->call->verb && !strcmp(a->text, t->text))
			return a;
	return NULL;
}

int
trial_leave_out(struct search *s, struct trial *t, const char *setting)
{
	struct maas_list *l = &t->left_out;
	char *name = maas_take_text(t->arena, setting, strlen(setting));
	struct call *without = name ? call_without(t->call, t->call->verb, name) : NULL;

	if (!without)
		return -1;
	without->common = t->call->common;
	call_free(t->call);
	t->call = without;
	for (size_t i = 0; i < s->ntries; i++)
		if (!strcmp(s->tries[i].name, name))
			t->value[i] = NULL;
	if (maas_grow(&l->item, l->n, &l->cap, 1, sizeof *l->item))
		return -1;
	l->item[l->n++] = name;
	return search_name(s, t);
}

/* Where each step is told, as it is told: behind the trials before. */
static FILE *
open_log(const struct search *s, struct trial *t)
{
	maas_buf_free(&t->log);
	return s->base.watch.log ? open_memstream(&t->log.s, &t->log.n) : NULL;
}

static int
close_log(FILE *f, struct trial *t)
{
	if (!f)
		return 0;
	if (fclose(f))
		return maas_fail_as(MAAS_OS, "no memory for the log of a trial");
	t->log.cap = t->log.n;
	return 0;
}

/* The job of a trial: that of the search, in its own clothes, on rows that are its own. */
static int
begin(const struct search *s, struct trial *t, const struct round *r, struct lane *lane, struct own *own,
    struct rows_options *o, struct rows_job *j)
{
	const struct rows_part *val = &s->base.fold.val;

	*j = s->base;
	j->fold = (struct rows_fold){ .train = { .n = 0 } };
	trial_dress(j, t);
	*o = *j->rows;
	o->max_time = 0;
	j->rows = o;
	j->goal = (struct rows_goal){ .name = NULL };
	j->keeping = (struct maas_keeping){ .folder = NULL };
	j->watch = (struct rows_watch){ .began = maas_clock(), .log = open_log(s, t) };
	j->at_trial = (long)t->number;
	j->trials = (long)s->n;
	j->team = lane->team;
	j->lane = lane;
	j->memory = s->memory;
	j->beside = lane->beside;
	if (own_set(s->base.set, &own->set) || own_set(s->base.val_set, &own->val))
		return -1;
	j->set = &own->set;
	j->val_set = s->base.val_set ? &own->val : NULL;
	return sample(j, &s->base.fold.train, j->set, r->rows, &j->fold.train) ||
		sample(j, val, val->set == s->base.set ? j->set : j->val_set, 0, &j->fold.val)
	    ? -1
	    : 0;
}

/* Why a trial has no score. */
static int
fails(struct trial *t, const struct rows_job *j)
{
	enum maas_why why = maas_why();

	if (j->watch.signal || why == MAAS_IO || why == MAAS_INTERNAL)
		return -1;
	t->state = why == MAAS_OS ? TRIAL_TOO_LARGE : j->watch.diverged ? TRIAL_DIVERGED : TRIAL_REFUSED;
	t->sort = why;
	return (t->why = maas_take_text(t->arena, maas_error(), strlen(maas_error()))) ? 0 : -1;
}

/* One try of it; 1: to be tried again, with less said. */
static int
try_it(struct search *s, struct trial *t, const struct round *r, struct lane *lane)
{
	struct own own = { .set = { .n = 0 } };
	struct rows_options o;
	struct rows_job j;
	int bad;

	t->score = NAN;
	t->why = NULL;
	bad = begin(s, t, r, lane, &own, &o, &j) || learn_and_measure(&j, t);
	bad = close_log(j.watch.log, t) || bad;
	if (!bad && isnan(t->score))
		bad = maas_fail("%s is not defined here", rows_grade_name(&j));
	if (!bad && isinf(t->score)) {
		bad = maas_fail("%s is without bounds", rows_grade_name(&j));
		j.watch.diverged = 1;
	}
	t->state = TRIAL_MEASURED;
	bad = bad ? fails(t, &j) : 0;
	if (!bad && t->state == TRIAL_REFUSED && s->kinds > 1 && *maas_error_setting() &&
	    given(t->call, maas_error_setting()))
		bad = trial_leave_out(s, t, maas_error_setting()) < 0 ? -1 : 1;
	rows_fold_free(&j.fold);
	free(j.watch.point);
	maas_arena_free(own.set.arena);
	maas_arena_free(own.val.arena);
	return bad;
}

int
trial_run(struct search *s, struct trial *t, const struct round *r, struct lane *lane)
{
	int rc;

	while ((rc = try_it(s, t, r, lane)) > 0)
		if (lane_has_told(lane, t))
			return 0;
	return rc;
}
