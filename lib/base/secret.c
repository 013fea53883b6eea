/* secret.c -- the door to libsodium: randomness nobody can guess, digests, comparison in constant time. */
#include "maas/base.h"

#ifdef MAAS_HAS_SODIUM

#include <sodium.h>

static int
ready(void)
{
	return sodium_init() < 0 ? maas_fail_as(MAAS_OS, "libsodium does not start: no source of randomness") : 0;
}

int
maas_random(void *to, size_t n)
{
	if (ready() < 0)
		return -1;
	randombytes_buf(to, n);
	return 0;
}

int
maas_digest(unsigned char to[32], const void *p, size_t n)
{
	if (ready() < 0)
		return -1;
	crypto_generichash(to, 32, p, n, NULL, 0);
	return 0;
}

int
maas_same(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

#else

int
maas_random(void *to, size_t n)
{
	(void)to, (void)n;
	return maas_fail_as(MAAS_UNAVAILABLE, "no random keys: built without libsodium");
}

int
maas_digest(unsigned char to[32], const void *p, size_t n)
{
	(void)to, (void)p, (void)n;
	return maas_fail_as(MAAS_UNAVAILABLE, "no digests of keys: built without libsodium");
}

int
maas_same(const void *a, const void *b, size_t n)
{
	(void)a, (void)b, (void)n;
	return 0;
}

#endif
