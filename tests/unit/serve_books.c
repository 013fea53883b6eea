/* What the state keeps: a trail that shows every edit, usage that adds up, addresses, the policy. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../lib/serve/audit.h"
#include "../../lib/serve/books.h"
#include "../../lib/serve/ledger.h"
#include "../../lib/serve/policy.h"
#include "../../lib/serve/store.h"
#include "../test.h"

static char dir[] = "/tmp/maas-books-XXXXXX";

static struct maas_state *
open_state(const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return maas_state_open(path);
}

/* Does it hold, looked at by threes?  -1, with the reason. */
static int
by_pieces(struct maas_state *s)
{
	struct audit_check *c = audit_check_new();
	int rc = 1;

	while (c && rc > 0)
		rc = audit_check_on(c, s, 3);
	audit_check_free(c);
	return rc;
}

/* Does the trail fail to hold after this edit, and hold again when it is undone? */
static void
edit(struct maas_state *s, const char *sql)
{
	struct maas_audit_check found;
	int rc;

	if (store_do(s, "CREATE TEMP TABLE a AS SELECT * FROM audit", "") < 0 ||
	    store_do(s, "CREATE TEMP TABLE h AS SELECT * FROM main.head", "") < 0 || store_do(s, sql, "") < 1) {
		ok(0, "%s: %s", sql, maas_error());
		return;
	}
	rc = by_pieces(s);
	ok(rc < 0 && maas_why() == MAAS_NEGATIVE, "%s", rc < 0 ? maas_error() : "not seen in pieces");
	rc = maas_audit_verify(s, NULL, &found);
	ok(rc < 0 && maas_why() == MAAS_NEGATIVE, "%s: %s", sql, rc < 0 ? maas_error() : "not seen");
	rc = store_do(s, "DELETE FROM audit", "") < 0 ||
	    store_do(s, "INSERT INTO audit SELECT * FROM temp.a", "") < 0 || store_do(s, "DELETE FROM head", "") < 0 ||
	    store_do(s, "INSERT INTO head SELECT * FROM temp.h", "") < 0 || store_do(s, "DROP TABLE temp.a", "") < 0 ||
	    store_do(s, "DROP TABLE temp.h", "") < 0;
	ok(!rc && maas_audit_verify(s, NULL, &found) == 0, "undone");
}

static void
test_audit(void)
{
	struct maas_state *s = open_state("audit");
	struct maas_audit_check found;
	struct audit_check *halfway;
	char noted[96];
	int64_t n;

	ok(maas_audit_verify(s, NULL, &found) == 0 && found.entries == 0, "an empty trail holds");
	for (int i = 0; i < 9; i++)
		if (audit_add(s,
			&(struct event){ .what = i % 2 ? "wrong-key" : "key-added",
			    .key = i % 3 ? "" : "abcdefgh",
			    .peer = "127.0.0.1",
			    .count = i + 2,
			    .detail = "x" }) < 0)
			ok(0, "%s", maas_error());
	ok(maas_audit_verify(s, NULL, &found) == 0 && found.entries == 9, "nine entries");
	ok(by_pieces(s) == 0, "in pieces too");
	snprintf(noted, sizeof noted, "9:%s", found.head);
	edit(s, "UPDATE audit SET event = 'key-revoked' WHERE seq = 4");
	edit(s, "UPDATE audit SET at = at - 1 WHERE seq = 9");
	edit(s, "UPDATE audit SET peer = '' WHERE seq = 1");
	edit(s, "UPDATE audit SET key = 'x' WHERE seq = 2");
	edit(s, "UPDATE audit SET count = 1 WHERE seq = 3");
	edit(s, "UPDATE audit SET peer = peer || 'x', detail = '' WHERE seq = 3");
	edit(s, "UPDATE audit SET salt = zeroblob(16) WHERE seq = 5");
	edit(s, "UPDATE audit SET digest = (SELECT digest FROM audit WHERE seq = 2) WHERE seq = 5");
	edit(s, "UPDATE audit SET chain = zeroblob(32) WHERE seq = 9");
	edit(s, "UPDATE audit SET salt = NULL WHERE seq = 5");
	edit(s, "DELETE FROM audit WHERE seq = 1");
	edit(s, "DELETE FROM audit WHERE seq = 6");
	edit(s, "DELETE FROM audit WHERE seq > 7");
	edit(s, "DELETE FROM audit");
	edit(s, "UPDATE audit SET seq = 10 WHERE seq = 9");
	edit(s,
	    "UPDATE audit SET at = NULL, salt = NULL, event = NULL, key = NULL, peer = NULL, count = NULL, detail = NULL"
	    " WHERE seq = 7");
	/* entries before and behind the place it has come to are erased meanwhile */
	halfway = audit_check_new();
	ok(halfway && audit_check_on(halfway, s, 4) == 1 && audit_check_found(halfway)->entries == 4, "half of it");
	ok(audit_erase(s, "key = ?", "t", "abcdefgh", 0, &n) == 0 && n == 3, "three are erased");
	ok(halfway && audit_check_on(halfway, s, 4) == 1 && audit_check_on(halfway, s, 4) == 0, "the rest of it");
	audit_check_free(halfway);
	ok(maas_audit_verify(s, noted, &found) == 0 && found.entries == 10 && found.erased == 3,
	    "and the trail holds, with its old end in it");
	edit(s, "UPDATE audit SET detail = '1,4' WHERE seq = 10");
	ok(audit_erase(s, "at < ?", "i", NULL, INT64_MAX, &n) == 0 && n == 6, "the others too");
	ok(maas_audit_verify(s, noted, &found) == 0 && found.entries == 11 && found.erased == 9,
	    "what says that they were stays");
	ok(by_pieces(s) == 0, "in pieces too");
	maas_state_close(s);
}

