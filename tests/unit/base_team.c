/* The team: each item is worked on once, more threads than cores or fewer, thousands of runs one behind the other. */
#include <float.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"
#include "../test.h"

enum { ITEMS = 1000, RUNS = 1000 };

struct work {
	unsigned char count[ITEMS];
	size_t begin[ITEMS], n, grain;
	int bad, size;
};

static void
count(void *arg, size_t begin, size_t end, int member)
{
	struct work *w = arg;

	for (size_t i = begin; i < end; i++) {
		for (volatile int some = 0; some < 100; some++)
			;
		w->count[i]++;
	}
	if (end > w->n || (end - begin != w->grain && end != w->n) || begin % w->grain || member < 0 ||
	    member >= w->size)
		w->bad = 1;
}

static int
run(struct maas_team *t, size_t n, size_t grain)
{
	struct work w = { .n = n, .grain = grain, .size = maas_team_size(t) };

	maas_team_run(t, n, grain, count, &w);
	for (size_t i = 0; i < ITEMS; i++)
		if (w.count[i] != (i < n))
			return -1;
	return w.bad ? -1 : 0;
}

struct halving {
	atomic_int begun;
	volatile float x[3];
};

/* Half of the least normal number, by each member: an item waits until all three have begun. */
static void
halve(void *arg, size_t begin, size_t end, int member)
{
	struct halving *h = arg;

	(void)end;
	(void)member;
	atomic_fetch_add(&h->begun, 1);
	while (atomic_load(&h->begun) < 3)
		;
	h->x[begin] *= 0.5f;
}

static void
check_subnormals(void)
{
	struct halving h = { 0, { FLT_MIN, FLT_MIN, FLT_MIN } };
	volatile float tiny = FLT_MIN / 4;
	struct maas_team *t;

	maas_flush_subnormals();
	t = maas_team_new(3);
	if (t)
		maas_team_run(t, 3, 1, halve, &h);
	ok(t && h.x[0] == 0 && h.x[1] == 0 && h.x[2] == 0 && tiny * 8 == 0,
	    "subnormal numbers are zero in every thread");
	maas_team_free(t);
}

int
main(void)
{
	for (int threads = 1; threads <= 9; threads += 4) {
		struct maas_team *t = maas_team_new(threads);
		int bad = 0;

		if (!t || maas_team_size(t) != threads) {
			ok(0, "%d threads: %s", threads, maas_error());
			continue;
		}
		for (size_t i = 0; i < RUNS; i++)
			bad += run(t, i * 7 % ITEMS, 1 + i % 13) < 0;
		ok(!bad, "%d threads: each item once, in ranges cut by size alone", threads);
		maas_team_free(t);
	}
	check_subnormals();
	return done();
}
