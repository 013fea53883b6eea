/* signature.c -- signatures of model files; see maas-model(5). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/signature.h"
#include "registry_files.h"

#define FIRST  "maas-signature "
#define FORMAT 2 /* 1 knows no versions */
#define METHOD "ed25519 "
#define MOST   4096 /* bytes of a signature, at most */

struct signature {
	struct maas_span said;         /* what is signed: all lines but the last */
	struct maas_span sha256, name; /* name.s NULL: none */
	int64_t version;               /* 0: none is said */
	unsigned char pub[MAAS_SECRET], signature[MAAS_SIGNATURE];
};

/* What stands behind `word` in the line at *p, which moves to the next one; s NULL: the line begins otherwise. */
static struct maas_span
take_line(const char **p, const char *end, const char *word)
{
	const char *lf = memchr(*p, '\n', (size_t)(end - *p));
	struct maas_span value = { NULL, 0 };
	size_t n = strlen(word);

	if (!lf || (size_t)(lf - *p) < n || memcmp(*p, word, n))
		return value;
	value = (struct maas_span){ *p + n, (size_t)(lf - *p) - n };
	*p = lf + 1;
	return value;
}

static int
parse(struct maas_span text, struct signature *s)
{
	const char *p = text.s, *end = text.s + text.n, *space;
	struct maas_span first, version, last;

	*s = (struct signature){ 0 };
	first = take_line(&p, end, FIRST);
	if (!maas_span_is(first, "1") && !maas_span_is(first, "2"))
		return maas_fail("no signature that this program reads: the first line is not 'maas-signature 2'");
	s->sha256 = take_line(&p, end, "sha256 ");
	s->name = take_line(&p, end, "name ");
	version = *first.s == '2' && s->name.s ? take_line(&p, end, "version ") : (struct maas_span){ NULL, 0 };
	if (version.s && (maas_parse_int(version, &s->version) < 0 || s->version < 1))
		return maas_fail("a signature that is damaged");
	s->said = (struct maas_span){ text.s, (size_t)(p - text.s) };
	last = take_line(&p, end, METHOD);
	space = last.s ? memchr(last.s, ' ', last.n) : NULL;
	if (s->sha256.n != 64 || !space || p != end ||
	    maas_base64_read(s->pub, sizeof s->pub, (struct maas_span){ last.s, (size_t)(space - last.s) }) < 0 ||
	    maas_base64_read(s->signature, sizeof s->signature,
		(struct maas_span){ space + 1, (size_t)(last.s + last.n - space - 1) }) < 0)
		return maas_fail("a signature that is damaged");
	return 0;
}

static int
digest(const char *path, char hex[65])
{
	struct maas_map map;
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return maas_fail_as(MAAS_USAGE, "%s: a directory has no signature; convert it to a model file", path);
	if (maas_map_open(&map, path) < 0)
		return -1;
	maas_sha256(hex, map.p, map.n);
	maas_map_close(&map);
	return 0;
}

/* What it is signed as. */
struct signed_as {
	char name[MAAS_REGISTRY_NAME + 1]; /* "": nothing */
	int64_t version;                   /* 0: none */
};

static int
print(struct maas_buf *b, const char *sha256, const struct signed_as *as, const unsigned char secret[MAAS_SECRET])
{
	unsigned char pub[MAAS_SECRET], signature[MAAS_SIGNATURE];

	if (maas_buf_printf(b, FIRST "%d\nsha256 %s\n", FORMAT, sha256) < 0 ||
	    (*as->name && maas_buf_printf(b, "name %s\n", as->name) < 0) ||
	    (as->version && maas_buf_printf(b, "version %lld\n", (long long)as->version) < 0) ||
	    maas_sign_public(pub, secret) < 0 || maas_sign(signature, b->s, b->n, secret) < 0)
		return -1;
	return maas_buf_text(b, METHOD) < 0 || maas_base64_put(b, pub, sizeof pub) < 0 || maas_buf_text(b, " ") < 0 ||
		maas_base64_put(b, signature, sizeof signature) < 0 || maas_buf_text(b, "\n") < 0
	    ? -1
	    : 0;
}

static int
save(const char *path, const struct maas_buf *text)
{
	struct maas_buf at = { 0 };
	struct maas_out *out = NULL;
	int rc = -1;

	if (maas_buf_printf(&at, "%s" SIGNATURE_END, path) == 0 && (out = maas_out_open(at.s))) {
		fwrite(text->s, 1, text->n, maas_out_file(out)); /* commit looks at ferror */
		rc = maas_out_commit(out, MAAS_DURABLE);
	}
	maas_buf_free(&at);
	return rc;
}

/* "NAME" or "NAME@VERSION" */
static int
read_as(const char *said, struct signed_as *as)
{
	size_t n = strcspn(said, "@");

	if (said[n] && registry_number(said + n + 1, &as->version) < 0)
		return maas_fail_as(MAAS_USAGE, "'%.80s': NAME or NAME@VERSION was wanted", said);
	if (n >= sizeof as->name)
		return maas_registry_check_name(said);
	memcpy(as->name, said, n);
	return maas_registry_check_name(as->name);
}

