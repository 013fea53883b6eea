/* mended.h -- the checksums of a file of tensors as they must be, so that what a fuzzer altered gets past them. */
#ifndef MENDED_H
#define MENDED_H
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "maas/fmt.h"

/* A file in memory of these bytes: its descriptor, and its name in path; -1. */
static int
file_of(const unsigned char *p, size_t n, char path[64])
{
	int fd = memfd_create("tensors", MFD_CLOEXEC);

	if (fd >= 0 && (ssize_t)n == write(fd, p, n)) {
		snprintf(path, 64, "/proc/self/fd/%d", fd);
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Eight digits at p; 1: they were others. */
static int
put_sum(unsigned char *p, uint32_t sum)
{
	char digits[9];
	int other;

	snprintf(digits, sizeof digits, "%08" PRIx32, sum);
	other = memcmp(p, digits, 8) != 0;
	memcpy(p, digits, 8);
	return other;
}

/* Bytes p [n] hold the sums at p + at: of the header, read with these digits as zeros, then of each tensor. */
static int
put_sums(unsigned char *p, size_t n, size_t at, const struct maas_tensors *t)
{
	size_t count = maas_tensors_count(t), data = n;
	unsigned char was[8];
	int other = 0;

	for (size_t i = 0; i < count; i++)
		data -= maas_tensors_at(t, i)->bytes;
	if (at + 8 * (count + 1) >= data || p[at + 8 * (count + 1)] != '"')
		return 0;
	for (size_t i = 0; i < count; i++) {
		const struct maas_tensor *x = maas_tensors_at(t, i);

		other |= put_sum(p + at + 8 * (i + 1), maas_crc32c(0, x->data, x->bytes));
	}
	memcpy(was, p + at, 8);
	memset(p + at, '0', 8);
	put_sum(p + at, maas_crc32c(0, p, data));
	return other || memcmp(was, p + at, 8);
}

/* 1 where sums were wrong and are right now; 0 where they were right, or are none, or it is no file of tensors. */
__attribute__((unused)) static int
mend(unsigned char *p, size_t n)
{
	const unsigned char *key = n ? memmem(p, n, "\"crc32c\":\"", 10) : NULL;
	struct maas_tensors *t;
	char path[64];
	int fd = key ? file_of(p, n, path) : -1, rc = 0;

	if (fd < 0)
		return 0;
	if ((t = maas_tensors_open(path)))
		rc = put_sums(p, n, (size_t)(key - p) + 10, t);
	maas_tensors_close(t);
	close(fd);
	return rc;
}

#endif
