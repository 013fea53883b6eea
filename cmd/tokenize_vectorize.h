/* tokenize_vectorize -- the verb vectorize of maas-tokenize: texts to rows of features. */
#ifndef TOKENIZE_VECTORIZE_H
#define TOKENIZE_VECTORIZE_H

#include "driver.h"
#include "maas/model.h"

struct vectorize {
	const char *model, *fit;
	int to, line_buffered;
};
extern const struct maas_field vectorize_fields[];
/* Parts: vectorize_fields, maas_table_fields, maas_vectorizer_fields. */
int vectorize(struct call *);

#endif