/* Who writes the head too can cut an end off that nobody has noted elsewhere, and no other. */
static void
test_cut(void)
{
	struct maas_state *s = open_state("cut");
	struct maas_audit_check found;
	char noted[96];

	for (int i = 0; i < 5; i++)
		if (audit_add(s, &(struct event){ .what = "key-added" }) < 0)
			ok(0, "%s", maas_error());
	ok(maas_audit_verify(s, NULL, &found) == 0, "five entries");
	snprintf(noted, sizeof noted, "5:%s", found.head);
	ok(store_do(s, "DELETE FROM audit WHERE seq > 3", "") == 2 &&
		store_do(s, "UPDATE head SET seq = 3, chain = (SELECT chain FROM audit WHERE seq = 3)", "") == 1 &&
		maas_audit_verify(s, NULL, &found) == 0 && maas_audit_verify(s, noted, &found) < 0,
	    "cut: %s", maas_error());
	maas_state_close(s);
}

#define THREADS 4
#define TIMES   500

static void *
count_some(void *arg)
{
	struct ledger *l = arg;
	char model[16];
	int rc = 0;

	for (int i = 0; i < TIMES; i++) {
		snprintf(model, sizeof model, "m%d", i % 100);
		rc |= ledger_add(l, 86400 * (int64_t)(i % 3), "aaaaaaaa", model, 2, 3);
		if (i % 100 == 50)
			rc |= ledger_write(l);
	}
	return rc ? NULL : l;
}

static int
sum(void *ctx, const struct maas_usage *u)
{
	struct maas_usage *all = ctx;

	all->requests += u->requests;
	all->tokens_in += u->tokens_in;
	all->tokens_out += u->tokens_out;
	all->day++;
	return 0;
}

