/* Functions of rows: conversions, sums, softmax, layer normalisation. */
#include <math.h>

#include "maas/num.h"

#define TIER_FILE "row.inc"
#include "tier.h"

void
maas_to_bf16(maas_bf16 *y, const float *x, size_t n)
{
	PICK(to_bf16)(y, x, n);
}

void
maas_from_bf16(float *y, const maas_bf16 *x, size_t n)
{
	PICK(from_bf16)(y, x, n);
}

void
maas_add(float *y, const float *x, size_t n)
{
	PICK(add)(y, x, n);
}

double
maas_dot(const float *a, const float *b, size_t n)
{
	return PICK(dot)(a, b, n);
}

void
maas_softmax(float *y, const float *x, size_t n)
{
	float sum = PICK(exp_sum)(y, x, n, PICK(max)(x, n));

	PICK(scale)(y, n, 1.0f / sum);
}

/* Of a row that is -infinity throughout: -infinity. */
double
maas_logsumexp(const float *x, size_t n)
{
	float m = PICK(max)(x, n);

	if (m == -INFINITY)
		m = 0;
	return m + log(PICK(exp_total)(x, n, m));
}

/* Ba, Kiros & Hinton 2016. */
void
maas_layernorm_fwd(float *y, float *stat, const float *x, const float *gain, const float *bias, size_t rows, size_t n,
    float eps)
{
	for (size_t r = 0; r < rows; r++)
		PICK(layernorm)(y + r * n, stat ? stat + r * 2 : NULL, x + r * n, gain, bias, n, eps);
}

void
maas_layernorm_bwd(float *dx, float *dgain, float *dbias, const float *dy, const float *x, const float *stat,
    const float *gain, size_t rows, size_t n, int add)
{
	for (size_t r = 0; r < rows; r++) {
		if (dx)
			PICK(layernorm_dx)(dx + r * n, dy + r * n, x + r * n, stat + r * 2, gain, n, add);
		PICK(layernorm_params)(dgain, dbias, dy + r * n, x + r * n, stat + r * 2, n);
	}
}
