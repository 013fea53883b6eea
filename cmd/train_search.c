/*
 * --search: models of many settings are learnt from the same rows and measured on the same others; the best is learnt
 * again and written.  Successive halving (Jamieson & Talwalkar 2016) as scikit-learn's HalvingGridSearchCV does it:
 * all begin with few rows, or epochs, and in each round the best third goes on with three times as many.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "maas/train.h"
#include "train_search.h"

#define FACTOR 3

/* What a round gives each of its trials. */
struct round {
	size_t number, rounds, trials;
	size_t rows, epochs; /* 0: all; as set */
};

/* Rows of a part, `rows` of them, of each label alike; 0: all. */
static int
sample(const struct rows_job *j, const struct rows_part *from, size_t rows, struct rows_part *to)
{
	size_t n = from->n, labels = 1;
	uint32_t *group = maas_alloc(n, sizeof *group), *order = maas_alloc(n, sizeof *order);
	struct maas_span *label;
	int bad = !group || !order;

	*to = (struct rows_part){ from->set, maas_alloc(n, sizeof *to->pick), n };
	bad = bad || !to->pick;
	if (!bad && n)
		memcpy(to->pick, from->pick, n * sizeof *to->pick);
	if (!bad && rows && rows < n) {
		if (j->task == MAAS_TASK_CLASS)
			bad = maas_rowset_labels(from->set, from->pick, n, &label, &labels) ||
			    maas_rowset_targets(from->set, from->pick, n, label, labels, group);
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

/* What a trial's command line says, over what all trials share. */
static void
dress(struct rows_job *j, const struct trial *t)
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

/* The kind by which options are looked at: the first that learns what --task says; others are refused when tried. */
static const struct maas_kind *
first_kind(const struct search *s)
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

/* Said once of a kind. */
static int
say_left_out(struct search *s, const char *kind, const char *name)
{
	char word[96];

	snprintf(word, sizeof word, "%s --%s ", kind, name);
	if (s->said.s && strstr(s->said.s, word))
		return 0;
	warn(s->call, "%s models have no use for --%s here: left out for them", kind, name);
	return maas_buf_text(&s->said, word);
}

/* The trial before it that is the same: NULL; there is none. */
static const struct trial *
same_before(const struct search *s, const struct trial *t)
{
	for (const struct trial *a = s->trial; a < t; a++)
		if (a->call->verb == t->call->verb && !strcmp(a->text, t->text))
			return a;
	return NULL;
}

/*
 * Where kinds are compared, the setting for which this one was refused, and that was said for all, is left out: 1, to be
 * tried again; 0 where there is none, and where that makes it what was tried before.
 */
static int
leave_out(struct search *s, struct trial *t, const char *setting)
{
	const struct verb *v = t->call->verb;
	const struct trial *before;
	struct call *without;
	struct maas_buf b = { 0 };
	char option[64], *name = maas_take_text(s->arena, setting, strlen(setting));
	int tried = 0;

	if (!name || s->kinds < 2 || !given(t->call, name))
		return name ? 0 : -1;
	if (!(without = call_without(t->call, v, name)))
		return -1;
	call_free(t->call);
	t->call = without;
	for (size_t i = 0; i < s->ntries; i++)
		if (!strcmp(s->tries[i].name, name)) {
			t->value[i] = NULL;
			tried = 1;
		}
	search_option(option, sizeof option, name);
	if (say_left_out(s, v->name, option) || search_name(s, t))
		return -1;
	if (!tried || !(before = same_before(s, t)))
		return 1;
	if (maas_buf_printf(&b, "without --%s it is trial %zu", option, before->number) ||
	    !(t->refused = maas_take_text(s->arena, b.s, b.n))) {
		maas_buf_free(&b);
		return -1;
	}
	maas_buf_free(&b);
	return 0;
}

/* One try of a trial: its score, or why it has none; 1 to try it again, -1 where the search cannot go on. */
static int
try_trial(struct search *s, struct trial *t, const struct round *r)
{
	const char *why;
	enum maas_why sort;
	struct rows_job j = s->base;
	struct rows_options o;
	int again, bad;

	dress(&j, t);
	o = *j.rows;
	o.max_time = 0;
	j.rows = &o;
	j.goal = (struct rows_goal){ .name = NULL };
	j.watch = (struct rows_watch){ .began = maas_clock() };
	j.at_trial = (long)t->number;
	j.trials = (long)s->n;
	t->score = NAN;
	t->round = r->number;
	bad = sample(&j, &s->base.fold.train, r->rows, &j.fold.train) ||
	    sample(&j, &s->base.fold.val, 0, &j.fold.val) || learn_and_measure(&j, t);
	if (!bad && isnan(t->score))
		bad = maas_fail("%s is not defined here", rows_grade_name(&j));
	s->base.watch.signal = j.watch.signal;
	rows_fold_free(&j.fold);
	free(j.watch.point);
	if (!bad)
		return 0;
	if (j.watch.signal || (maas_why() != MAAS_DATA && maas_why() != MAAS_USAGE && maas_why() != MAAS_CONFIG))
		return -1;
	sort = maas_why();
	if (!(why = maas_take_text(s->arena, maas_error(), strlen(maas_error()))))
		return -1;
	if ((again = leave_out(s, t, maas_error_setting())))
		return again;
	t->refused = t->refused ? t->refused : why;
	(void)maas_fail_as(sort, "%s", why); /* of the last one refused, if all are */
	return 0;
}

static int
run_trial(struct search *s, struct trial *t, const struct round *r)
{
	int rc;

	while ((rc = try_trial(s, t, r)) > 0)
		;
	return rc;
}

static int
put_trial(const struct search *s, const struct trial *t, struct maas_buf *b)
{
	const char *name = rows_grade_name(&s->base), *how = t->cv.folds ? "cv" : "val";

	if (maas_buf_printf(b, "{\"trial\":%zu,\"settings\":%s", t->number, t->json))
		return -1;
	if (s->halving && maas_buf_printf(b, ",\"round\":%zu", t->round))
		return -1;
	if (t->refused)
		return maas_buf_text(b, ",\"refused\":") || maas_json_put_text(b, maas_span(t->refused)) ||
			maas_buf_text(b, "}")
		    ? -1
		    : 0;
	if (isnan(t->score))
		return maas_buf_text(b, "}");
	if (maas_buf_printf(b, ",\"%s_%s\":", how, name) || maas_json_put_real(b, t->score))
		return -1;
	if (t->cv.folds && (maas_buf_printf(b, ",\"cv_%s_std\":", name) || maas_json_put_real(b, t->cv.deviation)))
		return -1;
	return maas_buf_text(b, "}");
}

static int
tell(struct search *s, const struct trial *t, const struct round *r)
{
	struct maas_buf b = { 0 };
	char round[80] = "", deviation[40] = "";
	int bad = 0;

	if (r->rounds > 1)
		snprintf(round, sizeof round, "round %zu of %zu (%zu %s), ", r->number, r->rounds,
		    r->rows ? r->rows : r->epochs, r->rows ? "rows" : "epochs");
	if (t->cv.folds)
		snprintf(deviation, sizeof deviation, " +- %.4f", t->cv.deviation);
	if (t->refused)
		warn(s->call, "%strial %zu of %zu: refused: %s: %s", round, t->number, s->n, t->text, t->refused);
	else
		warn(s->call, "%strial %zu of %zu: %s %.4f%s: %s", round, t->number, s->n, rows_grade_name(&s->base),
		    t->score, deviation, t->text);
	if (s->base.watch.log && !(bad = put_trial(s, t, &b)))
		fprintf(s->base.watch.log, "%s\n", b.s);
	maas_buf_free(&b);
	return bad;
}

/* The better first; of equals the earlier; those without a score last. */
static int
by_score(const void *a, const void *b)
{
	const struct trial *x = *(struct trial *const *)a, *y = *(struct trial *const *)b;

	if (!x->refused != !y->refused)
		return x->refused ? 1 : -1;
	if (!x->refused && x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static int
is_over(const struct search *s)
{
	double most = s->base.rows->max_time;

	return most > 0 && maas_clock() - s->base.watch.began > most;
}

/* A round: alive[] with the best first; how many have a score, -1. */
static long
run_round(struct search *s, struct trial **alive, const struct round *r)
{
	size_t n = r->trials;
	char epochs[32];
	long good = 0;

	for (size_t i = 0; i < r->trials; i++) {
		struct trial *t = alive[i];

		if (r->epochs) {
			snprintf(epochs, sizeof epochs, "%zu", r->epochs);
			if (call_set(t->call, "epochs", maas_take_text(s->arena, epochs, strlen(epochs))) < 0)
				return -1;
		}
		if (is_over(s)) {
			warn(s->call, "time is up: %zu of %zu trials", i, r->trials);
			n = i;
			break;
		}
		if (run_trial(s, t, r) || tell(s, t, r))
			return -1;
		good += !t->refused;
	}
	qsort(alive, n, sizeof *alive, by_score);
	if (!good)
		return n ? maas_in("every trial was refused; the last") : maas_fail("no time for a trial");
	return good;
}

/* floor(log_FACTOR(v)) */
static size_t
log_of(size_t v)
{
	size_t n = 0;

	for (; v >= FACTOR; v /= FACTOR)
		n++;
	return n;
}

static size_t
power(size_t n)
{
	return n ? FACTOR * power(n - 1) : 1;
}

/* The least a trial begins with, and how many rounds that leaves. */
static size_t
least(const struct search *s, size_t most, size_t *rounds)
{
	const struct rows_job *j = &s->base;
	size_t wanted = 1 + log_of(s->n), labels = j->task == MAAS_TASK_CLASS ? j->set->labels.n : 1, n = 1;

	if (j->rows->resource == RESOURCE_ROWS)
		n = (j->rows->cv ? (size_t)j->rows->cv : 1) * 2 * labels;
	n = n > most / power(wanted - 1) ? n : most / power(wanted - 1);
	n = n < most ? n : most;
	*rounds = 1 + log_of(most / n);
	*rounds = *rounds < wanted ? *rounds : wanted;
	return n;
}

/* All rounds; the best trial of the last. */
static struct trial *
run_rounds(struct search *s)
{
	const struct rows_job *j = &s->base;
	struct round r = { .number = 1, .rounds = 1, .trials = s->n };
	struct trial **alive = maas_take(s->arena, s->n, sizeof *alive);
	size_t most = j->rows->resource == RESOURCE_ROWS ? j->fold.train.n : (size_t)j->training->epochs, first = most;

	for (size_t i = 0; alive && i < s->n; i++)
		alive[i] = &s->trial[i];
	if (j->rows->search == SEARCH_HALVING)
		first = least(s, most, &r.rounds);
	s->halving = r.rounds > 1;
	for (; alive && r.number <= r.rounds; r.number++) {
		long good;

		if (s->halving && j->rows->resource == RESOURCE_ROWS)
			r.rows = first * power(r.number - 1);
		else if (s->halving)
			r.epochs = first * power(r.number - 1);
		if ((good = run_round(s, alive, &r)) < 0)
			return NULL;
		r.trials = (r.trials + FACTOR - 1) / FACTOR;
		r.trials = r.trials < (size_t)good ? r.trials : (size_t)good;
	}
	return alive ? alive[0] : NULL;
}

/* The trials as members of the result. */
static int
keep_trials(struct search *s, const struct trial *best)
{
	struct maas_buf *b = &s->base.search;
	int bad = maas_buf_text(b, ",\"trials\":[");

	for (size_t i = 0; i < s->n && !bad; i++)
		bad = (i && maas_buf_text(b, ",")) || put_trial(s, &s->trial[i], b);
	return bad || maas_buf_printf(b, "],\"best_trial\":%zu", best->number) ? -1 : 0;
}

/* The best learns from all rows, for all epochs, and is written. */
static int
finish_best(struct search *s, struct trial *best)
{
	struct rows_job *j = &s->base;
	struct maas_buf epochs = { 0 };
	int bad = keep_trials(s, best);

	if (s->halving && j->rows->resource == RESOURCE_EPOCHS)
		bad = bad || maas_buf_printf(&epochs, "%.17g", j->training->epochs) ||
		    call_set(best->call, "epochs", maas_take_text(s->arena, epochs.s, epochs.n)) < 0;
	maas_buf_free(&epochs);
	if (bad)
		return -1;
	warn(s->call, "best: trial %zu: %s", best->number, best->text);
	dress(j, best);
	j->watch.began = maas_clock();
	j->cv = best->cv;
	if (s->halving && j->rows->cv && rows_cross_validate(j))
		return -1;
	return rows_prepare(j, &j->fold, 1) || rows_make(j) ? -1 : 0;
}

/* --dry-run: what would be tried. */
static int
plan(const struct search *s)
{
	if (print_settings(s->call, stdout))
		return -1;
	printf(
	    "# rows: %zu to train on, %zu held out\n# trials: %zu\n", s->base.fold.train.n, s->base.fold.val.n, s->n);
	for (size_t i = 0; i < s->n; i++)
		printf("# trial %zu: %s\n", i + 1, s->trial[i].text);
	return 0;
}

static int
run(struct search *s)
{
	struct rows_job *j = &s->base;
	struct trial *best;

	for (size_t i = 0; i < s->n; i++) {
		struct rows_options *o = s->trial[i].call->part[2];

		j->gaps |= ((const struct maas_preparation *)s->trial[i].call->part[6])->impute != MAAS_IMPUTE_NONE;
		rows_settle_augment(o);
		j->hears |= o->augment && maas_augments_hear(o->augment);
	}
	if (take_lock(j->outcome) == -2 || !(j->team = maas_team_new((int)s->call->common.threads)) || rows_read(j))
		return -1;
	if (j->outcome->dry_run)
		return plan(s);
	return rows_watch_open(j) || !(best = run_rounds(s)) || finish_best(s, best) ? -1 : 0;
}

static int
check(struct search *s)
{
	const struct rows_options *o = s->base.rows;
	const struct call *c = s->call;

	if (o->check)
		return misuse(c, "--check is for the data of a kind, not for a search");
	if (!o->cv && !o->val && !(s->base.training->val_split > 0))
		return misuse(c, "a search wants something to measure by: --cv N, --val or --val-split");
	if (o->resource == RESOURCE_EPOCHS && o->search != SEARCH_HALVING)
		return misuse(c, "--resource is for --search halving");
	if (o->resource == RESOURCE_EPOCHS && !(s->base.training->epochs >= FACTOR))
		return misuse(c, "--resource epochs wants --epochs N, the most of them");
	for (size_t i = 0; i < s->ntries; i++)
		if (o->resource == RESOURCE_EPOCHS && !strcmp(s->tries[i].name, "epochs"))
			return misuse(c, "--resource epochs and --try epochs exclude each other");
	return o->init_from ? misuse(c, "--search and --init-from exclude each other") : 0;
}

int
train_search(struct call *c)
{
	struct search s = { .call = c };
	int rc, signal;

	rows_job_set(&s.base, c);
	if (!(rc = search_plan(&s)) && !(rc = check(&s))) {
		s.base.kind = first_kind(&s);
		rc = rows_check_options(&s.base);
	}
	if (!rc && run(&s))
		rc = s.base.watch.signal ? 1 : end_badly(c);
	else if (!rc)
		rc = rows_goal_missed(&s.base);
	signal = s.base.watch.signal;
	s.base.call = c;
	rows_free(&s.base);
	search_free(&s);
	if (signal) {
		warn(c, "stopped by a signal, nothing is written");
		interrupt_end();
	}
	return rc ? rc : finish(c);
}
