/* model_registry.h -- the verbs of maas-model that look after a registry. */
#ifndef MODEL_REGISTRY_H
#define MODEL_REGISTRY_H

#include "driver.h"

struct place_options {
	const char *registry;
};
struct register_options {
	const char *registry;
	struct maas_list label;
};
struct list_options {
	const char *registry;
	int json;
};
struct rollback_options {
	const char *registry, *label;
};
struct remove_options {
	const char *registry;
	int purge;
};
struct prune_options {
	const char *registry;
	long keep;
};
extern const struct maas_field place_fields[], register_fields[], list_fields[], rollback_fields[], remove_fields[],
    prune_fields[];

int model_register(struct call *);
int model_list(struct call *);
int model_log(struct call *);
int model_label(struct call *);
int model_rollback(struct call *);
int model_remove(struct call *);
int model_prune(struct call *);

#endif
