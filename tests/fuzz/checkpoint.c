/* Any bytes as a checkpoint, as they are and with the checksums that they should have: taken or refused, never a crash,
 * and never more steps than the file holds. */
#include <stdlib.h>

#include "maas/train.h"
#include "../mended.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
load(const unsigned char *p, size_t n)
{
	float block[3][16] = { { 0 } };
	struct maas_node w = { .name = "a.weight", .type = MAAS_F32, .ndim = 2, .dim = { 3, 5 }, .val = block[0] },
			 *node[] = { &w };
	struct maas_params params = { .n = 16, .val = block[0], .count = 1, .learnt = 1, .node = node, .learn = node };
	struct maas_curves curves = { 0 };
	struct maas_checkpoint c = {
		.params = &params, .moment = { block[1], block[2] }, .curves = &curves, .identity = "test=1\n"
	};
	char path[64];
	int fd = file_of(p, n, path);

	if (fd >= 0 && maas_checkpoint_load(&c, path) == 0 && curves.steps * sizeof(float) > n)
		abort();
	free(curves.train);
	free(curves.val);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	unsigned char *p = malloc(n + 1);

	memcpy(p, data, n);
	load(p, n);
	if (mend(p, n))
		load(p, n);
	free(p);
	return 0;
}
