/* audit.c -- the trail of security events in the state: appended, erased, verified, summarised. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "store.h"

#define SALT    16
#define HASH    32
#define COLUMNS "seq, at, salt, event, key, peer, count, detail, digest, chain"

struct entry {
	int64_t seq, at, count;
	unsigned char salt[SALT], digest[HASH], chain[HASH];
	const char *what, *key, *peer, *detail;
	int erased;
};

static int
put_number(struct maas_buf *b, int64_t n)
{
	unsigned char raw[8];

	for (int i = 0; i < 8; i++)
		raw[i] = (unsigned char)((uint64_t)n >> 8 * i);
	return maas_buf_add(b, raw, sizeof raw);
}

/* With its length in front, so that no two entries have the same bytes. */
static int
put_piece(struct maas_buf *b, const char *text)
{
	return put_number(b, (int64_t)strlen(text)) < 0 ? -1 : maas_buf_text(b, text);
}

static int
digest_entry(const struct entry *e, unsigned char to[HASH])
{
	struct maas_buf b = { 0 };
	int rc = -1;

	if (maas_buf_add(&b, e->salt, SALT) == 0 && put_number(&b, e->seq) == 0 && put_number(&b, e->at) == 0 &&
	    put_number(&b, e->count) == 0 && put_piece(&b, e->what) == 0 && put_piece(&b, e->key) == 0 &&
	    put_piece(&b, e->peer) == 0 && put_piece(&b, e->detail) == 0)
		rc = maas_digest(to, b.s, b.n);
	maas_buf_free(&b);
	return rc;
}

static int
chain_on(const unsigned char before[HASH], int64_t seq, const unsigned char digest[HASH], unsigned char to[HASH])
{
	struct maas_buf b = { 0 };
	int rc = -1;

	if (maas_buf_add(&b, before, HASH) == 0 && put_number(&b, seq) == 0 && maas_buf_add(&b, digest, HASH) == 0)
		rc = maas_digest(to, b.s, b.n);
	maas_buf_free(&b);
	return rc;
}

/* Where the chain ends: 0 and zeros for an empty one. */
static int
read_head(struct maas_state *s, int64_t *seq, unsigned char chain[HASH])
{
	struct query *q = store_ask(s, "SELECT seq, chain FROM head WHERE one = 1", "");
	int row = q ? store_row(q) : -1, rc = row < 0 ? -1 : 0;

	*seq = 0;
	memset(chain, 0, HASH);
	if (row > 0) {
		*seq = store_int(q, 0);
		if (store_blob(q, 1, chain, HASH) < 0)
			rc = maas_fail("audit: the head is damaged");
	}
	store_end(q);
	return rc;
}

static int
append(struct maas_state *s, struct entry *e)
{
	static const char row[] = "INSERT INTO audit VALUES(?,?,?,?,?,?,?,?,?,?)";
	static const char head[] = "INSERT INTO head VALUES(1,?,?) ON CONFLICT(one) DO UPDATE SET seq = excluded.seq,"
				   " chain = excluded.chain";
	unsigned char before[HASH];

	if (read_head(s, &e->seq, before) < 0 || maas_random(e->salt, SALT) < 0)
		return -1;
	e->seq++;
	if (digest_entry(e, e->digest) < 0 || chain_on(before, e->seq, e->digest, e->chain) < 0)
		return -1;
	if (store_do(s, row, "iibtttitbb", e->seq, e->at, e->salt, (size_t)SALT, e->what, e->key, e->peer, e->count,
		e->detail, e->digest, (size_t)HASH, e->chain, (size_t)HASH) < 0)
		return -1;
	return store_do(s, head, "ib", e->seq, e->chain, (size_t)HASH) < 0 ? -1 : 0;
}

int
audit_add(struct maas_state *s, const struct event *v)
{
	struct entry e = { .at = time(NULL),
		.count = v->count ? v->count : 1,
		.what = v->what,
		.key = v->key ? v->key : "",
		.peer = v->peer ? v->peer : "",
		.detail = v->detail ? v->detail : "" };

	return append(s, &e);
}

/* "3-5,9": the numbers of the rows, in order. */
static int
list_ranges(struct query *q, struct maas_buf *to, int64_t *n)
{
	int64_t first = 0, last = 0;
	int row;

	do {
		int64_t seq = (row = store_row(q)) > 0 ? store_int(q, 0) : -1;

		*n += row > 0;
		if (last && seq != last + 1) {
			if ((to->n && maas_buf_text(to, ",") < 0) ||
			    maas_buf_printf(to, "%lld", (long long)first) < 0 ||
			    (last > first && maas_buf_printf(to, "-%lld", (long long)last) < 0))
				return -1;
			last = 0;
		}
		if (!last)
			first = seq;
		last = seq;
	} while (row > 0);
	return row;
}

