/* Any bytes as a model file: opened or refused, never a crash; an opened one answers its self-test and says what its card holds. */
#include <sys/mman.h>
#include <unistd.h>

#include "maas/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("model", MFD_CLOEXEC);
	char path[64];
	struct maas_model *m;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (write(fd, data, n) == (ssize_t)n && (m = maas_model_open(path))) {
		struct maas_buf card = { 0 };

		(void)!maas_model_selftest(m);
		(void)!maas_card_print_of(&card, m);
		maas_buf_free(&card);
		maas_model_close(m);
	}
	close(fd);
	return 0;
}
