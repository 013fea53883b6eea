/*
 * steplog -- the log of a run: JSON lines, an object a step and one an evaluation.  A resumed
 * run cuts its log back to the step it goes on from, so that each step stands in it once.
 */
#ifndef STEPLOG_H
#define STEPLOG_H

#include <stdio.h>

#include "maas/train.h"

struct steplog {
	FILE *f;                        /* NULL: none is written */
	const char *path;
	double seconds;                 /* of the part that was kept */
};

/* Keep what was logged up to `step` (0: begin anew).  What is not a regular file is only added to. */
int steplog_open(struct steplog *, const char *path, size_t step) MAAS_USE;
int steplog_step(struct steplog *, const struct maas_step *) MAAS_USE;
int steplog_eval(struct steplog *, const struct maas_evaluation *) MAAS_USE;
int steplog_close(struct steplog *) MAAS_USE;

#endif
