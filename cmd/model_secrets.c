/* maas-model keygen, seal, open, sign: what is done with keys. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maas/registry.h"
#include "maas/fmt.h"
#include "maas/signature.h"
#include "model_secrets.h"

enum { TYPE_SEAL, TYPE_SIGN };
static const char *const key_types[] = { "seal", "sign", NULL };
const struct maas_field keygen_fields[] = { MAAS_ENUM('t', keygen_options, type, key_types, TYPE_SEAL,
						"what the key is for: to seal with, or to sign with"),
	MAAS_END };
const struct maas_field sign_fields[] = { MAAS_TEXT(0, sign_options, name, NULL,
					      "of a file: the NAME, or NAME@VERSION, it is to be registered as"),
	MAAS_END };

/* The secret one first: a public one alone is of no use. */
static int
make_pair(const char *path, const unsigned char secret[MAAS_SECRET])
{
	unsigned char pub[MAAS_SECRET];
	struct maas_buf other = { 0 };
	int rc = -1;

	if (maas_sign_public(pub, secret) == 0 && maas_buf_printf(&other, "%s.pub", path) == 0 &&
	    maas_secret_save(path, MAAS_SECRET_SIGN, secret) == 0 &&
	    (rc = maas_secret_save(other.s, MAAS_SECRET_PUBLIC, pub)) < 0)
		unlink(path);
	maas_buf_free(&other);
	return rc;
}

int
model_keygen(struct call *c)
{
	const struct keygen_options *o = c->part[0];
	unsigned char key[MAAS_SECRET];
	int rc;

	if (c->n != 1 || !strcmp(c->operand[0], "-"))
		return misuse(c, "one file was wanted, for the key");
	if ((rc = maas_random(key, sizeof key)) == 0)
		rc = o->type == TYPE_SIGN ? make_pair(c->operand[0], key)
					  : maas_secret_save(c->operand[0], MAAS_SECRET_SEAL, key);
	maas_wipe(key, sizeof key);
	return rc < 0 ? fail(c) : finish(c);
}

static int
get_key(struct call *c, enum maas_secret sort, unsigned char key[MAAS_SECRET])
{
	const char *file = c->common.key_file;

	if (!file || !*file)
		return misuse(c, "--key-file FILE is missing");
	return maas_secret_load(key, sort, file) < 0 ? fail(c) : 0;
}

static int
convert(struct call *c, int (*how)(const char *, const char *, const unsigned char *))
{
	struct maas_buf from = { 0 };
	unsigned char key[MAAS_SECRET];
	int status, rc = -1;

	if (c->n != 2)
		return misuse(c, "a file, and where to write, were wanted");
	if ((status = get_key(c, MAAS_SECRET_SEAL, key)))
		return status;
	if (maas_model_find(c->operand[0], &from) == 0)
		rc = how(from.s, c->operand[1], key);
	maas_wipe(key, sizeof key);
	maas_buf_free(&from);
	return rc < 0 ? fail(c) : finish(c);
}

int
model_seal(struct call *c)
{
	return convert(c, maas_seal_file);
}

int
model_open(struct call *c)
{
	return convert(c, maas_unseal_file);
}

int
model_sign(struct call *c)
{
	const struct sign_options *o = c->part[0];
	struct maas_buf path = { 0 };
	unsigned char key[MAAS_SECRET];
	int status, rc = -1;

	if (c->n != 1)
		return misuse(c, "one model was wanted");
	if ((status = get_key(c, MAAS_SECRET_SIGN, key)))
		return status;
	if (maas_model_find(c->operand[0], &path) == 0)
		rc = maas_signature_save(path.s, o->name, key);
	maas_wipe(key, sizeof key);
	maas_buf_free(&path);
	return rc < 0 ? fail(c) : finish(c);
}
