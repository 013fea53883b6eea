/* files -- what few need to know of files: which there are, and which one it was that was opened. */
#ifndef MAAS_FILES_H
#define MAAS_FILES_H

#include <sys/stat.h>

#include "maas/base.h"

/* What stands in a directory, but for names that begin with a dot, in the order of their bytes, whatever the locale:
 * the heap's, one piece to free(), NULL behind the last.  NULL: a reason. */
char **maas_folder_names(const char *path) MAAS_USE;

/* As maas_map_open; *is: of the file that was mapped, whatever has its name since. */
int maas_map_open_as(struct maas_map *, const char *path, struct stat *is) MAAS_USE;

#endif
