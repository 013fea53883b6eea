/*
 * secret -- keys in files, signatures, and pieces of a sealed stream.  What it takes of mathematics is libsodium's;
 * built without it, all fail with MAAS_UNAVAILABLE.
 */
#ifndef MAAS_SECRET_H
#define MAAS_SECRET_H

#include "maas/base.h"

#define MAAS_SECRET 32                  /* bytes of each key */
#define MAAS_SIGNATURE 64

/*
 * Key files.  One to seal with is 32 random bytes in hexadecimal or base64.  Those to sign with are Ed25519 keys as
 * others keep them, PEM of PKCS #8 and of SubjectPublicKeyInfo (RFC 8410).
 */
enum maas_secret { MAAS_SECRET_SEAL, MAAS_SECRET_SIGN, MAAS_SECRET_PUBLIC };
/* MAAS_DATA where the file holds no such key; MAAS_NOPERM where it is secret and others can read the file: all do, or
 * the file is the caller's own and its group may.  A path is read once: it may be a pipe. */
int maas_secret_load(unsigned char key[MAAS_SECRET], enum maas_secret, const char *path) MAAS_USE;
/* A new file, readable by its owner alone unless it is public; one that is there is left alone: MAAS_CANTCREATE. */
int maas_secret_save(const char *path, enum maas_secret, const unsigned char key[MAAS_SECRET]) MAAS_USE;

/* Ed25519 (RFC 8032): the key to check with, and a signature.  _check: -1 and no reason where it is not of these
 * bytes. */
int maas_sign_public(unsigned char pub[MAAS_SECRET], const unsigned char secret[MAAS_SECRET]) MAAS_USE;
int maas_sign(unsigned char to[MAAS_SIGNATURE], const void *, size_t n,
    const unsigned char secret[MAAS_SECRET]) MAAS_USE;
int maas_sign_check(const unsigned char signature[MAAS_SIGNATURE], const void *, size_t n,
    const unsigned char pub[MAAS_SECRET]) MAAS_USE;

/* Base64 (RFC 4648), appended; and back: exactly n bytes, blanks and line ends passed over; -1 and no reason. */
int maas_base64_put(struct maas_buf *, const void *, size_t n) MAAS_USE;
int maas_base64_read(void *to, size_t n, struct maas_span) MAAS_USE;
int maas_hex_read(void *to, size_t n, struct maas_span) MAAS_USE;

/*
 * A sealed stream, piece by piece: crypto_secretstream_xchacha20poly1305.  A piece cannot be read without the key, nor
 * altered, left out, or moved, without the next to be read telling: -1 and no reason.  `with` is sealed with the piece
 * and not in it.  The last piece says that it is.
 */
#define MAAS_SEAL_HEADER 24
#define MAAS_SEAL_MORE   17             /* bytes that a piece is longer by */
struct maas_seal {
	_Alignas(16) unsigned char state[64];
};
int maas_seal_begin(struct maas_seal *, unsigned char header[MAAS_SEAL_HEADER],
    const unsigned char key[MAAS_SECRET]) MAAS_USE;
int maas_seal_piece(struct maas_seal *, unsigned char *to, const void *, size_t n, struct maas_span with,
    int last) MAAS_USE;
int maas_unseal_begin(struct maas_seal *, const unsigned char header[MAAS_SEAL_HEADER],
    const unsigned char key[MAAS_SECRET]) MAAS_USE;
/* n bytes become n - MAAS_SEAL_MORE. */
int maas_unseal_piece(struct maas_seal *, void *to, const unsigned char *, size_t n, struct maas_span with,
    int *last) MAAS_USE;
void maas_seal_end(struct maas_seal *); /* nothing of the key stays */

#endif
