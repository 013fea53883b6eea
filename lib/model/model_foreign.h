/* model_foreign.h -- models that others wrote. */
#ifndef MODEL_FOREIGN_H
#define MODEL_FOREIGN_H

#include "maas/model.h"

/* What maas_model_open does with a directory; open: maas_tensors_open or _copy. */
struct maas_model *maas_model_open_foreign(const char *dir, struct maas_tensors *(*open)(const char *)) MAAS_USE;

/* A model without tensors yet, of the kind and the settings that config.json says.  Matrices of its file whose names
 * begin with *turned lie as [in, out]; NULL: none do. */
struct maas_model *maas_foreign_config(const struct maas_json *config, const char **turned) MAAS_USE;

#endif
