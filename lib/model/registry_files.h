/* registry_files.h -- what reading and changing the registry share. */
#ifndef REGISTRY_FILES_H
#define REGISTRY_FILES_H

#include "maas/registry.h"

#define REGISTRY_MODEL "model.maas"
#define REGISTRY_ABOUT "about.json"

/* A version's number out of its text: digits, the first no 0. */
int registry_number(const char *, int64_t *) MAAS_USE;
/* As maas_registry_read, but of versions their numbers alone. */
int registry_look(const char *dir, const char *name, struct maas_arena *, struct maas_shelf *) MAAS_USE;
/* Every entry of a directory, in no order; one that is not there has none. */
int registry_entries(const char *dir, int (*each)(void *ctx, const char *entry), void *ctx) MAAS_USE;
/* The model at this path has this digest: note it for maas_registry_check. */
void registry_stamp(const char *path, const char *sha256);

#endif
