/* Any bytes as a model file, as they are and with the checksums that they should have: opened or refused, never a
 * crash; an opened one answers its self-test and says what its card holds. */
#include <stdlib.h>

#include "maas/card.h"
#include "../mended.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
look(const unsigned char *p, size_t n)
{
	struct maas_buf card = { 0 };
	struct maas_model *m;
	char path[64];
	int fd = file_of(p, n, path);

	if (fd >= 0 && (m = maas_model_open(path))) {
		(void)!maas_model_selftest(m);
		(void)!maas_card_print_of(&card, m);
		maas_buf_free(&card);
		maas_model_close(m);
	}
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	unsigned char *p = malloc(n + 1);

	memcpy(p, data, n);
	look(p, n);
	if (mend(p, n))
		look(p, n);
	free(p);
	return 0;
}