/* Two processes on one state: each a connection of its own. */
static void
test_ledger(void)
{
	struct maas_state *s[2] = { open_state("usage"), open_state("usage") };
	struct ledger *l[2] = { ledger_new(s[0]), ledger_new(s[1]) };
	struct maas_usage all = { 0 }, mine = { 0 };
	pthread_t t[THREADS];
	void *counted;

	ok(store_do(s[0], "INSERT INTO keys VALUES('aaaaaaaa', x'00', 'a', 'infer', '', 0, 0, 0, 0, 0)", "") == 1,
	    "a key");
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, count_some, l[i % 2]))
			ok(0, "no thread");
	for (int i = 0; i < THREADS; i++)
		ok(pthread_join(t[i], &counted) == 0 && counted, "a thread counts %d requests", TIMES);
	ok(ledger_write(l[0]) == 0 && ledger_write(l[1]) == 0 && ledger_write(l[1]) == 0, "all is written");
	ok(maas_usage_each(s[0], NULL, sum, &all) == 0 && all.requests == THREADS * TIMES &&
		all.tokens_in == 2 * all.requests && all.tokens_out == 3 * all.requests && all.day == 300,
	    "to the last token, in 300 lines");
	/* A full disk: nothing is lost, and it is written when there is room. */
	ok(store_do(s[0], "PRAGMA max_page_count = 1", "") >= 0, "no more room");
	for (int i = 0; i < 5000; i++)
		if (ledger_add(l[0], 1000000000 + 86400 * (int64_t)i, "aaaaaaaa", "m", 1, 0) < 0)
			ok(0, "%s", maas_error());
	ok(ledger_write(l[0]) < 0 && maas_why() == MAAS_IO, "full: %s", maas_error());
	ok(ledger_add(l[0], 1000000000, "aaaaaaaa", "m", 1, 0) == 0 && ledger_write(l[0]) < 0, "it goes on counting");
	ok(ledger_each(l[0], "aaaaaaaa", sum, &mine) == 0 && mine.requests == THREADS * TIMES + 5001,
	    "the user sees all of it");
	ok(store_do(s[0], "PRAGMA max_page_count = 1000000", "") >= 0 && ledger_write(l[0]) == 0, "room again");
	mine = (struct maas_usage){ 0 };
	ok(maas_usage_each(s[1], "aaaaaaaa", sum, &mine) == 0 && mine.requests == THREADS * TIMES + 5001,
	    "nothing was lost, nothing twice");
	mine = (struct maas_usage){ 0 };
	ok(ledger_add(l[0], 86400 * 9, "aaaaaaaa", "back", 1, 1) == 0 &&
		ledger_add(l[0], 86400 * 8, "aaaaaaaa", "back", 1, 1) == 0 && ledger_write(l[0]) == 0 &&
		maas_usage_each(s[1], "aaaaaaaa", sum, &mine) == 0 && mine.requests == THREADS * TIMES + 5003,
	    "a clock that goes back counts on its own day");
	/* Erased meanwhile. */
	struct maas_erased n;

	ok(ledger_add(l[0], 5, "aaaaaaaa", "m", 1, 1) == 0 && maas_erase_key(s[1], "aaaaaaaa", &n) == 0 &&
		n.keys == 1 && ledger_write(l[0]) == 0,
	    "a key is erased while it is used");
	mine = (struct maas_usage){ 0 };
	ok(maas_usage_each(s[0], NULL, sum, &mine) == 0 && mine.requests == 0, "and comes not back");
	for (int i = 0; i < 2; i++) {
		ledger_free(l[i]);
		maas_state_close(s[i]);
	}
}

static void
test_erased_while_read(void)
{
	struct maas_state *s = open_state("read"), *other = open_state("read");
	char text[MAAS_KEY_TEXT];
	struct maas_key k = { .name = "Ada", .models = "", .scopes = MAAS_SCOPE_INFER };
	struct maas_erased n;
	struct query *q = NULL;

	ok(maas_key_add(s, &k, text) == 0 && (q = store_ask(other, "SELECT id FROM keys", "")) && store_row(q) > 0,
	    "a key, and somebody who reads it");
	store_hurry(s, 1);
	ok(maas_erase_key(s, k.id, &n) < 0 && maas_why() == MAAS_TEMPFAIL && n.keys == 1,
	    "erased, not from the disk: %s", maas_error());
	store_end(q);
	ok(maas_erase_key(s, k.id, &n) < 0 && maas_why() == MAAS_NOINPUT && store_squeeze(s) == 0,
	    "then from there too");
	maas_state_close(other);
	maas_state_close(s);
}

