/* Any bytes as a token file: refused, or ids that lie in it and are what its head says. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "maas/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
read_all(const struct maas_tokens *t, size_t bytes)
{
	int below = maas_tokens_check(t, 1000) == 0;

	if ((t->width != 2 && t->width != 4) || t->n > bytes / (size_t)t->width)
		abort();
	for (size_t i = 0; i < t->n; i++) {
		uint32_t id = (uint32_t)maas_tokens_at(t, i);

		if ((t->vocab && id >= t->vocab) || (below && id >= 1000))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_tokens t;
	int fd = memfd_create("tokens", MFD_CLOEXEC);
	char path[64];

	if (maas_tokens_parse(&t, (struct maas_span){ (const char *)data, n }) == 0)
		read_all(&t, n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (write(fd, data, n) == (ssize_t)n && maas_tokens_open(&t, path) == 0) {
		read_all(&t, n);
		maas_tokens_close(&t);
	}
	close(fd);
	return 0;
}
