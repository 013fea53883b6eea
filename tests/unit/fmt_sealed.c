/* Sealed files: every length around a piece's comes back; one byte altered, missing, moved or too much is refused,
 * wherever it is; headers that lie.  Signatures by the numbers of RFC 8032; key files. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"
#include "maas/fmt.h"
#include "maas/secret.h"

#define PIECE 65536
#define MORE  MAAS_SEAL_MORE
#define HEAD  40

static unsigned char key[32] = { 3, 1, 4, 1, 5, 9, 2, 6 };

static void
put(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "w");

	ok(f && fwrite(p, 1, n, f) == n && fclose(f) == 0, "%s: %zu bytes", path, n);
}

/* Would it open, as a map and as a stream alike? */
static int
opens(const unsigned char *p, size_t n)
{
	struct maas_map plain;
	int rc = maas_unseal_bytes(&(struct maas_map){ p, n }, "bytes", key, &plain);

	maas_map_close(&plain);
	return rc == 0;
}

static void
there_and_back(size_t n)
{
	unsigned char *text = malloc(n + 1);
	struct maas_map sealed = { 0 }, back = { 0 }, plain = { 0 };

	for (size_t i = 0; i < n; i++)
		text[i] = (unsigned char)(i * 7 + i / 251);
	put("plain", text, n);
	ok(maas_seal_file("plain", "sealed", key) == 0, "%zu bytes: sealed", n);
	ok(maas_unseal_file("sealed", "back", key) == 0, "opened");
	ok(maas_map_open(&back, "back") == 0 && back.n == n && (!n || !memcmp(back.p, text, n)),
	    "the same, as a stream");
	ok(maas_map_open(&sealed, "sealed") == 0 && sealed.n == HEAD + n + MORE * (n ? (n + PIECE - 1) / PIECE : 1),
	    "%zu bytes sealed", sealed.n);
	ok(maas_unseal_bytes(&sealed, "sealed", key, &plain) == 0 && plain.n == n && (!n || !memcmp(plain.p, text, n)),
	    "the same, in memory");
	maas_map_close(&plain);
	maas_map_close(&sealed);
	maas_map_close(&back);
	free(text);
}

/* Every byte of the golden file in turn, and every length of it. */
static void
altered(const unsigned char *p, size_t n)
{
	unsigned char *x = malloc(n + 64);
	size_t good = 0, cut = 0;

	for (size_t i = 0; i < n; i++) {
		memcpy(x, p, n);
		x[i] ^= (unsigned char)(1 << i % 8);
		good += (size_t)opens(x, n);
		cut += (size_t)opens(p, i);
	}
	ok(!good, "%zu of %zu opened with a byte altered", good, n);
	ok(!cut, "%zu opened cut short", cut);
	memcpy(x, p, n);
	memset(x + n, 0, 64);
	for (size_t more = 1; more < 64; more++)
		cut += (size_t)opens(x, n + more);
	ok(!cut, "%zu opened with bytes behind", cut);
	free(x);
}

static void
moved(void)
{
	size_t n = 3 * PIECE + 5, whole = PIECE + MORE;
	unsigned char *text = calloc(n, 1), *x;
	struct maas_map m = { 0 };

	put("plain", text, n);
	ok(maas_seal_file("plain", "sealed", key) == 0 && maas_map_open(&m, "sealed") == 0, "four pieces");
	x = malloc(m.n + whole);
	memcpy(x, m.p, m.n);
	memcpy(x + HEAD, m.p + HEAD + whole, whole);
	memcpy(x + HEAD + whole, m.p + HEAD, whole);
	ok(!opens(x, m.n), "%s", maas_error());
	memcpy(x, m.p, HEAD + whole);
	memcpy(x + HEAD + whole, m.p + HEAD + 2 * whole, m.n - HEAD - 2 * whole);
	ok(!opens(x, m.n - whole), "%s", maas_error());
	memcpy(x, m.p, m.n);
	memcpy(x + m.n, m.p + HEAD, whole);
	ok(!opens(x, m.n + whole), "%s", maas_error());
	ok(!opens(m.p, HEAD + 3 * whole), "%s", maas_error());
	memcpy(x, m.p, m.n);
	ok(opens(x, m.n), "and as it was it opens");
	maas_map_close(&m);
	free(x);
	free(text);
}

