/* Products with 8-bit weights in portable C: what the other tiers are held to, byte for byte. */
#include <math.h>

#include "q8.h"

void
maas_q8_portable(
    float *c, const struct q8_rows *a, const int8_t *w, const float *scale, size_t step, size_t m, size_t n, size_t k)
{
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++) {
			const int8_t *x = a->p + i * a->groups * MAAS_GROUP, *v = w + j * k;
			float acc = 0;

			for (size_t g = 0; g < a->groups; g++) {
				size_t end = (g + 1) * MAAS_GROUP < k ? (g + 1) * MAAS_GROUP : k;
				int32_t sum = 0;

				for (size_t l = g * MAAS_GROUP; l < end; l++)
					sum += x[l] * v[l];
				acc = fmaf((float)sum * a->scale[i * a->groups + g], scale[g * step + j], acc);
			}
			c[i * Q8_LD + j] = acc;
		}
}
