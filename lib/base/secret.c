/* secret.c -- the door to libsodium: randomness nobody can guess, digests, comparison in constant time, signatures,
 * sealed streams. */
#include <string.h>

#include "maas/secret.h"

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

int
maas_sign_public(unsigned char pub[MAAS_SECRET], const unsigned char secret[MAAS_SECRET])
{
	unsigned char whole[crypto_sign_SECRETKEYBYTES];
	int rc = ready();

	if (rc == 0)
		(void)!crypto_sign_seed_keypair(pub, whole, secret);
	maas_wipe(whole, sizeof whole);
	return rc;
}

int
maas_sign(unsigned char to[MAAS_SIGNATURE], const void *p, size_t n, const unsigned char secret[MAAS_SECRET])
{
	unsigned char pub[MAAS_SECRET], whole[crypto_sign_SECRETKEYBYTES];
	int rc = ready();

	if (rc == 0) {
		(void)!crypto_sign_seed_keypair(pub, whole, secret);
		(void)!crypto_sign_detached(to, NULL, p, n, whole);
	}
	maas_wipe(whole, sizeof whole);
	return rc;
}

int
maas_sign_check(
    const unsigned char signature[MAAS_SIGNATURE], const void *p, size_t n, const unsigned char pub[MAAS_SECRET])
{
	return crypto_sign_verify_detached(signature, p, n, pub);
}

int
maas_base64_put(struct maas_buf *b, const void *p, size_t n)
{
	size_t size = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL); /* with its NUL */

	if (maas_grow(&b->s, b->n, &b->cap, size, 1) < 0)
		return -1;
	sodium_bin2base64(b->s + b->n, size, p, n, sodium_base64_VARIANT_ORIGINAL);
	b->n += size - 1;
	return 0;
}

int
maas_base64_read(void *to, size_t n, struct maas_span s)
{
	size_t got = 0;

	return sodium_base642bin(to, n, s.s, s.n, " \t\r\n", &got, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
		got == n
	    ? 0
	    : -1;
}

int
maas_hex_read(void *to, size_t n, struct maas_span s)
{
	size_t got = 0;

	return sodium_hex2bin(to, n, s.s, s.n, NULL, &got, NULL) == 0 && got == n ? 0 : -1;
}

_Static_assert(sizeof(crypto_secretstream_xchacha20poly1305_state) <= sizeof(struct maas_seal) &&
	crypto_secretstream_xchacha20poly1305_HEADERBYTES == MAAS_SEAL_HEADER &&
	crypto_secretstream_xchacha20poly1305_ABYTES == MAAS_SEAL_MORE &&
	crypto_secretstream_xchacha20poly1305_KEYBYTES == MAAS_SECRET,
    "libsodium's sizes");

static crypto_secretstream_xchacha20poly1305_state *
state_of(struct maas_seal *s)
{
	return (void *)s->state;
}

int
maas_seal_begin(struct maas_seal *s, unsigned char header[MAAS_SEAL_HEADER], const unsigned char key[MAAS_SECRET])
{
	return ready() < 0 ? -1 : crypto_secretstream_xchacha20poly1305_init_push(state_of(s), header, key);
}

int
maas_seal_piece(struct maas_seal *s, unsigned char *to, const void *p, size_t n, struct maas_span with, int last)
{
	return crypto_secretstream_xchacha20poly1305_push(state_of(s), to, NULL, p, n, (const unsigned char *)with.s,
	    with.n,
	    last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
}

int
maas_unseal_begin(
    struct maas_seal *s, const unsigned char header[MAAS_SEAL_HEADER], const unsigned char key[MAAS_SECRET])
{
	return ready() < 0 ? -1 : crypto_secretstream_xchacha20poly1305_init_pull(state_of(s), header, key);
}

/* Of the tags there are, those of our writer. */
int
maas_unseal_piece(struct maas_seal *s, void *to, const unsigned char *p, size_t n, struct maas_span with, int *last)
{
	unsigned char tag;

	if (n < MAAS_SEAL_MORE ||
	    crypto_secretstream_xchacha20poly1305_pull(
		state_of(s), to, NULL, &tag, p, n, (const unsigned char *)with.s, with.n) < 0)
		return -1;
	*last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	return *last || tag == crypto_secretstream_xchacha20poly1305_TAG_MESSAGE ? 0 : -1;
}

void
maas_seal_end(struct maas_seal *s)
{
	maas_wipe(s, sizeof *s);
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

static int
without(const char *what)
{
	return maas_fail_as(MAAS_UNAVAILABLE, "no %s: built without libsodium", what);
}

int
maas_sign_public(unsigned char pub[MAAS_SECRET], const unsigned char secret[MAAS_SECRET])
{
	(void)pub, (void)secret;
	return without("signatures");
}

int
maas_sign(unsigned char to[MAAS_SIGNATURE], const void *p, size_t n, const unsigned char secret[MAAS_SECRET])
{
	(void)to, (void)p, (void)n, (void)secret;
	return without("signatures");
}

int
maas_sign_check(
    const unsigned char signature[MAAS_SIGNATURE], const void *p, size_t n, const unsigned char pub[MAAS_SECRET])
{
	(void)signature, (void)p, (void)n, (void)pub;
	return without("signatures");
}

int
maas_base64_put(struct maas_buf *b, const void *p, size_t n)
{
	(void)b, (void)p, (void)n;
	return without("keys");
}

int
maas_base64_read(void *to, size_t n, struct maas_span s)
{
	(void)to, (void)n, (void)s;
	return without("keys");
}

int
maas_hex_read(void *to, size_t n, struct maas_span s)
{
	(void)to, (void)n, (void)s;
	return without("keys");
}

int
maas_seal_begin(struct maas_seal *s, unsigned char header[MAAS_SEAL_HEADER], const unsigned char key[MAAS_SECRET])
{
	(void)s, (void)header, (void)key;
	return without("sealed files");
}

int
maas_seal_piece(struct maas_seal *s, unsigned char *to, const void *p, size_t n, struct maas_span with, int last)
{
	(void)s, (void)to, (void)p, (void)n, (void)with, (void)last;
	return without("sealed files");
}

int
maas_unseal_begin(
    struct maas_seal *s, const unsigned char header[MAAS_SEAL_HEADER], const unsigned char key[MAAS_SECRET])
{
	(void)s, (void)header, (void)key;
	return without("sealed files");
}

int
maas_unseal_piece(struct maas_seal *s, void *to, const unsigned char *p, size_t n, struct maas_span with, int *last)
{
	(void)s, (void)to, (void)p, (void)n, (void)with, (void)last;
	return without("sealed files");
}

void
maas_seal_end(struct maas_seal *s)
{
	maas_wipe(s, sizeof *s);
}

#endif