/* What streams refuse leaves nothing behind, and what was there. */
static void
streams(void)
{
	struct maas_map m = { 0 };
	unsigned char other[32] = { 1 };

	put("plain", "some bytes", 10);
	ok(maas_seal_file("plain", "sealed", key) == 0, "sealed");
	put("back", "old", 3);
	ok(maas_unseal_file("sealed", "back", other) < 0 && maas_why() == MAAS_DATA, "%s", maas_error());
	ok(maas_unseal_file("plain", "back", key) < 0 && maas_why() == MAAS_DATA, "%s", maas_error());
	ok(maas_seal_file("sealed", "back", key) < 0 && maas_why() == MAAS_DATA, "%s", maas_error());
	ok(maas_seal_file("nowhere", "back", key) < 0 && maas_why() == MAAS_NOINPUT, "%s", maas_error());
	ok(maas_map_open(&m, "back") == 0 && m.n == 3, "the old is there");
	maas_map_close(&m);
	ok(maas_seal_file("plain", "none/sealed", key) < 0 && maas_why() == MAAS_CANTCREATE, "%s", maas_error());
	ok(maas_seal_file("plain", "/dev/full", key) < 0 && maas_why() == MAAS_IO, "%s", maas_error());
}

/* Behind a last piece that is whole, where another piece could begin. */
static void
behind(void)
{
	unsigned char *text = calloc(PIECE, 1);
	struct maas_map m = { 0 };
	unsigned char *x;

	put("plain", text, PIECE);
	ok(maas_seal_file("plain", "sealed", key) == 0 && maas_map_open(&m, "sealed") == 0, "one whole piece");
	x = calloc(m.n + 100, 1);
	memcpy(x, m.p, m.n);
	for (size_t more = 1; more <= 100; more += 33) {
		put("sealed", x, m.n + more);
		ok(!opens(x, m.n + more), "%s", maas_error());
		ok(maas_unseal_file("sealed", "back", key) < 0 && maas_why() == MAAS_DATA, "%s", maas_error());
	}
	maas_map_close(&m);
	free(x);
	free(text);
}

static void
headers(const unsigned char *p, size_t n)
{
	static const uint32_t piece[] = { 0, 1, 1023, 1 << 24, (1 << 24) + 1, UINT32_MAX };
	unsigned char *x = malloc(n);

	memcpy(x, p, n);
	for (size_t i = 0; i < MAAS_COUNT(piece); i++) {
		for (int k = 0; k < 4; k++)
			x[12 + k] = (unsigned char)(piece[i] >> 8 * k);
		ok(!opens(x, n), "%s", maas_error());
	}
	memcpy(x, p, n);
	x[8] = 2;
	ok(!opens(x, n), "%s", maas_error());
	ok(!opens(x, 39) && !opens(x, 7) && !opens(x, 0), "%s", maas_error());
	free(x);
}

static void
golden(const char *data)
{
	struct maas_map m = { 0 }, plain = { 0 };
	struct maas_buf path = { 0 }, want = { 0 };

	ok(maas_buf_printf(&path, "%s/numbers.sealed", data) == 0, "%s", path.s);
	for (int i = 1; i <= 400; i++)
		ok(maas_buf_printf(&want, "%d\n", i) == 0, "%d", i);
	for (int i = 0; i < 32; i++)
		key[i] = (unsigned char)i;
	ok(maas_map_open(&m, path.s) == 0, "%s", path.s);
	ok(maas_unseal_bytes(&m, "golden", key, &plain) == 0 && plain.n == want.n && !memcmp(plain.p, want.s, want.n),
	    "what another implementation sealed: %s", maas_error());
	maas_map_close(&plain);
	altered(m.p, m.n);
	headers(m.p, m.n);
	maas_map_close(&m);
	maas_buf_free(&path);
	maas_buf_free(&want);
}

