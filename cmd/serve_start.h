/* serve_start.h -- how maas-serve starts: what it gives up on its way, and what it tells the service manager. */
#ifndef SERVE_START_H
#define SERVE_START_H

#include "driver.h"
#include "maas/serve.h"

struct start_options {
	const char *user;
	int fence;
};
extern const struct maas_field start_fields[];

struct start {
	const struct start_options *said;
	struct maas_user user;
	double watchdog;        /* maas_clock() of the last sign of life */
};
/* Before anything is opened: limits, the service manager, the other user.  0, or the exit status. */
int start_begin(struct start *, const struct call *, struct maas_serve_options *);
/* The state is open, there are no threads yet: the paths. */
int start_threads(struct start *, const struct call *, const struct maas_serve_options *, const struct maas_state *);
/* All is open: root's rights, and the system calls. */
int start_done(struct start *, const struct call *);

#endif
