/* Columns of pictures keep their height and width, and a model that lies about them is refused. */
#include <stdlib.h>

#include "maas/table.h"
#include "../test.h"

static struct maas_columns *
opened(const char *shape)
{
	static char text[400];

	snprintf(text, sizeof text,
	    "{\"format\":\"idx\",\"delimiter\":\"\\t\",\"header\":false,\"labelled\":true,\"numbers\":12,\"texts\":0%s}",
	    shape);
	return maas_columns_open(maas_span(text));
}

static void
keeps(void)
{
	struct maas_columns *c = opened(",\"height\":3,\"width\":4"), *copy;
	struct maas_buf b = { 0 };

	ok(c && c->height == 3 && c->width == 4 && c->numbers == 12, "3 x 4");
	copy = c ? maas_columns_copy(c) : NULL;
	ok(copy && copy->height == 3 && copy->width == 4, "a copy is as high and wide");
	ok(copy && maas_columns_write(copy, &b) == 0 && strstr(b.s, "\"height\":3,\"width\":4"),
	    "and so is what is written");
	maas_buf_free(&b);
	maas_columns_free(copy);
	maas_columns_free(c);
	c = opened("");
	ok(c && !c->height && !c->width, "numbers that are no picture");
	maas_columns_free(c);
}

static void
refuses(void)
{
	static const char *const lies[] = { ",\"height\":3,\"width\":5", ",\"height\":0,\"width\":4",
		",\"height\":3,\"width\":0", ",\"height\":3", ",\"height\":-3,\"width\":-4",
		",\"height\":1099511627776,\"width\":1099511627776", ",\"height\":\"3\",\"width\":4" };

	for (size_t i = 0; i < MAAS_COUNT(lies); i++) {
		struct maas_columns *c = opened(lies[i]);

		ok(!c, "%s: %s", lies[i], c ? "taken" : maas_error());
		maas_columns_free(c);
	}
}

int
main(void)
{
	keeps();
	refuses();
	return done();
}
