/* registry_files.h -- what reading and changing the registry share. */
#ifndef REGISTRY_FILES_H
#define REGISTRY_FILES_H

#include <limits.h>

#include "maas/registry.h"
#include "maas/seen.h"

#define REGISTRY_MODEL "model.maas"
#define REGISTRY_ABOUT "about.json"
#define SIGNATURE_END  ".sig"

/* A version's number out of its text: digits, the first no 0. */
int registry_number(const char *, int64_t *) MAAS_USE;
/* As maas_registry_read, but of versions their numbers alone. */
int registry_look(const char *dir, const char *name, struct maas_arena *, struct maas_shelf *) MAAS_USE;
/* Every entry of a directory, in no order; one that is not there has none. */
int registry_entries(const char *dir, int (*each)(void *ctx, const char *entry), void *ctx) MAAS_USE;
/* The model at this path has this digest: note it for maas_registry_check. */
void registry_stamp(const char *path, const char *sha256);

/* Open the tensors of what -m says; those of a version that is found by its name are compared with its digest as
 * they were opened.  *path: where they lie.  *file 0, and nothing is opened: it is a directory. */
struct maas_tensors *registry_open(const char *said, struct maas_buf *path, int *file) MAAS_USE;
/* maas_see_file, of a version whose digest `want` says. */
int registry_see(void *want, const char *path, const struct stat *, const struct maas_map *);

/* Where a model lies that is a version. */
struct registry_place {
	char dir[PATH_MAX], name[MAAS_REGISTRY_NAME + 1];
	int64_t version;
};
/* 1; 0 where the model at this path is none of a registry's; -1. */
int registry_place(const char *path, struct registry_place *) MAAS_USE;
/* The same by the path's words alone, whatever lies there. */
int registry_place_said(const char *path, struct registry_place *) MAAS_USE;
/* Put a signature beside a version. */
int registry_sign(const struct registry_place *, const struct maas_buf *text) MAAS_USE;
/* Is the model at this path signed, by whomever, as this version of this name?  Is there a signature at all? */
int signature_names(const char *path, const char *name, int64_t version);
int signature_there(const char *path);

#endif