int
audit_erase(
    struct maas_state *s, const char *where, const char *type, const void *text, int64_t number, int64_t *erased)
{
	struct maas_buf sql = { 0 }, ranges = { 0 };
	struct query *q = NULL;
	int rc = -1;

	*erased = 0;
	if (maas_buf_printf(&sql, "SELECT seq FROM audit WHERE event <> 'erased' AND %s ORDER BY seq", where) == 0 &&
	    (q = *type == 't' ? store_ask(s, sql.s, type, text) : store_ask(s, sql.s, type, number)))
		rc = list_ranges(q, &ranges, erased);
	store_end(q);
	sql.n = 0;
	if (rc == 0 && *erased)
		rc = maas_buf_printf(&sql,
		    "UPDATE audit SET at = NULL, salt = NULL, event = NULL, key = NULL, peer = NULL, count = NULL,"
		    " detail = NULL WHERE event <> 'erased' AND %s",
		    where);
	if (rc == 0 && *erased)
		rc = (*type == 't' ? store_do(s, sql.s, type, text) : store_do(s, sql.s, type, number)) < 0 ? -1 : 0;
	if (rc == 0 && *erased)
		rc = audit_add(s, &(struct event){ .what = "erased", .count = *erased, .detail = ranges.s });
	maas_buf_free(&sql);
	maas_buf_free(&ranges);
	return rc;
}

static void
read_entry(struct query *q, struct entry *e, int *damaged)
{
	*e = (struct entry){ .seq = store_int(q, 0),
		.at = store_int(q, 1),
		.what = store_text(q, 3),
		.key = store_text(q, 4),
		.peer = store_text(q, 5),
		.count = store_int(q, 6),
		.detail = store_text(q, 7),
		.erased = store_null(q, 1) && store_null(q, 2) && store_null(q, 3) && store_null(q, 4) &&
		    store_null(q, 5) && store_null(q, 6) && store_null(q, 7) };
	*damaged = (!e->erased && store_blob(q, 2, e->salt, SALT) < 0) || store_blob(q, 8, e->digest, HASH) < 0 ||
	    store_blob(q, 9, e->chain, HASH) < 0;
}

static struct query *
all_entries(struct maas_state *s, int64_t since)
{
	static const char sql[] = "SELECT " COLUMNS " FROM audit"
				  " WHERE ? = 0 OR at >= ? ORDER BY seq";

	return store_ask(s, sql, "ii", since, since);
}

/* Tombstones that no entry has accounted for yet, in order. */
struct tombs {
	int64_t *seq;
	size_t n, cap;
};

/* The next of list_ranges; 0: there is none. */
static int
next_range(const char **ranges, int64_t *first, int64_t *last)
{
	const char *p = *ranges;
	char *end;

	*first = *last = strtoll(p, &end, 10);
	if (*end == '-')
		*last = strtoll(end + 1, &end, 10);
	*ranges = end + (*end == ',');
	return end > p;
}

static void
account(struct tombs *t, const char *ranges)
{
	int64_t first, last;
	size_t n = 0, i = 0;

	while (next_range(&ranges, &first, &last))
		for (; i < t->n && t->seq[i] <= last; i++)
			if (t->seq[i] < first)
				t->seq[n++] = t->seq[i];
	for (; i < t->n; i++)
		t->seq[n++] = t->seq[i];
	t->n = n;
}

static void
print_hash(char to[2 * HASH + 1], const unsigned char hash[HASH])
{
	for (int i = 0; i < HASH; i++)
		snprintf(to + 2 * i, 3, "%02x", hash[i]);
}

struct audit_check {
	struct maas_audit_check found;
	struct tombs tombs;
	unsigned char chain[HASH];
	const char *noted; /* "SEQ:HASH", or NULL */
	int noted_met;
};

