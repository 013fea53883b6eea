/* rows_explain -- what the files about why a row got its output share. */
#ifndef ROWS_EXPLAIN_H
#define ROWS_EXPLAIN_H

#include "rows.h"

/* An output of the row at hand: of two labels there is one, the second's; the first's is its opposite. */
struct aim {
	size_t output;
	double sign;
	int odds; /* of a network with an output a label: it counts as far as it is above the others */
};

/* Occlusion: rows with a piece left out are put together in tell.x, in the order of the pieces, and answered MAAS_ROWS
 * at a time.  _room begins; _flush answers those that are there: contribution = output - output without. */
int telling_room(struct maas_rows_call *) MAAS_USE;
void telling_flush(struct maas_rows_call *, struct aim);

/* Of an output a label: the logit of what is aimed at, and (of not NULL) how it follows each output. */
double logit_of(const struct maas_rows *, const double *out, struct aim, double *of);
struct aim aim_at(const struct maas_rows *, size_t label);
/* What of a whole no piece has; 0 where it is less than nine digits of them tell. */
double rest_of(double whole, const struct maas_piece *, size_t n);
/* The order of pieces. */
int by_size(const void *, const void *);

/* Is the row a picture or a spectrum, and nothing else? */
int telling_picture(const struct maas_rows_call *);
int tell_by_patches(struct maas_rows_call *, struct aim) MAAS_USE;
/* Of what is read as frames: how much of the attention is on each. */
int tell_by_frames(struct maas_rows_call *) MAAS_USE;
int tell_sequence(struct maas_rows_call *, struct aim, enum maas_method) MAAS_USE;

#endif
