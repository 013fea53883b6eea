/* Keys: kept, found, refused; their rates by a clock of ours; what another process changes. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/serve/ring.h"
#include "../test.h"

static char dir[] = "/tmp/maas-ring-XXXXXX";

static int
count_key(void *ctx, const struct maas_key *k)
{
	(void)k;
	++*(int *)ctx;
	return 0;
}

static void
test_state(void)
{
	char path[64];
	struct stat st;
	struct maas_state *s;

	snprintf(path, sizeof path, "%s/a/b", dir);
	s = maas_state_open(path);
	ok(s != NULL, "a state directory is made: %s", s ? path : maas_error());
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0700, "with mode 0700");
	maas_state_close(s);
	if (chmod(path, 0750) == 0)
		ok(!maas_state_open(path) && maas_why() == MAAS_NOPERM, "open to the group: %s", maas_error());
	snprintf(path, sizeof path, "%s/file", dir);
	fclose(fopen(path, "w"));
	ok(!maas_state_open(path), "a file in its place: %s", maas_error());
}

static void
test_keys(struct maas_state *s)
{
	struct maas_key k = { .name = "cron", .scopes = MAAS_SCOPE_INFER, .models = "a,bc" };
	char text[MAAS_KEY_TEXT], wrong[MAAS_KEY_TEXT], blank[MAAS_KEY_TEXT + 2];
	struct ring_pass pass;
	struct ring *r;
	int n = 0;

	ok(maas_key_add(s, &k, text) == 0 && strlen(text) == 57 && !strncmp(text, "maas_", 5),
	    "a key of 57 characters");
	ok(maas_key_each(s, count_key, &n) == 0 && n == 1, "one key is kept");
	r = ring_new(s);
	ok(ring_check(r, text, 100, 1, &pass) == RING_GOOD && !strcmp(pass.id, k.id), "the key is good");
	ok(pass.scopes == MAAS_SCOPE_INFER, "for inference");
	snprintf(blank, sizeof blank, "%s \t", text);
	ok(ring_check(r, blank, 100, 1, &pass) == RING_GOOD, "with blanks behind it too");
	ok(ring_check(r, NULL, 100, 1, &pass) == RING_NO_KEY, "none");
	ok(ring_check(r, "", 100, 1, &pass) == RING_UNKNOWN, "an empty one");
	ok(ring_check(r, "maas_aaaaaaaa_x", 100, 1, &pass) == RING_UNKNOWN, "an unknown one");
	snprintf(wrong, sizeof wrong, "%s", text);
	wrong[56] = (char)(wrong[56] == 'x' ? 'y' : 'x');
	ok(ring_check(r, wrong, 100, 1, &pass) == RING_UNKNOWN, "one wrong character");
	wrong[14] = '\0';
	ok(ring_check(r, wrong, 100, 1, &pass) == RING_UNKNOWN, "its id alone");
	ok(ring_allows(r, k.id, "a") && ring_allows(r, k.id, "bc"), "its models");
	ok(!ring_allows(r, k.id, "b") && !ring_allows(r, k.id, "abc") && !ring_allows(r, k.id, ""), "not others");
	ok(ring_good(r, 100) == 1, "one good key");
	ok(maas_key_revoke(s, "nobody00") < 0 && maas_why() == MAAS_NOINPUT, "no such id: %s", maas_error());
	ring_free(r);
}

/* Another process's changes are seen at the next look, and what was spent stays spent. */
static void
test_refresh(struct maas_state *s, struct maas_state *other)
{
	struct maas_key k = { .name = "a", .scopes = MAAS_SCOPE_INFER, .models = "", .rps = 0.5 };
	struct ring *r = ring_new(s);
	struct ring_pass pass;
	char text[MAAS_KEY_TEXT];

	ok(maas_key_add(other, &k, text) == 0, "another process makes a key");
	ok(ring_check(r, text, 100, 1, &pass) == RING_UNKNOWN, "not seen yet");
	ring_look_again(r, maas_clock());
	ok(ring_check(r, text, 100, maas_clock(), &pass) == RING_GOOD, "seen, when looked for");
	ok(maas_key_add(
	       other, &(struct maas_key){ .name = "b", .scopes = 1, .models = "" }, (char[MAAS_KEY_TEXT]){ "" }) == 0 &&
		ring_refresh(r) == 0 && ring_check(r, text, 100, maas_clock(), &pass) == RING_TOO_MANY,
	    "a look at the keys gives no new rate");
	ok(maas_key_revoke(other, k.id) == 0 && ring_refresh(r) == 0, "another process revokes it");
	ok(ring_check(r, text, 100, maas_clock() + 100, &pass) == RING_REVOKED, "it is no good any more");
	ring_free(r);
}

