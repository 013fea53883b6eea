/* seen -- tensors of a file that somebody looks at between its opening and its reading, so that both are of one file,
 * whatever has its name meanwhile. */
#ifndef MAAS_SEEN_H
#define MAAS_SEEN_H

#include "maas/files.h"
#include "maas/fmt.h"

/* The file at the path, as it was opened, and its bytes as they lie there: sealed ones sealed.  -1, with a reason: it
 * is not to be read. */
typedef int maas_see_file(void *ctx, const char *path, const struct stat *, const struct maas_map *);
struct maas_tensors *maas_tensors_open_seen(const char *path, maas_see_file *see, void *ctx) MAAS_USE;

#endif
