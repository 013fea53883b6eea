/* model_secrets.h -- the verbs of maas-model that take keys: sealed files and signatures. */
#ifndef MODEL_SECRETS_H
#define MODEL_SECRETS_H

#include "driver.h"

struct keygen_options {
	int type;
};
struct sign_options {
	const char *name;
};
extern const struct maas_field keygen_fields[], sign_fields[];

int model_keygen(struct call *);
int model_seal(struct call *);
int model_open(struct call *);
int model_sign(struct call *);

#endif
