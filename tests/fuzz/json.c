/* Any bytes as JSON: what parses prints, and prints the same when read again; merging never breaks an object. */
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_span text = { (const char *)data, n };
	struct maas_json *j = maas_json_parse(text), *again;
	struct maas_buf a = { NULL, 0, 0 }, b = { NULL, 0, 0 };

	if (!j)
		return 0;
	if (maas_json_put(&a, j) < 0 || !(again = maas_json_parse((struct maas_span){ a.s, a.n })))
		abort();
	if (maas_json_put(&b, again) < 0 || a.n != b.n || memcmp(a.s, b.s, a.n))
		abort();
	maas_json_free(again);
	if (maas_json_type(j) == MAAS_J_OBJECT) {
		b.n = 0;
		if (maas_json_merge(&b, text, maas_span("\"label\":\"x\",\"\":0")) < 0 ||
		    !(again = maas_json_parse((struct maas_span){ b.s, b.n })) || !maas_json_get(again, "label"))
			abort();
		maas_json_free(again);
	}
	maas_json_free(j);
	maas_buf_free(&a);
	maas_buf_free(&b);
	return 0;
}
