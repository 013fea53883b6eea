/* mlp -- what the files of kind mlp share: its layers, and what it answers. */
#ifndef MLP_H
#define MLP_H

#include "maas/model.h"

enum { MLP_LAYERS = 16 };

/* The widths of the hidden layers, `--hidden`; -1: the text is no such list. */
int mlp_widths(const struct maas_mlp *, size_t width[MLP_LAYERS]) MAAS_USE;
enum maas_act mlp_act(const struct maas_mlp *);

size_t mlp_scratch(const struct maas_model *, size_t rows);
void mlp_apply(const struct maas_model *, const struct maas_design *, double *out, void *scratch);
int mlp_gradient(const struct maas_model *, const struct maas_design *, const double *of, double *dense, double *sparse,
    void *scratch);
/* The first layer, learnt of components, as one of features. */
int mlp_fold(struct maas_model *, const struct maas_projection *);

#endif
