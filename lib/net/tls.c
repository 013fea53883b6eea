/* tls.c -- the door to GnuTLS, beside libmicrohttpd's own: certificates that can be changed while they are in use. */
#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tls.h"

#define FILE_MAX  (1 << 20) /* bytes */
#define CHAIN_MAX 16        /* certificates */
#define ID_BYTES  20        /* of a key's digest */

const char tls_priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL:"
			      "+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM";

struct tls_pair {
	_Atomic int refs;
	gnutls_pcert_st cert[CHAIN_MAX];
	unsigned n;
	gnutls_privkey_t key;
	int64_t end; /* seconds since 1970 */
};

/* Read, not mapped: whoever writes the file anew now would take the pages away.  What is read is wiped by the
 * caller. */
static int
read_file(const char *path, gnutls_datum_t *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = 0;

	*to = (gnutls_datum_t){ NULL, 0 };
	if (fd < 0 || fstat(fd, &st) < 0)
		maas_fail_errno("%s", path);
	else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		maas_fail_as(MAAS_DATA, "%s: no PEM file", path);
	else if ((to->data = maas_alloc((size_t)st.st_size + 1, 1)) && (n = read(fd, to->data, (size_t)st.st_size)) < 0)
		maas_fail_errno("%s", path);
	else
		to->size = (unsigned)n;
	if (fd >= 0)
		close(fd);
	if (to->size)
		return 0;
	if (fd >= 0 && to->data && n == 0)
		maas_fail_as(MAAS_DATA, "%s: empty", path);
	free(to->data);
	return -1;
}

static void
wipe(gnutls_datum_t *d)
{
	if (d->data)
		explicit_bzero(d->data, d->size);
	free(d->data);
}

static int
check_dates(const char *path, gnutls_x509_crt_t leaf)
{
	time_t now = time(NULL), end = gnutls_x509_crt_get_expiration_time(leaf);
	char day[32] = "?";
	struct tm tm;

	if (gnutls_x509_crt_get_activation_time(leaf) > now)
		return maas_fail_as(MAAS_DATA, "%s: the certificate is not good yet", path);
	if (end >= now)
		return 0;
	if (gmtime_r(&end, &tm))
		strftime(day, sizeof day, "%Y-%m-%d", &tm);
	return maas_fail_as(MAAS_DATA, "%s: the certificate expired on %s", path, day);
}

static int
check_match(const char *path, gnutls_x509_crt_t leaf, gnutls_x509_privkey_t key)
{
	unsigned char of_cert[ID_BYTES], of_key[ID_BYTES];
	size_t n = sizeof of_cert, m = sizeof of_key;

	if (gnutls_x509_crt_get_key_id(leaf, 0, of_cert, &n) == 0 &&
	    gnutls_x509_privkey_get_key_id(key, 0, of_key, &m) == 0 && n == m && !memcmp(of_cert, of_key, n))
		return 0;
	return maas_fail_as(MAAS_DATA, "%s: not the key of the certificate", path);
}

/* The chain into the pair; the server's own certificate is the first. */
static int
take_chain(
    struct tls_pair *p, const char *path, const gnutls_datum_t *pem, gnutls_x509_privkey_t key, const char *keyname)
{
	gnutls_x509_crt_t crt[CHAIN_MAX];
	unsigned n = CHAIN_MAX;
	int rc =
	    gnutls_x509_crt_list_import(crt, &n, pem, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);

	if (rc <= 0)
		return maas_fail_as(
		    MAAS_DATA, "%s: no certificate in PEM: %s", path, rc ? gnutls_strerror(rc) : "there is none");
	n = (unsigned)rc;
	p->end = gnutls_x509_crt_get_expiration_time(crt[0]);
	rc = check_dates(path, crt[0]) < 0 || check_match(keyname, crt[0], key) < 0 ? -1 : 0;
	for (unsigned i = 0; i < n; i++) {
		if (rc == 0 && gnutls_pcert_import_x509(&p->cert[i], crt[i], 0) < 0)
			rc = maas_fail_as(MAAS_DATA, "%s: certificate %u cannot be used", path, i + 1);
		if (rc == 0)
			p->n = i + 1;
		gnutls_x509_crt_deinit(crt[i]);
	}
	return rc;
}

static int
fill(struct tls_pair *p, const char *certname, const char *keyname, const gnutls_datum_t *cert,
    const gnutls_datum_t *pem)
{
	gnutls_x509_privkey_t key;
	int rc;

	if (gnutls_privkey_init(&p->key) < 0 || gnutls_x509_privkey_init(&key) < 0)
		return maas_fail_as(MAAS_OS, "no memory for a key");
	rc = gnutls_x509_privkey_import2(key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (rc == GNUTLS_E_DECRYPTION_FAILED)
		rc = maas_fail_as(MAAS_DATA, "%s: the key has a password; a server needs one without", keyname);
	else if (rc < 0)
		rc = maas_fail_as(MAAS_DATA, "%s: no private key in PEM: %s", keyname, gnutls_strerror(rc));
	else if ((rc = take_chain(p, certname, cert, key, keyname)) == 0 &&
	    gnutls_privkey_import_x509(p->key, key, GNUTLS_PRIVKEY_IMPORT_COPY) < 0)
		rc = maas_fail_as(MAAS_DATA, "%s: the key cannot be used", keyname);
	gnutls_x509_privkey_deinit(key);
	return rc < 0 ? -1 : 0;
}

struct tls_pair *
tls_pair_load(const char *certname, const char *keyname)
{
	struct tls_pair *p = maas_alloc(1, sizeof *p);
	gnutls_datum_t cert = { NULL, 0 }, key = { NULL, 0 };
	int rc = -1;

	if (!p)
		return NULL;
	atomic_init(&p->refs, 1);
	if (read_file(certname, &cert) == 0) {
		if (read_file(keyname, &key) == 0) {
			rc = fill(p, certname, keyname, &cert, &key);
			wipe(&key);
		}
		free(cert.data);
	}
	if (rc == 0)
		return p;
	tls_pair_drop(p);
	return NULL;
}

struct tls_pair *
tls_pair_share(struct tls_pair *p)
{
	atomic_fetch_add(&p->refs, 1);
	return p;
}

int64_t
tls_pair_end(const struct tls_pair *p)
{
	return p->end;
}

void
tls_pair_drop(struct tls_pair *p)
{
	if (!p || atomic_fetch_sub(&p->refs, 1) > 1)
		return;
	for (unsigned i = 0; i < p->n; i++)
		gnutls_pcert_deinit(&p->cert[i]);
	if (p->key)
		gnutls_privkey_deinit(p->key);
	free(p);
}

void
tls_session_show(void *session, struct tls_pair *p)
{
	gnutls_session_set_ptr(session, p);
}

/* Lent: nobody looks at it once the session's connection has let go of it. */
static int
retrieve(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **cert, unsigned *n,
    gnutls_ocsp_data_st **ocsp, unsigned *nocsp, gnutls_privkey_t *key, unsigned *flags)
{
	struct tls_pair *p = gnutls_session_get_ptr(session);

	(void)info;
	if (!p)
		return -1;
	*cert = p->cert;
	*n = p->n;
	*ocsp = NULL;
	*nocsp = 0;
	*key = p->key;
	*flags = 0;
	return 0;
}

void *
tls_retrieve(void)
{
	return (void *)retrieve;
}