static void
test_invites(void)
{
	struct maas_state *s = open_state("invites"), *other = open_state("invites");
	struct maas_invite v = { .models = "m,n", .rps = 2, .tokens_per_minute = 60, .uses = 2 };
	char code[MAAS_INVITE_TEXT], text[MAAS_KEY_TEXT];
	struct maas_buf models = { 0 };
	struct maas_key k = { .name = "Ada" };

	ok(maas_invite_add(s, &v, code) == 0 && strlen(code) == MAAS_INVITE_TEXT - 1, "an invite");
	ok(invite_accept(other, code, "::1", &k, text, &models) == 0 && !strcmp(k.models, "m,n") && k.rps > 1.5 &&
		k.tokens_per_minute == 60 && k.scopes == MAAS_SCOPE_INFER && strlen(text) == 57,
	    "makes a key with its models and limits");
	models.n = 0;
	ok(invite_accept(s, code, "::1", &k, text, &models) == 0, "twice");
	models.n = 0;
	ok(invite_accept(other, code, "::1", &k, text, &models) < 0 && maas_why() == MAAS_NEGATIVE, "not three times");
	v.expires = 5;
	v.uses = 1;
	ok(maas_invite_add(s, &v, code) == 0 && invite_accept(s, code, "", &k, text, &models) < 0, "nor when expired");
	v.expires = 0;
	ok(maas_invite_add(s, &v, code) == 0 && maas_invite_withdraw(s, code) == 0 &&
		invite_accept(s, code, "", &k, text, &models) < 0,
	    "nor when withdrawn");
	maas_buf_free(&models);
	maas_state_close(other);
	maas_state_close(s);
}

static void
test_wrongs(void)
{
	struct wrongs *w = wrongs_new();
	double t = 1000;

	for (int i = 0; i < 10; i++)
		wrongs_add(w, "192.0.2.7", t);
	ok(wrongs_wait(w, "192.0.2.7", t) <= 0, "ten wrong keys are free");
	wrongs_add(w, "192.0.2.7", t);
	ok(fabs(wrongs_wait(w, "192.0.2.7", t) - 1) < 1e-9 && wrongs_wait(w, "192.0.2.7", t + 1) <= 0, "then a second");
	wrongs_add(w, "192.0.2.7", t);
	ok(fabs(wrongs_wait(w, "192.0.2.7", t) - 2) < 1e-9, "then two");
	for (int i = 0; i < 100; i++)
		wrongs_add(w, "192.0.2.7", t);
	ok(fabs(wrongs_wait(w, "192.0.2.7", t) - 60) < 1e-9, "a minute at most");
	ok(wrongs_wait(w, "192.0.2.8", t) <= 0, "not its neighbour");
	ok(wrongs_wait(w, "192.0.2.7", t - 500) < 600, "a clock that goes back");
	wrongs_add(w, "192.0.2.7", t + 601);
	ok(wrongs_wait(w, "192.0.2.7", t + 601) <= 0, "forgiven");
	for (int i = 0; i < 20; i++)
		wrongs_add(w, i % 2 ? "2001:db8::1" : "2001:db8::2:3", t);
	ok(wrongs_wait(w, "2001:db8::ffff", t) > 0 && wrongs_wait(w, "2001:db8:0:1::1", t) <= 0, "a /64 is one");
	for (int i = 0; i < 20; i++)
		wrongs_add(w, i % 2 ? "192.0.2.9" : "::ffff:192.0.2.9", t);
	ok(wrongs_wait(w, "192.0.2.9", t) > 5 && wrongs_wait(w, "::ffff:192.0.2.9", t) > 5,
	    "an address of IPv4 is one, however it is said");
	for (int i = 0; i < 50; i++)
		wrongs_add(w, "unix", t);
	ok(wrongs_wait(w, "unix", t) <= 0, "the socket is the owner's");
	wrongs_free(w);
}

static int
peers(const char *allow, const char *deny, const char *peer)
{
	struct maas_policy said = { .allow_address = { .item = &allow, .n = allow != NULL },
		.deny_address = { .item = &deny, .n = deny != NULL } };
	struct policy *p = policy_new(&said);
	int yes = p ? policy_allows_peer(p, peer) : -1;

	policy_free(p);
	return yes;
}

