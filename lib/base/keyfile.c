/* keyfile.c -- keys in files: 32 bytes in hexadecimal or base64, and Ed25519 keys in PEM (RFC 8410). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/secret.h"

#define TEXT 4096 /* bytes of a key file, at most */

/* DER of RFC 8410 up to the key's bytes. */
static const unsigned char sign_der[] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04,
	0x22, 0x04, 0x20 };
static const unsigned char public_der[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

static const struct form {
	const char *is, *wanted, *word; /* word: of PEM */
	const unsigned char *der;
	size_t nder;
} forms[] = {
	[MAAS_SECRET_SEAL] = { "a key to seal with",
	    "32 bytes as 64 hexadecimal digits or 44 of base64 were wanted (maas-model keygen)", NULL, NULL, 0 },
	[MAAS_SECRET_SIGN] = { "a secret key to sign with",
	    "an Ed25519 key in PEM was wanted (maas-model keygen -t sign)", "PRIVATE KEY", sign_der, sizeof sign_der },
	[MAAS_SECRET_PUBLIC] = { "a public key", "an Ed25519 public key in PEM was wanted (maas-model keygen -t sign)",
	    "PUBLIC KEY", public_der, sizeof public_der },
};

/* Of a file that was given to us by another, its group may be told. */
static int
is_shown(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_mode & (st->st_uid == geteuid() ? 077 : 007));
}

static int
read_text(const char *path, char text[TEXT], size_t *n, int *shown)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	ssize_t got = 1;
	struct stat st;

	*n = 0;
	if (fd < 0)
		return maas_fail_errno("%s", path);
	*shown = fstat(fd, &st) == 0 && is_shown(&st);
	while (got > 0 && *n < TEXT)
		if ((got = read(fd, text + *n, TEXT - *n)) > 0)
			*n += (size_t)got;
	if (got < 0)
		rc = maas_fail_errno("%s", path);
	close(fd);
	return rc;
}

static struct maas_span
trimmed(struct maas_span s)
{
	while (s.n && s.s[0] && strchr(" \t\r\n", s.s[0]))
		s.s++, s.n--;
	while (s.n && s.s[s.n - 1] && strchr(" \t\r\n", s.s[s.n - 1]))
		s.n--;
	return s;
}

/* What is between the lines of a PEM file of this word (RFC 7468); s NULL: it is none. */
static struct maas_span
inside(struct maas_span s, const char *word)
{
	char begin[64], end[64];
	size_t nbegin = (size_t)snprintf(begin, sizeof begin, "-----BEGIN %s-----", word);
	size_t nend = (size_t)snprintf(end, sizeof end, "-----END %s-----", word);

	if (s.n < nbegin + nend || memcmp(s.s, begin, nbegin) || memcmp(s.s + s.n - nend, end, nend))
		return (struct maas_span){ NULL, 0 };
	return (struct maas_span){ s.s + nbegin, s.n - nbegin - nend };
}

static int
read_key(unsigned char key[MAAS_SECRET], const struct form *f, struct maas_span s)
{
	unsigned char der[64];
	int rc = -1;

	if (!f->word)
		return maas_hex_read(key, MAAS_SECRET, s) == 0 || maas_base64_read(key, MAAS_SECRET, s) == 0 ? 0 : -1;
	s = inside(s, f->word);
	if (s.s && maas_base64_read(der, f->nder + MAAS_SECRET, s) == 0 && !memcmp(der, f->der, f->nder)) {
		memcpy(key, der + f->nder, MAAS_SECRET);
		rc = 0;
	}
	maas_wipe(der, sizeof der);
	return rc;
}

/* Which other key it is. */
static const char *
what_else(struct maas_span s)
{
	unsigned char key[MAAS_SECRET];
	const char *is = NULL;

	for (size_t i = 0; i < MAAS_COUNT(forms) && !is; i++)
		if (read_key(key, &forms[i], s) == 0)
			is = forms[i].is;
	maas_wipe(key, sizeof key);
	return is ? is : "no key";
}

int
maas_secret_load(unsigned char key[MAAS_SECRET], enum maas_secret sort, const char *path)
{
	char text[TEXT];
	struct maas_span s;
	unsigned char probe[1];
	size_t n;
	int rc = maas_random(probe, sizeof probe); /* is there a libsodium? */
	int shown = 0;

	if (rc < 0 || read_text(path, text, &n, &shown) < 0)
		return -1;
	s = trimmed((struct maas_span){ text, n });
	if (n == TEXT || read_key(key, &forms[sort], s) < 0)
		rc = maas_fail("%s: %s; %s", path, n == TEXT ? "no key" : what_else(s), forms[sort].wanted);
	else if (shown && sort != MAAS_SECRET_PUBLIC)
		rc = maas_fail_as(MAAS_NOPERM,
		    "%s: others can read this key: chmod 600 %s, and make another if they have", path, path);
	if (rc < 0)
		maas_wipe(key, MAAS_SECRET);
	maas_wipe(text, sizeof text);
	return rc;
}

static int
print_key(struct maas_buf *b, const struct form *f, const unsigned char key[MAAS_SECRET])
{
	unsigned char der[64];
	int rc = 0;

	if (!f->word) {
		for (int i = 0; i < MAAS_SECRET && rc == 0; i++)
			rc = maas_buf_printf(b, "%02x", key[i]);
		return rc == 0 ? maas_buf_text(b, "\n") : -1;
	}
	memcpy(der, f->der, f->nder);
	memcpy(der + f->nder, key, MAAS_SECRET);
	if (maas_buf_printf(b, "-----BEGIN %s-----\n", f->word) < 0 ||
	    maas_base64_put(b, der, f->nder + MAAS_SECRET) < 0 ||
	    maas_buf_printf(b, "\n-----END %s-----\n", f->word) < 0)
		rc = -1;
	maas_wipe(der, sizeof der);
	return rc;
}

int
maas_secret_save(const char *path, enum maas_secret sort, const unsigned char key[MAAS_SECRET])
{
	struct maas_buf b = { 0 };
	int fd = -1, rc = -1;

	if (print_key(&b, &forms[sort], key) < 0)
		goto out;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, sort == MAAS_SECRET_PUBLIC ? 0666 : 0600);
	if (fd < 0)
		maas_fail_as(errno == EACCES || errno == EPERM ? MAAS_NOPERM : MAAS_CANTCREATE,
		    "%s: cannot create: %s%s", path, strerror(errno),
		    errno == EEXIST ? ", and a key is not written over" : "");
	else if (write(fd, b.s, b.n) != (ssize_t)b.n || fsync(fd) < 0)
		maas_fail_as(MAAS_IO, "%s: %s", path, strerror(errno ? errno : EIO));
	else
		rc = maas_folder_sync(path);
	if (fd >= 0) {
		close(fd);
		if (rc < 0)
			unlink(path);
	}
out:
	maas_buf_wipe(&b);
	maas_buf_free(&b);
	return rc;
}
