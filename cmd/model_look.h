/* model_look.h -- maas-model info, tensors, verify, diff: what is in models. */
#ifndef MODEL_LOOK_H
#define MODEL_LOOK_H

#include "driver.h"

struct look_options {
	int json;
};
struct verify_options {
	const char *public;
};
extern const struct maas_field look_fields[], verify_fields[];

int model_info(struct call *);
int model_info_written(const char *path); /* what info --json prints, of a model that was written just now */
int model_tensors(struct call *);
int model_verify(struct call *);
int model_diff(struct call *);

#endif