/* RFC 8032, 7.1, test 2 and 3. */
static void
signatures(void)
{
	static const struct {
		const char *secret, *pub, *text, *signature;
	} of[] = {
		{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb"
		    "4302aeeb00d291612bb0c00" },
		{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e97"
		    "16ed28dc027beceea1ec40a" },
	};

	for (size_t i = 0; i < MAAS_COUNT(of); i++) {
		unsigned char secret[32], pub[32], made[32], text[8], want[64], got[64];
		size_t n = strlen(of[i].text) / 2;

		ok(maas_hex_read(secret, 32, maas_span(of[i].secret)) == 0 &&
			maas_hex_read(pub, 32, maas_span(of[i].pub)) == 0 &&
			maas_hex_read(text, n, maas_span(of[i].text)) == 0 &&
			maas_hex_read(want, 64, maas_span(of[i].signature)) == 0,
		    "numbers");
		ok(maas_sign_public(made, secret) == 0 && !memcmp(made, pub, 32), "the public key");
		ok(maas_sign(got, text, n, secret) == 0 && !memcmp(got, want, 64), "the signature");
		ok(maas_sign_check(got, text, n, pub) == 0, "which holds");
		got[i] ^= 1;
		ok(maas_sign_check(got, text, n, pub) < 0, "and altered does not");
	}
}

static void
load(const char *text, enum maas_secret sort, const char *want)
{
	unsigned char got[32];

	put("key", text, strlen(text));
	if (chmod("key", 0600) < 0)
		ok(0, "mode");
	if (want)
		ok(maas_secret_load(got, sort, "key") == 0 && got[0] == 0x30 && got[31] == 0x39, "%s", want);
	else
		ok(maas_secret_load(got, sort, "key") < 0 && maas_why() == MAAS_DATA, "%s", maas_error());
}

static void
key_files(void)
{
	unsigned char got[32];
	struct stat st;
	char long_text[5000];

	load("303132333435363738394142434445463031323334353637383941424344453939\n", MAAS_SECRET_SEAL, NULL);
	load(" 3031323334353637383941424344454630313233343536373839414243444539\r\n", MAAS_SECRET_SEAL, "hexadecimal");
	load("MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERTk=\n", MAAS_SECRET_SEAL, "base64");
	load("MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERTk=\n", MAAS_SECRET_SIGN, NULL);
	load("", MAAS_SECRET_SEAL, NULL);
	load("secret", MAAS_SECRET_SEAL, NULL);
	load("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", MAAS_SECRET_PUBLIC, NULL);
	memset(long_text, 'a', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	load(long_text, MAAS_SECRET_SEAL, NULL);
	for (int sort = MAAS_SECRET_SEAL; sort <= MAAS_SECRET_PUBLIC; sort++) {
		unlink("key");
		ok(maas_secret_save("key", (enum maas_secret)sort, key) == 0, "written");
		ok(maas_secret_load(got, (enum maas_secret)sort, "key") == 0 && !memcmp(got, key, 32), "and read");
		ok(maas_secret_load(got, (enum maas_secret)((sort + 1) % 3), "key") < 0, "%s", maas_error());
		ok(maas_secret_save("key", (enum maas_secret)sort, key) < 0 && maas_why() == MAAS_CANTCREATE, "%s",
		    maas_error());
		ok(stat("key", &st) == 0 && (sort == MAAS_SECRET_PUBLIC || (st.st_mode & 077) == 0), "mode %o",
		    st.st_mode & 0777);
		for (int mode = 0601; mode <= 0640; mode += 037)
			ok(chmod("key", (mode_t)mode) == 0 &&
				maas_secret_load(got, (enum maas_secret)sort, "key") ==
				    (sort == MAAS_SECRET_PUBLIC ? 0 : -1) &&
				(sort == MAAS_SECRET_PUBLIC || maas_why() == MAAS_NOPERM),
			    "mode %o", mode);
	}
}

int
main(void)
{
	static const size_t size[] = { 0, 1, 17, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 1000 };
	const char *data = getenv("DATA");
	char dir[] = "/tmp/fmt_sealed.XXXXXX", path[4096];

	umask(022);
	if (maas_random(key, 1) < 0) {
		printf("%s\n", maas_error());
		return 77;
	}
	if (!realpath(data ? data : "tests/data", path) || !mkdtemp(dir) || chdir(dir) < 0)
		return 1;
	for (size_t i = 0; i < MAAS_COUNT(size); i++)
		there_and_back(size[i]);
	moved();
	behind();
	streams();
	golden(path);
	signatures();
	key_files();
	for (const char *const *p = (const char *const[]){ "plain", "sealed", "back", "key", NULL }; *p; p++)
		unlink(*p);
	if (chdir("/") == 0)
		rmdir(dir);
	return done();
}
