/* Scores of rows under linear weights, out = b + x w, w of floats with the outputs of a feature side by side: the
 * portable tier, and the choice. */
#include "score.inc"

void
maas_design_score(double *out, const struct maas_design *x, const float *w, const float *b, size_t k)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX2) {
		score_avx2(out, x, w, b, k);
		return;
	}
#endif
	score(out, x, w, b, k);
}
