/* wide.c -- sums of few rows by weights that lie a step of k after the other, all columns of a step side by side. */
#include <math.h>
#include <string.h>

#include "tile.h"

#define COLUMNS 16 /* a line */
#define STEPS   8  /* of k for one look at the sums */
#define AHEAD   16 /* steps between what is multiplied and what is asked for */

#define TIER_FILE "wide.inc"
#include "tier.h"

void
tile_wide(float *y, const float *a, size_t lda, const float *b, size_t ldb, size_t m, size_t n, size_t k)
{
	memset(y, 0, m * n * sizeof *y);
	PICK(wide)(y, a, lda, b, ldb, m, n, k);
}
