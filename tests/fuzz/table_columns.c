/* Any bytes as the columns of a model: refused, or good for reading any record. */
#include <string.h>

#include "maas/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const records[] = { "1,2,x", "a\tb\tc", "{\"a\":1,\"text\":\"t\",\"label\":null}",
		"1 1:2 3:4", "" };
	struct maas_columns *c = maas_columns_open((struct maas_span){ (const char *)data, n });
	struct maas_buf name = { 0 };
	struct maas_reader *r;
	struct maas_row row;
	size_t i;

	if (!c || c->numbers > 1 << 20 || c->features > 1 << 20) {
		maas_columns_free(c);
		return 0;
	}
	r = maas_reader_new(c, NULL);
	for (i = 0; r && i < MAAS_COUNT(records); i++)
		if (maas_reader_parse(r, maas_span(records[i]), &row) == 0 && row.x && c->numbers)
			(void)row.x[c->numbers - 1];
	for (i = 0; i < c->features && i < 9; i++)
		if (maas_columns_feature(c, i, &name) < 0)
			break;
	maas_buf_free(&name);
	maas_reader_free(r);
	maas_columns_free(c);
	return 0;
}
