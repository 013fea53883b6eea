/*
 * Trials side by side.  A small network does not keep several threads busy, several small ones do: a round's trials are
 * shared out to lanes, as many as there are threads, each with a team of its own for what its trial shares out.  What a
 * trial computes depends on no team's size, and all is told in the order of the trials, so neither does the result.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "train_search.h"

struct lanes {
	struct search *s;
	const struct round *r;
	struct trial **list;
	unsigned char *done; /* [n] */
	struct trial *was;   /* [n] as they were before */
	size_t n, next, told;
	struct lane *lane;
	size_t lanes;
	pthread_mutex_t lock; /* of all below, and of what is told */
	pthread_cond_t freed;
	double used; /* of the memory */
	size_t end;  /* trials from this one on do not count: the time was up, or the goal was reached */
	int bad;     /* nothing goes on, and why: */
	enum maas_why why;
	char reason[1024];
};

void
lane_take(struct lane *lane, double bytes)
{
	struct lanes *l = lane->of;

	pthread_mutex_lock(&l->lock);
	l->used -= lane->bytes;
	lane->bytes = 0;
	pthread_cond_broadcast(&l->freed);
	while (bytes > 0 && l->used > 0 && l->used + bytes > l->s->memory && !interrupt_pending())
		pthread_cond_wait(&l->freed, &l->lock);
	lane->bytes = bytes;
	l->used += bytes;
	pthread_mutex_unlock(&l->lock);
}

int
lane_has_told(struct lane *lane, const struct trial *t)
{
	struct lanes *l = lane->of;
	int same = 0;

	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->told && !same; i++)
		same = l->list[i]->call->verb == t->call->verb && !strcmp(l->list[i]->text, t->text);
	pthread_mutex_unlock(&l->lock);
	return same;
}

/* The first failure of all ends the round. */
static void
give_up(struct lanes *l)
{
	if (l->bad)
		return;
	l->bad = 1;
	l->why = maas_why();
	snprintf(l->reason, sizeof l->reason, "%s", maas_error());
}

static int
is_over(const struct search *s)
{
	double most = s->base.rows->max_time;

	return most > 0 && maas_clock() - s->base.watch.began > most;
}

/* The next trial of the list; l->n: none.  Those that are begun are the first of it, whatever the time. */
static size_t
claim(struct lanes *l)
{
	size_t i = l->n;

	pthread_mutex_lock(&l->lock);
	if (!l->bad && l->next < l->end && interrupt_pending())
		l->bad = 1;
	else if (!l->bad && l->next < l->end && is_over(l->s))
		l->end = l->next;
	if (!l->bad && l->next < l->end)
		i = l->next++;
	pthread_mutex_unlock(&l->lock);
	return i;
}

static int
is_reached(const struct search *s, const struct trial *t)
{
	return s->goal.name && t->state == TRIAL_MEASURED && t->score >= s->goal.value;
}

static void
show(struct lanes *l)
{
	const struct trial *best = NULL;
	char text[40] = "";

	for (size_t i = 0; i < l->told; i++)
		if (l->list[i]->state == TRIAL_MEASURED && (!best || l->list[i]->score > best->score))
			best = l->list[i];
	if (best)
		snprintf(text, sizeof text, "  best %.4f", best->score);
	progress_show(&l->s->bar, (double)l->told / (double)l->n, "%s %zu of %zu%s", "trial", l->told, l->n, text);
}

/* Tell all that are done and whose turn it is. */
static void
tell_done(struct lanes *l)
{
	while (!l->bad && l->told < l->end && l->told < l->n && l->done[l->told]) {
		struct trial *t = l->list[l->told++];

		progress_clear(&l->s->bar);
		if (search_tell(l->s, t, l->r) < 0)
			give_up(l);
		if (is_reached(l->s, t)) {
			l->s->reached = t->number;
			l->end = l->told;
		}
	}
	if (l->lanes > 1)
		show(l);
}

/* What the round does to a trial is undone, where it does not count. */
static int
keep_as_it_was(struct lanes *l, struct trial *t, size_t i)
{
	size_t n = l->s->ntries;

	l->was[i] = *t;
	if (!(l->was[i].value = maas_take(t->arena, n, sizeof *t->value)))
		return -1;
	memcpy(l->was[i].value, t->value, n * sizeof *t->value);
	return 0;
}

