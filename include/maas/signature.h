/*
 * signature -- who vouches for the bytes of a model, and for the name it is used by.  Beside a file, with .sig behind
 * its name, lies a text
 *
 *	maas-signature 2
 *	sha256 HEX
 *	name NAME                       may be missing
 *	version N                       may be missing; not without a name
 *	ed25519 PUBLIC SIGNATURE        in base64; the signature is of the lines above this one
 *
 * A version in a registry is signed as what it is used by, NAME@VERSION, so that no other, and no older one, passes for
 * it; a file, as that, or as what it is to become, or without a name.  Format 1 had no line of a version: good for
 * files alone.
 */
#ifndef MAAS_SIGNATURE_H
#define MAAS_SIGNATURE_H

#include "maas/secret.h"

/* Sign the model file at this path, as NAME or NAME@VERSION; NULL: of a version its own, else none.  What was signed
 * before is replaced. */
int maas_signature_save(const char *path, const char *as, const unsigned char secret[MAAS_SECRET]) MAAS_USE;
/* Is it signed by one of these keys?  sha256: of the model's bytes, where that is known; else NULL.  MAAS_DATA: it is
 * not signed, or not by them, or as something else. */
int maas_signature_check(const char *path, const char *sha256, const unsigned char (*key)[MAAS_SECRET],
    size_t n) MAAS_USE;

#endif
