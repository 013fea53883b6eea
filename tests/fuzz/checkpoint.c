/* Any bytes as a checkpoint: taken or refused, never a crash, and never more steps than the file holds. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "maas/train.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	float block[3][16] = { { 0 } };
	struct maas_node w = { .name = "a.weight", .type = MAAS_F32, .ndim = 2, .dim = { 3, 5 }, .val = block[0] },
			 *node[] = { &w };
	struct maas_params params = { .n = 16, .val = block[0], .count = 1, .node = node };
	struct maas_curves curves = { 0 };
	struct maas_checkpoint c = {
		.params = &params, .moment = { block[1], block[2] }, .curves = &curves, .identity = "test=1\n"
	};
	int fd = memfd_create("checkpoint", MFD_CLOEXEC);
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (write(fd, data, n) == (ssize_t)n && maas_checkpoint_load(&c, path) == 0 && curves.steps * sizeof(float) > n)
		abort();
	free(curves.train);
	free(curves.val);
	close(fd);
	return 0;
}
