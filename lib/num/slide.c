/* Sums over windows: the portable tier, and the choice among tiers. */
#include <math.h>

#include "slide.h"

static float
sum(const float *a, const float *b, float from, const struct maas_slide *s)
{
	for (size_t u = 0; u < s->outer; u++)
		for (size_t v = 0; v < s->inner; v++)
			from = fmaf(a[u * s->a_outer + v * s->a_inner], b[u * s->b_outer + v * s->b_inner], from);
	return from;
}

void
slide_portable(float *y, size_t ldy, const float *a, const float *b, size_t m, size_t n, const struct maas_slide *s)
{
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++) {
			float v = sum(a + i * s->a_row, b + j, s->start ? s->start[j] : 0, s);

			if (s->relu)
				v = v < 0 ? 0 : v;
			y[i * ldy + j] = s->add ? y[i * ldy + j] + v : v;
		}
}

void
maas_slide(float *y, size_t ldy, const float *a, const float *b, size_t m, size_t n, const struct maas_slide *s)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX512) {
		slide_avx512(y, ldy, a, b, m, n, s);
		return;
	}
	if (maas_isa() >= MAAS_AVX2) {
		slide_avx2(y, ldy, a, b, m, n, s);
		return;
	}
#endif
	slide_portable(y, ldy, a, b, m, n, s);
}
