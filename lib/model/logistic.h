/* logistic -- the arithmetic of fitting, apart from the model it goes into. */
#ifndef LOGISTIC_H
#define LOGISTIC_H

#include "maas/model.h"

struct maas_logistic { /* settings of the kind */
	double C, l1_ratio;
	int intercept;
};

struct logistic_fit {
	double *w;     /* [features + 1][stride]: weights, and last the intercepts */
	size_t stride; /* outputs, rounded up where there are more than one */
};
int logistic_fit(struct logistic_fit *, const struct maas_logistic *, const struct maas_data *,
    struct maas_fitting *) MAAS_USE;
void logistic_free(struct logistic_fit *);

#endif
