/*
 * interrupt -- SIGTERM, SIGINT and SIGHUP that wait until the work is safe.  Once armed,
 * the first is noted; a second one removes unfinished files and ends the process at once.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>

void interrupt_arm(void);
int interrupt_pending(void);            /* the signal's number; 0: none */
const volatile sig_atomic_t *interrupt_flag(void);      /* the same, for who looks often */
void interrupt_disarm(void);            /* as it was */
/* End as the signal would have ended us, so that shells and cron see it; does not return. */
_Noreturn void interrupt_end(void);

#endif
