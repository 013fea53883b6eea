/* maas-train: fit a model to data.  A verb of every kind there is. */
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

static void
make_verb(struct verb *v, const struct maas_kind *k, const struct family *f)
{
	*v = (struct verb){ .name = k->name,
		.operands = f->operands,
		.what = k->what,
		.defaults = k->defaults,
		.run = f->run,
		.data = k };
	v->part[0].fields = k->fields;
	v->part[0].size = k->size;
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
	if (!(verbs = maas_alloc(n + 1, sizeof *verbs)))
		return MAAS_OS;
	n = 0;
	for (const struct maas_kind *const *k = maas_kinds; *k; k++) {
		const struct family *f = family_of(*k);

		if (f) /* a PCA is fitted by a command of its own */
			make_verb(&verbs[n++], *k, f);
	}
	rc = drive(argc, argv,
	    &(struct command){ .name = "maas-train",
		.what = "fit a model to data: text for language models, tables and labelled texts for all others",
		.verbs = verbs,
		.nverbs = n });
	free(verbs);
	return rc;
}
