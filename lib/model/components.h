/* components -- how many principal components are asked for. */
#ifndef COMPONENTS_H
#define COMPONENTS_H

#include <stddef.h>

#include "maas/base.h"

struct components_want {
	enum { COUNT, SHARE, ALL, MLE } how;
	size_t count;
	double share; /* of the variance, below 1 */
};
/* "12", "0.95", "all", and where mle "mle"; `option` stands in the reason. */
int components_parse(struct components_want *, const char *option, int mle, const char *text) MAAS_USE;

#endif
