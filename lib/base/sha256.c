/* sha256.c -- SHA-256 (FIPS 180-4), by the processor's instructions for it where it has them.  It is the digest of data
 * and of models, both large; and since models carry it, it is the same whatever libraries there are. */
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "digest.h"

const uint32_t sha256_key[64] = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152,
	0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
	0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70,
	0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa,
	0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

static uint32_t
turn(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

/* W of section 6.2.2. */
static void
make_schedule(uint32_t w[64], const unsigned char *p)
{
	for (int t = 0; t < 16; t++, p += 4)
		w[t] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	for (int t = 16; t < 64; t++)
		w[t] = (turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ w[t - 2] >> 10) + w[t - 7] +
		    (turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ w[t - 15] >> 3) + w[t - 16];
}

/* Eight rounds; instead of each word moving to the next one's place, the places are counted back. */
static inline void
eight_rounds(uint32_t s[8], const uint32_t *w, const uint32_t *k)
{
#pragma GCC unroll 8
	for (unsigned t = 0; t < 8; t++) {
		uint32_t a = s[-t & 7], b = s[(1 - t) & 7], c = s[(2 - t) & 7];
		uint32_t e = s[(4 - t) & 7], f = s[(5 - t) & 7], g = s[(6 - t) & 7];
		uint32_t one =
		    s[(7 - t) & 7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[t] + w[t];
		uint32_t two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));

		s[(3 - t) & 7] += one;
		s[(7 - t) & 7] = one + two;
	}
}

static void
blocks_portable(uint32_t h[8], const unsigned char *p, size_t blocks)
{
	for (; blocks; blocks--, p += 64) {
		uint32_t w[64], s[8];

		make_schedule(w, p);
		memcpy(s, h, sizeof s);
		for (int t = 0; t < 64; t += 8)
			eight_rounds(s, w + t, sha256_key + t);
		for (int i = 0; i < 8; i++)
			h[i] += s[i];
	}
}

#if defined(__x86_64__)
#define BEST (sha256_has_ni() ? sha256_blocks_ni : blocks_portable)
#else
#define BEST blocks_portable
#endif

static sha256_blocks *best;

static void
choose(void)
{
	best = BEST;
}

static void
add_blocks(struct maas_sha256 *s, const unsigned char *p, size_t blocks)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, choose);
	(maas_isa() == MAAS_PORTABLE ? blocks_portable : best)(s->h, p, blocks);
}

void
maas_sha256_begin(struct maas_sha256 *s)
{
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
		0x1f83d9ab, 0x5be0cd19 };

	memcpy(s->h, first, sizeof first);
	s->n = 0;
}

void
maas_sha256_add(struct maas_sha256 *s, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t have = s->n % 64, fill = 64 - have;

	s->n += n;
	if (have && n >= fill) {
		memcpy(s->block + have, p, fill);
		add_blocks(s, s->block, 1);
		p += fill;
		n -= fill;
		have = 0;
	}
	if (!have && n >= 64) {
		add_blocks(s, p, n / 64);
		p += n / 64 * 64;
		n %= 64;
	}
	if (n)
		memcpy(s->block + have, p, n);
}

/* A bit, zeros, the length in bits. */
void
maas_sha256_end(struct maas_sha256 *s, char hex[65])
{
	static const unsigned char pad[64] = { 0x80 };
	uint64_t bits = 8 * s->n;
	unsigned char length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	maas_sha256_add(s, pad, 1 + (119 - s->n % 64) % 64);
	maas_sha256_add(s, length, 8);
	for (int i = 0; i < 8; i++)
		snprintf(hex + 8 * i, 9, "%08" PRIx32, s->h[i]);
}

void
maas_sha256(char hex[65], const void *p, size_t n)
{
	struct maas_sha256 s;

	maas_sha256_begin(&s);
	maas_sha256_add(&s, p, n);
	maas_sha256_end(&s, hex);
}
