/* gunzip.c -- a body that says it is gzip, into a room of 64 KiB. */
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_buf out = { 0 };
	char *packed = malloc(n + 1);
	int rc;

	if (!packed)
		return 0;
	memcpy(packed, data, n);
	rc = maas_gunzip((struct maas_span){ packed, n }, 65536, &out);
	if ((rc == 0 && out.n > 65536) || (rc < 0 && !*maas_error()))
		abort();
	maas_buf_free(&out);
	free(packed);
	return 0;
}
