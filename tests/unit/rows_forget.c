/* A call that has answered and explained a text knows nothing of it any more, once it was told to forget. */
#include <stdlib.h>

#include "../../lib/model/rows.h"
#include "../test.h"

static size_t
left(const int32_t *id, size_t n)
{
	size_t some = 0;

	for (size_t i = 0; i < n; i++)
		some += id[i] != 0;
	return some;
}

int
main(void)
{
	const char *data = getenv("DATA") ? getenv("DATA") : "tests/data";
	struct maas_explanation why;
	struct maas_rows_call *c;
	struct maas_model *m;
	char path[4096];
	double score[8];

	snprintf(path, sizeof path, "%s/directories/gpt2-labels", data);
	m = maas_model_open(path);
	c = m ? maas_rows_call_new(maas_rows_of(m)) : NULL;
	if (!c)
		return 1;
	ok(!maas_rows_text(c, maas_span("some words of a text"), score) &&
		!maas_rows_explain(c, 0, MAAS_OCCLUSION, &why) && left(c->x.seq.id, c->room.id) &&
		left(c->tell.x.seq.id, c->tell.room.id),
	    "a text is answered and explained");
	maas_rows_call_forget(c);
	ok(!left(c->x.seq.id, c->room.id), "none of its ids is left");
	ok(!left(c->tell.x.seq.id, c->tell.room.id), "nor one of the texts without a piece");
	maas_rows_call_free(c);
	maas_model_close(m);
	return done();
}
