/* score.h -- scores of rows under linear weights, one file a tier; what is computed is said at maas_design_score. */
#ifndef MAAS_SCORE_H
#define MAAS_SCORE_H

#include "maas/num.h"

typedef void score_rows(double *out, const struct maas_design *x, const float *w, const float *b, size_t k);

#if defined(__x86_64__)
score_rows score_avx2;
#endif

#endif
