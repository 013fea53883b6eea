/* keys.c -- keys in the state: made, listed, revoked. */
#include <string.h>
#include <time.h>

#include "audit.h"
#include "keys.h"
#include "store.h"

/* Random letters and digits.  62 * 4 = 248: bytes above are drawn again, so that all are equally likely. */
int
key_random(char *to, size_t n, size_t letters)
{
	static const char set[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	unsigned char raw[64];
	size_t bound = 256 / letters * letters, have = 0;

	while (have < n) {
		if (maas_random(raw, sizeof raw) < 0)
			return -1;
		for (size_t i = 0; i < sizeof raw && have < n; i++)
			if (raw[i] < bound)
				to[have++] = set[raw[i] % letters];
	}
	to[n] = '\0';
	return 0;
}

int
keys_version(struct maas_state *s, int64_t *version)
{
	struct query *q = store_ask(s, "SELECT n FROM marks WHERE name = 'keys'", "");
	int row = q ? store_row(q) : -1;

	*version = row > 0 ? store_int(q, 0) : 0;
	store_end(q);
	return row < 0 ? -1 : 0;
}

int
keys_touch(struct maas_state *s)
{
	return store_do(s, "INSERT INTO marks VALUES('keys', 1) ON CONFLICT(name) DO UPDATE SET n = n + 1", "") < 0 ? -1
														    : 0;
}

/* A list of names goes into tables and spreadsheets: no line ends, nothing that a spreadsheet takes for a formula. */
int
maas_key_name_check(const char *name)
{
	const char *end = name + strlen(name);

	if (!*name || end - name > MAAS_KEY_NAME)
		return maas_fail_as(MAAS_USAGE, "a name has 1 to %d bytes", MAAS_KEY_NAME);
	if (strchr("=+-@", *name))
		return maas_fail_as(MAAS_USAGE, "a name does not begin with '%c'", *name);
	while (name < end) {
		int32_t cp = maas_utf8_next(&name, end);

		if (cp < 0)
			return maas_fail_as(MAAS_USAGE, "the name is not UTF-8");
		if (cp < ' ' || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x2028 && cp <= 0x202e) ||
		    (cp >= 0x2066 && cp <= 0x2069))
			return maas_fail_as(MAAS_USAGE, "the name has a tab or another control character");
	}
	return 0;
}

int
keys_insert(struct maas_state *s, struct maas_key *k, char text[MAAS_KEY_TEXT])
{
	static const char sql[] = "INSERT INTO keys VALUES(?,?,?,?,?,?,?,?,?,0)";
	char secret[44];

	if (key_random(k->id, MAAS_KEY_ID, 36) < 0 || key_random(secret, 43, 62) < 0)
		return -1;
	snprintf(text, MAAS_KEY_TEXT, "maas_%s_%s", k->id, secret);
	if (maas_digest(k->digest, text, strlen(text)) < 0)
		return -1;
	k->created = time(NULL);
	if (store_do(s, sql, "tbtttdiii", k->id, k->digest, sizeof k->digest, k->name, maas_scopes_print(k->scopes),
		k->models, k->rps, k->tokens_per_minute, k->created, k->expires) < 0)
		return -1;
	return keys_touch(s);
}

int
maas_key_add(struct maas_state *s, struct maas_key *k, char text[MAAS_KEY_TEXT])
{
	int rc;

	if (maas_key_name_check(k->name) < 0 || store_begin(s) < 0)
		return -1;
	rc = keys_insert(s, k, text);
	if (rc == 0)
		rc = audit_add(
		    s, &(struct event){ .what = "key-added", .key = k->id, .detail = maas_scopes_print(k->scopes) });
	return store_close(s, rc);
}

int
maas_key_revoke(struct maas_state *s, const char *id)
{
	static const char sql[] = "UPDATE keys SET revoked = ? WHERE id = ? AND revoked = 0";
	struct query *q;
	int64_t changed;
	int rc = -1;

	if (store_begin(s) < 0)
		return -1;
	changed = store_do(s, sql, "it", (int64_t)time(NULL), id);
	if (changed > 0) {
		rc = keys_touch(s) < 0 ? -1 : audit_add(s, &(struct event){ .what = "key-revoked", .key = id });
	} else if (changed == 0 && (q = store_ask(s, "SELECT 1 FROM keys WHERE id = ?", "t", id))) {
		rc = store_row(q);
		store_end(q);
		rc = rc > 0 ? 0 : rc < 0 ? -1 : maas_fail_as(MAAS_NOINPUT, "no key has the id '%s'", id);
	}
	return store_close(s, rc);
}

static int
read_key(struct query *q, struct maas_key *k)
{
	*k = (struct maas_key){ 0 };
	snprintf(k->id, sizeof k->id, "%s", store_text(q, 0));
	if (store_blob(q, 1, k->digest, sizeof k->digest) < 0)
		return maas_fail("key %s: its digest is damaged", k->id);
	k->name = store_text(q, 2);
	if (maas_scopes_parse(store_text(q, 3), &k->scopes) < 0)
		return maas_in("key %s", k->id);
	k->models = store_text(q, 4);
	k->rps = store_real(q, 5);
	k->tokens_per_minute = store_int(q, 6);
	k->created = store_int(q, 7);
	k->expires = store_int(q, 8);
	k->revoked = store_int(q, 9);
	return 0;
}

int
maas_key_each(struct maas_state *s, int (*each)(void *ctx, const struct maas_key *), void *ctx)
{
	static const char sql[] =
	    "SELECT id, digest, name, scopes, models, rps, tokens_per_minute, created, expires, revoked"
	    " FROM keys ORDER BY created, rowid";
	struct query *q = store_ask(s, sql, "");
	struct maas_key k;
	int rc = 0, row = q ? 0 : -1;

	while (q && rc == 0 && (row = store_row(q)) > 0)
		if ((rc = read_key(q, &k)) == 0)
			rc = each(ctx, &k);
	store_end(q);
	return row < 0 ? -1 : rc;
}

static const struct {
	const char *name;
	unsigned bit;
} scopes[] = { { "infer", MAAS_SCOPE_INFER }, { "admin", MAAS_SCOPE_ADMIN }, { "metrics", MAAS_SCOPE_METRICS } };

int
maas_scopes_parse(const char *text, unsigned *to)
{
	*to = 0;
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, ","), i = 0;

		while (i < MAAS_COUNT(scopes) && (strlen(scopes[i].name) != n || strncmp(scopes[i].name, p, n)))
			i++;
		if (i == MAAS_COUNT(scopes))
			return maas_fail_as(MAAS_USAGE, "no such scope: '%.*s' (infer, admin, metrics)", (int)n, p);
		*to |= scopes[i].bit;
		p += n + (p[n] == ',');
	}
	return *to ? 0 : maas_fail_as(MAAS_USAGE, "no scope: want infer, admin, metrics or several");
}

const char *
maas_scopes_print(unsigned bits)
{
	static const char *const names[] = { "", "infer", "admin", "infer,admin", "metrics", "infer,metrics",
		"admin,metrics", "infer,admin,metrics" };

	return names[bits < MAAS_COUNT(names) ? bits : 0];
}
