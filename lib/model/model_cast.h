/* model_cast.h -- a model with its weights in another form. */
#ifndef MODEL_CAST_H
#define MODEL_CAST_H

#include "maas/model.h"

/* What is not in tensors: the self-test's inputs, answered anew, what people said, the data, and what ends a text. */
int model_carry_over(struct maas_model *to, const struct maas_model *from) MAAS_USE;

/* A network of rows with its matrices in few bits; and what a model has of such ones as floats: what opens a model
 * calls it before kind->ready. */
struct maas_model *model_quantize_network(const struct maas_model *, enum maas_dtype, struct maas_team *) MAAS_USE;
int model_widen(struct maas_model *) MAAS_USE;

/* In place of the tensor of that name, of the file's too. */
int model_put(struct maas_model *, const struct maas_tensor *) MAAS_USE;

#endif
