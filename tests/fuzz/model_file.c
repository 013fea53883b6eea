/* Any bytes as a model file: opened or refused, never a crash; an opened one answers its self-test. */
#include <sys/mman.h>
#include <unistd.h>

#include "maas/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("model", MFD_CLOEXEC);
	char path[64];
	struct maas_model *m;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (write(fd, data, n) == (ssize_t)n && (m = maas_model_open(path))) {
		(void)!maas_model_selftest(m);
		maas_model_close(m);
	}
	close(fd);
	return 0;
}
