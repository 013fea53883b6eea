#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "maas/base.h"

/* How long an idle member watches for work before it sleeps: a step of a network follows the last
 * within microseconds, and waking a thread costs tens of them.  After the first thousand looks it
 * offers its core to others between looks, since there may be more threads than cores. */
#define SPINS 4000
#define ALONE 1000

#define OPEN 0x80000000u

struct member {
	struct maas_team *team;
	pthread_t thread;
	int number;
};

struct maas_team {
	int size;
	struct member *member;
	maas_work *work;
	void *arg;
	size_t n, grain;
	_Alignas(64) atomic_size_t next; /* first item nobody has taken */
	_Alignas(64) atomic_uint job;    /* counts up with every run */
	_Alignas(64) atomic_uint gate;   /* OPEN while there is work, and how many are inside */
	atomic_int asleep;
	atomic_int leave;
	pthread_mutex_t lock;
	pthread_cond_t wake;
};

static void
pause_a_little(int looks)
{
	if (looks >= ALONE)
		sched_yield();
#if defined(__x86_64__)
	else
		__builtin_ia32_pause();
#endif
}

static void
share(struct maas_team *t, int number)
{
	for (;;) {
		size_t begin = atomic_fetch_add_explicit(&t->next, t->grain, memory_order_relaxed);

		if (begin >= t->n)
			return;
		size_t end = t->n - begin < t->grain ? t->n : begin + t->grain;
		t->work(t->arg, begin, end, number);
	}
}

/* A member that comes when the work is done already, because its core was another's, is not waited for. */
static int
enter(struct maas_team *t)
{
	unsigned g = atomic_load_explicit(&t->gate, memory_order_relaxed);

	while (g & OPEN)
		if (atomic_compare_exchange_weak_explicit(
			&t->gate, &g, g + 1, memory_order_acquire, memory_order_relaxed))
			return 1;
	return 0;
}

/* The number of a job that is not the one seen. */
static unsigned
wait_for_job(struct maas_team *t, unsigned seen)
{
	unsigned job;

	for (int i = 0; i < SPINS; i++) {
		if ((job = atomic_load_explicit(&t->job, memory_order_acquire)) != seen)
			return job;
		pause_a_little(i);
	}
	pthread_mutex_lock(&t->lock);
	atomic_fetch_add(&t->asleep, 1);
	while ((job = atomic_load(&t->job)) == seen)
		pthread_cond_wait(&t->wake, &t->lock);
	atomic_fetch_sub(&t->asleep, 1);
	pthread_mutex_unlock(&t->lock);
	return job;
}

static void *
serve(void *arg)
{
	struct member *m = arg;
	struct maas_team *t = m->team;
	unsigned seen = 0;

	for (;;) {
		seen = wait_for_job(t, seen);
		if (atomic_load(&t->leave))
			return NULL;
		if (!enter(t))
			continue;
		share(t, m->number);
		atomic_fetch_sub_explicit(&t->gate, 1, memory_order_release);
	}
}

static void
announce(struct maas_team *t)
{
	atomic_fetch_add(&t->job, 1);
	if (atomic_load(&t->asleep)) {
		pthread_mutex_lock(&t->lock);
		pthread_cond_broadcast(&t->wake);
		pthread_mutex_unlock(&t->lock);
	}
}

/* Signals are the first thread's: the members start with all of them blocked. */
static int
hire(struct maas_team *t, int threads)
{
	sigset_t all, old;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (t->size = 1; t->size < threads && rc == 0;) {
		struct member *m = &t->member[t->size];

		*m = (struct member){ .team = t, .number = t->size };
		rc = pthread_create(&m->thread, NULL, serve, m);
		t->size += rc == 0;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc == 0 ? 0 : maas_fail_as(MAAS_OS, "cannot start thread %d of %d", t->size + 1, threads);
}

struct maas_team *
maas_team_new(int threads)
{
	struct maas_team *t;

	if (threads <= 0)
		threads = maas_cores();
	if (!(t = aligned_alloc(64, sizeof *t))) {
		maas_fail_as(MAAS_OS, "no memory for a team");
		return NULL;
	}
	*t = (struct maas_team){ .size = 1 };
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->wake, NULL);
	if (!(t->member = maas_alloc((size_t)threads, sizeof *t->member)) || hire(t, threads) < 0) {
		maas_team_free(t);
		return NULL;
	}
	return t;
}

int
maas_team_size(const struct maas_team *t)
{
	return t->size;
}

void
maas_team_run(struct maas_team *t, size_t n, size_t grain, maas_work *work, void *arg)
{
	if (!grain)
		grain = 1;
	if (t->size == 1 || n <= grain) {
		for (size_t i = 0; i < n; i += grain)
			work(arg, i, n - i < grain ? n : i + grain, 0);
		return;
	}
	t->work = work;
	t->arg = arg;
	t->n = n;
	t->grain = grain;
	atomic_store_explicit(&t->next, 0, memory_order_relaxed);
	atomic_store_explicit(&t->gate, OPEN, memory_order_release);
	announce(t);
	share(t, 0);
	atomic_fetch_and_explicit(&t->gate, ~OPEN, memory_order_relaxed);
	for (int i = 0; atomic_load_explicit(&t->gate, memory_order_acquire); i += i < ALONE)
		pause_a_little(i);
}

void
maas_team_free(struct maas_team *t)
{
	if (!t)
		return;
	atomic_store(&t->leave, 1);
	if (t->size > 1)
		announce(t);
	for (int i = 1; i < t->size; i++)
		pthread_join(t->member[i].thread, NULL);
	pthread_cond_destroy(&t->wake);
	pthread_mutex_destroy(&t->lock);
	free(t->member);
	free(t);
}
