/* digest.h -- what sums of bytes are by, one file a kind of instructions. */
#ifndef MAAS_DIGEST_H
#define MAAS_DIGEST_H

#include "maas/base.h"

extern const uint32_t sha256_key[64]; /* K of section 4.2.2 */

typedef void sha256_blocks(uint32_t h[8], const unsigned char *p, size_t blocks);
typedef uint32_t crc_bytes(uint32_t crc, const unsigned char *p, size_t n);

crc_bytes crc_portable;
#if defined(__x86_64__)
sha256_blocks sha256_blocks_ni;
int sha256_has_ni(void); /* does the processor have these? */
crc_bytes crc_sse42;
void crc_sse42_begin(void); /* before the first one, and behind the table of crc_portable */
#endif

#endif
