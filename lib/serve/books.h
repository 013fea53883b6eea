/* books.h -- of usage, invitations and erasing, what the server alone needs. */
#ifndef BOOKS_H
#define BOOKS_H

#include "maas/serve.h"

/*
 * A key for who has an invite: k->name and k->expires are the caller's, the rest is the
 * invite's.  models holds the text that k->models points to.  MAAS_NEGATIVE: it is no good.
 */
int invite_accept(struct maas_state *, const char *invite, const char *peer, struct maas_key *k,
    char text[MAAS_KEY_TEXT], struct maas_buf *models) MAAS_USE;

#endif
