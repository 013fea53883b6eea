/*
 * store.h -- asking the state's database.  Any thread; a question holds the state until it is
 * ended, a transaction until it is closed.
 *
 *	struct query *q = store_ask(s, "SELECT name FROM keys WHERE id = ?", "t", id);
 *	while (q && (rc = store_row(q)) > 0)
 *		... store_text(q, 0) ...
 *	store_end(q);
 */
#ifndef STORE_H
#define STORE_H

#include "maas/serve.h"

struct query;
/* types, a letter for each ? and its argument: t text (may be NULL), i int64_t, d double, b bytes (pointer, size_t). */
struct query *store_ask(struct maas_state *, const char *sql, const char *types, ...) MAAS_USE;
int store_row(struct query *) MAAS_USE;                 /* 1: a row, 0: no more, -1 */
int store_null(struct query *, int i);
int64_t store_int(struct query *, int i);
double store_real(struct query *, int i);
const char *store_text(struct query *, int i);          /* "" for NULL; valid until the next row */
int store_blob(struct query *, int i, void *to, size_t n) MAAS_USE;     /* -1: not of that size (no reason is left) */
void store_end(struct query *);
int64_t store_do(struct maas_state *, const char *sql, const char *types, ...) MAAS_USE;    /* rows changed, or -1 */

/* The only writer of all processes until _close, which commits (rc 0) or rolls back, and returns -1 where it did. */
int store_begin(struct maas_state *) MAAS_USE;
int store_close(struct maas_state *, int rc) MAAS_USE;

/* Empty the write-ahead log. */
int store_squeeze(struct maas_state *) MAAS_USE; /* MAAS_TEMPFAIL: somebody reads what was there before */
/* A server that runs tries again a second later: it waits for no other process. */
void store_hurry(struct maas_state *, int hurry);

#endif
