/* carried -- tokenisers out of models that are open. */
#ifndef MAAS_CARRIED_H
#define MAAS_CARRIED_H

#include "maas/fmt.h"
#include "maas/text.h"

/* The tokeniser that a model of these tensors carries, in memory of its own.  path: for reasons. */
struct maas_tokenizer *maas_tokenizer_carried(const struct maas_tensors *, const char *path) MAAS_USE;

#endif
