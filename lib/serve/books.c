/* books.c -- of the state: usage and its prices, invitations, and erasing. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "books.h"
#include "keys.h"
#include "store.h"

#define MILLION 1e6

int
maas_usage_each(struct maas_state *s, const char *key, int (*each)(void *ctx, const struct maas_usage *), void *ctx)
{
	static const char sql[] = "SELECT day, usage.key, coalesce(name, ''), model, requests, tokens_in, tokens_out"
				  " FROM usage LEFT JOIN keys ON keys.id = usage.key WHERE ?1 IS NULL OR usage.key = ?1"
				  " ORDER BY day, usage.key, model";
	struct query *q = store_ask(s, sql, "t", key);
	int rc = 0, row = q ? 0 : -1;

	while (q && rc == 0 && (row = store_row(q)) > 0)
		rc = each(ctx,
		    &(struct maas_usage){ .day = store_int(q, 0),
			.key = store_text(q, 1),
			.name = store_text(q, 2),
			.model = store_text(q, 3),
			.requests = (uint64_t)store_int(q, 4),
			.tokens_in = (uint64_t)store_int(q, 5),
			.tokens_out = (uint64_t)store_int(q, 6) });
	store_end(q);
	return row < 0 ? -1 : rc;
}

/* "NAME=IN[/OUT[/REQUESTS]]" */
static int
read_price(const char *text, struct maas_span *name, double price[3])
{
	const char *p = strrchr(text, '=');

	price[0] = price[1] = price[2] = 0;
	if (!p || p == text)
		return maas_fail_as(MAAS_CONFIG, "price '%s': want NAME=IN[/OUT[/REQUESTS]], each of a million", text);
	*name = (struct maas_span){ text, (size_t)(p++ - text) };
	for (int i = 0;; i++) {
		size_t n = strcspn(p, "/");

		if (i == 3 || maas_parse_real((struct maas_span){ p, n }, &price[i]) < 0 || !isfinite(price[i]) ||
		    price[i] < 0)
			return maas_fail_as(
			    MAAS_CONFIG, "price '%s': want NAME=IN[/OUT[/REQUESTS]], each of a million", text);
		p += n;
		if (!*p++)
			return 0;
	}
}

int
maas_prices_check(const struct maas_list *prices)
{
	struct maas_span name;
	double price[3];

	for (size_t i = 0; i < prices->n; i++)
		if (read_price(prices->item[i], &name, price) < 0)
			return -1;
	return 0;
}

double
maas_usage_amount(const struct maas_usage *u, const struct maas_list *prices)
{
	struct maas_span name;
	double price[3], amount = 0;

	for (size_t i = 0; i < prices->n; i++)
		if (read_price(prices->item[i], &name, price) == 0 && maas_span_is(name, u->model))
			amount = ((double)u->tokens_in * price[0] + (double)u->tokens_out * price[1] +
				     (double)u->requests * price[2]) /
			    MILLION;
	return amount;
}

int
maas_invite_add(struct maas_state *s, struct maas_invite *v, char text[MAAS_INVITE_TEXT])
{
	static const char sql[] = "INSERT INTO invites VALUES(?,?,?,?,?,?,?)";
	unsigned char digest[32];
	int rc = 0;

	memcpy(text, "invite_", 7);
	if (key_random(text + 7, MAAS_INVITE_TEXT - 8, 62) < 0 || maas_digest(digest, text, strlen(text)) < 0 ||
	    store_begin(s) < 0)
		return -1;
	v->created = time(NULL);
	if (store_do(s, sql, "btdiiii", digest, sizeof digest, v->models, v->rps, v->tokens_per_minute, v->created,
		v->expires, v->uses) < 0)
		rc = -1;
	if (rc == 0)
		rc = audit_add(s, &(struct event){ .what = "invite-added", .detail = v->models });
	return store_close(s, rc);
}

