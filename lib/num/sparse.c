#include <stdlib.h>

#include "maas/num.h"

void
maas_csr_free(struct maas_csr *x)
{
	free(x->start);
	free(x->col);
	free(x->val);
	*x = (struct maas_csr){ 0 };
}
