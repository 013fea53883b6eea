/* network_weights -- what kinds of networks do with the parameters of their layers. */
#ifndef NETWORK_WEIGHTS_H
#define NETWORK_WEIGHTS_H

#include "maas/model.h"

/*
 * First values of a parameter, a matrix or the bias beside one, of a layer of so many inputs and outputs.  how: enum
 * maas_init; by default uniform, as PyTorch's Linear and Conv2d: weights and biases within 1 / sqrt(inputs).  stream:
 * one a parameter.
 */
void network_fill(const struct maas_node *w, size_t in, size_t out, int how, uint64_t seed, uint64_t stream,
    struct maas_team *);
/* The head's weight or bias: outputs y become y unit + shift. */
void network_rescale(const struct maas_node *w, double shift, double unit);

#endif
