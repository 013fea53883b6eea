/* A vectoriser as a file of its own: what maas-tokenize vectorize --fit writes.  Parts: columns, vectorizer. */
#include "rows.h"

struct none {
	int nothing;
};
static const struct maas_field fields[] = { MAAS_END };

static int
ready(struct maas_model *m)
{
	return maas_rows_open(m, 0, 0);
}

const struct maas_kind maas_kind_vectorizer = {
	.name = "vectorizer",
	.what = "texts to sparse rows",
	.fields = fields,
	.size = sizeof(struct none),
	.defaults = "",
	.task = "transform",
	.ready = ready,
	.done = maas_rows_close,
};