int
maas_invite_withdraw(struct maas_state *s, const char *text)
{
	unsigned char digest[32];

	if (maas_digest(digest, text, strlen(text)) < 0)
		return -1;
	return store_do(s, "DELETE FROM invites WHERE digest = ?", "b", digest, sizeof digest) < 0 ? -1 : 0;
}

/* Takes one use of the invite and fills the key with what it grants; 0: it is no good. */
static int
use_invite(struct maas_state *s, const unsigned char digest[32], struct maas_key *k, struct maas_buf *models)
{
	static const char look[] = "SELECT models, rps, tokens_per_minute FROM invites WHERE digest = ? AND uses > 0"
				   " AND (expires = 0 OR expires > ?)";
	struct query *q = store_ask(s, look, "bi", digest, (size_t)32, (int64_t)time(NULL));
	int row = q ? store_row(q) : -1;

	if (row > 0) {
		k->rps = store_real(q, 1);
		k->tokens_per_minute = store_int(q, 2);
		row = maas_buf_text(models, store_text(q, 0)) < 0 ? -1 : 1;
	}
	store_end(q);
	if (row > 0 && store_do(s, "UPDATE invites SET uses = uses - 1 WHERE digest = ?", "b", digest, (size_t)32) < 0)
		return -1;
	k->models = models->s ? models->s : "";
	return row;
}

int
invite_accept(struct maas_state *s, const char *invite, const char *peer, struct maas_key *k, char text[MAAS_KEY_TEXT],
    struct maas_buf *models)
{
	unsigned char digest[32];
	int used, rc = -1;

	if (maas_digest(digest, invite, strlen(invite)) < 0 || store_begin(s) < 0)
		return -1;
	k->scopes = MAAS_SCOPE_INFER;
	used = use_invite(s, digest, k, models);
	if (used > 0 && keys_insert(s, k, text) == 0)
		rc = audit_add(
		    s, &(struct event){ .what = "registered", .key = k->id, .peer = peer, .detail = k->models });
	if (used == 0)
		rc = maas_fail_as(MAAS_NEGATIVE, "the invite is unknown, used up or expired");
	return store_close(s, rc);
}

int
maas_erase_key(struct maas_state *s, const char *id, struct maas_erased *n)
{
	int rc = -1;

	*n = (struct maas_erased){ 0 };
	if (store_begin(s) < 0)
		return -1;
	n->keys = store_do(s, "DELETE FROM keys WHERE id = ?", "t", id);
	n->usage = n->keys < 0 ? -1 : store_do(s, "DELETE FROM usage WHERE key = ?", "t", id);
	if (n->usage >= 0 && audit_erase(s, "key = ?", "t", id, 0, &n->entries) == 0)
		rc = keys_touch(s);
	if (rc == 0 && !n->keys && !n->usage && !n->entries)
		rc = maas_fail_as(MAAS_NOINPUT, "nothing is kept of a key with the id '%s'", id);
	if (rc == 0 && !n->entries) /* no tombstone says it */
		rc = audit_add(s, &(struct event){ .what = "key-erased" });
	rc = store_close(s, rc);
	return store_squeeze(s) < 0 ? -1 : rc; /* also what was erased before, while somebody read it */
}

int
maas_erase_before(struct maas_state *s, int64_t usage, int64_t audit, struct maas_erased *n)
{
	int rc = -1;

	*n = (struct maas_erased){ 0 };
	if (store_begin(s) < 0)
		return -1;
	n->usage = store_do(s, "DELETE FROM usage WHERE day < ?", "i", usage / 86400);
	if (n->usage >= 0 &&
	    store_do(s, "DELETE FROM invites WHERE uses = 0 OR (expires > 0 AND expires < ?)", "i", audit) >= 0)
		rc = audit_erase(s, "at < ?", "i", NULL, audit, &n->entries);
	rc = store_close(s, rc);
	return rc < 0 ? -1 : store_squeeze(s);
}
