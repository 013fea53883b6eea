/* stretch -- whole records of delimited text, split and tried as numbers. */
#ifndef STRETCH_H
#define STRETCH_H

#include "source.h"

/* How text is to be read. */
struct dialect {
	char delimiter, quote; /* quote 0: none */
	int cells;             /* are cells wanted? */
	size_t width;          /* cells of a plain record */
	size_t numbers;        /* of them, those that are kept */
	const long *slot; /* [width] which number a cell is, -1 none; such a record has them all, finite.  NULL: each is
	                        * one, NaN where it is none or not finite */
	const char *safe; /* before it DECIMAL_AHEAD bytes can be read */
};

struct stretch_row {
	uint32_t at, n; /* in the text; n without its line end, but of an odd one with it */
	uint32_t odd;
};
struct stretch {
	struct maas_span text;
	struct stretch_row *row;
	double *x;              /* [plain rows, numbers] */
	struct maas_span *cell; /* [plain rows, width] */
	size_t rows, row_cap, x_cap, cell_cap;
	int failed; /* no memory */
};

/*
 * Cut text, which begins with a record, into at most `most` stretches of about `each` bytes: cut[i] is where stretch i
 * ends, which is behind a record.  Their number; 0: no record ends in it.  whole: nothing follows it, so its last
 * record ends with it.
 */
size_t stretches_cut(
    size_t *cut, size_t most, const struct dialect *, struct maas_span text, size_t each, int whole) MAAS_USE;
void stretch_read(struct stretch *, const struct dialect *); /* text is set; all else is made */
void stretch_free(struct stretch *);

#endif
