/* model_foreign.h -- models that others wrote. */
#ifndef MODEL_FOREIGN_H
#define MODEL_FOREIGN_H

#include "maas/model.h"

/* What maas_model_open does with a directory. */
struct maas_model *maas_model_open_foreign(const char *dir) MAAS_USE;

#endif
