/* maas-train: fit a model to data.  A verb of every kind there is, and one that compares kinds. */
#include "train_family.h"

int
main(int argc, char **argv)
{
	size_t n;
	struct verb *verbs = train_verbs(&n);
	int rc;

	if (!verbs)
		return MAAS_OS;
	rc = drive(argc, argv,
	    &(struct command){ .name = "maas-train",
		.what = "fit a model to data: text for language models, tables and labelled texts for all others",
		.verbs = verbs,
		.nverbs = n });
	train_verbs_free(verbs);
	return rc;
}