static void
test_rates(struct maas_state *s)
{
	struct maas_key k = {
		.name = "r", .scopes = 3, .models = "", .rps = 2, .tokens_per_minute = 600, .expires = 5000
	};
	struct ring_pass pass;
	char text[MAAS_KEY_TEXT];
	double t = maas_clock() + 1000;
	struct ring *r;

	ok(maas_key_add(s, &k, text) == 0, "a key of 2 requests a second and 600 tokens a minute");
	r = ring_new(s);
	ok(ring_check(r, text, 100, t, &pass) == RING_GOOD && ring_check(r, text, 100, t, &pass) == RING_GOOD,
	    "two at once");
	ok(ring_check(r, text, 100, t, &pass) == RING_TOO_MANY && fabs(pass.wait - 0.5) < 1e-6,
	    "the third waits half a second");
	ok(ring_check(r, text, 100, t + 0.51, &pass) == RING_GOOD, "and is let in then");
	ok(fabs(pass.requests.limit - 2) < 1e-9 && pass.requests.left < 0.1 &&
		fabs(pass.requests.reset - 0.99) < 1e-6 && fabs(pass.tokens.limit - 600) < 1e-9 &&
		fabs(pass.tokens.left - 600) < 1e-9,
	    "what is left is told");
	ring_spend(r, k.id, 700, 0, t + 10);
	ok(ring_check(r, text, 100, t + 10, &pass) == RING_TOO_MUCH && fabs(pass.wait - 10.1) < 1e-6,
	    "100 tokens over: %g seconds", pass.wait);
	ok(ring_check(r, text, 100, t + 20.2, &pass) == RING_GOOD, "and then again");
	ok(ring_check(r, text, 100, t + 20.1, &pass) == RING_GOOD &&
		ring_check(r, text, 100, t, &pass) == RING_TOO_MANY,
	    "a clock that went back fills no bucket");
	ok(ring_check(r, text, 4999, t + 30, &pass) == RING_GOOD &&
		ring_check(r, text, 5000, t + 31, &pass) == RING_EXPIRED,
	    "expired");
	ok(ring_reserve(r, k.id, 400, t + 200) <= 0 && ring_reserve(r, k.id, 400, t + 200) <= 0 &&
		fabs(ring_reserve(r, k.id, 1, t + 200) - 20.1) < 1e-6,
	    "what is set aside is nobody else's");
	ring_spend(r, k.id, 100, 400, t + 200);
	ring_spend(r, k.id, 50, 400, t + 200);
	ok(ring_check(r, text, 100, t + 200, &pass) == RING_GOOD && fabs(pass.tokens.left - 450) < 1e-6,
	    "and what was not used is there again");
	ring_limit(r, 3600);
	ok(ring_check(r, text, k.created + 3599, t + 99, &pass) == RING_EXPIRED,
	    "its own end is earlier than the policy's");
	ok(ring_end(r, 1000, 0) == 4600 && ring_end(r, 1000, 5000) == 4600 && ring_end(r, 1000, 4000) == 4000,
	    "the earlier of two ends");
	ring_free(r);
}

int
main(void)
{
	struct maas_state *s, *other;
	char path[64];
	unsigned bits;

	if (!mkdtemp(dir))
		return 1;
	test_state();
	snprintf(path, sizeof path, "%s/s", dir);
	s = maas_state_open(path);
	other = maas_state_open(path);
	ok(s && other, "two have it open");
	if (!s || !other)
		return done();
	test_keys(s);
	test_refresh(s, other);
	test_rates(s);
	ok(maas_scopes_parse("admin,infer", &bits) == 0 && bits == 3 && maas_scopes_parse("root", &bits) < 0 &&
		maas_scopes_parse("", &bits) < 0,
	    "scopes");
	maas_state_close(other);
	maas_state_close(s);
	snprintf(path, sizeof path, "rm -rf %s", dir);
	return system(path) != 0 || done();
}
