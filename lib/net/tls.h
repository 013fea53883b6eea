/* tls.h -- a certificate with its key, out of files: what a handshake shows.  Any thread. */
#ifndef TLS_H
#define TLS_H

#include "maas/base.h"

/* Counted: what began with a certificate ends with it, whatever has come since. */
struct tls_pair;
/* Checked: they belong together, and are good today. */
struct tls_pair *tls_pair_load(const char *cert, const char *key) MAAS_USE;
struct tls_pair *tls_pair_share(struct tls_pair *);
void tls_pair_drop(struct tls_pair *);
int64_t tls_pair_end(const struct tls_pair *);  /* when the certificate expires, seconds since 1970 */

extern const char tls_priorities[];     /* TLS 1.2 and later, with forward secrecy */
/* The session shows this pair, through the function that libmicrohttpd is told of. */
void tls_session_show(void *session, struct tls_pair *);
void *tls_retrieve(void);               /* a gnutls_certificate_retrieve_function3 */

#endif
