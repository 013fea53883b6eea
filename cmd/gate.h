/* gate -- --fail-under of language models: what must hold of held-out text, or the status is 1.  All measures are
 * losses: they fail above. */
#ifndef GATE_H
#define GATE_H

#include "driver.h"

/* Is each METRIC=X of one of these names, NULL-terminated?  0; 64, and said. */
int gate_check(const struct call *, const struct maas_list *, const char *const *names);
/* value[i] is of names[i]; NAN: not known.  0; 1, each one that is missed said. */
int gate_missed(const struct call *, const struct maas_list *, const char *const *names, const double *value);
/* The same, nothing said. */
int gate_holds(const struct maas_list *, const char *const *names, const double *value);

#endif
