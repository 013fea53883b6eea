/* Different texts have different numbers, in the order they came; what is given back is a copy. */
#include <stdlib.h>

#include "maas/base.h"
#include "../test.h"

#define MANY 5000

int
main(void)
{
	static const char bytes[] = { 'a', 0, 'b', 0 };
	struct maas_names t = { 0 };
	char text[16];
	size_t wrong = 0;

	ok(maas_names_number(&t, maas_span("pump")) == 0, "the first is 0");
	ok(maas_names_number(&t, (struct maas_span){ NULL, 0 }) == 1 && maas_names_number(&t, maas_span("")) == 1,
	    "no bytes are a text, too");
	ok(maas_names_number(&t, (struct maas_span){ bytes, 3 }) == 2 &&
		maas_names_number(&t, (struct maas_span){ bytes, 1 }) == 3 &&
		maas_names_number(&t, (struct maas_span){ bytes, 2 }) == 4 &&
		maas_names_number(&t, (struct maas_span){ bytes, 4 }) == 5,
	    "a zero is a byte as others");
	ok(maas_names_number(&t, maas_span("pump")) == 0 && t.n == 6, "who comes again has the number it had");
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < MANY; i++) {
			snprintf(text, sizeof text, "%d", i * 7);
			wrong += maas_names_number(&t, maas_span(text)) != 6 + i;
		}
	ok(!wrong && t.n == 6 + MANY, "%d more, each twice: %zu numbers are wrong", MANY, wrong);
	memset(text, 'x', sizeof text);
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "%d", i * 7);
		wrong += !maas_span_is(t.name[6 + i], text) || t.name[6 + i].s[t.name[6 + i].n];
	}
	ok(!wrong && maas_span_is(t.name[0], "pump") && t.name[1].n == 0 && t.name[2].n == 3 &&
		!memcmp(t.name[2].s, bytes, 3),
	    "and their texts are kept");
	maas_names_free(&t);
	return done();
}
