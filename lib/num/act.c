/* Activations and exp, element by element. */
#include <math.h>
#include <string.h>

#include "maas/num.h"

#define TIER_FILE "act.inc"
#include "tier.h"

void
maas_exp(float *y, const float *x, size_t n)
{
	PICK(exp_fwd)(y, x, n);
}

void
maas_act_fwd(float *y, const float *x, size_t n, enum maas_act act)
{
	switch (act) {
	case MAAS_ACT_NONE:
		if (y != x)
			memcpy(y, x, n * sizeof *y);
		break;
	case MAAS_ACT_GELU: PICK(gelu_fwd)(y, x, n); break;
	case MAAS_ACT_GELU_TANH: PICK(gelu_tanh_fwd)(y, x, n); break;
	case MAAS_ACT_RELU: PICK(relu_fwd)(y, x, n); break;
	case MAAS_ACT_TANH: PICK(tanh_fwd)(y, x, n); break;
	case MAAS_ACT_SIGMOID: PICK(sigmoid_fwd)(y, x, n); break;
	case MAAS_ACT_SILU: PICK(silu_fwd)(y, x, n); break;
	}
}

void
maas_act_bwd(float *dx, const float *dy, const float *x, size_t n, enum maas_act act)
{
	switch (act) {
	case MAAS_ACT_NONE:
		if (dx != dy)
			memcpy(dx, dy, n * sizeof *dx);
		break;
	case MAAS_ACT_GELU: PICK(gelu_bwd)(dx, dy, x, n); break;
	case MAAS_ACT_GELU_TANH: PICK(gelu_tanh_bwd)(dx, dy, x, n); break;
	case MAAS_ACT_RELU: PICK(relu_bwd)(dx, dy, x, n); break;
	case MAAS_ACT_TANH: PICK(tanh_bwd)(dx, dy, x, n); break;
	case MAAS_ACT_SIGMOID: PICK(sigmoid_bwd)(dx, dy, x, n); break;
	case MAAS_ACT_SILU: PICK(silu_bwd)(dx, dy, x, n); break;
	}
}
