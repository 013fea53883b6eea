#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "maas/base.h"
#include "interrupt.h"

static const int caught[] = { SIGTERM, SIGINT, SIGHUP };
static volatile sig_atomic_t pending;

static void
on_signal(int sig)
{
	if (pending) {
		maas_out_cleanup();
		_exit(128 + sig);
	}
	pending = sig;
}

static void
set_handler(void (*handler)(int))
{
	for (size_t i = 0; i < MAAS_COUNT(caught); i++) {
		struct sigaction a = { .sa_handler = handler }, was;

		/* What the caller ignores (nohup) stays ignored. */
		if (sigaction(caught[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN) {
			sigemptyset(&a.sa_mask);
			a.sa_flags = SA_RESTART;
			sigaction(caught[i], &a, NULL);
		}
	}
}

void
interrupt_arm(void)
{
	set_handler(on_signal);
}

int
interrupt_pending(void)
{
	return pending;
}

const volatile sig_atomic_t *
interrupt_flag(void)
{
	return &pending;
}

void
interrupt_disarm(void)
{
	set_handler(SIG_DFL);
}

void
interrupt_end(void)
{
	int sig = pending;
	sigset_t one;

	interrupt_disarm();
	sigemptyset(&one);
	sigaddset(&one, sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(sig);
	_exit(128 + sig);
}
