/* model_cast.h -- a model with its weights in another form. */
#ifndef MODEL_CAST_H
#define MODEL_CAST_H

#include "maas/model.h"

/* What is not in tensors: the self-test's inputs, answered anew, what people said, the data, and what ends a text. */
int model_carry_over(struct maas_model *to, const struct maas_model *from) MAAS_USE;

#endif
