/* maas-train: fit a model to data.  A verb of every kind there is, and one that compares kinds. */
#include <stdlib.h>
#include <string.h>

#include "train_family.h"

static const struct family *const families[] = { &family_text, &family_rows };

static const struct family *
family_of(const struct maas_kind *k)
{
	for (size_t i = 0; i < MAAS_COUNT(families); i++)
		if (families[i]->takes(k))
			return families[i];
	return NULL;
}

/* k NULL: of no kind yet, a search finds it. */
static void
make_verb(struct verb *v, const struct maas_kind *k, const struct family *f)
{
	static const struct maas_field none[] = { MAAS_END };

	*v = (struct verb){ .name = k ? k->name : "search",
		.operands = f->operands,
		.what = k ? k->what : "compare kinds that learn from rows, and their settings; the best is the model",
		.defaults = k ? k->defaults : NULL,
		.run = f->run,
		.data = k };
	v->part[0].fields = k ? k->fields : none;
	v->part[0].size = k ? k->size : 1;
	v->part[1].fields = outcome_fields;
	v->part[1].size = sizeof(struct outcome);
	for (size_t i = 0; i < MAAS_COUNT(f->part); i++) {
		v->part[i + 2].fields = f->part[i].fields;
		v->part[i + 2].size = f->part[i].size;
	}
}

int
main(int argc, char **argv)
{
	struct verb *verbs;
	size_t n = 0;
	int rc;

	while (maas_kinds[n])
		n++;
	if (!(verbs = maas_alloc(n + 2, sizeof *verbs)))
		return MAAS_OS;
	n = 0;
	for (const struct maas_kind *const *k = maas_kinds; *k; k++) {
		const struct family *f = family_of(*k);

		if (f) /* a PCA is fitted by a command of its own */
			make_verb(&verbs[n++], *k, f);
	}
	make_verb(&verbs[n++], NULL, &family_rows);
	rc = drive(argc, argv,
	    &(struct command){ .name = "maas-train",
		.what = "fit a model to data: text for language models, tables and labelled texts for all others",
		.verbs = verbs,
		.nverbs = n });
	free(verbs);
	return rc;
}
