/* What a row of the table of ops says: its arguments, and what it computes in double. */
#ifndef OPS_ROW_H
#define OPS_ROW_H

#include "maas/nn.h"

struct row;
typedef void reference(const struct row *, double *y, double *const *in);

struct arg {
	int ndim;
	size_t dim[MAAS_DIMS];
	int ids;                            /* > 0: whole numbers below it */
	enum { LEARNT, FIXED, RISING } how; /* no gradient, positive; from 0 to ids, ascending */
};

struct row {
	const struct maas_op *op;
	const char *what;
	struct maas_node *(*build)(struct maas_tape *, struct maas_node **);
	reference *ref;
	struct arg in[MAAS_ARGS];
	size_t rows, cols;         /* of the output */
	double bf16;               /* tolerance with operands of bf16 */
	struct arg big[MAAS_ARGS]; /* to be timed with */
};

#endif
