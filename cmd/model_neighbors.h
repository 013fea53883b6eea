/* model_neighbors.h -- maas-model neighbors: what the words of a network have become. */
#ifndef MODEL_NEIGHBORS_H
#define MODEL_NEIGHBORS_H

#include "driver.h"

struct neighbors_options {
	long n;
	int json;
};
extern const struct maas_field neighbors_fields[];

int model_neighbors(struct call *);

#endif
