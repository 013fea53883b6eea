/* Functions of rows: conversions, sums, softmax, layer normalisation. */
#include <math.h>
#include <string.h>

#include "maas/num.h"

#define BAND 256 /* rows summed before they are added to what there is */
#define WIDE 128 /* columns at a time */

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
maas_from_f64(float *y, const double *x, size_t n)
{
	PICK(from_f64)(y, x, n);
}

void
maas_add(float *y, const float *x, size_t n)
{
	PICK(add)(y, x, n);
}

void
maas_add_scaled(float *y, const float *x, float by, size_t n)
{
	PICK(add_scaled)(y, x, by, n);
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

void
maas_logsumexp_more(double state[2], const float *x, size_t n)
{
	double m = PICK(max)(x, n);

	if (m > state[0]) {
		state[1] *= exp(state[0] - m);
		state[0] = m;
	}
	if (state[0] > -INFINITY)
		state[1] += PICK(exp_total)(x, n, (float)state[0]);
	else if (PICK(exp_total)(x, n, 0) != 0)
		state[1] = NAN; /* none above -infinity, yet not all are it */
}

/* Of a row that is -infinity throughout: -infinity. */
double
maas_logsumexp_of(const double state[2])
{
	return state[0] > -INFINITY ? state[0] + log(state[1]) : state[1] == 0 ? -INFINITY : (double)NAN;
}

double
maas_logsumexp(const float *x, size_t n)
{
	double state[2] = { -INFINITY, 0 };

	maas_logsumexp_more(state, x, n);
	return maas_logsumexp_of(state);
}

void
maas_exp_scaled(float *y, const float *x, size_t n, float shift, float scale)
{
	PICK(exp_scaled)(y, x, n, shift, scale);
}

/* Ba, Kiros & Hinton 2016. */
void
maas_layernorm_fwd(
    float *y, float *stat, const float *x, const float *gain, const float *bias, size_t rows, size_t n, float eps)
{
	for (size_t r = 0; r < rows; r++)
		PICK(layernorm)(y + r * n, stat ? stat + r * 2 : NULL, x + r * n, gain, bias, n, eps);
}

void
maas_layernorm_dx(
    float *dx, const float *dy, const float *x, const float *stat, const float *gain, size_t rows, size_t n, int add)
{
	for (size_t r = 0; r < rows; r++)
		PICK(layernorm_dx)(dx + r * n, dy + r * n, x + r * n, stat + r * 2, gain, n, add);
}

static void
put(float *y, const float *band, size_t n, int add)
{
	if (!y)
		return;
	if (add)
		maas_add(y, band, n);
	else
		memcpy(y, band, n * sizeof *y);
}

void
maas_layernorm_dparams(float *dgain, float *dbias, const float *dy, const float *x, const float *stat, size_t rows,
    size_t ld, size_t n, int add)
{
	float gain[WIDE], bias[WIDE];

	for (size_t c = 0; c < n; c += WIDE)
		for (size_t r = 0; r < rows; r += BAND) {
			size_t wide = n - c < WIDE ? n - c : WIDE, high = rows - r < BAND ? rows - r : BAND;

			PICK(layernorm_band)(gain, bias, dy + r * ld + c, x + r * ld + c, stat + 2 * r, high, ld, wide);
			put(dgain ? dgain + c : NULL, gain, wide, add || r);
			put(dbias ? dbias + c : NULL, bias, wide, add || r);
		}
}

void
maas_column_sums(float *y, const float *x, size_t rows, size_t ld, size_t n, int add)
{
	float sum[WIDE];

	for (size_t c = 0; c < n; c += WIDE)
		for (size_t r = 0; r < rows; r += BAND) {
			size_t wide = n - c < WIDE ? n - c : WIDE, high = rows - r < BAND ? rows - r : BAND;

			PICK(columns_band)(sum, x + r * ld + c, high, ld, wide);
			put(y + c, sum, wide, add || r);
		}
}