static int
check_entry(struct audit_check *c, struct query *q)
{
	unsigned char digest[HASH], chain[HASH];
	char text[2 * HASH + 32], hash[2 * HASH + 1];
	struct entry e;
	int damaged;

	read_entry(q, &e, &damaged);
	if (e.seq != c->found.entries + 1)
		return maas_fail_as(MAAS_NEGATIVE, "audit: entry %lld is missing", (long long)c->found.entries + 1);
	if (!damaged && !e.erased && digest_entry(&e, digest) < 0)
		return -1;
	if (damaged || (!e.erased && memcmp(digest, e.digest, HASH)))
		return maas_fail_as(MAAS_NEGATIVE, "audit: entry %lld was changed", (long long)e.seq);
	if (chain_on(c->chain, e.seq, e.digest, chain) < 0)
		return -1;
	if (memcmp(chain, e.chain, HASH))
		return maas_fail_as(MAAS_NEGATIVE, "audit: the chain breaks at entry %lld", (long long)e.seq);
	memcpy(c->chain, chain, HASH);
	c->found.entries++;
	c->found.erased += e.erased;
	print_hash(hash, chain);
	snprintf(text, sizeof text, "%lld:%s", (long long)e.seq, hash);
	c->noted_met |= c->noted && !strcmp(c->noted, text);
	if (e.erased) {
		if (maas_grow(&c->tombs.seq, c->tombs.n, &c->tombs.cap, 1, sizeof *c->tombs.seq) < 0)
			return -1;
		c->tombs.seq[c->tombs.n++] = e.seq;
	} else if (!strcmp(e.what, "erased")) {
		account(&c->tombs, e.detail);
	}
	return 0;
}

static int
check_end(struct maas_state *s, struct audit_check *c)
{
	unsigned char chain[HASH];
	int64_t seq;

	if (read_head(s, &seq, chain) < 0)
		return -1;
	if (seq != c->found.entries || memcmp(chain, c->chain, HASH))
		return maas_fail_as(MAAS_NEGATIVE, "audit: the end is missing: %lld entries of %lld",
		    (long long)c->found.entries, (long long)seq);
	if (c->tombs.n)
		return maas_fail_as(
		    MAAS_NEGATIVE, "audit: entry %lld was emptied, and no entry says so", (long long)c->tombs.seq[0]);
	if (c->noted && !c->noted_met)
		return maas_fail_as(MAAS_NEGATIVE, "audit: the chain does not hold the head %s", c->noted);
	print_hash(c->found.head, c->chain);
	return 0;
}

struct audit_check *
audit_check_new(void)
{
	return maas_alloc(1, sizeof(struct audit_check));
}

void
audit_check_free(struct audit_check *c)
{
	if (!c)
		return;
	free(c->tombs.seq);
	free(c);
}

const struct maas_audit_check *
audit_check_found(const struct audit_check *c)
{
	return &c->found;
}

int
audit_check_on(struct audit_check *c, struct maas_state *s, int64_t most)
{
	static const char sql[] = "SELECT " COLUMNS " FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";
	int64_t end = c->found.entries + most;
	struct query *q;
	int rc = -1, row = -1;

	if (store_begin(s) < 0)
		return -1;
	if ((q = store_ask(s, sql, "ii", c->found.entries, most))) {
		rc = 0;
		while (rc == 0 && (row = store_row(q)) > 0)
			rc = check_entry(c, q);
		rc = row < 0 ? -1 : rc;
	}
	store_end(q);
	if (rc == 0)
		rc = c->found.entries == end ? 1 : check_end(s, c);
	return store_close(s, rc < 0 ? -1 : 0) < 0 ? -1 : rc;
}

int
maas_audit_verify(struct maas_state *s, const char *head, struct maas_audit_check *found)
{
	struct audit_check c = { .noted = head };
	int rc = audit_check_on(&c, s, INT64_MAX);

	*found = c.found;
	free(c.tombs.seq);
	return rc;
}

int
maas_audit_each(struct maas_state *s, int64_t since, int (*each)(void *ctx, const struct maas_audit_entry *), void *ctx)
{
	struct query *q = all_entries(s, since);
	int rc = 0, row = q ? 0 : -1, damaged;
	struct entry e;

	while (q && rc == 0 && (row = store_row(q)) > 0) {
		read_entry(q, &e, &damaged);
		rc = each(ctx,
		    &(struct maas_audit_entry){ .seq = e.seq,
			.at = e.at,
			.what = e.erased ? NULL : e.what,
			.key = e.key,
			.peer = e.peer,
			.count = e.count,
			.detail = e.detail });
	}
	store_end(q);
	return row < 0 ? -1 : rc;
}

int
maas_audit_summary(struct maas_state *s, int64_t since, int (*each)(void *, const struct maas_audit_entry *), void *ctx)
{
	static const char sql[] = "SELECT event, sum(count), max(at) FROM audit"
				  " WHERE at >= ? GROUP BY event ORDER BY event";
	struct query *q = store_ask(s, sql, "i", since);
	int rc = 0, row = q ? 0 : -1;

	while (q && rc == 0 && (row = store_row(q)) > 0)
		rc = each(ctx,
		    &(struct maas_audit_entry){
			.what = store_text(q, 0), .count = store_int(q, 1), .at = store_int(q, 2) });
	store_end(q);
	return row < 0 ? -1 : rc;
}
