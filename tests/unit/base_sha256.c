/* SHA-256 by the numbers of its standard; the processor's way and the portable one, in any pieces. */
#include <stdlib.h>
#include <unistd.h>

#include "../test.h"
#include "maas/base.h"

static void
known(void)
{
	static const char *const two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	char hex[65];
	struct maas_sha256 s;
	char million[1000];

	/* FIPS 180-4's examples; the last is a million of 'a'. */
	maas_sha256(hex, "abc", 3);
	is_str(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	maas_sha256(hex, two, strlen(two));
	is_str(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	maas_sha256(hex, "", 0);
	is_str(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	memset(million, 'a', sizeof million);
	maas_sha256_begin(&s);
	for (int i = 0; i < 1000; i++)
		maas_sha256_add(&s, million, sizeof million);
	maas_sha256_end(&s, hex);
	is_str(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Every length around the blocks', cut in two everywhere. */
static void
pieces(void)
{
	unsigned char text[300];
	char whole[65], hex[65];
	struct maas_sha256 s;
	int same = 1;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (unsigned char)(i * 131 + i / 7);
	for (size_t n = 0; n <= sizeof text; n += n < 130 ? 1 : 17) {
		maas_isa_force(MAAS_PORTABLE);
		maas_sha256(whole, text, n);
		maas_isa_force(maas_isa_best());
		for (size_t cut = 0; cut <= n; cut++) {
			maas_sha256_begin(&s);
			maas_sha256_add(&s, text, cut);
			maas_sha256_add(&s, text + cut, n - cut);
			maas_sha256_end(&s, hex);
			same &= !strcmp(whole, hex);
		}
	}
	ok(same, "in pieces, by this processor's instructions and without");
}

static void
files(void)
{
	char name[] = "sha256-XXXXXX";
	struct maas_map m;
	size_t n = 700001;
	unsigned char *text = malloc(n);
	int fd = mkstemp(name);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	ok(text && f, "a file");
	if (!text || !f)
		return;
	for (size_t i = 0; i < n; i++)
		text[i] = (unsigned char)(i * 7 + i / 251);
	ok(fwrite(text, 1, n, f) == n && fflush(f) == 0, "of %zu bytes", n);
	/* a copy of its own: the file may become anything */
	ok(maas_map_read(&m, name) == 0 && m.n == n, "read");
	ok(ftruncate(fd, 10) == 0 && !memcmp(m.p, text, n), "and cut: what was read stays");
	maas_map_close(&m);
	ok(ftruncate(fd, 0) == 0 && maas_map_read(&m, name) == 0 && m.n == 0, "nothing is read as nothing");
	maas_map_close(&m);
	ok(maas_map_read(&m, ".") < 0 && maas_map_read(&m, "none/of/these") < 0 && maas_why() == MAAS_NOINPUT, "%s",
	    maas_error());
	fclose(f);
	remove(name);
	free(text);
}

int
main(void)
{
	known();
	pieces();
	files();
	return done();
}
