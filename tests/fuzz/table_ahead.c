/* Any bytes as CSV or TSV: read ahead in small blocks, they are the records that they are one by one. */
#include <stdlib.h>

#include "../ahead.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The first byte: format and header; the second: the delimiter; the third: the sizes. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const delimiters[] = { NULL, ";", "tab", " ", ".", "5", "-", "e" };
	struct maas_table_options o = { 0 };
	struct maas_span text = { (const char *)data + 3, n - 3 };

	if (n < 3)
		return 0;
	for (int i = 0; maas_formats[i]; i++)
		if (maas_formats[i] == (data[0] & 1 ? &maas_format_tsv : &maas_format_csv))
			o.format = i + 1;
	o.header = data[0] / 2 % 3;
	o.delimiter = delimiters[data[1] % MAAS_COUNT(delimiters)];
	if (!ahead_same(&o, text, (size_t)1 << data[2] % 16, (size_t)1 + data[2] / 16 * 5))
		abort();
	return 0;
}
