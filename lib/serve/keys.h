/* keys.h -- of the keys, what the state's other files need. */
#ifndef KEYS_H
#define KEYS_H

#include "maas/serve.h"

/* n random letters and digits out of the first `letters` (36: small ones only), NUL-ended. */
int key_random(char *to, size_t n, size_t letters) MAAS_USE;
/* As maas_key_add, inside a transaction of the caller's. */
int keys_insert(struct maas_state *, struct maas_key *, char text[MAAS_KEY_TEXT]) MAAS_USE;

/* A number that grows with every change of the keys, by whatever process; and its growing. */
int keys_version(struct maas_state *, int64_t *version) MAAS_USE;
int keys_touch(struct maas_state *) MAAS_USE;

#endif
