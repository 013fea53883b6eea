/* silu(gate) x, the middle of a gated perceptron (Shazeer 2020, "GLU variants improve transformer"). */
#include <math.h>

#include "maas/num.h"

#define TIER_FILE "swiglu.inc"
#include "tier.h"

void
maas_swiglu_fwd(float *y, const float *gate, const float *x, size_t n)
{
	PICK(swiglu)(y, gate, x, n);
}

void
maas_swiglu_dx(float *dx, const float *dy, const float *gate, size_t n, int add)
{
	PICK(swiglu_dx)(dx, dy, gate, n, add);
}

void
maas_swiglu_dgate(float *dgate, const float *dy, const float *gate, const float *x, size_t n, int add)
{
	PICK(swiglu_dgate)(dgate, dy, gate, x, n, add);
}