/* A version's own; and its bytes are those that were registered, whatever was put there since. */
static int
check_place(
    const char *path, const struct registry_place *p, const char *said, struct signed_as *as, const char *sha256)
{
	char want[65];

	if (said && (strcmp(as->name, p->name) || (as->version && as->version != p->version)))
		return maas_fail_as(MAAS_USAGE, "%s: it is signed as '%s@%lld', not as '%s'", path, p->name,
		    (long long)p->version, said);
	memcpy(as->name, p->name, sizeof as->name);
	as->version = p->version;
	if (maas_registry_sha256(path, want) < 0)
		return -1;
	return strcmp(want, sha256) && *want ? maas_registry_altered(path, sha256, want) : 0;
}

int
maas_signature_save(const char *path, const char *said, const unsigned char secret[MAAS_SECRET])
{
	struct registry_place place;
	struct signed_as as = { 0 };
	struct maas_buf text = { 0 };
	char sha256[65];
	int in = registry_place(path, &place), rc = -1;

	if (in < 0 || (said && read_as(said, &as) < 0))
		return -1;
	if (digest(path, sha256) == 0 && (!in || check_place(path, &place, said, &as, sha256) == 0) &&
	    print(&text, sha256, &as, secret) == 0)
		rc = in ? registry_sign(&place, &text) : save(path, &text);
	maas_buf_free(&text);
	return rc;
}

static int
load(const char *path, struct maas_buf *text, struct signature *s)
{
	struct maas_buf at = { 0 };
	struct maas_map map = { 0 };
	int rc = maas_buf_printf(&at, "%s" SIGNATURE_END, path);

	if (rc == 0 && access(at.s, F_OK) < 0 && errno == ENOENT)
		rc = maas_fail("%s: not signed: there is no %s", path, at.s);
	else if (rc == 0 && (rc = maas_map_open(&map, at.s)) == 0) {
		rc = map.n > MOST ? maas_fail("a signature of more than %d bytes", MOST)
				  : maas_buf_add(text, map.n ? (const char *)map.p : "", map.n);
		if (rc == 0)
			rc = parse((struct maas_span){ text->s, text->n }, s);
		if (rc < 0)
			maas_in("%s", at.s);
	}
	maas_map_close(&map);
	maas_buf_free(&at);
	return rc;
}

/* By one of the keys, whatever it says of whose it is. */
static int
check_keys(const char *path, const struct signature *s, const unsigned char (*key)[MAAS_SECRET], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (memcmp(key[i], s->pub, MAAS_SECRET))
			continue;
		if (maas_sign_check(s->signature, s->said.s, s->said.n, key[i]) == 0)
			return 0;
		return maas_fail("%s: its signature is not good: what it says was altered", path);
	}
	return maas_fail("%s: signed by another key", path);
}

/* As what is it used?  Its path's words come first: who may write into a registry can take away what tells that a
 * version is one, and put a link to another name's in its place. */
static int
used_as(const char *path, struct registry_place *place)
{
	int in = registry_place_said(path, place);

	return in ? in : registry_place(path, place);
}

/* Bytes of a name that are shown: it is a stranger's. */
static int
shown(struct maas_span name)
{
	return (int)maas_utf8_whole(name.s, name.n < MAAS_REGISTRY_NAME ? name.n : MAAS_REGISTRY_NAME);
}

static int
check_words(const char *path, const struct signature *s, const char *sha256)
{
	struct registry_place place;
	int in = used_as(path, &place);

	if (in < 0)
		return -1;
	if (!maas_span_is(s->sha256, sha256))
		return maas_fail("%s: altered since it was signed: its SHA-256 is %.12s..., %.12s... was signed", path,
		    sha256, s->sha256.s);
	if (!in || (maas_span_is(s->name, place.name) && s->version == place.version))
		return 0;
	if (!s->name.s)
		return maas_fail("%s: signed as a file without a name, not as '%s@%lld'", path, place.name,
		    (long long)place.version);
	if (!s->version)
		return maas_fail("%s: signed as '%.*s' without a version, so that an older one could take its place: "
				 "sign it as '%s@%lld'",
		    path, shown(s->name), s->name.s, place.name, (long long)place.version);
	return maas_fail("%s: signed as '%.*s@%lld', not as '%s@%lld'", path, shown(s->name), s->name.s,
	    (long long)s->version, place.name, (long long)place.version);
}

int
maas_signature_check(const char *path, const char *sha256, const unsigned char (*key)[MAAS_SECRET], size_t n)
{
	struct maas_buf text = { 0 };
	struct signature s;
	char own[65];
	int rc = sha256 ? 0 : digest(path, own);

	if (rc == 0 && (rc = load(path, &text, &s)) == 0 && (rc = check_keys(path, &s, key, n)) == 0)
		rc = check_words(path, &s, sha256 ? sha256 : own);
	maas_buf_free(&text);
	return rc;
}

int
signature_names(const char *path, const char *name, int64_t version)
{
	struct maas_buf text = { 0 };
	struct signature s;
	int is = load(path, &text, &s) == 0 && maas_span_is(s.name, name) && s.version == version;

	maas_buf_free(&text);
	return is;
}

int
signature_there(const char *path)
{
	struct maas_buf at = { 0 };
	int is = maas_buf_printf(&at, "%s" SIGNATURE_END, path) == 0 && access(at.s, F_OK) == 0;

	maas_buf_free(&at);
	return is;
}
