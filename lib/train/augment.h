/* augment -- how training rows are changed at random: what the files of its entries share. */
#ifndef AUGMENT_H
#define AUGMENT_H

#include "maas/train.h"

/* A row about to be changed; what happens to it is a function of all this alone. */
struct change {
	const struct maas_data *d;
	double amount;  /* NAME=AMOUNT */
	uint64_t seed;  /* of this entry in this run */
	uint64_t row, epoch;
};
/* Number i of the row's own, in [0,1). */
double change_draw(const struct change *, uint64_t i);

/* A sound on its way. */
struct augment_clip {
	float *x, *spare;       /* [room]; may be exchanged */
	size_t n, room;
	const struct maas_player *player;
};
int augment_suits_sounds(const struct maas_data *, double amount);

struct augment {
	const char *name;
	const char *range;      /* of amounts: for a reason */
	double least, most;
	int whole;              /* amounts are whole numbers */
	/* Does it mean anything to such data?  0, or -1 with a reason that goes on with what data it wants. */
	int (*suits)(const struct maas_data *, double amount);
	/* Features as the network gets them, x[d->x.dense], in place; NULL: not changed. */
	void (*dense)(const struct change *, float *x);
	/* The n ids of a sequence, in place: how many there are then, from 1 to n; NULL: not changed. */
	size_t (*ids)(const struct change *, int32_t *id, size_t n);
	/* The n samples of a sound at the rate at which it is heard, in place; NULL: not changed. */
	void (*sound)(const struct change *, struct augment_clip *);
	int stretches;          /* a sound may be 1 / (1 - amount) as long afterwards */
};
#define AUGMENT(name) extern const struct augment augment_##name;
#include "maas/augments.def"
#undef AUGMENT

#endif
