/*
 * progress -- one line on a terminal that says how far long work has come.
 *
 * Shown only where standard error is a terminal and -q was not given; elsewhere every
 * call does nothing.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "driver.h"

struct progress {
	int on, drawn;
	double began, shown;            /* of maas_clock() */
	double first;                   /* share that was done at the first show; -1: none yet */
};

void progress_begin(struct progress *, const struct call *);
/* share: done so far, 0 to 1; NAN: nobody knows.  The line is redrawn at most ten times a second. */
void progress_show(struct progress *, double share, const char *fmt, ...) MAAS_PRINTF(3, 4);
void progress_clear(struct progress *); /* take the line away, before anything else is printed */
/* "3:07" or "1:02:45" */
void progress_time(char *to, size_t n, double seconds);
size_t terminal_width(int fd);          /* in columns; 80 where it is no terminal */
/* "1.2 M" */
void progress_size(char *to, size_t n, double v);

#endif
