/* Scores of rows with AVX2. */
#if defined(__x86_64__)
#include "score.inc"

__attribute__((target("avx2"))) void
score_avx2(double *out, const struct maas_design *x, const float *w, const float *b, size_t k)
{
	score(out, x, w, b, k);
}
#endif
