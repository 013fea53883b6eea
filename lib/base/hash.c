/* hash.c -- CRC-32C of files, and a hash for tables. */
#include <pthread.h>
#include <string.h>

#include "digest.h"

/* CRC-32C (Castagnoli), reflected polynomial 0x82F63B78; RFC 3720 appendix B.4. */
static uint32_t table[8][256];

static void
make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ 0x82F63B78u : c >> 1;
		table[0][i] = c;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int k = 1; k < 8; k++)
			table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 255];
}

uint32_t
crc_portable(uint32_t crc, const unsigned char *p, size_t n)
{
	uint64_t w;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		w ^= crc;
		crc = table[7][w & 255] ^ table[6][w >> 8 & 255] ^ table[5][w >> 16 & 255] ^ table[4][w >> 24 & 255] ^
		    table[3][w >> 32 & 255] ^ table[2][w >> 40 & 255] ^ table[1][w >> 48 & 255] ^ table[0][w >> 56];
	}
	while (n--)
		crc = crc >> 8 ^ table[0][(crc ^ *p++) & 255];
	return crc;
}

static crc_bytes *crc_best;

static void
choose(void)
{
	make_table();
	crc_best = crc_portable;
#if defined(__x86_64__)
	crc_sse42_begin();
	if (maas_isa_best() > MAAS_PORTABLE) /* every AVX2 machine has SSE4.2 */
		crc_best = crc_sse42;
#endif
}

uint32_t
maas_crc32c(uint32_t crc, const void *p, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, choose);
	return ~(maas_isa() == MAAS_PORTABLE ? crc_portable : crc_best)(~crc, p, n);
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 w = (unsigned __int128)a * b;

	return (uint64_t)w ^ (uint64_t)(w >> 64);
}

static uint64_t
four(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

/* Up to 8 bytes, little-endian; read by pieces that may overlap, without a loop. */
static uint64_t
word(const unsigned char *p, size_t n)
{
	if (n >= 4)
		return four(p) | four(p + n - 4) << 8 * (n - 4);
	if (n == 0)
		return 0;
	return (uint64_t)p[0] | (uint64_t)p[n / 2] << 8 * (n / 2) | (uint64_t)p[n - 1] << 8 * (n - 1);
}

/* Multiply and fold, 16 bytes a step: no cryptography, good enough for tables and digests of data. */
uint64_t
maas_hash(const void *data, size_t n, uint64_t seed)
{
	const unsigned char *p = data;
	const uint64_t k0 = 0x9E3779B97F4A7C15u, k1 = 0xD1B54A32D192ED03u;
	uint64_t h = seed ^ k0, len = n, a, b;

	for (; n >= 16; p += 16, n -= 16) {
		memcpy(&a, p, 8);
		memcpy(&b, p + 8, 8);
		h = mix(a ^ h ^ k1, b ^ k0) + (h << 23 | h >> 41);
	}
	a = word(p, n < 8 ? n : 8);
	b = n > 8 ? word(p + 8, n - 8) : 0;
	h = mix(a ^ h ^ k1, b ^ k0 ^ len) ^ h;
	return mix(h ^ k1, len ^ k0);
}