static void
test_policy(void)
{
	const char *routes[] = { "predict", "models" }, *model = "m", *bad = "nothing", *price = "m=1/-2";
	struct maas_policy said = { .infer_route = { .item = routes, .n = 2 },
		.infer_model = { .item = &model, .n = 1 },
		.infer_body_max = 10 };
	struct policy *p = policy_new(&said);

	ok(policy_allows_route(p, 1, "predict") && !policy_allows_route(p, 1, "metrics") &&
		policy_allows_route(p, 2, "metrics") && policy_allows_route(p, 3, "metrics"),
	    "routes by scope");
	ok(policy_allows_model(p, 1, "m") && !policy_allows_model(p, 1, "n") && policy_allows_model(p, 2, "n"),
	    "models");
	ok(policy_allows_bytes(p, 1, 10) && !policy_allows_bytes(p, 1, 11) && policy_allows_bytes(p, 3, 11), "sizes");
	ok(strlen(policy_terms(p)) > 50, "terms");
	policy_free(p);
	ok(peers(NULL, NULL, "192.0.2.1") == 1, "no lists: everybody");
	ok(peers("192.0.2.0/25", NULL, "192.0.2.127") == 1 && peers("192.0.2.0/25", NULL, "192.0.2.128") == 0 &&
		peers("192.0.2.0/25", NULL, "::ffff:192.0.2.1") == 1 && peers("192.0.2.0/25", NULL, "::1") == 0,
	    "from a network alone");
	ok(peers("0.0.0.0/0", "192.0.2.9", "192.0.2.9") == 0 && peers("0.0.0.0/0", "192.0.2.9", "192.0.2.8") == 1,
	    "but for one");
	ok(peers(NULL, "2001:db8::/33", "2001:db8:7fff::1") == 0 &&
		peers(NULL, "2001:db8::/33", "2001:db8:8000::1") == 1,
	    "IPv6");
	ok(peers("192.0.2.0/25", NULL, "unix") == 1, "the socket");
	ok(peers("192.0.2.0/33", NULL, "::1") < 0 && peers("192.0.2", NULL, "::1") < 0 &&
		peers("::/-1", NULL, "::1") < 0 && peers("", NULL, "::1") < 0 && peers("::/0x1", NULL, "::1") < 0,
	    "no networks: %s", maas_error());
	said = (struct maas_policy){ .infer_route = { .item = &bad, .n = 1 } };
	ok(!policy_new(&said) && maas_why() == MAAS_CONFIG, "%s", maas_error());
	said = (struct maas_policy){ .price = { .item = &price, .n = 1 } };
	ok(!policy_new(&said) && maas_why() == MAAS_CONFIG, "%s", maas_error());
}

static void
test_amount(void)
{
	const char *item[] = { "a=b=2/4/8", "m=0.5" };
	struct maas_list prices = { .item = item, .n = 2 };

	ok(maas_prices_check(&prices) == 0, "prices");
	ok(fabs(maas_usage_amount(
		    &(struct maas_usage){ .model = "a=b", .requests = 3, .tokens_in = 5, .tokens_out = 7 }, &prices) -
	       62e-6) < 1e-15,
	    "of tokens and requests");
	ok(maas_usage_amount(&(struct maas_usage){ .model = "n", .requests = 3 }, &prices) <= 0, "of no price");
}

static void
test_names(void)
{
	static const char *const bad[] = { "", "=1+1", "@SUM(1)", "-1", "+1", "a\tb", "a\nb", "a\x7f", "\xc2\x85",
		"\xff",
		("\xe2\x80\xae"
		 "gnp"),
		"\xe2\x81\xa6x" };
	char name[MAAS_KEY_NAME + 2];

	for (size_t i = 0; i < MAAS_COUNT(bad); i++)
		ok(maas_key_name_check(bad[i]) < 0, "name %zu: %s", i, maas_error());
	memset(name, 'x', sizeof name);
	name[MAAS_KEY_NAME + 1] = '\0';
	ok(maas_key_name_check(name) < 0, "too long");
	name[MAAS_KEY_NAME] = '\0';
	ok(maas_key_name_check(name) == 0 && maas_key_name_check("Zo\xc3\xab's; DROP TABLE keys") == 0, "good ones");
}

int
main(void)
{
	char command[64];

	if (!mkdtemp(dir))
		return 1;
	test_audit();
	test_cut();
	test_ledger();
	test_erased_while_read();
	test_invites();
	test_wrongs();
	test_policy();
	test_amount();
	test_names();
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command) != 0 || done();
}
