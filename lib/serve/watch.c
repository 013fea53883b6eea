/* watch.c -- answers and drift of a version, in a window that rolls on. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"
#include "watch.h"

#define SLOTS       12
#define EACH_SECOND 1000 /* rows that a member looks at; beyond them one of STRIDE */
#define STRIDE      32
#define MANY        16
#define SHARE       100 /* measuring takes a hundredth of a core at most */

/* A member's: nobody else writes it. */
struct looker {
	struct maas_drift_counter *counter;
	_Atomic uint64_t *said; /* [answers] of labels, then the sum of their scores in units of 2^-32 */
	unsigned second;
	unsigned left, passed;
	char apart[64]; /* from the next member's */
};

struct watch {
	const struct maas_rows *rows;
	struct maas_drift *drift; /* NULL: the model keeps no statistics */
	int members;
	struct looker *member;
	struct maas_span *label; /* [labels] */
	size_t labels, answers;  /* told apart; numbers of `said` */
	size_t drifts, counts;   /* numbers of a drift; all: those, then what is said */
	_Atomic unsigned second;
	uint64_t *now;         /* [counts], as what follows */
	uint64_t *mark[SLOTS]; /* at the ends of the last slots; slot `at` is the oldest */
	size_t at;
	double next, again; /* when a slot ends; when it may be measured again */
	int stale;
};

static int
make_member(struct watch *w, struct looker *l)
{
	if (!(l->said = maas_alloc(w->answers + sizeof l->apart / sizeof *l->said, sizeof *l->said)))
		return -1;
	return !w->drift || (l->counter = maas_drift_counter_new(w->drift)) ? 0 : -1;
}

static int
make_room(struct watch *w)
{
	w->drifts = w->drift ? maas_drift_counts(w->drift) : 0;
	w->counts = w->drifts + w->answers;
	w->member = maas_alloc((size_t)w->members, sizeof *w->member);
	w->label = maas_alloc(w->labels, sizeof *w->label);
	w->now = maas_alloc(2 * w->counts, sizeof *w->now);
	if (!w->member || !w->label || !w->now)
		return -1;
	for (size_t i = 0; i < w->labels; i++)
		w->label[i] = i < maas_rows_labels(w->rows) ? maas_rows_label(w->rows, i) : maas_span("");
	for (int i = 0; i < w->members; i++)
		if (make_member(w, &w->member[i]) < 0)
			return -1;
	for (size_t i = 0; i < SLOTS; i++)
		if (!(w->mark[i] = maas_alloc(w->counts, sizeof *w->mark[i])))
			return -1;
	return 0;
}

struct watch *
watch_new(const struct maas_model *m, int members)
{
	struct watch *w = maas_alloc(1, sizeof *w);
	size_t labels;

	if (!w)
		return NULL;
	w->members = members;
	w->stale = 1;
	if (!(w->rows = maas_rows_of(m)))
		goto fail;
	labels = maas_rows_labels(w->rows);
	w->labels = labels > WATCH_LABELS ? WATCH_LABELS + 1 : labels ? labels : 1;
	w->answers = w->labels + 1;
	if (maas_model_part(m, "statistics").s && !(w->drift = maas_drift_new(m)))
		goto fail;
	if (make_room(w) == 0)
		return w;
fail:
	watch_free(w);
	return NULL;
}

void
watch_free(struct watch *w)
{
	if (!w)
		return;
	for (int i = 0; w->member && i < w->members; i++) {
		maas_drift_counter_free(w->member[i].counter);
		free(w->member[i].said);
	}
	for (size_t i = 0; i < SLOTS; i++)
		free(w->mark[i]);
	maas_drift_free(w->drift);
	free(w->member);
	free(w->label);
	free(w->now);
	free(w);
}

int
watch_wants(size_t i, int many)
{
	return !many || i % MANY == 0;
}

