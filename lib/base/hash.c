#include <pthread.h>
#include <string.h>

#include "maas/base.h"

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

static uint32_t
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

#if defined(__x86_64__)
#define HAVE_SSE42 1
/* One instruction has a latency of three and a throughput of one: three streams of LANE
 * bytes are summed side by side and joined by shifting a sum over LANE zero bytes. */
#define LANE 4096
static uint32_t shift_lane[4][256];

static uint32_t
shift(uint32_t crc)
{
	return shift_lane[0][crc & 255] ^ shift_lane[1][crc >> 8 & 255] ^ shift_lane[2][crc >> 16 & 255] ^
	    shift_lane[3][crc >> 24];
}

/* A sum is linear in its bits: each bit is shifted once, the tables are their sums. */
static void
make_shift(void)
{
	static const unsigned char zeros[LANE];

	for (int k = 0; k < 4; k++)
		for (int bit = 0; bit < 8; bit++) {
			uint32_t one = crc_portable(1u << (8 * k + bit), zeros, LANE);

			for (uint32_t i = 0; i < 256; i++)
				if (i >> bit & 1)
					shift_lane[k][i] ^= one;
		}
}

__attribute__((target("sse4.2"))) static uint32_t
crc_sse42(uint32_t crc, const unsigned char *p, size_t n)
{
	uint64_t a = crc, w[3];

	for (; n >= 3 * LANE; p += 3 * LANE, n -= 3 * LANE) {
		uint64_t b = 0, c = 0;

		for (size_t i = 0; i < LANE; i += 8) {
			memcpy(&w[0], p + i, 8);
			memcpy(&w[1], p + LANE + i, 8);
			memcpy(&w[2], p + 2 * LANE + i, 8);
			a = __builtin_ia32_crc32di(a, w[0]);
			b = __builtin_ia32_crc32di(b, w[1]);
			c = __builtin_ia32_crc32di(c, w[2]);
		}
		a = shift(shift((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
	}
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w[0], p, 8);
		a = __builtin_ia32_crc32di(a, w[0]);
	}
	crc = (uint32_t)a;
	while (n--)
		crc = __builtin_ia32_crc32qi(crc, *p++);
	return crc;
}
#endif

static uint32_t (*crc_best)(uint32_t, const unsigned char *, size_t);

static void
choose(void)
{
	make_table();
	crc_best = crc_portable;
#ifdef HAVE_SSE42
	make_shift();
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
