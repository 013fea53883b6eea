/* sources -- what a call reads: its operands, and the files and models that settings name. */
#ifndef SOURCES_H
#define SOURCES_H

#include "driver.h"

/* setting NULL: an operand; else its name, and what is called so.  model: it may be a name of the registry, or a
 * directory. */
typedef int see_source(void *ctx, const char *setting, const char *said, int model);
/* Calls see() for each, operands first; standard input is "-".  0, or -1 where see() fails. */
int sources_walk(const struct call *, see_source *, void *ctx);
/* Does a setting of this name say what is read? */
int source_setting(const char *name);

#endif
