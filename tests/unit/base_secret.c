/* Digests by the numbers of their standards; random bytes; or, without libsodium, a plain refusal. */
#include "../test.h"
#include "maas/base.h"

static const char *
hex(const unsigned char *p)
{
	static char text[65];

	for (size_t i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", p[i]);
	return text;
}

static int
without(unsigned char *to)
{
	ok(maas_random(to, 32) < 0 && strstr(maas_error(), "without libsodium"), "%s", maas_error());
	ok(maas_digest(to, "abc", 3) < 0 && maas_why() == MAAS_UNAVAILABLE, "%s", maas_error());
	ok(!maas_same("abc", "abc", 3), "nothing is the same");
	return done();
}

int
main(void)
{
	unsigned char a[32], b[32];

	if (maas_random(a, sizeof a) < 0)
		return without(a);
	ok(maas_random(b, sizeof b) == 0 && memcmp(a, b, sizeof a) != 0, "two draws differ");
	ok(maas_digest(a, "abc", 3) == 0, "BLAKE2b-256 of RFC 7693's text");
	is_str(hex(a), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	ok(maas_same("abc", "abc", 3) && !maas_same("abc", "abd", 3) && maas_same("", "x", 0), "the same or not");
	return done();
}
