/* RMSNorm (Zhang & Sennrich 2019): a row by the root of the mean of its squares. */
#include <math.h>

#include "maas/num.h"

#define TIER_FILE "rmsnorm.inc"
#include "tier.h"

void
maas_rmsnorm_fwd(float *y, float *stat, const float *x, const float *gain, size_t rows, size_t n, float eps)
{
	for (size_t r = 0; r < rows; r++)
		PICK(rmsnorm)(y + r * n, stat ? stat + r * 2 : NULL, x + r * n, gain, n, eps);
}

void
maas_rmsnorm_dx(
    float *dx, const float *dy, const float *x, const float *stat, const float *gain, size_t rows, size_t n, int add)
{
	for (size_t r = 0; r < rows; r++)
		PICK(rmsnorm_dx)(dx + r * n, dy + r * n, x + r * n, stat + r * 2, gain, n, add);
}