/* Measured before, or now. */
static int
run_trial(struct lanes *l, size_t i, struct lane *lane)
{
	struct trial *t = l->list[i];
	char key[65];
	int rc;

	if (!l->was[i].number && keep_as_it_was(l, t, i) < 0)
		return -1;
	t->round = l->r->number;
	if (kept_key(l->s, t, l->r, key) < 0 || (rc = kept_find(l->s, t, key)) < 0)
		return -1;
	if (rc)
		return 0;
	rc = trial_run(l->s, t, l->r, lane);
	lane_take(lane, 0);
	if (rc < 0)
		return -1;
	/* Beside others there was no memory: alone there may be. */
	if (t->state == TRIAL_TOO_LARGE && lane->beside)
		return 1;
	pthread_mutex_lock(&l->lock);
	rc = kept_add(l->s, t, key);
	pthread_mutex_unlock(&l->lock);
	return rc;
}

/* All the trials that a lane gets, one after the other. */
static void
work(void *arg, size_t begin, size_t end, int member)
{
	struct lanes *l = arg;

	(void)member;
	for (size_t k = begin; k < end; k++)
		for (size_t i; (i = claim(l)) < l->n;) {
			int rc = run_trial(l, i, &l->lane[k]);

			pthread_mutex_lock(&l->lock);
			if (rc < 0)
				give_up(l);
			l->done[i] = !rc;
			tell_done(l);
			pthread_mutex_unlock(&l->lock);
		}
}

/* Those that wanted more memory than was left beside others, each alone. */
static void
run_large(struct lanes *l, struct maas_team *team)
{
	struct lane alone = { .of = l, .team = team };

	for (size_t i = 0; i < l->next && i < l->end && !l->bad; i++) {
		if (!l->done[i] && run_trial(l, i, &alone) < 0)
			give_up(l);
		l->done[i] = 1;
		tell_done(l);
	}
}

/* As many as there is work for; the threads are shared out among them. */
static int
open_lanes(struct lanes *l, struct maas_team *all)
{
	size_t threads = (size_t)maas_team_size(all);

	l->lanes = threads < l->n ? threads : l->n;
	if (!(l->done = maas_alloc(l->n, 1)) || !(l->was = maas_alloc(l->n, sizeof *l->was)) ||
	    !(l->lane = maas_alloc(l->lanes, sizeof *l->lane)))
		return -1;
	for (size_t k = 0; k < l->lanes; k++) {
		size_t own = threads / l->lanes + (k < threads % l->lanes);

		l->lane[k] = (struct lane){ .of = l, .beside = l->lanes > 1 };
		if (!(l->lane[k].team = l->lanes > 1 ? maas_team_new((int)own) : all))
			return -1;
	}
	return 0;
}

static void
close_lanes(struct lanes *l)
{
	for (size_t k = 0; l->lane && k < l->lanes && l->lanes > 1; k++)
		maas_team_free(l->lane[k].team);
	free(l->lane);
	free(l->done);
	free(l->was);
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->freed);
}

/* What ran, but does not count, was never there. */
static void
forget(struct lanes *l)
{
	for (size_t i = l->end; i < l->next; i++) {
		struct trial *t = l->list[i];
		const struct trial *was = &l->was[i];

		if (!was->number)
			continue;
		memcpy(t->value, was->value, l->s->ntries * sizeof *t->value);
		t->text = was->text;
		t->json = was->json;
		t->state = was->state;
		t->why = was->why;
		t->score = was->score;
		t->cv = was->cv;
		t->round = was->round;
	}
}

long
search_run_lanes(struct search *s, struct trial **list, const struct round *r)
{
	struct lanes l = { .s = s, .r = r, .list = list, .n = r->trials, .end = r->trials };
	struct maas_team *team = NULL;
	int bad;

	pthread_mutex_init(&l.lock, NULL);
	pthread_cond_init(&l.freed, NULL);
	bad = open_lanes(&l, s->base.team);
	if (!bad && l.lanes > 1 && !(team = maas_team_new((int)l.lanes)))
		bad = -1;
	if (!bad && l.lanes > 1) {
		progress_begin(&s->bar, s->call);
		maas_team_run(team, l.lanes, 1, work, &l);
		progress_clear(&s->bar);
	} else if (!bad) {
		work(&l, 0, 1, 0);
	}
	maas_team_free(team);
	if (!bad)
		run_large(&l, s->base.team);
	if (!bad && l.bad)
		bad = maas_fail_as(l.why, "%s", l.reason);
	forget(&l);
	close_lanes(&l);
	return bad ? -1 : (long)l.end;
}
