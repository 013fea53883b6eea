/* Any bytes as a configuration. */
#include <sys/mman.h>
#include <unistd.h>

#include "maas/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
on(void *ctx, const char *key, const char *value)
{
	(void)ctx;
	return *key == '!' ? maas_fail("%s is %s", key, value) : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("yaml", MFD_CLOEXEC);
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (write(fd, data, n) == (ssize_t)n)
		(void)!maas_yaml_load(path, on, NULL);
	close(fd);
	return 0;
}
