/*
 * band_chase -- a band to tridiagonal form.  Memory holds BAND - 1 columns left of the diagonal and 2 BAND from there
 * on, for what a reflector leaves beside the band; rows are WINDOW numbers apart less one, so that a column is at one
 * place of all of them, and blocks are matrices like any other.
 */
#include <math.h>
#include <string.h>

#include "band.h"

#define WINDOW  (3 * BAND)
#define LD      (WINDOW - 1)
#define NOTHING 1e-280 /* a sum of squares, of numbers of which the largest is about 1, that has lost its last places */

struct reflector { /* I - turn v v^T */
	double v[BAND], turn;
};

#define TIER_FILE "band_chase.inc"
#include "tier.h"

size_t
band_chase_scratch(size_t n)
{
	return (n + 2 * BAND) * WINDOW * sizeof(double);
}

void
band_chase(double *d, double *e, const double *band, size_t n, void *scratch)
{
	double *at = (double *)scratch + BAND; /* row i, column j: at[i LD + j] */
	void (*sweep)(double *, double *, size_t) = PICK(sweep);

	memset(scratch, 0, band_chase_scratch(n));
	for (size_t i = 0; i < n; i++)
		for (size_t l = 0; l <= BAND && i + l < n; l++) {
			at[i * LD + i + l] = band[i * BAND_ROW + l];
			if (l < BAND)
				at[(i + l) * LD + i] = band[i * BAND_ROW + l];
		}
	for (size_t j = 0; j < n; j++) {
		d[j] = at[j * LD + j];
		sweep(e + j, at + j * LD + j, n - j);
	}
}
