/* One step of a recurrent cell, behind its products, and back; and the largest of rows, element by element. */
#include <math.h>

#include "maas/num.h"

#define TIER_FILE "gates.inc"
#include "tier.h"

void
maas_lstm_fwd(float *h, float *c, float *gates, const float *before, size_t n)
{
	PICK(lstm)(h, c, gates, before, n);
}

void
maas_lstm_bwd(float *gates, float *dc, const float *dh, const float *c, const float *before, size_t n)
{
	PICK(lstm_back)(gates, dc, dh, c, before, n);
}

void
maas_gru_fwd(float *h, float *gates, const float *hidden, const float *before, size_t n)
{
	PICK(gru)(h, gates, hidden, before, n);
}

void
maas_gru_bwd(float *gates, float *hidden, float *dh, const float *before, size_t n)
{
	PICK(gru_back)(gates, hidden, dh, before, n);
}

void
maas_rnn_fwd(float *h, float *gates, size_t n)
{
	PICK(rnn)(h, gates, n);
}

void
maas_rnn_bwd(float *gates, const float *dh, size_t n)
{
	PICK(rnn_back)(gates, dh, n);
}

void
maas_rise(float *top, int32_t *at, const float *x, size_t n, int32_t number)
{
	PICK(rise)(top, at, x, n, number);
}
