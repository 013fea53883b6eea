/* logistic -- the arithmetic of fitting, apart from the model it goes into. */
#ifndef LOGISTIC_H
#define LOGISTIC_H

#include "maas/model.h"

struct maas_logistic { /* settings of the kind */
	double C, l1_ratio, tol;
	int intercept, optimizer;
	const char *class_weight;
	long max_iter;
};

struct logistic_fit {
	double *w;     /* [features + 1][stride]: weights, and last the intercepts */
	size_t stride; /* outputs, rounded up where there are more than one */
};
int logistic_fit(struct logistic_fit *, const struct maas_logistic *, const struct maas_data *, struct maas_team *,
    struct maas_fitting *) MAAS_USE;
void logistic_free(struct logistic_fit *);
/* p[k] = softmax(logit[k]); k 1: p[0..1] of logit[1]. */
void logistic_probability(double *p, const double *logit, size_t k);

#endif
