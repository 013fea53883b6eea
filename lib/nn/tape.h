/* What tape.c and plan.c share. */
#ifndef MAAS_TAPE_H
#define MAAS_TAPE_H

#include "maas/nn.h"

struct maas_turn {             /* of a node in the backward pass */
	unsigned char reached; /* the loss depends on it */
	unsigned char first[MAAS_ARGS], first_add[MAAS_ARGS];
};

struct maas_tape {
	struct maas_arena *arena;
	struct maas_node **node;
	size_t n, cap;
	int failed; /* a builder did, and said why */
	struct maas_node *loss;
	struct maas_turn *turn; /* NULL: not planned for training */
	struct maas_params params;
	struct maas_frozen *frozen; /* NULL: all is learnt */
	size_t bytes, scratch;
	double most, beside; /* see maas_tape_bound; 0: any */
};

/* Is a parameter of this name not to be learnt? */
int tape_freezes(struct maas_tape *, const char *name);
struct maas_node *tape_root(struct maas_node *); /* whose value and gradient these are */

#endif
