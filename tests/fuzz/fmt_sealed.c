/* Any bytes as a sealed file: refused, or opened; and as what is sealed: with any one byte altered it is refused. */
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"
#include "maas/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const unsigned char key[MAAS_SECRET] = "a key that everybody knows 1234";

/* The bytes as pieces of so many, sealed; free() it. */
static unsigned char *
seal(const uint8_t *data, size_t n, size_t piece, size_t *size)
{
	unsigned char *to = malloc(40 + n + (n / piece + 1) * MAAS_SEAL_MORE);
	struct maas_seal s;
	size_t at = 0;

	memcpy(to, "MAASSEAL\1\0\0\0", 12);
	for (int i = 0; i < 4; i++)
		to[12 + i] = (unsigned char)(piece >> 8 * i);
	*size = 40;
	if (maas_seal_begin(&s, to + 16, key) < 0)
		exit(0);
	do {
		size_t k = n - at < piece ? n - at : piece;

		if (maas_seal_piece(
			&s, to + *size, data + at, k, (struct maas_span){ (const char *)to, 40 }, at + k == n) < 0)
			abort();
		*size += k + MAAS_SEAL_MORE;
		at += k;
	} while (at < n);
	return to;
}

static void
try(const unsigned char *p, size_t n, const uint8_t *want, size_t nwant)
{
	struct maas_map plain;
	int rc = maas_unseal_bytes(&(struct maas_map){ p, n }, "bytes", key, &plain);

	if (want && (rc < 0 || plain.n != nwant || (nwant && memcmp(plain.p, want, nwant))))
		abort();
	if (!want && rc == 0)
		abort();
	maas_map_close(&plain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_map plain;
	unsigned char *sealed;
	size_t size, at = 0;

	if (maas_unseal_bytes(&(struct maas_map){ data, n }, "bytes", key, &plain) == 0)
		maas_map_close(&plain);
	if (n < 4)
		return 0;
	sealed = seal(data, n, 1024 + data[0], &size);
	try(sealed, size, data, n);
	for (int i = 0; i < 4; i++)
		at = at << 8 | data[i];
	sealed[at % size] ^= data[3] ? data[3] : 1;
	try(sealed, size, NULL, 0);
	sealed[at % size] ^= data[3] ? data[3] : 1;
	try(sealed, at % size, NULL, 0);
	free(sealed);
	return 0;
}
