/* What is asked of a model that learning goes on from, whatever its family. */
#include "train_family.h"

int
check_learnt(const struct maas_model *begun, const char *from, const struct maas_tokenizer *t, const char *named)
{
	struct maas_tokenizer *learnt = maas_model_tokenizer(begun);
	int same = !learnt || maas_tokenizer_digest(learnt) == maas_tokenizer_digest(t);

	maas_tokenizer_free(learnt);
	return same
	    ? 0
	    : maas_fail("%s: has learnt with another tokeniser than %s (leave --tokenizer out to go on with its own)",
		  from, named);
}
