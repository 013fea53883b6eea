/*
 * --search: models of many settings are learnt from the same rows and measured on the same others; the best is learnt
 * again and written.  Successive halving (Jamieson & Talwalkar 2016) as scikit-learn's HalvingGridSearchCV does it:
 * all begin with few rows, or epochs, and in each round the best third goes on with three times as many.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "maas/train.h"
#include "train_search.h"

#define FACTOR 3

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

static int
is_tried(const struct search *s, const char *name)
{
	for (size_t i = 0; i < s->ntries; i++)
		if (!strcmp(s->tries[i].name, name))
			return 1;
	return 0;
}

/* What was left out for a trial is said; where that makes it one that was before, it counts for nothing. */
static int
settle_left_out(struct search *s, struct trial *t)
{
	const struct trial *before = t->left_out.n ? trial_same_before(s, t) : NULL;
	struct maas_buf b = { 0 };
	char option[64];
	int bad = 0;

	for (size_t i = 0; i < t->left_out.n && !bad; i++) {
		search_option(option, sizeof option, t->left_out.item[i]);
		bad = say_left_out(s, t->call->verb->name, option);
		if (!before || !is_tried(s, t->left_out.item[i]) || bad)
			continue;
		b.n = 0;
		bad = maas_buf_printf(&b, "without --%s it is trial %zu", option, before->number) ||
		    !(t->why = maas_take_text(t->arena, b.s, b.n));
		t->state = TRIAL_REFUSED;
		t->score = NAN;
		t->sort = MAAS_USAGE;
	}
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

int
search_tell(struct search *s, struct trial *t, const struct round *r)
{
	static const char *const states[] = { "", "", "diverged", "refused", "too large" };
	struct maas_buf b = { 0 };
	char round[80] = "", deviation[40] = "";
	const char *before = t->kept ? " (measured before)" : "";
	int bad = settle_left_out(s, t);

	if (r->rounds > 1)
		snprintf(round, sizeof round, "round %zu of %zu (%zu %s), ", r->number, r->rounds,
		    r->rows ? r->rows : r->epochs, r->rows ? "rows" : "epochs");
	if (t->cv.folds)
		snprintf(deviation, sizeof deviation, " +- %.4f", t->cv.deviation);
	if (t->state != TRIAL_MEASURED)
		warn(s->call, "%strial %zu of %zu: %s: %s: %s%s", round, t->number, s->n, states[t->state], t->text,
		    t->why, before);
	else
		warn(s->call, "%strial %zu of %zu: %s %.4f%s: %s%s", round, t->number, s->n, rows_grade_name(&s->base),
		    t->score, deviation, t->text, before);
	if (s->base.watch.log && !bad && !(bad = trial_put_json(s, t, &b)))
		fprintf(s->base.watch.log, "%s%s\n", t->log.n ? t->log.s : "", b.s);
	maas_buf_free(&t->log);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

/* Why there is no best. */
static int
none_is_good(const struct trial *const *t, size_t n)
{
	const struct trial *last = t[0];

	for (size_t i = 1; i < n; i++)
		last = t[i]->number > last->number ? t[i] : last;
	return maas_fail_as(last->sort, "no trial has a score; the last: %s", last->why);
}

/* A round: alive[] with the best first; how many have a score; 0: there was no time, or -1. */
static long
run_round(struct search *s, struct trial **alive, const struct round *r)
{
	char epochs[32];
	long good = 0, n;

	snprintf(epochs, sizeof epochs, "%zu", r->epochs);
	for (size_t i = 0; i < r->trials && r->epochs; i++)
		if (call_set(alive[i]->call, "epochs", maas_take_text(s->arena, epochs, strlen(epochs))) < 0)
			return -1;
	if ((n = search_run_lanes(s, alive, r)) < 0)
		return -1;
	if ((size_t)n < r->trials && s->reached)
		warn(s->call, "trial %zu reaches what --until wants: %zu of %zu trials", s->reached, (size_t)n,
		    r->trials);
	else if ((size_t)n < r->trials)
		warn(s->call, "time is up: %zu of %zu trials", (size_t)n, r->trials);
	for (long i = 0; i < n; i++)
		good += alive[i]->state == TRIAL_MEASURED;
	if (!n && r->number == 1)
		return maas_fail("no time for a trial");
	if (n && !good)
		return none_is_good((const struct trial *const *)alive, (size_t)n);
	qsort(alive, (size_t)n, sizeof *alive, trial_compare);
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

static int
is_over(const struct search *s)
{
	double most = s->base.rows->max_time;

	return most > 0 && maas_clock() - s->base.watch.began > most;
}

/* All rounds; the best trial of the last that there was time for. */
static struct trial *
run_rounds(struct search *s)
{
	const struct rows_job *j = &s->base;
	struct round r = { .number = 1, .rounds = 1, .trials = s->n };
	struct trial **alive = maas_take(s->arena, s->n, sizeof *alive);
	size_t most = j->rows->resource == RESOURCE_ROWS ? j->fold.train.n : (size_t)j->training->epochs, first = most;

	for (size_t i = 0; alive && i < s->n; i++)
		alive[i] = &s->trial[i];
	if (s->how == SEARCH_HALVING)
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
		if (s->reached || !good)
			break;
		if (r.number < r.rounds && is_over(s)) {
			warn(s->call, "time is up: %zu of %zu rounds", r.number, r.rounds);
			break;
		}
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
		bad = (i && maas_buf_text(b, ",")) || trial_put_json(s, &s->trial[i], b);
	return bad || maas_buf_printf(b, "],\"best_trial\":%zu", best->number) ? -1 : 0;
}

/* The training that stays may be long: it has checkpoints of its own, by what it is. */
static int
keep_best(struct search *s, const struct trial *best)
{
	struct rows_job *j = &s->base;
	struct checkpoints *own = maas_take(s->arena, 1, sizeof *own);
	struct maas_buf path = { 0 };
	char key[65];
	int bad;

	if (!j->checkpoints->checkpoint || j->kind->rows->fit || j->cv.folds)
		return 0;
	bad = !own || kept_key(s, best, &(struct round){ .number = 1 }, key) < 0 ||
	    maas_buf_printf(&path, "%s/best-%.16s", j->checkpoints->checkpoint, key);
	if (!bad) {
		*own = *j->checkpoints;
		own->resume = own->resume == RESUME_MUST ? RESUME_AUTO : own->resume;
		bad = !(own->checkpoint = maas_take_text(s->arena, path.s, path.n));
		j->checkpoints = own;
		bad = bad || rows_keep(j) || rows_open_checkpoints(j);
	}
	maas_buf_free(&path);
	return bad ? -1 : 0;
}

/* The best learns from all rows, for all epochs, and is written. */
static int
finish_best(struct search *s, struct trial *best)
{
	struct rows_job *j = &s->base;
	struct maas_buf epochs = { 0 };
	int bad =
	    keep_trials(s, best) || (j->rows->table && search_write_table(s, j->rows->table)) || search_draw_trials(s);

	if (s->halving && j->rows->resource == RESOURCE_EPOCHS)
		bad = bad || maas_buf_printf(&epochs, "%.17g", j->training->epochs) ||
		    call_set(best->call, "epochs", maas_take_text(s->arena, epochs.s, epochs.n)) < 0;
	maas_buf_free(&epochs);
	if (bad)
		return -1;
	warn(s->call, "best: trial %zu: %s", best->number, best->text);
	/* For --if-changed: a search that falls short, or that the clock ends, is made again the next time. */
	if (j->rows->max_time > 0 || (s->goal.name && !s->reached))
		*j->made.digest = '\0';
	trial_dress(j, best);
	j->watch.began = maas_clock();
	j->cv = best->cv;
	if (s->halving && j->rows->cv && rows_cross_validate(j))
		return -1;
	return keep_best(s, best) || rows_prepare(j, &j->fold, 1) || rows_make(j) ? -1 : 0;
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

/* The trials, in their rounds; a signal waits until what runs has stopped. */
static struct trial *
find_best(struct search *s)
{
	struct trial *best;

	s->memory = maas_memory_free();
	interrupt_arm();
	best = run_rounds(s);
	s->base.watch.signal = interrupt_pending();
	interrupt_disarm();
	return s->base.watch.signal ? NULL : best;
}

static int
run(struct search *s)
{
	struct rows_job *j = &s->base;
	struct trial *best;
	int stands;

	for (size_t i = 0; i < s->n; i++) {
		struct rows_options *o = s->trial[i].call->part[2];

		j->gaps |= ((const struct maas_preparation *)s->trial[i].call->part[6])->impute != MAAS_IMPUTE_NONE;
		rows_settle_augment(o);
		j->hears |= o->augment && maas_augments_hear(o->augment);
	}
	stands = take_lock(j->outcome) == -2 ? -1 : outcome_stands(s->call, j->outcome, &j->made);
	s->reached |= stands > 0;
	if (stands)
		return stands < 0 ? -1 : 0;
	if (!(j->team = maas_team_new((int)s->call->common.threads)) || rows_read(j))
		return -1;
	if (j->outcome->dry_run)
		return plan(s);
	return kept_open(s) || rows_watch_open(j) || !(best = find_best(s)) || finish_best(s, best) ? -1 : 0;
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
	if (s->goal.loss)
		return misuse(c, "--until: trials are measured by accuracy, f1 or r2, not by their loss");
	if (o->resource == RESOURCE_EPOCHS && s->how != SEARCH_HALVING)
		return misuse(c, "--resource is for --search halving");
	if (o->resource == RESOURCE_EPOCHS && !(s->base.training->epochs >= FACTOR))
		return misuse(c, "--resource epochs wants --epochs N, the most of them");
	for (size_t i = 0; i < s->ntries; i++)
		if (o->resource == RESOURCE_EPOCHS && !strcmp(s->tries[i].name, "epochs"))
			return misuse(c, "--resource epochs and --try epochs exclude each other");
	return o->init_from ? misuse(c, "--search and --init-from exclude each other") : 0;
}

/* --until was of a trial. */
static int
goal_missed(const struct search *s)
{
	if (!s->goal.name || s->reached)
		return 0;
	return complain(
	    s->call, MAAS_NEGATIVE, "no trial reaches the %s of %g that --until wants", s->goal.name, s->goal.value);
}

int
train_search(struct call *c)
{
	struct search s = { .call = c, .kept = { .file = -1, .lock = -1 } };
	int rc, signal;

	rows_job_set(&s.base, c);
	if (!(rc = search_plan(&s))) {
		s.base.kind = search_first_kind(&s);
		rc = rows_check_options(&s.base);
	}
	s.goal = s.base.goal;
	s.base.goal.name = NULL;
	if (!rc && !(rc = check(&s)) && run(&s))
		rc = s.base.watch.signal ? 1 : end_badly(c);
	else if (!rc && !s.base.outcome->dry_run)
		rc = goal_missed(&s);
	signal = s.base.watch.signal;
	s.base.call = c;
	rows_free(&s.base);
	search_free(&s);
	if (signal) {
		warn(c,
		    c->part[8] && ((const struct checkpoints *)c->part[8])->checkpoint
			? "stopped by a signal; the same command goes on from here"
			: "stopped by a signal, nothing is written");
		interrupt_end();
	}
	return rc ? rc : finish(c);
}
