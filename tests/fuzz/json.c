/* Any bytes as JSON: what parses prints, and prints the same when read again; merging never breaks an object. */
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The text of each member is a member; a text is the same. */
static void
look_up(struct maas_span text, const struct maas_json *j)
{
	const struct maas_json *value;
	struct maas_span key, found, want, got;
	void *it = NULL;

	while ((it = maas_json_next(j, it, &key, &value))) {
		struct maas_json *again;

		if (memchr(key.s, '\0', key.n))
			continue;
		if (maas_json_member(text, key.s, &found) < 0 || !(again = maas_json_parse(found)))
			abort();
		if (maas_json_text(value, &want) == 0 &&
		    (maas_json_text(again, &got) < 0 || maas_span_compare(want, got) != 0))
			abort();
		maas_json_free(again);
	}
}

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
		look_up(text, j);
	}
	maas_json_free(j);
	maas_buf_free(&a);
	maas_buf_free(&b);
	return 0;
}