void
watch_row(struct watch *w, int member, const struct maas_rows_call *call)
{
	struct looker *l = &w->member[member];
	unsigned second = atomic_load_explicit(&w->second, memory_order_relaxed);

	if (!l->counter)
		return;
	if (l->second != second || !l->passed) {
		l->second = second;
		l->left = EACH_SECOND;
		l->passed = 1;
	}
	if (l->left)
		l->left--;
	else if (l->passed++ % STRIDE)
		return;
	maas_drift_count(l->counter, call);
}

static void
add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_store_explicit(to, atomic_load_explicit(to, memory_order_relaxed) + n, memory_order_relaxed);
}

void
watch_said(struct watch *w, int member, size_t label, double score)
{
	_Atomic uint64_t *said = w->member[member].said;

	add(&said[label < w->labels ? label : w->labels - 1], 1);
	if (score >= 0 && score <= 1)
		add(&said[w->labels], (uint64_t)(score * 0x1p32));
}

void
watch_answer(struct watch *w, int member, const double *score)
{
	size_t labels = maas_rows_labels(w->rows), best = labels ? maas_argmax_f64(score, labels) : 0;

	watch_said(w, member, best, labels ? score[best] : NAN);
}

size_t
watch_labels(const struct watch *w)
{
	return w->labels;
}

const struct maas_span *
watch_label(const struct watch *w, size_t i)
{
	return i < WATCH_LABELS ? &w->label[i] : NULL;
}

uint64_t
watch_answers(const struct watch *w, size_t i)
{
	uint64_t sum = 0;

	for (int k = 0; k < w->members; k++)
		sum += atomic_load_explicit(&w->member[k].said[i], memory_order_relaxed);
	return sum;
}

static void
sum_up(struct watch *w, uint64_t *to)
{
	memset(to, 0, w->counts * sizeof *to);
	for (int i = 0; i < w->members; i++) {
		if (w->drift)
			maas_drift_counter_sum(w->member[i].counter, to);
		for (size_t k = 0; k < w->answers; k++)
			to[w->drifts + k] += atomic_load_explicit(&w->member[i].said[k], memory_order_relaxed);
	}
}

/* Slots that have ended; of a long sleep no more than there are. */
static void
roll(struct watch *w, double clock, double window)
{
	if (w->next <= 0)
		w->next = clock + window / SLOTS;
	if (clock - w->next > window)
		w->next = clock - window;
	for (; clock >= w->next; w->next += window / SLOTS) {
		memcpy(w->mark[w->at], w->now, w->counts * sizeof *w->now);
		w->at = (w->at + 1) % SLOTS;
		w->stale = 1;
	}
}

static int
measure(struct watch *w, struct watch_found *found)
{
	uint64_t *in = w->now + w->counts, *said = in + w->drifts;
	const uint64_t *from = w->mark[w->at];

	for (size_t i = 0; i < w->counts; i++)
		in[i] = w->now[i] - from[i];
	*found = (struct watch_found){ .drifts = w->drift != NULL, .score = NAN };
	for (size_t i = 0; i < w->labels; i++)
		found->answers += said[i];
	if (found->answers && maas_rows_labels(w->rows))
		found->score = (double)said[w->labels] * 0x1p-32 / (double)found->answers;
	return w->drift ? maas_drift_measure(w->drift, in, &found->drift) : 0;
}

int
watch_tick(struct watch *w, double clock, double window, struct watch_found *found)
{
	uint64_t *old = w->now + w->counts;
	double began;

	atomic_fetch_add_explicit(&w->second, 1, memory_order_relaxed);
	memcpy(old, w->now, w->counts * sizeof *old);
	sum_up(w, w->now);
	w->stale |= memcmp(old, w->now, w->counts * sizeof *old) != 0;
	roll(w, clock, window);
	if (!w->stale || clock < w->again)
		return 0;
	began = maas_clock();
	if (measure(w, found) < 0)
		return 0;
	w->again = clock + SHARE * (maas_clock() - began);
	w->stale = 0;
	return 1;
}
