/* CRC-32C by the instruction of SSE4.2. */
#if defined(__x86_64__)
#include <string.h>

#include "digest.h"

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
void
crc_sse42_begin(void)
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

__attribute__((target("sse4.2"))) uint32_t
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
